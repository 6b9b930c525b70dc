use std::collections::BTreeSet;

use haoban_domain::{
    identifiers::{bank_card, credit_code, id_number, phone, property_unit},
    time::Date,
};

use super::*;

fn town() -> (Words, Town) {
    let words = Words::read().unwrap();
    let today: Date = "2026-11-23".parse().unwrap();
    let town = build(&words, today);
    (words, town)
}

#[test]
fn there_are_enough_of_everybody() {
    let (_, town) = town();
    assert!(town.people.len() >= 200);
    assert_eq!(town.enterprises.len(), 20);
    assert!(town.households >= 50);
    assert!(town.people.iter().filter(|person| !person.homes.is_empty()).count() >= 30);
    assert!(town.people.iter().filter(|person| person.lease.is_some()).count() >= 5);
    assert!(town.people.iter().filter(|person| !person.hukou_region.starts_with("4101")).count() >= 20);
    assert!(town.people.iter().filter(|person| person.fund.is_some()).count() >= 50);
    assert!(town.people.iter().filter(|person| person.school.is_some()).count() >= 10);
}

#[test]
fn every_identifier_is_valid_and_given_once() {
    let (_, town) = town();
    let mut ids = BTreeSet::new();
    let mut phones = BTreeSet::new();
    for person in &town.people {
        let parsed =
            id_number::parse(&person.id_number).unwrap_or_else(|error| panic!("{}: {error}", person.id_number));
        assert_eq!(parsed.birth, person.birth);
        assert_eq!(parsed.male, person.male, "{}", person.id_number);
        assert!(ids.insert(&person.id_number), "{} twice", person.id_number);
        assert!(phone::parse(&person.phone).is_ok(), "{}", person.phone);
        assert!(phones.insert(&person.phone), "{} twice", person.phone);
        for (card, _) in &person.cards {
            assert!(bank_card::parse(card).is_ok(), "{card}");
        }
        for unit in person
            .homes
            .iter()
            .map(|home| &home.address.unit)
            .chain(person.contracts.iter().map(|contract| &contract.unit))
        {
            assert!(property_unit::parse(unit).is_ok(), "{unit}");
        }
    }
    for enterprise in &town.enterprises {
        assert!(credit_code::parse(&enterprise.credit_code).is_ok(), "{}", enterprise.credit_code);
        assert!(ids.insert(&enterprise.credit_code));
    }
}

#[test]
fn the_same_seed_makes_the_same_town() {
    let (_, one) = town();
    let (_, other) = town();
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
}

#[test]
fn families_hold_together() {
    let (_, town) = town();
    for (at, person) in town.people.iter().enumerate() {
        if let Some(spouse) = person.spouse {
            assert_eq!(town.people[spouse].spouse, Some(at));
            assert!(person.birth.0.year() < 2005, "{} is married and a child", person.name);
        }
        for &child in &person.children {
            assert!(town.people[child].birth > person.birth);
        }
    }
}
