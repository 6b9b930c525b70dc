//! 居民身份号码 (GB 11643, domain.md §1.1) and the 18-character residence permits of Hong Kong, Macao
//! and Taiwan residents (§1.2), which share its layout and check.

use super::{IdentifierError, check};
use crate::time::Date;

/// A valid number and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The 18 characters, `X` as a capital.
    pub text: String,
    /// Six-digit region of the first registration; may be abolished by now.
    pub region: String,
    /// Day of birth.
    pub birth: Date,
    /// Sex on record.
    pub male: bool,
}

/// Reads and checks a number. Whether the birth lies in the future needs a date: see [`born_after`].
///
/// # Errors
/// The rule that was broken, with its remedy.
pub fn parse(text: &str) -> Result<Parsed, IdentifierError> {
    let text = check::compact(text);
    if text.len() == 15 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(IdentifierError::new(
            "id_number_old",
            "15 位旧身份证号已停用，请填写 18 位身份证号",
            "15-digit ID numbers are no longer valid; enter the 18-digit number",
        ));
    }
    let well_formed = text.len() == 18
        && text.bytes().take(17).all(|b| b.is_ascii_digit())
        && text.bytes().last().is_some_and(|b| b.is_ascii_digit() || b == b'X');
    if !well_formed {
        return Err(IdentifierError::new(
            "id_number_format",
            "身份证号应是 18 位：17 位数字加 1 位数字或 X，请核对位数",
            "An ID number has 18 characters: 17 digits and a digit or X; check the length",
        ));
    }
    if !region_exists(&text[..2]) {
        return Err(IdentifierError::new(
            "id_number_region",
            "身份证号开头的地区码不存在，请核对前 6 位",
            "The region code of this ID number does not exist; check the first 6 digits",
        ));
    }
    let birth = birth(&text[6..14]).ok_or_else(|| {
        IdentifierError::new(
            "id_number_birth",
            "身份证号里的出生日期不存在，请核对第 7 至 14 位",
            "The birth date in this ID number does not exist; check digits 7 to 14",
        )
    })?;
    if check::mod_11_2(&text[..17]) != text.chars().last() {
        return Err(IdentifierError::new(
            "id_number_check_digit",
            "身份证号最后一位与前 17 位对不上，可能有一位填错，请逐位核对",
            "The last character of this ID number does not match the rest; check each digit",
        ));
    }
    let male = text.as_bytes()[16] % 2 == 1;
    Ok(Parsed { region: text[..6].to_owned(), birth, male, text })
}

/// Refuses a birth after `today`.
///
/// # Errors
/// Rule `id_number_birth_future`.
pub fn born_after(parsed: &Parsed, today: Date) -> Result<(), IdentifierError> {
    if parsed.birth > today {
        return Err(IdentifierError::new(
            "id_number_birth_future",
            "身份证号里的出生日期晚于今天，请核对第 7 至 14 位",
            "The birth date in this ID number lies in the future; check digits 7 to 14",
        ));
    }
    Ok(())
}

fn birth(digits: &str) -> Option<Date> {
    let year: i16 = digits[..4].parse().ok()?;
    let month: i8 = digits[4..6].parse().ok()?;
    let day: i8 = digits[6..8].parse().ok()?;
    if year < 1900 {
        return None;
    }
    jiff::civil::Date::new(year, month, day).ok().map(Date)
}

/// Provinces of GB/T 2260 with 81–83 for Hong Kong, Macao and Taiwan. Counties are not looked up:
/// abolished codes stay valid for ever, and the pack knows only its own city.
fn region_exists(province: &str) -> bool {
    const PROVINCES: [&str; 35] = [
        "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43",
        "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83",
    ];
    PROVINCES.contains(&province)
}
