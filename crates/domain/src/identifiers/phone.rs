//! Mainland mobile numbers (domain.md §1.7).

use super::{IdentifierError, check};

/// A valid number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// Eleven digits.
    pub text: String,
}

/// Reads and checks a number; `+86` or `0086` in front is taken off.
///
/// # Errors
/// The rule that was broken, with its remedy.
pub fn parse(text: &str) -> Result<Parsed, IdentifierError> {
    let compact = check::compact(text);
    let digits = compact.strip_prefix("+86").or_else(|| compact.strip_prefix("0086")).unwrap_or(&compact);
    if digits.len() != 11 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(IdentifierError::new(
            "phone_format",
            "手机号应是 11 位数字，请核对位数",
            "A mobile number has 11 digits; check the length",
        ));
    }
    let mobile = digits.starts_with('1') && digits.as_bytes()[1] >= b'3';
    // 140… belongs to machines, which cannot read a text message out to anyone.
    if !mobile || digits.starts_with("140") {
        return Err(IdentifierError::new(
            "phone_range",
            "这不是能收短信的手机号，请填写 13 至 19 开头的手机号",
            "This is not a mobile number that can get messages; enter one that starts with 13 to 19",
        ));
    }
    Ok(Parsed { text: digits.to_owned() })
}
