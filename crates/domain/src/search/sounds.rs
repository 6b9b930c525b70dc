//! Sounds: a syllable as one number, with what is easily confused made equal (zh/z, ch/c, sh/s, n/l,
//! in/ing, en/eng, an/ang), and letters cut into syllables.

use super::tokens::Tokens;

/// Most letters of a syllable.
const LONGEST: usize = 6;
/// Most ways in which letters are cut.
const MOST_WAYS: usize = 8;

/// The number of a syllable, or of a letter, digit or sign that has none.
pub(super) fn sound(syllable: &[u8]) -> u32 {
    let mut folded = [0u8; LONGEST];
    let mut length = 0;
    let mut rest = syllable;
    while let Some((letter, after)) = rest.split_first() {
        let vowel_follows = after.first().is_some_and(|next| matches!(next, b'a' | b'e' | b'i' | b'o' | b'u' | b'v'));
        let (taken, kept) = match letter {
            b'z' | b'c' | b's' if after.first() == Some(&b'h') => (2, *letter),
            b'n' if length == 0 && vowel_follows => (1, b'l'),
            b'n' if after.first() == Some(&b'g') => (2, b'n'),
            other => (1, *other),
        };
        rest = &rest[taken..];
        if length < LONGEST {
            folded[length] = kept;
            length += 1;
        }
    }
    folded[..length].iter().fold(0u32, |number, letter| (number << 5) | u32::from(letter & 31))
        | if syllable.first().is_some_and(u8::is_ascii_alphabetic) { 0 } else { 1 << 31 }
}

/// The sounds an index knows, sorted.
pub(super) fn known(tokens: &Tokens) -> Vec<u32> {
    let mut known = tokens.sounds.clone();
    known.sort_unstable();
    known.dedup();
    known
}

/// Ways to cut letters into syllables whose sounds are known, longest syllables first.
pub(super) fn cut(letters: &[u8], known: &[u32]) -> Vec<Vec<Vec<u8>>> {
    let mut ways = Vec::new();
    let mut dead = vec![false; letters.len() + 1];
    walk(letters, 0, known, &mut Vec::new(), &mut ways, &mut dead);
    ways
}

/// Syllables of letters that cannot be cut cleanly, the longest at each place; what fits nowhere is left out.
pub(super) fn pieces(letters: &[u8], known: &[u32]) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    let mut from = 0;
    while from < letters.len() {
        let longest = (2..=LONGEST.min(letters.len() - from)).rev();
        let mut lengths = longest.filter(|length| known.binary_search(&sound(&letters[from..from + length])).is_ok());
        match lengths.next() {
            Some(length) => {
                pieces.push(letters[from..from + length].to_vec());
                from += length;
            }
            None => from += 1,
        }
    }
    pieces
}

fn walk(
    letters: &[u8],
    from: usize,
    known: &[u32],
    path: &mut Vec<Vec<u8>>,
    ways: &mut Vec<Vec<Vec<u8>>>,
    dead: &mut [bool],
) -> bool {
    if from == letters.len() {
        ways.push(path.clone());
        return true;
    }
    if dead[from] {
        return false;
    }
    let mut reached = false;
    for length in (1..=LONGEST.min(letters.len() - from)).rev() {
        let piece = &letters[from..from + length];
        // A single consonant is no syllable.
        let syllable = length > 1 || matches!(piece[0], b'a' | b'e' | b'o');
        if ways.len() < MOST_WAYS && syllable && known.binary_search(&sound(piece)).is_ok() {
            path.push(piece.to_vec());
            reached |= walk(letters, from + length, known, path, ways, dead);
            path.pop();
        }
    }
    dead[from] = !reached && ways.len() < MOST_WAYS;
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_confused_sounds_alike() {
        for (one, other) in [("zhang", "zan"), ("nin", "ling"), ("shuang", "suan"), ("cheng", "cen"), ("lv", "nv")] {
            assert_eq!(sound(one.as_bytes()), sound(other.as_bytes()), "{one} {other}");
        }
        for (one, other) in [("zhang", "zhong"), ("an", "lan"), ("ji", "qi"), ("e", "5")] {
            assert_ne!(sound(one.as_bytes()), sound(other.as_bytes()), "{one} {other}");
        }
    }

    #[test]
    fn letters_are_cut_in_every_way() {
        let mut known: Vec<u32> = ["xi", "an", "xian", "gong", "ji"].map(|s| sound(s.as_bytes())).to_vec();
        known.sort_unstable();
        let ways = |letters: &str| {
            let all = cut(letters.as_bytes(), &known);
            let join = |way: &Vec<Vec<u8>>| way.iter().map(|s| String::from_utf8_lossy(s).into_owned()).collect();
            all.iter().map(join).collect::<Vec<Vec<String>>>()
        };
        assert_eq!(ways("xian"), [vec!["xian"], vec!["xi", "an"]]);
        assert_eq!(ways("gonji"), [vec!["gon", "ji"]]);
        assert!(ways("gongjx").is_empty());
    }
}
