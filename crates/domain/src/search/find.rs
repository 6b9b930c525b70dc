//! Finding and ranking: name before keyword before summary, whole words before parts.

use super::{
    Found, Index, SearchResult,
    marks::{self, Kind},
    suffix::{Mended, mended, starting},
    tokens::{Source, is_letter, normal},
};

const LONGEST_TERM: usize = 32;
const MOST_TERMS: usize = 6;
/// Shorter letters have too many neighbours to be mended.
const SHORTEST_MENDED: usize = 4;

/// The best match of one entry for one term.
#[derive(Debug, Clone, Copy)]
struct Best {
    score: u32,
    cell: u32,
    kind: Kind,
}

const NONE: Best = Best { score: 0, cell: 0, kind: Kind::Characters };

/// One term and what it found, by entry.
struct Term {
    letters: Vec<char>,
    best: Vec<Best>,
}

/// Searches an index.
pub(super) fn search(index: &Index, query: &str, limit: usize) -> SearchResult {
    let mut corrected = false;
    let mut terms: Vec<Term> = Vec::new();
    for word in words(query) {
        let term = find(index, word);
        corrected |= term.1;
        terms.push(term.0);
    }
    let Some((first, others)) = terms.split_first() else { return SearchResult::default() };
    let mut ranked: Vec<(u32, usize)> = Vec::new();
    for (entry, best) in first.best.iter().enumerate() {
        let scores = others.iter().map(|term| term.best[entry].score);
        let (mut least, mut sum) = (best.score, best.score);
        for score in scores {
            least = least.min(score);
            sum += score;
        }
        if least > 0 {
            ranked.push((sum, entry));
        }
    }
    let better = |a: &(u32, usize), b: &(u32, usize)| b.0.cmp(&a.0).then(a.1.cmp(&b.1));
    if limit > 0 && ranked.len() > limit {
        ranked.select_nth_unstable_by(limit - 1, better);
    }
    ranked.truncate(limit);
    ranked.sort_unstable_by(better);
    let hits = ranked.into_iter().map(|(score, entry)| found(index, &terms, score, entry)).collect();
    let corrected = corrected.then(|| {
        let words: Vec<String> = terms.iter().map(|term| term.letters.iter().collect()).collect();
        words.join(" ")
    });
    SearchResult { hits, corrected }
}

fn words(query: &str) -> Vec<Vec<char>> {
    let words = query.split(|c: char| c.is_whitespace() || matches!(c, '\u{3000}' | ',' | '，' | '、'));
    words
        .map(|word| word.chars().filter_map(normal).take(LONGEST_TERM).collect::<Vec<char>>())
        .filter(|word| !word.is_empty())
        .take(MOST_TERMS)
        .collect()
}

/// Finds one term; true when a typo was mended (the term then holds the mended letters).
fn find(index: &Index, word: Vec<char>) -> (Term, bool) {
    let mut term = Term { letters: word, best: vec![NONE; index.entries.len()] };
    let letters: Vec<u8> = term.letters.iter().filter_map(|c| u8::try_from(*c).ok()).collect();
    let typed_in_letters = term.letters.iter().all(|c| is_letter(*c));
    if typed_in_letters {
        exact_letters(index, &mut term, &letters);
    } else {
        let array = &index.arrays.characters;
        let range = starting(array, &term.letters, |cell| index.tokens.characters_from(cell));
        take(index, &mut term, &array[range], Kind::Characters);
    }
    if term.is_empty() {
        mixed(index, &mut term, typed_in_letters);
    }
    if term.is_empty() && !typed_in_letters {
        pairs(index, &mut term);
    }
    if term.is_empty() && typed_in_letters && letters.len() >= SHORTEST_MENDED {
        return (mend(index, term, &letters), true).only_if_found();
    }
    (term, false)
}

/// A mended term that found nothing was not mended.
trait OnlyIfFound {
    fn only_if_found(self) -> Self;
}

impl OnlyIfFound for (Term, bool) {
    fn only_if_found(self) -> Self {
        let found = !self.0.is_empty();
        (self.0, found)
    }
}

impl Term {
    fn is_empty(&self) -> bool {
        self.best.iter().all(|best| best.score == 0)
    }

    fn offer(&mut self, entry: u32, score: u32, cell: u32, kind: Kind) {
        if let Some(best) = self.best.get_mut(entry as usize)
            && score > best.score
        {
            *best = Best { score, cell, kind };
        }
    }
}

fn exact_letters(index: &Index, term: &mut Term, letters: &[u8]) {
    let array = &index.arrays.pinyin;
    let range = starting(array, letters, |cell| index.tokens.pinyin_from(cell));
    take(index, term, &array[range], Kind::Pinyin);
    let array = &index.arrays.initials;
    let range = starting(array, letters, |cell| index.tokens.initials_from(cell));
    take(index, term, &array[range], Kind::Initials);
}

fn take(index: &Index, term: &mut Term, cells: &[u32], kind: Kind) {
    let length = term.letters.len();
    for cell in cells {
        let (entry, score) = score(index, *cell, kind, length);
        term.offer(entry, score, *cell, kind);
    }
}

