//! Bank cards (domain.md §1.7). Some old regional cards fail Luhn, so that failure is for callers to soften.

use super::{IdentifierError, check};

/// Rule id of the check that only warns.
pub const LUHN_RULE: &str = "bank_card_luhn";

/// A valid card number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The digits.
    pub text: String,
}

/// Reads and checks a card number.
///
/// # Errors
/// `bank_card_format`, or [`LUHN_RULE`], which asks for a second look only.
pub fn parse(text: &str) -> Result<Parsed, IdentifierError> {
    let text = check::compact(text);
    if !(12..=19).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(IdentifierError::new(
            "bank_card_format",
            "银行卡号应是 12 至 19 位数字，请对照卡面核对",
            "A bank card number has 12 to 19 digits; compare it with the card",
        ));
    }
    if !check::luhn(&text) {
        return Err(IdentifierError::new(
            LUHN_RULE,
            "这个卡号可能有一位填错，请对照卡面再看一遍；无误可以继续",
            "One digit of this card number may be wrong; look again, and go on if it is right",
        ));
    }
    Ok(Parsed { text })
}
