//! Money: integer fen inside, yuan with two decimals for people, exact percentages.

/// Writes fen as yuan: `1234567` → `12,345.67`.
#[must_use]
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    let whole = (fen / 100).to_string();
    let mut grouped = String::with_capacity(whole.len() + whole.len() / 3);
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}.{:02}", fen % 100)
}

/// Reads a decimal with at most `decimals` places into an integer of `10^-decimals`:
/// `dec("140.00", 2)` is `14000`. Grouping commas are accepted, a longer fraction is not.
#[must_use]
pub fn dec(text: &str, decimals: u8) -> Option<i64> {
    let cleaned: String = text.trim().chars().filter(|c| *c != ',').collect();
    let (sign, digits) = match cleaned.strip_prefix('-') {
        Some(rest) => (-1i64, rest),
        None => (1, cleaned.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let places = usize::from(decimals);
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || fraction.len() > places {
        return None;
    }
    let scaled = format!("{whole}{fraction:0<places$}");
    scaled.parse::<i64>().ok()?.checked_mul(sign)
}

/// Reads yuan into fen: `fen("12.30")` is `1230`.
#[must_use]
pub fn fen(text: &str) -> Option<i64> {
    dec(text, 2)
}

/// A percentage of an amount, rounded half up (away from zero) to the fen:
/// `percent(10_050, "1.5")` is `151`. The rate is an exact decimal of at most six places.
#[must_use]
pub fn percent(amount: i64, rate: &str) -> Option<i64> {
    const RATE_PLACES: u8 = 6;
    let rate = i128::from(dec(rate, RATE_PLACES)?);
    let scale = 100 * 10i128.pow(u32::from(RATE_PLACES));
    let product = i128::from(amount) * rate;
    let rounded = (product.abs() + scale / 2) / scale * product.signum();
    i64::try_from(rounded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_groups_thousands_and_keeps_two_places() {
        assert_eq!(yuan(0), "0.00");
        assert_eq!(yuan(5), "0.05");
        assert_eq!(yuan(100_000), "1,000.00");
        assert_eq!(yuan(123_456_789), "1,234,567.89");
        assert_eq!(yuan(-15_005), "-150.05");
        assert_eq!(yuan(i64::MIN), "-92,233,720,368,547,758.08");
    }

    #[test]
    fn decimals_are_exact_or_refused() {
        assert_eq!(dec("140.00", 2), Some(14_000));
        assert_eq!(dec("140", 2), Some(14_000));
        assert_eq!(dec("1,234.5", 2), Some(123_450));
        assert_eq!(dec("-0.05", 2), Some(-5));
        assert_eq!(dec("1.005", 2), None);
        assert_eq!(dec("", 2), None);
        assert_eq!(dec("1e3", 2), None);
        assert_eq!(dec("99999999999999999999", 2), None);
    }

    #[test]
    fn percent_rounds_half_up() {
        assert_eq!(percent(10_000, "1.5"), Some(150));
        assert_eq!(percent(10_050, "1.5"), Some(151));
        assert_eq!(percent(10_033, "1.5"), Some(150));
        assert_eq!(percent(1, "50"), Some(1));
        assert_eq!(percent(-1, "50"), Some(-1));
        assert_eq!(percent(0, "3"), Some(0));
        assert_eq!(percent(100, "abc"), None);
    }
}
