//! Finding and ranking: words as they are, then what sounds alike, then sentences, then typos.

use super::{
    Found, Index, SearchResult,
    direct::{self, Term},
    marks,
    score::{BEYOND_SUMMARY, NONE},
    sentence,
    tokens::{Source, is_letter, normal},
};

const LONGEST_TERM: usize = 48;
const MOST_TERMS: usize = 6;

/// How much nearer an entry is to the one who asks.
type Nudge<'a> = &'a dyn Fn(usize) -> u32;

/// Searches an index.
pub(super) fn search(index: &Index, query: &str, limit: usize, nudge: Nudge<'_>) -> SearchResult {
    let words = words(query);
    let whole: Vec<char> = words.concat();
    if whole.is_empty() {
        return SearchResult::default();
    }
    let mut terms: Vec<Term> = words.into_iter().map(|word| direct::find(index, word)).collect();
    if !is_found(&terms) {
        terms.iter_mut().filter(|term| !term.is_strong()).for_each(|term| direct::alike(index, term));
    }
    if !is_found(&terms) {
        terms = in_other_words(index, terms, whole);
    } else if let [only] = terms.as_mut_slice() {
        beside(index, only);
    }
    answer(index, &terms, limit, nudge)
}

/// Where long words stand in few entries as they are, those that hold most of them follow.
fn beside(index: &Index, term: &mut Term) {
    const LONG: usize = 4;
    const FEW: usize = 3;
    let found = term.best.iter().filter(|best| best.score >= BEYOND_SUMMARY).count();
    if !term.in_letters() && !term.mended && term.letters.len() >= LONG && found < FEW {
        sentence::find(index, term);
    }
}

/// A sentence, or a typo where no sentence is understood; letters the other way round.
fn in_other_words(index: &Index, mut terms: Vec<Term>, whole: Vec<char>) -> Vec<Term> {
    if whole.iter().all(|c| is_letter(*c)) {
        // Letters with one slip are more often meant than a sentence of which only parts are understood.
        terms.iter_mut().filter(|term| !term.is_strong()).for_each(|term| direct::mend(index, term));
        if is_found(&terms) {
            return terms;
        }
    }
    let mut spoken = Term::new(whole, index.entries);
    let understood = sentence::find(index, &mut spoken);
    if understood {
        if let [only] = terms.as_slice() {
            let summaries: Vec<_> = only.best.iter().enumerate().filter(|(_, best)| best.score > 0).collect();
            for (entry, best) in summaries {
                spoken.offer(u32::try_from(entry).unwrap_or(u32::MAX), best.score, best.cell, best.kind);
            }
        }
        return vec![spoken];
    }
    terms.iter_mut().filter(|term| !term.is_strong()).for_each(|term| direct::mend(index, term));
    if is_found(&terms) || !spoken.is_strong() { terms } else { vec![spoken] }
}

fn words(query: &str) -> Vec<Vec<char>> {
    let parts = |c: char| c.is_whitespace() || matches!(c, '\u{3000}' | ',' | '，' | '、' | '。' | '？' | '?' | '！');
    query
        .split(parts)
        .map(|word| word.chars().filter_map(normal).take(LONGEST_TERM).collect::<Vec<char>>())
        .filter(|word| !word.is_empty())
        .take(MOST_TERMS)
        .collect()
}

/// The sum of what an entry's matches are worth; `None` when a term is missing in it.
fn worth(terms: &[Term], entry: usize) -> Option<u32> {
    terms.iter().try_fold(0, |sum, term| {
        let score = term.best[entry].score;
        (score > 0).then_some(sum + score)
    })
}

/// Whether some entry holds every term, and not only in its summary.
fn is_found(terms: &[Term]) -> bool {
    let entries = terms.first().map_or(0, |term| term.best.len());
    let beyond = |entry: usize| terms.iter().any(|term| term.best[entry].score >= BEYOND_SUMMARY);
    (0..entries).any(|entry| beyond(entry) && worth(terms, entry).is_some())
}

fn answer(index: &Index, terms: &[Term], limit: usize, nudge: Nudge<'_>) -> SearchResult {
    let mut ranked: Vec<(u32, usize)> =
        (0..index.entries).filter_map(|entry| Some((worth(terms, entry)? + nudge(entry), entry))).collect();
    let better = |a: &(u32, usize), b: &(u32, usize)| b.0.cmp(&a.0).then(a.1.cmp(&b.1));
    if limit > 0 && ranked.len() > limit {
        ranked.select_nth_unstable_by(limit - 1, better);
    }
    ranked.truncate(limit);
    ranked.sort_unstable_by(better);
    let mended = terms.iter().any(|term| term.mended) && !ranked.is_empty();
    let corrected = mended.then(|| {
        let words: Vec<String> = terms.iter().map(|term| term.letters.iter().collect()).collect();
        words.join(" ")
    });
    let hits = ranked.into_iter().map(|(score, entry)| found(index, terms, score, entry)).collect();
    SearchResult { hits, corrected }
}

fn found(index: &Index, terms: &[Term], score: u32, entry: usize) -> Found {
    let mut marks: Vec<(u32, String)> = Vec::new();
    let mut via = None;
    for term in terms {
        let best = term.best.get(entry).copied().unwrap_or(NONE);
        match index.tokens.text(best.cell).source {
            Source::Name => {
                let cover = marks::cover(&index.tokens, best.kind, best.cell, &term.letters);
                marks.extend(cover.into_iter().map(|(cell, letters)| (u32::from(index.tokens.place[cell]), letters)));
            }
            Source::Keyword | Source::Phrase if via.is_none() => {
                via = index.tokens.written(index.tokens.text_of[best.cell as usize]).map(str::to_owned);
            }
            Source::Keyword | Source::Phrase | Source::Summary => {}
        }
    }
    marks.sort();
    marks.dedup_by_key(|(at, _)| *at);
    if !marks.is_empty() {
        via = None;
    }
    Found { index: entry, score, marks, via }
}
