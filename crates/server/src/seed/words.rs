//! The words synthetic data is made of, read from words.yaml so that no code holds Chinese.

use std::collections::BTreeMap;

use haoban_domain::text::LocalText;
use serde::Deserialize;

const TEXT: &str = include_str!("words.yaml");

/// All of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// One character each.
    pub surnames: String,
    /// Given names of men.
    pub male: Vec<String>,
    /// Given names of women.
    pub female: Vec<String>,
    /// Housing estates of the city.
    pub communities: Vec<Community>,
    /// Places people come from.
    pub outside: Vec<Outside>,
    /// How the city begins an address.
    pub city_place: String,
    /// Schools.
    pub schools: Vec<String>,
    /// Banks.
    pub banks: Vec<String>,
    /// Enterprises.
    pub enterprises: Vec<Shop>,
    /// Names of officers.
    pub officers: Vec<String>,
    /// Single words by key.
    pub words: BTreeMap<String, String>,
    /// Labels of printed lines by key.
    pub lines: BTreeMap<String, LocalText>,
    /// The people of the demonstration.
    pub demo: BTreeMap<String, String>,
}

/// A housing estate.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Community {
    /// Code of its district.
    pub region: String,
    /// Name of its district.
    pub district: String,
    /// Name.
    pub name: String,
    /// First 19 characters of its unit numbers.
    pub parcel: String,
}

/// A place outside the city.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outside {
    /// Code.
    pub region: String,
    /// In words.
    pub place: String,
}

/// An enterprise.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shop {
    /// Name.
    pub name: String,
    /// A sole trader, not a company.
    pub sole: bool,
}

impl Words {
    /// Reads them.
    ///
    /// # Errors
    /// Never with the file as built in; a test proves it.
    pub fn read() -> Result<Self, yaml_serde::Error> {
        yaml_serde::from_str(TEXT)
    }

    /// A single word; empty when there is none.
    pub fn word(&self, key: &str) -> &str {
        self.words.get(key).map(String::as_str).unwrap_or_default()
    }

    /// A label; empty when there is none.
    pub fn line(&self, key: &str) -> LocalText {
        self.lines.get(key).cloned().unwrap_or_default()
    }

    /// A name or place of the demonstration; empty when there is none.
    pub fn demo(&self, key: &str) -> &str {
        self.demo.get(key).map(String::as_str).unwrap_or_default()
    }
}
