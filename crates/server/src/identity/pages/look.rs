//! How a page looks to its reader: language and size. Both travel in the address.

use std::{collections::BTreeMap, sync::LazyLock};

use haoban_domain::text::Language;

type Texts = BTreeMap<String, String>;

static CHINESE: LazyLock<Texts> = LazyLock::new(|| read(include_str!("../../../assets/identity/texts.zh-CN.json")));
static ENGLISH: LazyLock<Texts> = LazyLock::new(|| read(include_str!("../../../assets/identity/texts.en.json")));

fn read(text: &str) -> Texts {
    // A damaged message file shows keys instead of words; the tests below keep it from being shipped.
    serde_json::from_str(text).unwrap_or_default()
}

/// Language and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Language.
    pub language: Language,
    /// Large print.
    pub senior: bool,
}

impl Look {
    /// From the names of a query or form: `lang` or `ui_locales`, `mode` or `display_mode`.
    #[must_use]
    pub fn of_query(query: &str) -> Self {
        let mut look = Self::default();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match name {
                "lang" | "ui_locales" => look.language = language(value),
                "mode" | "display_mode" => look.senior = value == "senior",
                _ => {}
            }
        }
        look
    }

    /// From the two values.
    #[must_use]
    pub fn of(lang: &str, mode: &str) -> Self {
        Self { language: language(lang), senior: mode == "senior" }
    }

    /// `zh-CN` or `en`.
    #[must_use]
    pub fn lang(self) -> &'static str {
        match self.language {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }

    /// `standard` or `senior`.
    #[must_use]
    pub fn mode(self) -> &'static str {
        if self.senior { "senior" } else { "standard" }
    }

    /// An address of ours that keeps the look.
    #[must_use]
    pub fn path(self, path: &str, request: &str) -> String {
        format!("{path}?request={request}&lang={}&mode={}", self.lang(), self.mode())
    }

    /// A text of the message files.
    #[must_use]
    pub fn words(self, key: &str) -> &'static str {
        let texts: &'static Texts = match self.language {
            Language::Chinese => &CHINESE,
            Language::English => &ENGLISH,
        };
        texts.get(key).map_or("", String::as_str)
    }

    /// A text with values for its `{names}`.
    #[must_use]
    pub fn words_with(self, key: &str, values: &[(&str, &str)]) -> String {
        values
            .iter()
            .fold(self.words(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }
}

fn language(value: &str) -> Language {
    // `ui_locales` is a list in order of wish, separated by spaces; only its first is looked at.
    if value.to_ascii_lowercase().starts_with("en") { Language::English } else { Language::Chinese }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_texts_with_the_same_values() {
        let names = |text: &str| {
            let mut found: Vec<_> =
                text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).map(str::to_owned).collect();
            found.sort();
            found
        };
        assert!(CHINESE.len() > 30);
        assert_eq!(CHINESE.keys().collect::<Vec<_>>(), ENGLISH.keys().collect::<Vec<_>>());
        for (key, text) in CHINESE.iter() {
            assert_eq!(names(text), names(&ENGLISH[key]), "{key}");
        }
    }

    #[test]
    fn the_look_is_read_from_either_pair_of_names() {
        let look = Look::of_query("client_id=x&ui_locales=en-GB%20zh&display_mode=senior");
        assert_eq!((look.lang(), look.mode()), ("en", "senior"));
        assert_eq!(Look::of_query("lang=zh-CN"), Look::default());
    }
}
