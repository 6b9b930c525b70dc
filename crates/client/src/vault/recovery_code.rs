//! The recovery code as people meet it: seven groups of five characters, read aloud or printed.
//!
//! 128 random bits and twelve bits of their digest fill four characters of each group; the fifth checks the
//! group, so a typo is told by the group it stands in. The check is a weighted sum over GF(32) with a weight of
//! its own for each place and a constant of its own for each group: it misses no single wrong character, no two
//! neighbours exchanged (inside a group or across its edge) and no two groups exchanged.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::VaultError;

/// Groups of a code.
pub(crate) const GROUPS: usize = 7;
/// Characters of a group, its check included.
const GROUP: usize = 5;
const DATA: usize = GROUP - 1;
const SYMBOLS: usize = GROUPS * GROUP;
const SECRET_BYTES: usize = 16;
const PAYLOAD_BYTES: usize = SECRET_BYTES + 2;
const BITS: usize = 5;
/// No I, L, O, U: they are mistaken for others.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CONTEXT: &[u8] = b"haoban recovery code 1";

/// What is wrong with typed words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Typo {
    /// These groups (from 1) do not add up.
    Groups(Vec<usize>),
    /// So many characters instead of [`SYMBOLS`].
    Length(usize),
    /// Each group adds up, but they do not belong together.
    Whole,
}

impl From<Typo> for VaultError {
    fn from(typo: Typo) -> Self {
        match typo {
            Typo::Groups(groups) => Self::RecoveryTypo { groups },
            Typo::Length(found) => Self::RecoveryLength { found, wanted: SYMBOLS },
            Typo::Whole => Self::WrongRecoveryCode,
        }
    }
}

/// 128 secret bits.
pub(crate) struct RecoveryCode(Zeroizing<[u8; SECRET_BYTES]>);

impl RecoveryCode {
    /// A new one.
    pub(crate) fn fresh() -> Result<Self, VaultError> {
        let mut secret = Zeroizing::new([0u8; SECRET_BYTES]);
        getrandom::fill(secret.as_mut_slice())?;
        Ok(Self(secret))
    }

