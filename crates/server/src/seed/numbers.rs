//! Synthetic identifiers with correct check digits. Uniqueness is the callers' serial.

use haoban_domain::{identifiers::credit_code, time::Date};

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// An ID number (GB 11643): the serial's last digit is odd for men, even for women.
pub fn id_number(region: &str, birth: Date, serial: u32) -> String {
    let day = birth.0;
    let body = format!("{region}{:04}{:02}{:02}{:03}", day.year(), day.month(), day.day(), serial % 1000);
    let sum: u32 =
        body.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit.saturating_sub(b'0')) * weight).sum();
    format!("{body}{}", char::from(CHECKS[(sum % 11) as usize]))
}

/// A credit code (GB 32100): `91` companies, `92` sole traders.
pub fn credit_code(sole: bool, region: &str, serial: u32) -> Option<String> {
    let organisation = format!("MA0HB{serial:03}");
    let check = credit_code::organisation_check(&organisation)?;
    let body = format!("{}{region}{organisation}{check}", if sole { "92" } else { "91" });
    let last = credit_code::check_character(&body)?;
    Some(format!("{body}{last}"))
}

/// A bank card of 19 digits that passes Luhn.
pub fn bank_card(serial: u32) -> String {
    let body = format!("6217{serial:014}");
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit.saturating_sub(b'0'));
            if at % 2 == 0 { (digit * 2) / 10 + (digit * 2) % 10 } else { digit }
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// A unit number (GB/T 37346) of a flat on a parcel of 19 characters.
pub fn property_unit(parcel: &str, building: u32, flat: u32) -> String {
    format!("{parcel}F{building:04}{flat:04}")
}

#[cfg(test)]
mod tests {
    use haoban_domain::identifiers::{bank_card as card, id_number as id, property_unit as unit};

    use super::*;

    #[test]
    fn every_kind_passes_its_own_check() {
        let birth: Date = "1990-05-08".parse().unwrap();
        assert_eq!(id_number("410105", birth, 452), "410105199005084528");
        for serial in 0..500 {
            assert!(id::parse(&id_number("410102", birth, serial)).is_ok());
            assert!(credit_code::parse(&credit_code(serial % 2 == 0, "410105", serial).unwrap()).is_ok());
            assert!(card::parse(&bank_card(serial)).is_ok(), "{}", bank_card(serial));
            assert!(unit::parse(&property_unit("410105001003GB00012", 3, serial)).is_ok());
        }
        assert_eq!(bank_card(0), "6217000000000000004");
    }
}
