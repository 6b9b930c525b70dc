//! Check characters that several identifiers share.

const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// ISO 7064 MOD 37,36 (hybrid) over `0-9A-Z`; `None` when another character stands in the text.
pub(super) fn mod_37_36(text: &str) -> Option<char> {
    let mut p = 36u32;
    for character in text.chars() {
        let sum = (character_value(character)? + p) % 36;
        p = (if sum == 0 { 36 } else { sum } * 2) % 37;
    }
    let index = usize::try_from((37 - p) % 36).ok()?;
    ALPHABET.get(index).map(|byte| char::from(*byte))
}

/// ISO 7064 MOD 11-2 over 17 digits; `None` when the text is not 17 digits.
pub(super) fn mod_11_2(digits: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: &[u8; 11] = b"10X98765432";
    if digits.len() != WEIGHTS.len() {
        return None;
    }
    let mut sum = 0;
    for (character, weight) in digits.chars().zip(WEIGHTS) {
        sum += character.to_digit(10)? * weight;
    }
    CHECK.get(usize::try_from(sum % 11).ok()?).map(|byte| char::from(*byte))
}

/// Luhn over digits.
pub(super) fn luhn(digits: &str) -> bool {
    let mut sum = 0;
    for (position, character) in digits.chars().rev().enumerate() {
        let Some(digit) = character.to_digit(10) else { return false };
        let doubled = if position % 2 == 1 { digit * 2 } else { digit };
        sum += doubled / 10 + doubled % 10;
    }
    !digits.is_empty() && sum % 10 == 0
}

fn character_value(character: char) -> Option<u32> {
    if character.is_ascii_lowercase() {
        return None;
    }
    character.to_digit(36)
}

/// What people type between groups: spaces and hyphens are taken out, letters made capital.
pub(super) fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_uppercase).collect()
}