    /// The secret itself, to be stretched.
    pub(crate) fn secret(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// As it is shown.
    pub(crate) fn groups(&self) -> Vec<Zeroizing<String>> {
        let payload = payload(&self.0);
        let bit = |at: usize| payload[at / 8] >> (7 - at % 8) & 1;
        let symbol = |at: usize| (0..BITS).fold(0, |symbol, next| symbol << 1 | bit(at * BITS + next));
        (0..GROUPS)
            .map(|group| {
                let data: Zeroizing<[u8; DATA]> = Zeroizing::new(std::array::from_fn(|at| symbol(group * DATA + at)));
                let all = data.iter().copied().chain([check(group, data.as_slice())]);
                Zeroizing::new(all.map(|symbol| char::from(ALPHABET[usize::from(symbol)])).collect())
            })
            .collect()
    }

    /// Reads what a person typed.
    pub(crate) fn parse(typed: &str) -> Result<Self, Typo> {
        let (symbols, words) = read(typed);
        if symbols.len() != SYMBOLS {
            let odd: Vec<usize> = (0..words.len()).filter(|at| words[*at] != GROUP).map(|at| at + 1).collect();
            return Err(if words.len() == GROUPS { Typo::Groups(odd) } else { Typo::Length(symbols.len()) });
        }
        let mut data = Zeroizing::new([0u8; GROUPS * DATA]);
        let mut wrong = Vec::new();
        for (group, typed) in symbols.chunks(GROUP).enumerate() {
            let known: Option<Vec<u8>> = typed.iter().copied().collect();
            match known {
                Some(known) if check(group, &known[..DATA]) == known[DATA] => {
                    data[group * DATA..(group + 1) * DATA].copy_from_slice(&known[..DATA]);
                }
                _ => wrong.push(group + 1),
            }
        }
        if !wrong.is_empty() {
            return Err(Typo::Groups(wrong));
        }
        let mut read = Zeroizing::new([0u8; PAYLOAD_BYTES]);
        for (at, symbol) in data.iter().enumerate() {
            for next in 0..BITS {
                let bit = at * BITS + next;
                read[bit / 8] |= (symbol >> (BITS - 1 - next) & 1) << (7 - bit % 8);
            }
        }
        let secret = Zeroizing::new(std::array::from_fn(|at| read[at]));
        if *payload(&secret) == *read { Ok(Self(secret)) } else { Err(Typo::Whole) }
    }
}

/// Whether typed words are this group, however they are written.
pub(crate) fn same_group(typed: &str, group: &str) -> bool {
    let (symbols, _) = read(typed);
    symbols == read(group).0
}

/// The secret and twelve bits of its digest; the last four bits are zero.
fn payload(secret: &[u8; SECRET_BYTES]) -> Zeroizing<[u8; PAYLOAD_BYTES]> {
    let digest = Sha256::new().chain_update(CONTEXT).chain_update(secret).finalize();
    let mut payload = Zeroizing::new([0u8; PAYLOAD_BYTES]);
    payload[..SECRET_BYTES].copy_from_slice(secret);
    payload[SECRET_BYTES] = digest[0];
    payload[SECRET_BYTES + 1] = digest[1] & 0xF0;
    payload
}

/// Symbols as typed (nothing for a character that is none), and how many stood between separators.
fn read(typed: &str) -> (Vec<Option<u8>>, Vec<usize>) {
    let mut symbols = Vec::with_capacity(SYMBOLS);
    let mut words = vec![0];
    for written in typed.chars() {
        if written.is_whitespace() || matches!(written, '-' | '‐'..='―' | '－' | '·' | '.' | '。' | ',' | '，' | '_')
        {
            if words.last() != Some(&0) {
                words.push(0);
            }
            continue;
        }
        symbols.push(symbol(written));
        if let Some(word) = words.last_mut() {
            *word += 1;
        }
    }
    if words.last() == Some(&0) {
        words.pop();
    }
    (symbols, words)
}

/// The symbol a person meant: any case, full width as input methods write it, look-alikes mended.
fn symbol(written: char) -> Option<u8> {
    let narrow = match written {
        '！'..='～' => char::from_u32(u32::from(written) - 0xFEE0)?,
        other => other,
    };
    let meant = match narrow.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET.iter().position(|known| char::from(*known) == meant).and_then(|at| u8::try_from(at).ok())
}

/// The check symbol of a group: what makes its weighted sum zero.
fn check(group: usize, data: &[u8]) -> u8 {
    let constant = u8::try_from(group + 1).unwrap_or_default();
    data.iter().rev().fold(0, |sum, symbol| twice(sum ^ symbol)) ^ constant
}

/// Multiplication by the generator of GF(32) with x⁵ + x² + 1; its powers are all non-zero elements.
fn twice(symbol: u8) -> u8 {
    let shifted = symbol << 1;
    if shifted & 32 == 0 { shifted } else { shifted ^ 0b10_0101 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(secret: [u8; 16]) -> Vec<u8> {
        let groups = RecoveryCode(Zeroizing::new(secret)).groups();
        groups.iter().flat_map(|group| group.bytes()).collect()
    }

    fn text(symbols: &[u8]) -> String {
        symbols.chunks(GROUP).map(|group| String::from_utf8_lossy(group).into_owned()).collect::<Vec<_>>().join("-")
    }

    #[test]
    fn every_single_typo_is_found_and_named_by_its_group() {
        for seed in [0u8, 1, 77, 200, 255] {
            let good = code([seed; 16]);
            for at in 0..SYMBOLS {
                for other in ALPHABET.iter().chain(b"U?") {
                    let mut typed = good.clone();
                    typed[at] = *other;
                    let read = RecoveryCode::parse(&text(&typed));
                    if typed == good {
                        assert!(read.is_ok());
                    } else {
                        assert_eq!(read.err(), Some(Typo::Groups(vec![at / GROUP + 1])), "{at} {other}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_exchange_of_neighbours_and_of_groups_is_found() {
        for seed in 0..64u8 {
            let good =
                code(std::array::from_fn(|at| seed.wrapping_mul(37).wrapping_add(u8::try_from(at * 15).unwrap())));
            for at in 0..SYMBOLS - 1 {
                let mut typed = good.clone();
                typed.swap(at, at + 1);
                assert_eq!(RecoveryCode::parse(&text(&typed)).is_ok(), typed == good, "{at}");
            }
            for one in 0..GROUPS {
                for other in one + 1..GROUPS {
                    let mut groups: Vec<&[u8]> = good.chunks(GROUP).collect();
                    groups.swap(one, other);
                    let read = RecoveryCode::parse(&text(&groups.concat()));
                    assert_eq!(read.err(), Some(Typo::Groups(vec![one + 1, other + 1])));
                }
            }
        }
    }

    #[test]
    fn missing_and_surplus_characters_are_told() {
        let good = text(&code([9; 16]));
        let groups: Vec<&str> = good.split('-').collect();
        let mut short = groups.clone();
        short[2] = &groups[2][..4];
        assert_eq!(RecoveryCode::parse(&short.join(" ")).err(), Some(Typo::Groups(vec![3])));
        assert_eq!(RecoveryCode::parse(&groups[..6].join("-")).err(), Some(Typo::Length(30)));
        assert_eq!(RecoveryCode::parse(&short.concat()).err(), Some(Typo::Length(34)));
        assert_eq!(RecoveryCode::parse("").err(), Some(Typo::Length(0)));
    }

    #[test]
    fn groups_of_two_codes_do_not_pass_as_one() {
        let (one, other) = (code([1; 16]), code([2; 16]));
        let mixed = [&one[..20], &other[20..]].concat();
        assert_eq!(RecoveryCode::parse(&text(&mixed)).err(), Some(Typo::Whole));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back_however_it_is_written(secret: [u8; 16], wide: bool, lower: bool, gap in "[ \\-·\u{3000}]{0,2}") {
            let shown = code(secret);
            let written: String = shown.chunks(GROUP).map(|group| String::from_utf8_lossy(group).into_owned() + &gap).collect();
            let written: String = written.chars().map(|letter| match letter {
                '0' if lower => 'o',
                '1' if lower => 'l',
                letter if lower => letter.to_ascii_lowercase(),
                letter if wide && letter.is_ascii_alphanumeric() => char::from_u32(u32::from(letter) + 0xFEE0).unwrap(),
                letter => letter,
            }).collect();
            let read = RecoveryCode::parse(&written).map(|code| *code.0);
            prop_assert_eq!(read, Ok(secret));
        }
    }
}
