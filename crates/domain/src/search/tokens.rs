//! Texts as cells: one character each, with its syllable and where it stood.

use super::{SearchEntry, pinyin, sounds};

/// Parts texts from each other; no text holds it.
pub(super) const END: char = '\0';

/// Where a text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Name of the entry.
    Name,
    /// One of its keywords.
    Keyword,
    /// Something people say when they mean it.
    Phrase,
    /// Its summary; found by characters only.
    Summary,
}

/// One text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text {
    /// Entry it belongs to.
    pub entry: u32,
    /// What it is of the entry.
    pub source: Source,
    /// First cell.
    pub start: u32,
    /// Cells.
    pub len: u32,
    /// Where it ends in `raw`; it begins where the one before ends.
    pub raw_end: u32,
}

/// All texts of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tokens {
    /// Texts.
    pub texts: Vec<Text>,
    /// Keywords and phrases as they were written, one after the other.
    pub raw: String,
    /// Characters, letters small; [`END`] behind each text.
    pub cells: Vec<char>,
    /// First letter of each cell. This and what follows holds for all texts but summaries, which stand behind
    /// the others and are found by their characters only.
    pub initials: Vec<u8>,
    /// Syllables one after the other; `\0` behind each text.
    pub pinyin: Vec<u8>,
    /// Where the syllable of each cell begins in `pinyin`; one more at the end.
    pub at: Vec<u32>,
    /// Sound of each cell.
    pub sounds: Vec<u32>,
    /// Text of each cell, summaries too.
    pub text_of: Vec<u32>,
    /// Position of each cell in its source, in characters.
    pub place: Vec<u16>,
    /// Every sound there is, sorted.
    pub known: Vec<u32>,
}

impl Tokens {
    /// Cuts the texts of entries.
    pub fn of(entries: &[SearchEntry]) -> Self {
        let mut tokens = Self::default();
        for (number, entry) in entries.iter().enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            tokens.add(number, Source::Name, &entry.name);
            for keyword in &entry.keywords {
                tokens.add(number, Source::Keyword, keyword);
            }
            for phrase in &entry.phrases {
                tokens.add(number, Source::Phrase, phrase);
            }
        }
        tokens.at.push(position(tokens.pinyin.len()));
        for (number, entry) in entries.iter().enumerate() {
            tokens.add_summary(u32::try_from(number).unwrap_or(u32::MAX), &entry.summary);
        }
        tokens.known = sounds::known(&tokens);
        tokens
    }

    fn add(&mut self, entry: u32, source: Source, text: &str) {
        let start = position(self.cells.len());
        let number = position(self.texts.len());
        let characters: Vec<char> = text.chars().collect();
        let syllables = pinyin::syllables(&characters);
        for (place, character) in characters.iter().enumerate() {
            let Some(normal) = normal(*character) else { continue };
            self.push(normal, syllables[place], number, u16::try_from(place).unwrap_or(u16::MAX));
        }
        if matches!(source, Source::Keyword | Source::Phrase) {
            self.raw.push_str(text);
        }
        let len = position(self.cells.len()) - start;
        self.texts.push(Text { entry, source, start, len, raw_end: position(self.raw.len()) });
        self.push(END, None, number, 0);
    }

    fn add_summary(&mut self, entry: u32, text: &str) {
        let start = position(self.cells.len());
        let number = position(self.texts.len());
        self.cells.extend(text.chars().filter_map(normal));
        let len = position(self.cells.len()) - start;
        self.cells.push(END);
        self.text_of.resize(self.cells.len(), number);
        self.texts.push(Text { entry, source: Source::Summary, start, len, raw_end: position(self.raw.len()) });
    }

    fn push(&mut self, character: char, syllable: Option<&str>, text: u32, place: u16) {
        let before = self.pinyin.len();
        self.at.push(position(before));
        self.cells.push(character);
        self.text_of.push(text);
        self.place.push(place);
        self.pinyin.extend(pinyin::letters(character, syllable));
        self.initials.push(self.pinyin.get(before).copied().unwrap_or(b'?'));
        self.sounds.push(sounds::sound(&self.pinyin[before..]));
    }

    /// The text a cell belongs to.
    pub fn text(&self, cell: u32) -> &Text {
        &self.texts[self.text_of[cell as usize] as usize]
    }

    /// One past the last cell of the text of a cell.
    pub fn end(&self, cell: u32) -> usize {
        let text = self.text(cell);
        (text.start + text.len) as usize
    }

    /// A keyword or phrase as it was written, by the number of its text.
    pub fn written(&self, text: u32) -> Option<&str> {
        let number = text as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.texts[before].raw_end as usize);
        self.raw.get(start..self.texts[number].raw_end as usize).filter(|written| !written.is_empty())
    }

    /// Characters from a cell to the end of its text.
    pub fn characters_from(&self, cell: u32) -> &[char] {
        &self.cells[cell as usize..self.end(cell)]
    }

    /// First letters from a cell on.
    pub fn initials_from(&self, cell: u32) -> &[u8] {
        &self.initials[cell as usize..self.end(cell)]
    }

    /// Letters from a cell on.
    pub fn pinyin_from(&self, cell: u32) -> &[u8] {
        &self.pinyin[self.at[cell as usize] as usize..self.at[self.end(cell)] as usize]
    }

    /// Sounds from a cell on.
    pub fn sounds_from(&self, cell: u32) -> &[u32] {
        &self.sounds[cell as usize..self.end(cell)]
    }

    /// The syllable (or the letter itself) of one cell.
    pub fn syllable(&self, cell: usize) -> &[u8] {
        match (self.at.get(cell), self.at.get(cell + 1)) {
            (Some(from), Some(to)) => &self.pinyin[*from as usize..*to as usize],
            _ => &[],
        }
    }
}

/// A character as it is compared; `None` for what only separates.
pub(super) fn normal(character: char) -> Option<char> {
    let half = match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        other => other,
    };
    half.is_alphanumeric().then(|| half.to_lowercase().next().unwrap_or(half))
}

/// Whether a character is typed by its letters.
pub(super) fn is_letter(character: char) -> bool {
    character.is_ascii_alphanumeric()
}

fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
