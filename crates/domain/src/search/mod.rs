//! Search over the catalogue, whole on the device: characters, full pinyin, initials, mixtures of
//! them, wrong characters that sound alike, one typo, and spoken sentences. Suffix arrays stand in for
//! posting lists: every place at which a query could begin is found by two binary searches.

mod bytes;
mod direct;
mod find;
mod marks;
mod mend;
mod pinyin;
mod score;
mod sentence;
mod sounds;
mod suffix;
mod tokens;

use serde::{Deserialize, Serialize};

use crate::{
    item::Guide,
    pack::{CityPack, Synonym},
};
use sentence::Rewrites;
use suffix::Arrays;
use tokens::Tokens;

/// What is searched of one item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SearchEntry {
    /// Chinese name.
    pub name: String,
    /// Words people use for it.
    pub keywords: Vec<String>,
    /// What people say when they mean it (synonyms.yaml).
    #[serde(default)]
    pub phrases: Vec<String>,
    /// Summary.
    pub summary: String,
}

impl From<&Guide> for SearchEntry {
    fn from(guide: &Guide) -> Self {
        Self {
            name: guide.name.zh.clone(),
            keywords: guide.keywords.clone(),
            phrases: Vec::new(),
            summary: guide.summary.zh.clone(),
        }
    }
}

/// The index.
#[derive(Debug, Clone, Default)]
pub struct Index {
    entries: usize,
    tokens: Tokens,
    arrays: Arrays,
    rewrites: Rewrites,
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
    /// The keyword or phrase that matched when the name did not.
    pub via: Option<String>,
}

/// Bytes that are not an index of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are not a search index of this version; build it again from the catalogue")]
pub struct NotAnIndex;

/// The most that [`Index::search_for`] adds to one entry: it parts equals and moves nothing else far.
pub const MOST_NUDGE: u32 = 60;

impl Index {
    /// Builds an index without synonyms.
    #[must_use]
    pub fn build(entries: &[SearchEntry]) -> Self {
        Self::with_rewrites(entries, Rewrites::default())
    }

    /// Builds the index of a pack, entries in the order of its items.
    #[must_use]
    pub fn of_pack(pack: &CityPack) -> Self {
        let mut entries: Vec<SearchEntry> = pack.items.iter().map(|item| SearchEntry::from(&item.guide)).collect();
        for (item, entry) in pack.items.iter().zip(&mut entries) {
            let said = pack.synonyms.iter().filter(|synonym| synonym.items.contains(&item.code));
            entry.phrases = said.flat_map(|synonym| synonym.say.iter().cloned()).collect();
        }
        Self::with_synonyms(&entries, &pack.synonyms)
    }

    /// Builds an index with words that stand for other words; phrases are in the entries already.
    #[must_use]
    pub fn with_synonyms(entries: &[SearchEntry], synonyms: &[Synonym]) -> Self {
        Self::with_rewrites(entries, Rewrites::of(synonyms))
    }

    fn with_rewrites(entries: &[SearchEntry], rewrites: Rewrites) -> Self {
        let tokens = Tokens::of(entries);
        let arrays = Arrays::build(&tokens);
        Self { entries: entries.len(), tokens, arrays, rewrites }
    }

    /// How many entries it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Searches; at most `limit` hits. Words parted by spaces must all be found.
    #[must_use]
    pub fn search(&self, query: &str, limit: usize) -> SearchResult {
        find::search(self, query, limit, &|_| 0)
    }

    /// The same for somebody: `nudge` answers for an entry how much nearer it is to them, at most
    /// [`MOST_NUDGE`]; it only parts entries that match equally well.
    #[must_use]
    pub fn search_for(&self, query: &str, limit: usize, nudge: impl Fn(usize) -> u32) -> SearchResult {
        find::search(self, query, limit, &|entry| nudge(entry).min(MOST_NUDGE))
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
