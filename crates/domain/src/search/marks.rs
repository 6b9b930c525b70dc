//! Which characters a match covers, and by which letters.

use super::tokens::{Tokens, is_letter};

/// Covered cells with the letters that matched each; empty letters where the character was typed.
pub(super) type Cover = Vec<(usize, String)>;

/// How a term was matched, from its first cell on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Character by character.
    Characters,
    /// Letter by letter.
    Pinyin,
    /// By first letters.
    Initials,
    /// A mixture.
    Mixed,
    /// Letter by letter, a typo mended.
    Mended,
    /// By what sounds alike, cell by cell.
    Sounds,
    /// Character by character, a typo mended.
    MendedCharacters,
    /// By pairs of characters of a sentence; the term is the sentence.
    Sentence,
}

/// The cover of a match that begins at a cell.
pub(super) fn cover(tokens: &Tokens, kind: Kind, cell: u32, term: &[char]) -> Cover {
    let start = cell as usize;
    let end = tokens.end(cell);
    match kind {
        Kind::Characters | Kind::Sounds | Kind::MendedCharacters => {
            (start..end.min(start + term.len())).map(|cell| (cell, String::new())).collect()
        }
        Kind::Initials => (start..end).zip(term).map(|(cell, letter)| (cell, letter.to_string())).collect(),
        Kind::Pinyin | Kind::Mended => syllables(tokens, start, end, term),
        Kind::Mixed => align(tokens, start, end, term).unwrap_or_default(),
        Kind::Sentence => pairs(tokens, cell, term),
    }
}

fn syllables(tokens: &Tokens, start: usize, end: usize, term: &[char]) -> Cover {
    let mut rest = term.len();
    let mut cover = Cover::new();
    for cell in start..end {
        if rest == 0 {
            break;
        }
        let syllable = tokens.syllable(cell);
        let typed = syllable.len().min(rest);
        cover.push((cell, String::from_utf8_lossy(&syllable[..typed]).into_owned()));
        rest -= typed;
    }
    cover
}

/// Lays a term of characters, syllables, beginnings of a last syllable and first letters over cells.
pub(super) fn align(tokens: &Tokens, cell: usize, end: usize, term: &[char]) -> Option<Cover> {
    let mut steps = Vec::new();
    fits(tokens, cell, end, term, &mut steps).then(|| {
        let mut rest = term;
        let mut cover = Cover::new();
        for (offset, taken) in steps.into_iter().enumerate() {
            let (letters, after) = rest.split_at(taken);
            let typed = tokens.cells[cell + offset] == letters[0];
            cover.push((cell + offset, if typed { String::new() } else { letters.iter().collect() }));
            rest = after;
        }
        cover
    })
}

/// Whether a term can be laid over cells; `steps` then says how many of its characters each cell takes.
pub(super) fn fits(tokens: &Tokens, cell: usize, end: usize, term: &[char], steps: &mut Vec<usize>) -> bool {
    let Some(first) = term.first() else { return true };
    if cell >= end {
        return false;
    }
    let mut with = |taken: usize| {
        steps.push(taken);
        let fits = fits(tokens, cell + 1, end, &term[taken..], steps);
        if !fits {
            steps.pop();
        }
        fits
    };
    if tokens.cells[cell] == *first {
        return with(1);
    }
    if !is_letter(*first) {
        return false;
    }
    let syllable = tokens.syllable(cell);
    let shared = syllable.iter().zip(term).take_while(|(byte, typed)| char::from(**byte) == **typed).count();
    if shared == 0 {
        return false;
    }
    // The whole syllable, the beginning of a last one, `zh`, `ch`, `sh`, or the first letter.
    shared == syllable.len() && with(shared)
        || shared == term.len() && with(shared)
        || shared >= 2 && syllable.get(1) == Some(&b'h') && with(2)
        || with(1)
}

/// Every pair of neighbours of the term that stands in the text.
fn pairs(tokens: &Tokens, cell: u32, term: &[char]) -> Cover {
    let text = tokens.text(cell);
    let (start, end) = (text.start as usize, (text.start + text.len) as usize);
    let mut covered: Vec<usize> = Vec::new();
    for pair in term.windows(2) {
        for cell in start..end.saturating_sub(1) {
            if tokens.cells[cell] == pair[0] && tokens.cells[cell + 1] == pair[1] {
                covered.extend([cell, cell + 1]);
            }
        }
    }
    covered.sort_unstable();
    covered.dedup();
    covered.into_iter().map(|cell| (cell, String::new())).collect()
}