/// Greater is better: source, then way of matching, then place and share of the text.
fn score(index: &Index, cell: u32, kind: Kind, length: usize) -> (u32, u32) {
    let text = index.tokens.text(cell);
    let source = match text.source {
        Source::Name => 3_000,
        Source::Keyword(_) => 2_000,
        Source::Summary => 1_000,
    };
    let way = match kind {
        Kind::Characters => 500,
        Kind::Pinyin => 400,
        Kind::Initials => 300,
        Kind::Mixed => 250,
        Kind::Mended => 200,
        Kind::Pairs => 0,
    };
    let offset = cell - text.start;
    let place = if offset == 0 { 100 } else { 60u32.saturating_sub(offset * 2) };
    let whole = match kind {
        Kind::Pinyin | Kind::Mended => index.tokens.pinyin_from(text.start.min(cell)).len(),
        _ => text.len as usize,
    };
    let share = u32::try_from(100 * length.min(whole) / whole.max(1)).unwrap_or(0);
    (text.entry, source + way + place + share)
}

/// Characters and letters together, or syllables and first letters together.
fn mixed(index: &Index, term: &mut Term, typed_in_letters: bool) {
    const FARTHEST: u32 = 8;
    let word = term.letters.clone();
    let mut starts: Vec<u32> = Vec::new();
    if typed_in_letters {
        let letters: Vec<u8> = word.iter().filter_map(|c| u8::try_from(*c).ok()).collect();
        let two = &letters[..letters.len().min(2)];
        let array = &index.arrays.initials;
        starts.extend(&array[starting(array, two, |cell| index.tokens.initials_from(cell))]);
        let array = &index.arrays.pinyin;
        starts.extend(&array[starting(array, two, |cell| index.tokens.pinyin_from(cell))]);
    } else {
        let first = word.iter().position(|c| !is_letter(*c)).unwrap_or(0);
        let run: Vec<char> = word[first..].iter().copied().take_while(|c| !is_letter(*c)).collect();
        let array = &index.arrays.characters;
        for cell in &array[starting(array, &run, |cell| index.tokens.characters_from(cell))] {
            let start = index.tokens.text(*cell).start;
            let nearest = if first == 0 { *cell } else { cell.saturating_sub(FARTHEST).max(start) };
            starts.extend(nearest..=*cell);
        }
    }
    let mut steps = Vec::new();
    for cell in starts {
        steps.clear();
        if marks::fits(&index.tokens, cell as usize, index.tokens.end(cell), &word, &mut steps) {
            let (entry, score) = score(index, cell, Kind::Mixed, word.len());
            term.offer(entry, score, cell, Kind::Mixed);
        }
    }
}

/// A sentence that stands nowhere as it is: texts that hold most of its pairs of characters.
fn pairs(index: &Index, term: &mut Term) {
    let pairs: Vec<Vec<char>> = term.letters.windows(2).map(<[char]>::to_vec).collect();
    if pairs.is_empty() {
        return;
    }
    let mut counted: std::collections::HashMap<u32, (u32, usize)> = std::collections::HashMap::new();
    let array = &index.arrays.characters;
    for (number, pair) in pairs.iter().enumerate() {
        for cell in &array[starting(array, pair, |cell| index.tokens.characters_from(cell))] {
            let text = index.tokens.text_of[*cell as usize];
            let (count, last) = counted.entry(text).or_insert((0, usize::MAX));
            if *last != number {
                (*count, *last) = (*count + 1, number);
            }
        }
    }
    let needed = u32::try_from(pairs.len().div_ceil(3)).unwrap_or(u32::MAX);
    let all = u32::try_from(pairs.len()).unwrap_or(1).max(1);
    for (text, (count, _)) in counted {
        if count >= needed {
            let start = index.tokens.texts[text as usize].start;
            let (entry, score) = score(index, start, Kind::Pairs, 0);
            term.offer(entry, score + 400 * count / all, start, Kind::Pairs);
        }
    }
}

/// Mends one typo; of several ways the one that stands in the best place wins.
fn mend(index: &Index, mut term: Term, letters: &[u8]) -> Term {
    let array = &index.arrays.pinyin;
    let ways = mended(array, letters, &index.tokens);
    let best = |way: &Mended| {
        let scores = array[way.range.clone()].iter();
        scores.map(|cell| score(index, *cell, Kind::Mended, way.letters.len()).1).max().unwrap_or(0)
    };
    if let Some(way) = ways.iter().rev().max_by_key(|way| best(way)) {
        term.letters = way.letters.iter().map(|byte| char::from(*byte)).collect();
        take(index, &mut term, &array[way.range.clone()], Kind::Mended);
    }
    term
}

fn found(index: &Index, terms: &[Term], score: u32, entry: usize) -> Found {
    let mut marks: Vec<(u32, String)> = Vec::new();
    let mut via = None;
    for term in terms {
        let best = term.best[entry];
        match index.tokens.text(best.cell).source {
            Source::Name => {
                let cover = marks::cover(&index.tokens, best.kind, best.cell, &term.letters);
                marks.extend(cover.into_iter().map(|(cell, letters)| (u32::from(index.tokens.place[cell]), letters)));
            }
            Source::Keyword(number) if via.is_none() => {
                via = index.entries[entry].keywords.get(usize::from(number)).cloned();
            }
            Source::Keyword(_) | Source::Summary => {}
        }
    }
    marks.sort();
    marks.dedup_by_key(|(at, _)| *at);
    if !marks.is_empty() {
        via = None;
    }
    Found { index: entry, score, marks, via }
}
