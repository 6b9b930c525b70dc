//! Walking a suffix array with one typo.

use std::ops::Range;

/// A correction: what stands in the index instead, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mended<T> {
    /// Letters or characters.
    pub letters: Vec<T>,
    /// First place in the array.
    pub low: usize,
    /// One past the last.
    pub high: usize,
}

/// Finds what differs from the query by one letter too many, too few, wrong, or two swapped.
/// The first letter is trusted; `from` is what follows a cell.
pub(super) fn mended<'t, T: Copy + Ord + 't>(
    array: &[u32],
    query: &[T],
    from: impl Fn(u32) -> &'t [T],
) -> Vec<Mended<T>> {
    let mut walk = Walk { array, from, found: Vec::new() };
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
    walk.found.sort_unstable();
    walk.found.dedup();
    walk.found
}

struct Walk<'a, T, F> {
    array: &'a [u32],
    from: F,
    found: Vec<Mended<T>>,
}

impl<'t, T: Copy + Ord + 't, F: Fn(u32) -> &'t [T]> Walk<'_, T, F> {
    /// The part of a range whose letter at a depth is the given one.
    fn narrow(&self, range: &Range<usize>, depth: usize, letter: T) -> Range<usize> {
        let at = |cell: &u32| (self.from)(*cell).get(depth).copied();
        let part = &self.array[range.clone()];
        let low = part.partition_point(|cell| at(cell) < Some(letter));
        let length = part[low..].partition_point(|cell| at(cell) == Some(letter));
        range.start + low..range.start + low + length
    }

    /// Every single edit at this place.
    fn edits(&mut self, range: &Range<usize>, path: &[T], rest: &[T]) {
        let depth = path.len();
        // One letter too many.
        self.follow(range.clone(), path, &rest[1..]);
        // Two letters swapped.
        if let [first, second, tail @ ..] = rest
            && first != second
        {
            let swapped: Vec<T> = [*second, *first].into_iter().chain(tail.iter().copied()).collect();
            self.follow(range.clone(), path, &swapped);
        }
        // A wrong letter, or one too few: every letter the index knows here.
        let mut start = range.start;
        while start < range.end {
            let Some(letter) = (self.from)(self.array[start]).get(depth).copied() else {
                start += 1;
                continue;
            };
            let next = self.narrow(&(start..range.end), depth, letter);
            if Some(&letter) != rest.first() {
                let longer: Vec<T> = path.iter().copied().chain([letter]).collect();
                self.follow(next.clone(), &longer, &rest[1..]);
                self.follow(next.clone(), &longer, rest);
            }
            start = next.end.max(start + 1);
        }
    }

    /// Follows the rest without any more edits.
    fn follow(&mut self, mut range: Range<usize>, path: &[T], rest: &[T]) {
        let mut letters = path.to_vec();
        for letter in rest {
            if range.is_empty() {
                return;
            }
            range = self.narrow(&range, letters.len(), *letter);
            letters.push(*letter);
        }
        if !range.is_empty() {
            self.found.push(Mended { letters, low: range.start, high: range.end });
        }
    }
}
