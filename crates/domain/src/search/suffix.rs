//! Suffix arrays over cells, and walking them: by prefix, and with one typo.

use std::ops::Range;

use super::tokens::{END, Tokens};

/// Cells in the order of what follows them: as characters, as letters, as first letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Arrays {
    /// By characters.
    pub characters: Vec<u32>,
    /// By letters.
    pub pinyin: Vec<u32>,
    /// By first letters.
    pub initials: Vec<u32>,
}

impl Arrays {
    /// Sorts all cells three times.
    pub fn build(tokens: &Tokens) -> Self {
        let cells: Vec<u32> = (0..tokens.cells.len())
            .filter(|cell| tokens.cells[*cell] != END)
            .filter_map(|cell| u32::try_from(cell).ok())
            .collect();
        let mut characters = cells.clone();
        characters.sort_by(|a, b| tokens.characters_from(*a).cmp(tokens.characters_from(*b)));
        let mut pinyin = cells.clone();
        pinyin.sort_by(|a, b| tokens.pinyin_from(*a).cmp(tokens.pinyin_from(*b)));
        let mut initials = cells;
        initials.sort_by(|a, b| tokens.initials_from(*a).cmp(tokens.initials_from(*b)));
        Self { characters, pinyin, initials }
    }
}

/// The cells at which a prefix begins.
pub(super) fn starting<'t, T: Ord + 't>(array: &[u32], prefix: &[T], from: impl Fn(u32) -> &'t [T]) -> Range<usize> {
    let low = array.partition_point(|cell| from(*cell) < prefix);
    let length = array[low..].partition_point(|cell| from(*cell).starts_with(prefix));
    low..low + length
}

/// A correction: the letters that stand in the index, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mended {
    /// Letters.
    pub letters: Vec<u8>,
    /// Places in the array by letters.
    pub range: Range<usize>,
}

/// Finds letters that differ from the query by one letter too many, too few, wrong, or two swapped.
/// The first letter is trusted.
pub(super) fn mended(array: &[u32], query: &[u8], tokens: &Tokens) -> Vec<Mended> {
    let mut walk = Walk { array, tokens, found: Vec::new() };
    let mut path = Vec::with_capacity(query.len() + 1);
    let mut range = 0..array.len();
    for (position, letter) in query.iter().enumerate() {
        if position > 0 {
            walk.edits(&range, &path, &query[position..]);
        }
        path.push(*letter);
        range = walk.narrow(&range, position, *letter);
        if range.is_empty() {
            break;
        }
    }
    walk.found.sort_by(|a, b| a.letters.cmp(&b.letters));
    walk.found.dedup();
    walk.found
}

struct Walk<'a> {
    array: &'a [u32],
    tokens: &'a Tokens,
    found: Vec<Mended>,
}

impl Walk<'_> {
    /// The part of a range whose letter at a depth is the given one.
    fn narrow(&self, range: &Range<usize>, depth: usize, letter: u8) -> Range<usize> {
        let at = |cell: &u32| self.tokens.pinyin_from(*cell).get(depth).copied();
        let part = &self.array[range.clone()];
        let low = part.partition_point(|cell| at(cell) < Some(letter));
        let length = part[low..].partition_point(|cell| at(cell) == Some(letter));
        range.start + low..range.start + low + length
    }

    /// Every single edit at this place.
    fn edits(&mut self, range: &Range<usize>, path: &[u8], rest: &[u8]) {
        let depth = path.len();
        // One letter too many.
        self.follow(range.clone(), path, &rest[1..]);
        // Two letters swapped.
        if let [first, second, tail @ ..] = rest
            && first != second
        {
            let swapped: Vec<u8> = [*second, *first].into_iter().chain(tail.iter().copied()).collect();
            self.follow(range.clone(), path, &swapped);
        }
        // A wrong letter, or one too few: every letter the index knows here.
        let mut start = range.start;
        while start < range.end {
            let Some(letter) = self.tokens.pinyin_from(self.array[start]).get(depth).copied() else {
                start += 1;
                continue;
            };
            let next = self.narrow(&(start..range.end), depth, letter);
            if Some(&letter) != rest.first() {
                let longer: Vec<u8> = path.iter().copied().chain([letter]).collect();
                self.follow(next.clone(), &longer, &rest[1..]);
                self.follow(next.clone(), &longer, rest);
            }
            start = next.end.max(start + 1);
        }
    }

    /// Follows the rest without any more edits.
    fn follow(&mut self, mut range: Range<usize>, path: &[u8], rest: &[u8]) {
        let mut letters = path.to_vec();
        for letter in rest {
            if range.is_empty() {
                return;
            }
            range = self.narrow(&range, letters.len(), *letter);
            letters.push(*letter);
        }
        if !range.is_empty() {
            self.found.push(Mended { letters, range });
        }
    }
}
