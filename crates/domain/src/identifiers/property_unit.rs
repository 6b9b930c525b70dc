//! 不动产单元号 (GB/T 37346, domain.md §1.8): 28 characters, no check digit.

use super::{IdentifierError, check};

/// A well-formed number and its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The 28 characters.
    pub text: String,
    /// Six-digit county.
    pub region: String,
    /// True when it names land without anything on it.
    pub land_only: bool,
}

impl Parsed {
    /// Grouped for people: `6 6 7 9`.
    #[must_use]
    pub fn grouped(&self) -> String {
        let t = &self.text;
        format!("{} {} {} {}", &t[..6], &t[6..12], &t[12..19], &t[19..])
    }
}

/// Reads and checks a number.
///
/// # Errors
/// The rule that was broken, with its remedy.
pub fn parse(text: &str) -> Result<Parsed, IdentifierError> {
    let text = check::compact(text);
    let bytes = text.as_bytes();
    if bytes.len() != 28 || !bytes.iter().all(u8::is_ascii_alphanumeric) {
        return Err(IdentifierError::new(
            "property_unit_length",
            "不动产单元号应是 28 位数字和字母，请对照不动产权证书核对",
            "A property unit number has 28 digits and letters; compare it with the title certificate",
        ));
    }
    let digits = |from: usize, to: usize| bytes[from..to].iter().all(u8::is_ascii_digit);
    let land = digits(0, 12)
        && matches!(bytes[12], b'G' | b'J' | b'Z')
        && (b'A'..=b'Y').contains(&bytes[13])
        && digits(14, 19);
    let fixture = match bytes[19] {
        b'F' | b'L' | b'Q' => digits(20, 28),
        b'W' => bytes[20..] == *b"00000000",
        _ => false,
    };
    if !land || !fixture {
        return Err(IdentifierError::new(
            "property_unit_format",
            "不动产单元号的格式不对：第 13、14 位和第 20 位应是字母，其余是数字，请逐位核对",
            "Characters 13, 14 and 20 of a property unit number are letters, all others digits; check each one",
        ));
    }
    Ok(Parsed { region: text[..6].to_owned(), land_only: bytes[19] == b'W', text })
}
