//! 电子证照标识 (GB/T 36904, domain.md §1.11).

use super::{IdentifierError, check};

const ROOT: &str = "1.2.156.3005.2";

/// A valid identifier and its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The whole text.
    pub text: String,
    /// 证照类型代码.
    pub type_code: String,
    /// 颁发机构代码.
    pub issuer: String,
    /// 流水号.
    pub serial: String,
    /// 版本号, three digits.
    pub version: String,
}

/// Builds an identifier; `None` when a part holds other characters than `0-9A-Z` or is empty.
#[must_use]
pub fn build(type_code: &str, issuer: &str, serial: &str, version: u16) -> Option<String> {
    let version = format!("{version:03}");
    let parts = [type_code, issuer, serial, &version];
    if parts.iter().any(|part| part.is_empty()) {
        return None;
    }
    let check = check::mod_37_36(&parts.concat())?;
    Some(format!("{ROOT}.{}.{check}", parts.join(".")))
}

/// Reads and checks an identifier.
///
/// # Errors
/// The rule that was broken, with its remedy.
pub fn parse(text: &str) -> Result<Parsed, IdentifierError> {
    let text = check::compact(text);
    let parts: Vec<&str> =
        text.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix('.')).unwrap_or("").split('.').collect();
    let [type_code, issuer, serial, version, check] = parts[..] else { return Err(malformed()) };
    let capitals = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    let well_formed = [type_code, issuer, serial, check].into_iter().all(capitals)
        && type_code.len() == 21
        && check.len() == 1
        && version.len() == 3
        && version.bytes().all(|b| b.is_ascii_digit());
    if !well_formed {
        return Err(malformed());
    }
    if check::mod_37_36(&[type_code, issuer, serial, version].concat()) != check.chars().next() {
        return Err(IdentifierError::new(
            "licence_identifier_check",
            "电子证照标识的校验位对不上，请核对后重新输入",
            "The check character of this licence identifier does not match; check it and enter it again",
        ));
    }
    Ok(Parsed {
        type_code: type_code.to_owned(),
        issuer: issuer.to_owned(),
        serial: serial.to_owned(),
        version: version.to_owned(),
        text: text.clone(),
    })
}

fn malformed() -> IdentifierError {
    IdentifierError::new(
        "licence_identifier_format",
        "电子证照标识的格式不对，应以 1.2.156.3005.2 开头，请核对",
        "A licence identifier starts with 1.2.156.3005.2 and has five parts behind it; check it",
    )
}
