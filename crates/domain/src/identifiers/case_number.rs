//! 办件编号, our own rule (domain.md §1.10): region, day, channel, item type, serial, check character.

use super::{IdentifierError, check};
use crate::{item::ItemType, time::Date};

/// Greatest serial of one day; a greater one wraps, since the number has six digits for it.
pub const SERIALS_PER_DAY: u64 = 1_000_000;

/// A valid number and its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The 24 characters.
    pub text: String,
    /// Six-digit region.
    pub region: String,
    /// Day of submission.
    pub day: Date,
    /// Channel letter or digit.
    pub channel: char,
    /// Two digits of the item type.
    pub item_type: String,
    /// Serial of the day.
    pub serial: u64,
}

/// Builds a number. A region that is not six digits is cut or filled with zeros; the check character
/// is taken over what stands in the number.
#[must_use]
pub fn build(region: &str, day: Date, channel: char, item_type: ItemType, serial: u64) -> String {
    let region: String = region.chars().filter(char::is_ascii_digit).chain("000000".chars()).take(6).collect();
    let channel = if channel.is_ascii_alphanumeric() { channel.to_ascii_uppercase() } else { '0' };
    let day = day.0.strftime("%Y%m%d");
    let mut number = format!("{region}{day}{channel}{}{:06}", item_type.code(), serial % SERIALS_PER_DAY);
    if let Some(check) = check::mod_37_36(&number) {
        number.push(check);
    }
    number
}

/// The number of a joint case: the letter `Y` before a number.
#[must_use]
pub fn joint(number: &str) -> String {
    format!("Y{number}")
}

/// Reads and checks a number, that of a joint case too.
///
/// # Errors
/// The rule that was broken, with its remedy.
pub fn parse(text: &str) -> Result<Parsed, IdentifierError> {
    let whole = check::compact(text);
    let text = whole.strip_prefix('Y').filter(|rest| rest.len() == 24).unwrap_or(&whole).to_owned();
    let bytes = text.as_bytes();
    let well_formed = bytes.len() == 24
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes[..14].iter().chain(&bytes[15..23]).all(u8::is_ascii_digit);
    if !well_formed {
        return Err(malformed());
    }
    if check::mod_37_36(&text[..23]) != text.chars().last() {
        return Err(IdentifierError::new(
            "case_number_check",
            "办件编号最后一位对不上，可能有一位填错，请逐位核对",
            "The last character of this case number does not match the rest; check each character",
        ));
    }
    let day = day(&text[6..14]).ok_or_else(malformed)?;
    let serial = text[17..23].parse().map_err(|_| malformed())?;
    Ok(Parsed {
        region: text[..6].to_owned(),
        day,
        channel: char::from(bytes[14]),
        item_type: text[15..17].to_owned(),
        serial,
        text,
    })
}

fn day(digits: &str) -> Option<Date> {
    let year = digits[..4].parse().ok()?;
    let month = digits[4..6].parse().ok()?;
    let day = digits[6..8].parse().ok()?;
    jiff::civil::Date::new(year, month, day).ok().map(Date)
}

fn malformed() -> IdentifierError {
    IdentifierError::new(
        "case_number_format",
        "办件编号应是 24 位数字和字母，请对照回执核对",
        "A case number has 24 digits and letters; compare it with the receipt",
    )
}
