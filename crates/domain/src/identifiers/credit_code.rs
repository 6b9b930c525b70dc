//! 统一社会信用代码 (GB 32100, domain.md §1.5) with the organisation code inside it (GB 11714).

use super::{IdentifierError, check};

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A valid code and its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The 18 characters.
    pub text: String,
    /// Registering authority: 1 staffing office, 5 civil affairs, 9 market regulation, ….
    pub authority: char,
    /// Kind of body at that authority.
    pub kind: char,
    /// Six-digit region.
    pub region: String,
}

/// Reads and checks a code.
///
/// # Errors
/// The rule that was broken, with its remedy.
pub fn parse(text: &str) -> Result<Parsed, IdentifierError> {
    let text = check::compact(text);
    let bytes = text.as_bytes();
    let well_formed = bytes.len() == 18
        && bytes.iter().all(|byte| ALPHABET.contains(byte))
        && bytes[2..8].iter().all(u8::is_ascii_digit);
    if !well_formed {
        return Err(IdentifierError::new(
            "credit_code_format",
            "统一社会信用代码应是 18 位数字和大写字母（没有 I、O、S、V、Z），请对照营业执照核对",
            "A credit code has 18 digits and capital letters (never I, O, S, V, Z); compare it with the licence",
        ));
    }
    if check_character(&text[..17]) != text.chars().last() {
        return Err(IdentifierError::new(
            "credit_code_check",
            "统一社会信用代码最后一位与前 17 位对不上，可能有一位填错，请逐位核对",
            "The last character of this credit code does not match the rest; check each character",
        ));
    }
    if organisation_check(&text[8..16]) != text.chars().nth(16) {
        return Err(IdentifierError::new(
            "credit_code_organisation",
            "统一社会信用代码第 9 至 17 位（主体标识）对不上，请逐位核对",
            "Characters 9 to 17 of this credit code do not match each other; check each character",
        ));
    }
    let authority = char::from(bytes[0]);
    let kind = char::from(bytes[1]);
    Ok(Parsed { authority, kind, region: text[2..8].to_owned(), text })
}

/// The 18th character for the first 17.
#[must_use]
pub fn check_character(first: &str) -> Option<char> {
    let mut sum = 0;
    let mut weight = 1;
    for byte in first.bytes() {
        sum += ALPHABET.iter().position(|symbol| *symbol == byte)? * weight;
        weight = weight * 3 % 31;
    }
    ALPHABET.get((31 - sum % 31) % 31).map(|byte| char::from(*byte))
}

/// The check character of an organisation code (GB 11714) for its eight characters.
#[must_use]
pub fn organisation_check(body: &str) -> Option<char> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    if body.chars().count() != WEIGHTS.len() {
        return None;
    }
    let mut sum = 0;
    for (character, weight) in body.chars().zip(WEIGHTS) {
        sum += character.to_digit(36)? * weight;
    }
    match 11 - sum % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => char::from_digit(digit, 10),
    }
}
