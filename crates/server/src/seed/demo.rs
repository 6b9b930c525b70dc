//! The four people of the demonstration and those around them.

use haoban_domain::time::Date;

use super::{
    families::Builder,
    numbers,
    town::{Address, Contract, Fund, Home, months_before},
};

fn day(year: i16, month: i8, day: i8) -> Date {
    Date(jiff::civil::date(year, month, day))
}

/// Adds all of them. They come first, so that nothing random changes them.
pub fn add(town: &mut Builder<'_>) {
    tenant(town);
    owner(town);
    senior(town);
    daughter(town);
}

fn register(
    town: &mut Builder<'_>,
    key: &str,
    phone: &str,
    male: bool,
    birth: Date,
    hukou: (String, String),
    lives: &Address,
) -> usize {
    let name = town.words.demo(key).to_owned();
    let one = town.person(&name, male, birth, hukou, lives);
    if !phone.is_empty() {
        town.town.people[one].phone = phone.to_owned();
        town.town.people[one].has_password = true;
    }
    one
}

fn in_city(lives: &Address) -> (String, String) {
    (lives.region.clone(), lives.place.clone())
}

fn estate(town: &Builder<'_>, at: usize, building: u32, flat: u32) -> Address {
    let words = town.words;
    let Some(estate) = words.communities.get(at) else { return Address::default() };
    Address {
        region: estate.region.clone(),
        place: format!("{}{}", words.city_place, estate.district),
        detail: format!("{} {building} {} {flat}", estate.name, words.word("building")),
        unit: numbers::property_unit(&estate.parcel, building, flat),
    }
}

fn card(town: &Builder<'_>, bank: usize, number: &str) -> (String, String) {
    (number.to_owned(), town.words.banks.get(bank).cloned().unwrap_or_default())
}

/// Married, rents without a filing, 46 months in the fund, no home: the contract must be uploaded.
fn tenant(town: &mut Builder<'_>) {
    town.town.households += 1;
    let lives = estate(town, 5, 3, 602);
    let one = register(town, "tenant", "13800000001", false, day(1990, 5, 8), in_city(&lives), &lives);
    town.town.people[one].id_number = numbers::id_number("410105", day(1990, 5, 8), 452);
    let spouse = register(town, "tenant_spouse", "", true, day(1988, 9, 17), in_city(&lives), &lives);
    town.marry(one, spouse);
    let first = card(town, 0, "6217000000000000004");
    let second = card(town, 1, "6228480000000000000");
    let person = &mut town.town.people[one];
    person.fund = Some(Fund {
        account: "410100004601".to_owned(),
        months: 46,
        balance: 8_640_000,
        monthly: 240_000,
        frozen: false,
        used: 0,
    });
    person.insured = Some((12, 52));
    person.drives = true;
    person.cards = vec![first];
    let spouse = &mut town.town.people[spouse];
    spouse.fund = Some(Fund {
        account: "410100004602".to_owned(),
        months: 18,
        balance: 2_350_000,
        monthly: 160_000,
        frozen: false,
        used: 0,
    });
    spouse.insured = Some((12, 30));
    spouse.cards = vec![second];
}

/// Runs a restaurant, bought a first home of 98 m².
fn owner(town: &mut Builder<'_>) {
    town.town.households += 1;
    let lives = estate(town, 6, 2, 1104);
    let bought = estate(town, 5, 3, 1602);
    let one = register(town, "owner", "13800000002", true, day(1985, 11, 20), in_city(&lives), &lives);
    let spouse = register(town, "owner_spouse", "", false, day(1987, 4, 2), in_city(&lives), &lives);
    let child = register(town, "owner_child", "", false, day(2017, 6, 11), in_city(&lives), &lives);
    town.marry(one, spouse);
    town.town.people[one].children.push(child);
    town.town.people[spouse].children.push(child);
    let school = town.words.schools.first().cloned().unwrap_or_default();
    town.town.people[child].school = Some((school, 27));
    let first = card(town, 2, "6228480000000000018");
    let number = format!("HT410105-{}-000123", months_before(town.today, 2).0.year());
    let signed_on = months_before(town.today, 2);
    let person = &mut town.town.people[one];
    person.cards = vec![first];
    person.drives = true;
    person.insured = Some((12, 96));
    person.contracts.push(Contract {
        number,
        label: bought.detail,
        unit: bought.unit,
        area: 9_800,
        price: 163_500_000,
        vat: 13_500_000,
        usage: "home",
        signed_on,
    });
}

/// Eighty this month, lives with her husband in their own home.
fn senior(town: &mut Builder<'_>) {
    town.town.households += 1;
    let lives = estate(town, 0, 6, 102);
    let one = register(town, "senior", "13800000003", false, day(1946, 11, 8), in_city(&lives), &lives);
    let spouse = register(town, "senior_spouse", "", true, day(1944, 2, 19), in_city(&lives), &lives);
    town.marry(one, spouse);
    let first = card(town, 4, &numbers::bank_card(3));
    town.town.people[one].cards = vec![first];
    town.town.people[spouse].homes.push(Home { address: lives, area: 7_260 });
}

/// Registered elsewhere, insured here for 14 months, rents without a filing.
fn daughter(town: &mut Builder<'_>) {
    town.town.households += 1;
    let lives = estate(town, 5, 8, 1101);
    let from = town.words.outside.first().map(|from| (from.region.clone(), from.place.clone())).unwrap_or_default();
    let one = register(town, "daughter", "13800000004", false, day(1988, 3, 15), from, &lives);
    let parent = town.town.people.iter().position(|person| person.phone == "13800000003");
    if let Some(parent) = parent {
        town.town.people[parent].children.push(one);
    }
    let first = card(town, 0, &numbers::bank_card(4));
    let person = &mut town.town.people[one];
    person.insured = Some((12, 14));
    person.fund = Some(Fund {
        account: "410100004604".to_owned(),
        months: 14,
        balance: 2_016_000,
        monthly: 144_000,
        frozen: false,
        used: 0,
    });
    person.cards = vec![first];
}
