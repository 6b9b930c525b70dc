//! What a match is worth: whole name, part of a name, keyword, phrase, letters, typo, summary.

use super::{Index, marks::Kind, tokens::Source};

/// Everything below this was found in a summary only.
pub(super) const BEYOND_SUMMARY: u32 = 2_000;
/// A sentence is worth this and up to [`SENTENCE_SPAN`] more.
pub(super) const SENTENCE: u32 = 3_500;
/// The best sentence match lies this far above the worst.
pub(super) const SENTENCE_SPAN: f32 = 600.0;

/// The best match of one entry for one term.
#[derive(Debug, Clone, Copy)]
pub(super) struct Best {
    /// Greater is better; 0 is none.
    pub score: u32,
    /// Where it begins.
    pub cell: u32,
    /// How it was found.
    pub kind: Kind,
}

/// No match.
pub(super) const NONE: Best = Best { score: 0, cell: 0, kind: Kind::Characters };

/// The entry of a match and what the match is worth: its class, then its place and share of the text.
pub(super) fn score(index: &Index, cell: u32, kind: Kind, length: usize) -> (u32, u32) {
    let text = index.tokens.text(cell);
    let offset = cell - text.start;
    let whole = match kind {
        Kind::Pinyin | Kind::Mended => index.tokens.pinyin_from(text.start).len(),
        _ => text.len as usize,
    };
    let place = if offset == 0 { 100 } else { 60u32.saturating_sub(offset * 2) };
    let share = u32::try_from(100 * length.min(whole) / whole.max(1)).unwrap_or(0);
    (text.entry, class(kind, text.source, offset == 0 && length >= whole) + place + share)
}

fn class(kind: Kind, source: Source, whole: bool) -> u32 {
    let by_source = |name, keyword, phrase| match source {
        Source::Name => name,
        Source::Keyword => keyword,
        Source::Phrase => phrase,
        Source::Summary => 1_000,
    };
    match kind {
        Kind::Characters if whole => by_source(9_000, 7_000, 6_000),
        Kind::Characters => by_source(8_000, 7_000, 6_000),
        Kind::Pinyin => by_source(5_200, 4_700, 4_400),
        Kind::Initials => by_source(5_000, 4_600, 4_300),
        Kind::Mixed => by_source(4_900, 4_500, 4_200),
        Kind::Sounds => by_source(3_200, 3_000, 2_900),
        Kind::Mended | Kind::MendedCharacters => by_source(2_700, 2_500, 2_300),
        Kind::Sentence => SENTENCE,
    }
}
