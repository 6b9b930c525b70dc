//! The worked examples of domain.md §1, and what any damage does to them.

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::{item::ItemType, testing::day};

#[rstest]
#[case("41010519900307123X", "1990-03-07", true)]
#[case("410105 19900307 123x", "1990-03-07", true)]
#[case("410122201809011515", "2018-09-01", true)]
#[case("410181195512310022", "1955-12-31", false)]
#[case("41010219800229004X", "1980-02-29", false)]
#[case("410104200001017773", "2000-01-01", true)]
#[case("810000198808080013", "1988-08-08", true)]
fn id_numbers_are_read(#[case] text: &str, #[case] birth: &str, #[case] male: bool) {
    let parsed = id_number::parse(text).unwrap();
    assert_eq!((parsed.birth, parsed.male), (day(birth), male));
    assert_eq!(parsed.text.len(), 18);
}

#[rstest]
#[case("410105199003071231", "id_number_check_digit")]
#[case("410105199002291231", "id_number_birth")]
#[case("990105199003071231", "id_number_region")]
#[case("410105900307123", "id_number_old")]
#[case("41010519900307123", "id_number_format")]
#[case("4101051990030712XX", "id_number_format")]
#[case("４10105199003071231", "id_number_format")]
#[case("410105180003071231", "id_number_birth")]
fn wrong_id_numbers_name_their_rule(#[case] text: &str, #[case] rule: &str) {
    let error = id_number::parse(text).unwrap_err();
    assert_eq!(error.rule, rule);
    assert!(!error.message.zh.is_empty() && !error.message.en.is_empty());
}

#[test]
fn a_birth_in_the_future_is_refused() {
    let child = id_number::parse("410122201809011515").unwrap();
    assert!(id_number::born_after(&child, day("2018-09-01")).is_ok());
    assert_eq!(id_number::born_after(&child, day("2018-08-31")).unwrap_err().rule, "id_number_birth_future");
}

#[rstest]
#[case("91410105MA0TYN01X8", '9', '1', "410105")]
#[case("92410102MA0TYN028R", '9', '2', "410102")]
#[case("11410100MB0TYN005Y", '1', '1', "410100")]
#[case("11410105MB0TYN11X8", '1', '1', "410105")]
#[case("11100000MB0341032Y", '1', '1', "100000")]
#[case("91350100m000100y43", '9', '1', "350100")]
fn credit_codes_are_read(#[case] text: &str, #[case] authority: char, #[case] kind: char, #[case] region: &str) {
    let parsed = credit_code::parse(text).unwrap();
    assert_eq!((parsed.authority, parsed.kind, parsed.region.as_str()), (authority, kind, region));
}

#[rstest]
#[case("91350100M000100Y4Z", "credit_code_format")]
#[case("91350100M000100Y44", "credit_code_check")]
#[case("91410105MA0TYN01X", "credit_code_format")]
#[case("9141O105MA0TYN01X8", "credit_code_format")]
fn wrong_credit_codes_name_their_rule(#[case] text: &str, #[case] rule: &str) {
    assert_eq!(credit_code::parse(text).unwrap_err().rule, rule);
}

#[test]
fn the_organisation_code_inside_is_checked_too() {
    assert_eq!(credit_code::organisation_check("MA0TYN01"), Some('X'));
    let first = "91410105MA0TYN011";
    let wrong = format!("{first}{}", credit_code::check_character(first).unwrap());
    assert_eq!(credit_code::parse(&wrong).unwrap_err().rule, "credit_code_organisation");
}

#[rstest]
#[case("13800000001", None)]
#[case("+86 138-0000-0001", None)]
#[case("0086 13800000001", None)]
#[case("1380000000", Some("phone_format"))]
#[case("12800000001", Some("phone_range"))]
#[case("14000000001", Some("phone_range"))]
#[case("23800000001", Some("phone_range"))]
fn phones(#[case] text: &str, #[case] rule: Option<&str>) {
    assert_eq!(phone::parse(text).err().map(|error| error.rule), rule);
}

#[rstest]
#[case("6217000000000000004", None)]
#[case("6228480000000000000", None)]
#[case("6217 0000 0000 0000 004", None)]
#[case("6217000000000000005", Some("bank_card_luhn"))]
#[case("62170000000", Some("bank_card_format"))]
#[case("6217a00000000000004", Some("bank_card_format"))]
fn bank_cards(#[case] text: &str, #[case] rule: Option<&str>) {
    assert_eq!(bank_card::parse(text).err().map(|error| error.rule), rule);
}

