//! One term: as it is, then with what sounds alike, then with one typo mended.

use super::{
    Index, marks,
    marks::Kind,
    mend::{Mended, mended},
    pinyin,
    score::{BEYOND_SUMMARY, Best, NONE, score},
    sounds,
    suffix::starting,
    tokens::is_letter,
};

/// Shorter letters have too many neighbours to be mended.
const SHORTEST_MENDED: usize = 4;
/// The same for characters.
const SHORTEST_MENDED_CHARACTERS: usize = 3;

/// One term and what it found, by entry.
pub(super) struct Term {
    /// As typed, or as mended.
    pub letters: Vec<char>,
    /// By entry.
    pub best: Vec<Best>,
    /// It holds what was meant instead of what was typed.
    pub mended: bool,
}

impl Term {
    /// A term that found nothing yet.
    pub fn new(letters: Vec<char>, entries: usize) -> Self {
        Self { letters, best: vec![NONE; entries], mended: false }
    }

    /// Whether anything but summaries was found.
    pub fn is_strong(&self) -> bool {
        self.best.iter().any(|best| best.score >= BEYOND_SUMMARY)
    }

    /// Whether it was typed in letters only.
    pub fn in_letters(&self) -> bool {
        self.letters.iter().all(|c| is_letter(*c))
    }

    /// Keeps a match if it is better than what the entry has.
    pub fn offer(&mut self, entry: u32, score: u32, cell: u32, kind: Kind) {
        if let Some(best) = self.best.get_mut(entry as usize)
            && score > best.score
        {
            *best = Best { score, cell, kind };
        }
    }

    fn take(&mut self, index: &Index, cells: &[u32], kind: Kind, length: usize) {
        for cell in cells {
            let (entry, score) = score(index, *cell, kind, length);
            self.offer(entry, score, *cell, kind);
        }
    }

    fn bytes(&self) -> Vec<u8> {
        self.letters.iter().filter_map(|c| u8::try_from(*c).ok()).collect()
    }
}

/// Finds a term as it stands.
pub(super) fn find(index: &Index, word: Vec<char>) -> Term {
    let mut term = Term::new(word, index.entries);
    let length = term.letters.len();
    if term.in_letters() {
        let letters = term.bytes();
        let array = &index.arrays.pinyin;
        let range = starting(array, &letters, |cell| index.tokens.pinyin_from(cell));
        term.take(index, &array[range], Kind::Pinyin, length);
        let array = &index.arrays.initials;
        let range = starting(array, &letters, |cell| index.tokens.initials_from(cell));
        term.take(index, &array[range], Kind::Initials, length);
    } else {
        let array = &index.arrays.characters;
        let range = starting(array, &term.letters, |cell| index.tokens.characters_from(cell));
        term.take(index, &array[range], Kind::Characters, length);
    }
    if !term.is_strong() {
        mixed(index, &mut term);
    }
    term
}

/// Characters and letters together, or syllables and first letters together.
fn mixed(index: &Index, term: &mut Term) {
    const FARTHEST: u32 = 8;
    let word = term.letters.clone();
    let mut starts: Vec<u32> = Vec::new();
    if term.in_letters() {
        starts = starts_of_letters(index, &term.bytes());
    } else if word.iter().any(|c| is_letter(*c)) {
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
            let (entry, score) = score(index, cell, Kind::Mixed, steps.len());
            term.offer(entry, score, cell, Kind::Mixed);
        }
    }
}

