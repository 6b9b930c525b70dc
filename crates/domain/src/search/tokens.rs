//! Texts as cells: one character each, with its syllable and where it stood.

use pinyin::ToPinyin;

use super::SearchEntry;

/// Parts texts from each other; no text holds it.
pub(super) const END: char = '\0';

/// Words in which a character is not read as it usually is.
const READINGS: [(&str, &[&str]); 20] = [
    ("银行", &["yin", "hang"]),
    ("行业", &["hang", "ye"]),
    ("长辈", &["zhang", "bei"]),
    ("成长", &["cheng", "zhang"]),
    ("家长", &["jia", "zhang"]),
    ("校长", &["xiao", "zhang"]),
    ("长者", &["zhang", "zhe"]),
    ("重新", &["chong", "xin"]),
    ("重复", &["chong", "fu"]),
    ("会计", &["kuai", "ji"]),
    ("调解", &["tiao", "jie"]),
    ("调整", &["tiao", "zheng"]),
    ("空调", &["kong", "tiao"]),
    ("参差", &["cen", "ci"]),
    ("出差", &["chu", "chai"]),
    ("音乐", &["yin", "yue"]),
    ("勘查", &["kan", "cha"]),
    ("供给", &["gong", "ji"]),
    ("给付", &["ji", "fu"]),
    ("大夫", &["dai", "fu"]),
];

/// Where a text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Name of the entry.
    Name,
    /// One of its keywords.
    Keyword(u16),
    /// Its summary.
    Summary,
}

/// One text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    /// Entry it belongs to.
    pub entry: u32,
    /// What it is of the entry.
    pub source: Source,
    /// First cell.
    pub start: u32,
    /// Cells.
    pub len: u32,
}

/// All texts of an index.
#[derive(Debug, Clone, Default)]
pub(super) struct Tokens {
    /// Texts.
    pub texts: Vec<Text>,
    /// Characters, letters small; [`END`] behind each text.
    pub cells: Vec<char>,
    /// First letter of each cell.
    pub initials: Vec<u8>,
    /// Syllables one after the other; `\0` behind each text.
    pub pinyin: Vec<u8>,
    /// Where the syllable of each cell begins in `pinyin`; one more at the end.
    pub at: Vec<u32>,
    /// Text of each cell.
    pub text_of: Vec<u32>,
    /// Position of each cell in its source, in characters.
    pub place: Vec<u16>,
}

impl Tokens {
    /// Cuts the texts of entries.
    pub fn of(entries: &[SearchEntry]) -> Self {
        let mut tokens = Self::default();
        for (number, entry) in entries.iter().enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            tokens.add(number, Source::Name, &entry.name);
            for (position, keyword) in entry.keywords.iter().enumerate() {
                tokens.add(number, Source::Keyword(u16::try_from(position).unwrap_or(u16::MAX)), keyword);
            }
            tokens.add(number, Source::Summary, &entry.summary);
        }
        tokens.at.push(position(tokens.pinyin.len()));
        tokens
    }

    fn add(&mut self, entry: u32, source: Source, text: &str) {
        let start = position(self.cells.len());
        let number = position(self.texts.len());
        let characters: Vec<char> = text.chars().collect();
        let readings = readings(&characters);
        for (place, character) in characters.iter().enumerate() {
            let Some(normal) = normal(*character) else { continue };
            let syllable = readings[place].or_else(|| normal.to_pinyin().map(|pinyin| pinyin.plain()));
            self.push(normal, syllable, number, u16::try_from(place).unwrap_or(u16::MAX));
        }
        let len = position(self.cells.len()) - start;
        self.texts.push(Text { entry, source, start, len });
        self.push(END, None, number, 0);
    }

    fn push(&mut self, character: char, syllable: Option<&str>, text: u32, place: u16) {
        self.at.push(position(self.pinyin.len()));
        self.cells.push(character);
        self.text_of.push(text);
        self.place.push(place);
        match syllable {
            Some(syllable) => {
                // `ü` is typed as `v`.
                let bytes = syllable.chars().map(|c| if c == 'ü' { b'v' } else { u8::try_from(c).unwrap_or(b'?') });
                let before = self.pinyin.len();
                self.pinyin.extend(bytes);
                self.initials.push(self.pinyin.get(before).copied().unwrap_or(b'?'));
            }
            None => {
                let byte = u8::try_from(character).unwrap_or(b'?');
                self.pinyin.push(byte);
                self.initials.push(byte);
            }
        }
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

fn readings(characters: &[char]) -> Vec<Option<&'static str>> {
    let mut readings = vec![None; characters.len()];
    for (word, syllables) in READINGS {
        let length = syllables.len();
        for start in 0..characters.len().saturating_sub(length - 1) {
            if word.chars().eq(characters[start..start + length].iter().copied()) {
                for (offset, syllable) in syllables.iter().enumerate() {
                    readings[start + offset] = Some(*syllable);
                }
            }
        }
    }
    readings
}

fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
