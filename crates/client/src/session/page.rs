//! The page that stays in the browser after a sign-in.

use haoban_domain::text::Language;

use crate::words::words;

const TEMPLATE: &str = include_str!("callback.html");
const TICK: &str = r#"<circle cx="6" cy="24" r="5" fill="currentColor" stroke="none"/><path d="M6 24h46l10 10L90 6"/>"#;
const BROKEN: &str =
    r#"<circle cx="6" cy="24" r="5" fill="currentColor" stroke="none"/><path d="M6 24h34M58 24h6M78 24h4"/>"#;

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// It worked.
    Done,
    /// It did not.
    Failed,
    /// Something else knocked at the door.
    Stray,
}

impl Page {
    /// Status of the answer.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::Done | Self::Failed => 200,
            Self::Stray => 400,
        }
    }

    /// The page. It loads nothing, runs nothing and repeats nothing of the request.
    pub(crate) fn html(self, language: Language) -> String {
        let (key, tone, drawing) = match self {
            Self::Done => ("done", "good", TICK),
            Self::Failed => ("failed", "warn", BROKEN),
            Self::Stray => ("stray", "warn", BROKEN),
        };
        let said = |name: &str| words(name, &[]).in_language(language).to_owned();
        let lang = match language {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        };
        TEMPLATE
            .replace("{{lang}}", lang)
            .replace("{{brand}}", &said("brand"))
            .replace("{{title}}", &said(&format!("signin.{key}.title")))
            .replace("{{text}}", &said(&format!("signin.{key}.text")))
            .replace("{{tone}}", tone)
            .replace("{{drawing}}", drawing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_whole_in_both_languages_and_loads_nothing() {
        for page in [Page::Done, Page::Failed, Page::Stray] {
            for language in [Language::Chinese, Language::English] {
                let html = page.html(language);
                assert!(!html.contains("{{") && !html.contains("signin."), "{page:?}");
                assert!(!html.contains("src=") && !html.contains("href=") && !html.contains("<script"), "{page:?}");
            }
        }
    }
}
