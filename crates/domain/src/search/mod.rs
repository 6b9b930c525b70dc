//! Search over the catalogue, whole on the device: characters, full pinyin, initials, mixtures of
//! them, one typo in pinyin. Three suffix arrays stand in for posting lists: every place at which a
//! query could begin is found by two binary searches.

mod bytes;
mod find;
mod marks;
mod suffix;
mod tokens;

use serde::{Deserialize, Serialize};

use crate::item::Guide;
use suffix::Arrays;
use tokens::Tokens;

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
#[derive(Debug, Clone, Default)]
pub struct Index {
    entries: Vec<SearchEntry>,
    tokens: Tokens,
    arrays: Arrays,
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
        let tokens = Tokens::of(entries);
        let arrays = Arrays::build(&tokens);
        Self { entries: entries.to_vec(), tokens, arrays }
    }

    /// How many entries it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Searches; at most `limit` hits. Words parted by spaces must all be found.
    #[must_use]
    pub fn search(&self, query: &str, limit: usize) -> SearchResult {
        find::search(self, query, limit)
    }

    /// The index as bytes, sorted already.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        bytes::write(self)
    }

    /// Reads an index.
    ///
    /// # Errors
    /// [`NotAnIndex`] when the bytes were written by another version or are damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAnIndex> {
        bytes::read(bytes)
    }
}

#[cfg(test)]
mod tests;
