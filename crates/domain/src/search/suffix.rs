//! Suffix arrays over cells.

use std::ops::Range;

use super::tokens::{END, Source, Tokens};

/// Cells in the order of what follows them: as characters, as letters, as first letters, as sounds.
/// Summaries stand in the first only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Arrays {
    /// By characters.
    pub characters: Vec<u32>,
    /// By letters.
    pub pinyin: Vec<u32>,
    /// By first letters.
    pub initials: Vec<u32>,
    /// By sounds.
    pub sounds: Vec<u32>,
}

impl Arrays {
    /// Sorts all cells four times.
    pub fn build(tokens: &Tokens) -> Self {
        let mut characters: Vec<u32> = (0..tokens.cells.len())
            .filter(|cell| tokens.cells[*cell] != END)
            .filter_map(|cell| u32::try_from(cell).ok())
            .collect();
        let told = |cell: &u32| tokens.text(*cell).source != Source::Summary;
        let cells: Vec<u32> = characters.iter().copied().filter(told).collect();
        characters.sort_by(|a, b| tokens.characters_from(*a).cmp(tokens.characters_from(*b)));
        let mut pinyin = cells.clone();
        pinyin.sort_by(|a, b| tokens.pinyin_from(*a).cmp(tokens.pinyin_from(*b)));
        let mut initials = cells.clone();
        initials.sort_by(|a, b| tokens.initials_from(*a).cmp(tokens.initials_from(*b)));
        let mut sounds = cells;
        sounds.sort_by(|a, b| tokens.sounds_from(*a).cmp(tokens.sounds_from(*b)));
        Self { characters, pinyin, initials, sounds }
    }
}

/// The cells at which a prefix begins.
pub(super) fn starting<'t, T: Ord + 't>(array: &[u32], prefix: &[T], from: impl Fn(u32) -> &'t [T]) -> Range<usize> {
    let low = array.partition_point(|cell| from(*cell) < prefix);
    let length = array[low..].partition_point(|cell| from(*cell).starts_with(prefix));
    low..low + length
}
