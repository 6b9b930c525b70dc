//! The platform's own sentences, from `assets/words.yaml`. Texts of services stand in the city pack.

use std::{collections::BTreeMap, sync::OnceLock};

use haoban_domain::{text::LocalText, time::Date};
use serde::Deserialize;

const FILE: &str = include_str!("../../assets/words.yaml");

/// Sentences by area and name.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Words(BTreeMap<String, BTreeMap<String, LocalText>>);

impl Words {
    /// A sentence with its blanks filled in. A missing sentence shows its name; a test keeps that from happening.
    pub fn get(&self, area: &str, name: &str, blanks: &[(&str, &LocalText)]) -> LocalText {
        let found = self.0.get(area).and_then(|area| area.get(name)).cloned();
        let mut text = found.unwrap_or_else(|| LocalText::new(format!("{area}.{name}"), format!("{area}.{name}")));
        for (blank, value) in blanks {
            let blank = format!("{{{blank}}}");
            text.zh = text.zh.replace(&blank, &value.zh);
            text.en = text.en.replace(&blank, &value.en);
        }
        text
    }
}

/// All of them.
pub fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    // The file is part of the binary and read by the tests.
    WORDS.get_or_init(|| yaml_serde::from_str(FILE).unwrap_or_default())
}

/// `say!("area", "name")`, with blanks `say!("area", "name", item = &text)`. Names are literals, so that a
/// test finds every one of them.
macro_rules! say {
    ($area:literal, $name:literal $(, $blank:ident = $value:expr)* $(,)?) => {
        $crate::notices::words().get($area, $name, &[$((stringify!($blank), $value)),*])
    };
}
pub(crate) use say;

/// A value that reads the same in both languages.
pub fn plain(value: impl ToString) -> LocalText {
    LocalText::new(value.to_string(), value.to_string())
}

/// A day as people say it: 12月17日, 17 December.
pub fn day(day: Date) -> LocalText {
    let month = LocalText::new(day.0.month().to_string(), day.0.strftime("%B").to_string());
    say!("date", "day", month = &month, day = &plain(day.0.day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_complete_in_both_languages_and_blanks_agree() {
        let words: Words = yaml_serde::from_str(FILE).unwrap();
        for (area, names) in &words.0 {
            for (name, text) in names {
                assert!(!text.zh.is_empty() && !text.en.is_empty(), "{area}.{name}");
                assert_eq!(blanks(&text.zh), blanks(&text.en), "{area}.{name}");
            }
        }
    }

    fn blanks(text: &str) -> std::collections::BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
    }

    #[test]
    fn every_sentence_the_code_asks_for_is_there() {
        let words: Words = yaml_serde::from_str(FILE).unwrap();
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut asked = 0;
        for room in [
            "intake",
            "workflow",
            "materials",
            "licences",
            "notices",
            "desk",
            "jobs",
            "appointments",
            "deposits",
            "reminders",
        ] {
            for file in std::fs::read_dir(root.join(room)).unwrap() {
                let path = file.unwrap().path();
                if path.is_dir() || path.ends_with("notices/words.rs") {
                    continue;
                }
                let source = std::fs::read_to_string(path).unwrap();
                for call in source.split("say!(").skip(1) {
                    let mut quoted = call.split('"').skip(1).step_by(2);
                    let (area, name) = (quoted.next().unwrap(), quoted.next().unwrap());
                    assert!(words.0.get(area).is_some_and(|area| area.contains_key(name)), "{area}.{name}");
                    asked += 1;
                }
            }
        }
        assert!(asked > 10);
    }
}