#[test]
fn property_units() {
    let home = property_unit::parse("410105 001003 GB00012 F00010023").unwrap();
    assert_eq!(home.grouped(), "410105 001003 GB00012 F00010023");
    assert!(!home.land_only);
    assert!(property_unit::parse("410122002001JC00456W00000000").unwrap().land_only);
    let rule = |text: &str| property_unit::parse(text).unwrap_err().rule;
    assert_eq!(rule("410122002001JC00456W00000001"), "property_unit_format");
    assert_eq!(rule("410105001003XB00012F00010023"), "property_unit_format");
    assert_eq!(rule("410105001003GB00012F0001002"), "property_unit_length");
}

#[test]
fn case_numbers_are_built_and_read_back() {
    let number = case_number::build("410100", day("2026-11-23"), 'A', ItemType::PublicService, 42);
    assert_eq!(number.len(), 24);
    assert!(number.starts_with("41010020261123A20000042"));
    let parsed = case_number::parse(&number.to_lowercase()).unwrap();
    assert_eq!((parsed.day, parsed.channel, parsed.serial), (day("2026-11-23"), 'A', 42));
    assert_eq!((parsed.region.as_str(), parsed.item_type.as_str()), ("410100", "20"));
    assert_eq!(case_number::parse("41010020261323A200000420").unwrap_err().rule, "case_number_check");
    assert_eq!(case_number::parse("4101").unwrap_err().rule, "case_number_format");
}

#[rstest]
#[case("1.2.156.3005.2.11100000MB0341032Y002.11410100MB0TYN005Y.2026112300000001.001.8")]
#[case("1.2.156.3005.2.11100000MB0341032Y002.11410105MB0TYN11X8.2026112300000001.001.M")]
#[case("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U")]
#[case("1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9")]
#[case("1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0")]
fn licence_identifiers_are_read_and_built(#[case] text: &str) {
    let parsed = licence_identifier::parse(text).unwrap();
    let version: u16 = parsed.version.parse().unwrap();
    let built = licence_identifier::build(&parsed.type_code, &parsed.issuer, &parsed.serial, version);
    assert_eq!(built.as_deref(), Some(text));
    let wrong = format!("{}{}", &text[..text.len() - 1], if text.ends_with('0') { '1' } else { '0' });
    assert_eq!(licence_identifier::parse(&wrong).unwrap_err().rule, "licence_identifier_check");
}

#[test]
fn masks_show_only_what_they_promise() {
    assert_eq!(mask::id_number("41010519900307123X"), "410105********123X");
    assert_eq!(mask::phone("13812342046"), "138****2046");
    assert_eq!(mask::bank_card("6217000000000000004"), "***************0004");
    assert_eq!(mask::name("罗晓明"), "罗*明");
    assert_eq!(mask::name("王五"), "王*");
    assert_eq!(mask::name("欧阳晓明"), "欧**明");
    assert_eq!(mask::name("王"), "王");
    assert_eq!(mask::phone("138"), "***");
    assert_eq!(mask::name(""), "");
}

proptest! {
    #[test]
    fn one_wrong_digit_of_an_id_number_never_passes(at in 0usize..18, digit in 0u8..10) {
        let good = "41010519900307123X";
        let mut bytes = good.as_bytes().to_vec();
        prop_assume!(bytes[at] != b'0' + digit);
        bytes[at] = b'0' + digit;
        prop_assert!(id_number::parse(&String::from_utf8(bytes).unwrap()).is_err());
    }

    #[test]
    fn two_swapped_characters_of_a_credit_code_never_pass(at in 0usize..17) {
        let mut bytes = b"91410105MA0TYN01X8".to_vec();
        prop_assume!(bytes[at] != bytes[at + 1]);
        bytes.swap(at, at + 1);
        prop_assert!(credit_code::parse(&String::from_utf8(bytes).unwrap()).is_err());
    }

    #[test]
    fn every_case_number_reads_back_and_one_change_breaks_it(serial in 0u64..1_000_000, at in 0usize..24) {
        let number = case_number::build("410105", day("2026-02-28"), 'W', ItemType::Levy, serial);
        prop_assert_eq!(case_number::parse(&number).unwrap().serial, serial);
        let mut bytes = number.into_bytes();
        bytes[at] = if bytes[at] == b'7' { b'8' } else { b'7' };
        prop_assert!(case_number::parse(&String::from_utf8(bytes).unwrap()).is_err());
    }

    #[test]
    fn nothing_typed_can_break_a_parser(text in "\\PC{0,40}") {
        let outcomes = [
            id_number::parse(&text).is_ok(), credit_code::parse(&text).is_ok(), phone::parse(&text).is_ok(),
            bank_card::parse(&text).is_ok(), property_unit::parse(&text).is_ok(), case_number::parse(&text).is_ok(),
            licence_identifier::parse(&text).is_ok(),
        ];
        prop_assert!(outcomes.iter().filter(|ok| **ok).count() <= 2);
        prop_assert_eq!(mask::name(&text).chars().count(), text.chars().count());
    }
}
