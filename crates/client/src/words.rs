//! The core's own sentences, in both languages. They stand in `messages/`, never in code.

use std::{collections::BTreeMap, sync::LazyLock};

use haoban_domain::text::LocalText;

use crate::{Client, settings};

type Messages = BTreeMap<String, String>;

static CHINESE: LazyLock<Messages> = LazyLock::new(|| parse(include_str!("../messages/zh-CN.json")));
static ENGLISH: LazyLock<Messages> = LazyLock::new(|| parse(include_str!("../messages/en.json")));

fn parse(text: &str) -> Messages {
    serde_json::from_str(text).unwrap_or_default()
}

/// A sentence with its values put in. A missing key answers itself, so that it is seen.
pub(crate) fn words(key: &str, values: &[(&str, &str)]) -> LocalText {
    LocalText::new(filled(&CHINESE, key, values), filled(&ENGLISH, key, values))
}

/// A sentence whose values differ by language.
pub(crate) fn words_local(key: &str, values: &[(&str, &LocalText)]) -> LocalText {
    let zh: Vec<_> = values.iter().map(|(name, text)| (*name, text.zh.as_str())).collect();
    let en: Vec<_> = values.iter().map(|(name, text)| (*name, text.en.as_str())).collect();
    LocalText::new(filled(&CHINESE, key, &zh), filled(&ENGLISH, key, &en))
}

fn filled(messages: &Messages, key: &str, values: &[(&str, &str)]) -> String {
    let mut text = messages.get(key).map_or_else(|| key.to_owned(), Clone::clone);
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

impl Client {
    /// A sentence that the host says itself (the menu of its tray, a notification), in the language the resident chose.
    #[must_use]
    pub fn said(&self, key: &str) -> String {
        words(key, &[]).in_language(settings::current(self).language).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_the_same_things_with_the_same_values() {
        assert!(!CHINESE.is_empty());
        assert_eq!(CHINESE.keys().collect::<Vec<_>>(), ENGLISH.keys().collect::<Vec<_>>());
        for (key, text) in CHINESE.iter() {
            assert_eq!(holes(text), holes(&ENGLISH[key]), "{key}");
        }
    }

    fn holes(text: &str) -> std::collections::BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
    }

    #[test]
    fn values_are_put_in() {
        let text = words("case.note.correct", &[("points", "2"), ("due", "11-27")]);
        assert!(text.zh.contains('2') && text.zh.contains("11-27"), "{}", text.zh);
        assert!(!text.en.contains('{'), "{}", text.en);
    }
}
