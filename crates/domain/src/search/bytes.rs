//! The index as bytes: every table as it stands in memory, behind a checksum. Nothing is cut or
//! sorted again on reading; the checksum and the bounds are looked at.

use super::{
    Index, NotAnIndex,
    sentence::Rewrites,
    suffix::Arrays,
    tokens::{Source, Text, Tokens},
};

const MAGIC: &[u8; 8] = b"HBSRCH02";

pub(super) fn write(index: &Index) -> Vec<u8> {
    let tokens = &index.tokens;
    let mut body = Vec::new();
    block(&mut body, &u64::try_from(index.entries).unwrap_or(0).to_le_bytes());
    let texts =
        tokens.texts.iter().flat_map(|text| [text.entry, code(text.source), text.start, text.len, text.raw_end]);
    numbers(&mut body, texts);
    block(&mut body, tokens.raw.as_bytes());
    numbers(&mut body, tokens.cells.iter().map(|cell| u32::from(*cell)));
    block(&mut body, &tokens.pinyin);
    numbers(&mut body, tokens.at.iter().copied());
    numbers(&mut body, tokens.sounds.iter().copied());
    block(&mut body, &tokens.place.iter().flat_map(|place| place.to_le_bytes()).collect::<Vec<u8>>());
    numbers(&mut body, tokens.known.iter().copied());
    for array in [&index.arrays.characters, &index.arrays.pinyin, &index.arrays.initials, &index.arrays.sounds] {
        numbers(&mut body, array.iter().copied());
    }
    block(&mut body, &serde_json::to_vec(&index.rewrites).unwrap_or_default());
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
    out.extend_from_slice(&body);
    out
}

pub(super) fn read(bytes: &[u8]) -> Result<Index, NotAnIndex> {
    let rest = bytes.strip_prefix(MAGIC.as_slice()).ok_or(NotAnIndex)?;
    let (checksum, mut body) = rest.split_first_chunk::<4>().ok_or(NotAnIndex)?;
    if crc32fast::hash(body).to_le_bytes() != *checksum {
        return Err(NotAnIndex);
    }
    let rest = &mut body;
    let entries = next(rest)?.first_chunk::<8>().ok_or(NotAnIndex)?;
    let entries = usize::try_from(u64::from_le_bytes(*entries)).map_err(|_| NotAnIndex)?;
    let tokens = tokens(rest, entries)?;
    let below = |end: usize, array: Vec<u32>| {
        let greatest = array.iter().copied().max().map_or(0, |cell| cell as usize + 1);
        (greatest <= end).then_some(array).ok_or(NotAnIndex)
    };
    let read_out = tokens.sounds.len();
    let arrays = Arrays {
        characters: below(tokens.cells.len(), read_numbers(rest)?)?,
        pinyin: below(read_out, read_numbers(rest)?)?,
        initials: below(read_out, read_numbers(rest)?)?,
        sounds: below(read_out, read_numbers(rest)?)?,
    };
    let rewrites: Rewrites = serde_json::from_slice(next(rest)?).map_err(|_| NotAnIndex)?;
    Ok(Index { entries, tokens, arrays, rewrites })
}

fn tokens(rest: &mut &[u8], entries: usize) -> Result<Tokens, NotAnIndex> {
    let texts = texts(&read_numbers(rest)?)?;
    let raw = String::from_utf8(next(rest)?.to_vec()).map_err(|_| NotAnIndex)?;
    let cells: Option<Vec<char>> = read_numbers(rest)?.into_iter().map(char::from_u32).collect();
    let pinyin = next(rest)?.to_vec();
    let at = read_numbers(rest)?;
    let sounds = read_numbers(rest)?;
    let place: Vec<u16> = next(rest)?.as_chunks::<2>().0.iter().map(|two| u16::from_le_bytes(*two)).collect();
    let known = read_numbers(rest)?;
    let cells = cells.ok_or(NotAnIndex)?;
    let read_out = sounds.len();
    let lengths = at.len() == read_out + 1 && place.len() == read_out && read_out <= cells.len();
    let letters = at.is_sorted() && at.last().is_some_and(|end| *end as usize == pinyin.len());
    if !lengths || !letters {
        return Err(NotAnIndex);
    }
    let mut text_of = Vec::with_capacity(cells.len());
    for (number, text) in texts.iter().enumerate() {
        let follows = text.start as usize == text_of.len() && (text.entry as usize) < entries;
        let end = text.start as usize + text.len as usize + 1;
        let room = if text.source == Source::Summary { cells.len() } else { read_out };
        if !follows || end > room {
            return Err(NotAnIndex);
        }
        text_of.resize(end, u32::try_from(number).unwrap_or(u32::MAX));
    }
    if text_of.len() != cells.len() {
        return Err(NotAnIndex);
    }
    let starts = at.get(..read_out).unwrap_or_default();
    let initials = starts.iter().map(|at| pinyin.get(*at as usize).copied().unwrap_or(b'?')).collect();
    Ok(Tokens { texts, raw, cells, initials, pinyin, at, sounds, text_of, place, known })
}

fn texts(numbers: &[u32]) -> Result<Vec<Text>, NotAnIndex> {
    let text = |five: &[u32; 5]| {
        let [entry, source, start, len, raw_end] = *five;
        Some(Text { entry, source: source_of(source)?, start, len, raw_end })
    };
    numbers.as_chunks::<5>().0.iter().map(text).collect::<Option<Vec<Text>>>().ok_or(NotAnIndex)
}

fn code(source: Source) -> u32 {
    match source {
        Source::Name => 0,
        Source::Keyword => 1,
        Source::Phrase => 2,
        Source::Summary => 3,
    }
}

fn source_of(code: u32) -> Option<Source> {
    [Source::Name, Source::Keyword, Source::Phrase, Source::Summary].get(code as usize).copied()
}

fn numbers(out: &mut Vec<u8>, numbers: impl Iterator<Item = u32>) {
    block(out, &numbers.flat_map(u32::to_le_bytes).collect::<Vec<u8>>());
}

fn read_numbers(rest: &mut &[u8]) -> Result<Vec<u32>, NotAnIndex> {
    Ok(next(rest)?.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)).collect())
}

fn block(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u64::try_from(bytes.len()).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(bytes);
}

fn next<'b>(rest: &mut &'b [u8]) -> Result<&'b [u8], NotAnIndex> {
    let (length, after) = rest.split_first_chunk::<8>().ok_or(NotAnIndex)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| NotAnIndex)?;
    let (block, after) = after.split_at_checked(length).ok_or(NotAnIndex)?;
    *rest = after;
    Ok(block)
}