/// Cells at which letters may begin that are syllables and first letters together: the first of them is a
/// first letter before another, a whole syllable, or `zh`, `ch`, `sh`.
fn starts_of_letters(index: &Index, letters: &[u8]) -> Vec<u32> {
    const LONGEST: usize = 12;
    if letters.len() > LONGEST {
        return Vec::new();
    }
    let two = &letters[..letters.len().min(2)];
    let array = &index.arrays.initials;
    let mut starts = array[starting(array, two, |cell| index.tokens.initials_from(cell))].to_vec();
    let array = &index.arrays.pinyin;
    for length in 2..letters.len().min(7) {
        let is_syllable = index.tokens.known.binary_search(&sounds::sound(&letters[..length])).is_ok();
        let two_for_one = length == 2 && letters[1] == b'h';
        if is_syllable || two_for_one {
            let sought = &letters[..if two_for_one { 2 } else { length + 1 }];
            let cells = &array[starting(array, sought, |cell| index.tokens.pinyin_from(cell))];
            let fits = |cell: &&u32| two_for_one || index.tokens.syllable(**cell as usize).len() == length;
            starts.extend(cells.iter().filter(fits));
        }
    }
    starts
}

/// Finds what sounds like the term: wrong characters, or letters of another accent.
pub(super) fn alike(index: &Index, term: &mut Term) {
    let ways: Vec<Vec<Vec<u8>>> = if term.in_letters() {
        sounds::cut(&term.bytes(), &index.tokens.known)
    } else {
        let syllables = pinyin::syllables(&term.letters);
        vec![term.letters.iter().zip(syllables).map(|(c, read)| pinyin::letters(*c, read).collect()).collect()]
    };
    let mut meant: Option<(u32, Vec<char>)> = None;
    for way in ways.iter().filter(|way| way.len() > 1) {
        let sought: Vec<u32> = way.iter().map(|syllable| sounds::sound(syllable)).collect();
        let array = &index.arrays.sounds;
        for cell in &array[starting(array, &sought, |cell| index.tokens.sounds_from(cell))] {
            let cells = *cell as usize..*cell as usize + way.len();
            let same =
                cells.clone().zip(way).filter(|(at, typed)| index.tokens.syllable(*at) == typed.as_slice()).count();
            let (entry, score) = score(index, *cell, Kind::Sounds, way.len());
            // What is read alike comes before what only some confuse.
            let score = if same == way.len() { score } else { score.saturating_sub(150) };
            term.offer(entry, score, *cell, Kind::Sounds);
            if meant.as_ref().is_none_or(|(best, _)| score > *best) {
                meant = Some((score, index.tokens.cells[cells].to_vec()));
            }
        }
    }
    if let Some((_, characters)) = meant {
        term.mended = true;
        term.letters = characters;
    }
}

/// Mends one typo; of several ways the one that stands in the best place wins.
pub(super) fn mend(index: &Index, term: &mut Term) {
    if term.in_letters() {
        let letters = term.bytes();
        if letters.len() >= SHORTEST_MENDED {
            let ways = mended(&index.arrays.pinyin, &letters, |cell| index.tokens.pinyin_from(cell));
            accept(index, term, &index.arrays.pinyin, &ways, Kind::Mended);
        }
    } else if term.letters.len() >= SHORTEST_MENDED_CHARACTERS {
        let ways = mended(&index.arrays.characters, &term.letters, |cell| index.tokens.characters_from(cell));
        accept(index, term, &index.arrays.characters, &ways, Kind::MendedCharacters);
    }
}

fn accept<T: Copy + Into<char>>(index: &Index, term: &mut Term, array: &[u32], ways: &[Mended<T>], kind: Kind) {
    let best = |way: &Mended<T>| {
        let scores = array[way.low..way.high].iter();
        scores.map(|cell| score(index, *cell, kind, way.letters.len()).1).max().unwrap_or(0)
    };
    let scored = ways.iter().rev().map(|way| (best(way), way)).filter(|(best, _)| *best >= BEYOND_SUMMARY);
    if let Some((_, way)) = scored.max_by_key(|(best, _)| *best) {
        term.letters = way.letters.iter().map(|letter| (*letter).into()).collect();
        term.mended = true;
        let length = term.letters.len();
        term.take(index, &array[way.low..way.high], kind, length);
    }
}
