//! What the registers answer about each resident and enterprise, in the fact keys of registers.yaml.

use serde_json::{Value, json};

use super::{
    town::{Contract, Enterprise, Person, Town},
    words::Words,
};

/// Facts of one party.
pub type Facts = Vec<(String, Value)>;

fn key(text: &str) -> String {
    text.to_owned()
}

/// Facts about a resident.
pub fn of_person(town: &Town, person: &Person, words: &Words) -> Facts {
    let mut facts: Facts = vec![
        (key("population.name"), json!(person.name)),
        (key("population.birth"), json!(person.birth)),
        (key("population.gender"), json!(words.word(if person.male { "male" } else { "female" }))),
        (key("population.hukou_region"), json!(person.hukou_region)),
        (key("population.hukou_place"), json!(person.hukou_place)),
    ];
    marriage(town, person, &mut facts);
    homes(town, person, words, &mut facts);
    fund(town, person, words, &mut facts);
    work(town, person, &mut facts);
    facts
}

/// Facts about an enterprise.
pub fn of_enterprise(enterprise: &Enterprise) -> Facts {
    vec![
        (key("business.name"), json!(enterprise.name)),
        (key("business.licence_months"), json!(enterprise.months)),
        (key("realestate.contracts"), json!([])),
    ]
}

fn marriage(town: &Town, person: &Person, facts: &mut Facts) {
    let status = match person.spouse {
        Some(_) => "married",
        None if person.divorced => "divorced",
        None => "single",
    };
    facts.push((key("marriage.status"), json!(status)));
    if let Some(spouse) = person.spouse.map(|spouse| &town.people[spouse]) {
        facts.push((key("marriage.spouse_name"), json!(spouse.name)));
        facts.push((key("marriage.spouse_id"), json!(spouse.id_number)));
        facts.push((key("marriage.spouse_hukou_city"), json!(spouse.hukou_region.starts_with("4101"))));
    }
}

fn homes(town: &Town, person: &Person, words: &Words, facts: &mut Facts) {
    let spouse = person.spouse.map(|spouse| &town.people[spouse]);
    let of_spouse = spouse.map_or(0, |spouse| spouse.homes.len());
    facts.push((key("realestate.homes_in_city"), json!(person.homes.len())));
    if spouse.is_some() {
        facts.push((key("realestate.spouse_homes_in_city"), json!(of_spouse)));
    }
    let homes: Vec<Value> = person
        .homes
        .iter()
        .map(|home| json!({ "value": home.address.unit, "label": home.address.detail, "note": square_metres(home.area, words) }))
        .collect();
    facts.push((key("realestate.homes"), json!(homes)));
    facts.push((
        key("realestate.contracts"),
        json!(person.contracts.iter().map(|contract| choice(contract, words)).collect::<Vec<_>>()),
    ));
    facts.push((key("tax.homes_counted"), json!(person.homes.len() + of_spouse)));
    facts.push((key("lease.filed"), json!(person.lease.is_some())));
    if let Some(lease) = &person.lease {
        facts.push((key("lease.filed_rent"), json!(lease.rent)));
        facts.push((
            key("lease.filed_address"),
            json!({ "region": person.lives.region, "detail": person.lives.detail }),
        ));
        facts.push((key("lease.filed_term"), json!({ "from": lease.from, "to": lease.to })));
        facts.push((key("lease.filed_from"), json!(lease.from)));
        facts.push((key("lease.filed_to"), json!(lease.to)));
    }
}

fn choice(contract: &Contract, words: &Words) -> Value {
    json!({
        "value": contract.number,
        "label": contract.label,
        "note": format!("{}，{} {}", square_metres(contract.area, words), words.word("filed_on"), contract.signed_on),
        "use": contract.usage,
        "unit_no": contract.unit,
        "area": contract.area,
        "price": contract.price,
        "vat": contract.vat,
        "signed_on": contract.signed_on,
        "filed": true,
    })
}

fn square_metres(area: i64, words: &Words) -> String {
    format!("{}.{:02} {}", area / 100, area % 100, words.word("square_metres"))
}

fn cards(person: &Person, words: &Words) -> Value {
    let cards = person.cards.iter().map(|(number, bank)| {
        let tail = &number[number.len().saturating_sub(4)..];
        json!({ "value": number, "label": bank, "note": format!("{} {tail}", words.word("account_tail")) })
    });
    Value::Array(cards.collect())
}

fn fund(town: &Town, person: &Person, words: &Words, facts: &mut Facts) {
    if let Some(spouse) = person.spouse.and_then(|spouse| town.people[spouse].fund.as_ref()) {
        facts.push((key("gjj.spouse_balance"), json!(spouse.balance)));
        facts.push((key("gjj.spouse_months_paid"), json!(spouse.months)));
    } else if person.spouse.is_some() {
        facts.push((key("gjj.spouse_balance"), json!(0)));
        facts.push((key("gjj.spouse_months_paid"), json!(0)));
    }
    let Some(fund) = &person.fund else {
        facts.push((key("gjj.months_paid"), json!(0)));
        return;
    };
    facts.push((key("gjj.account"), json!(fund.account)));
    facts.push((key("gjj.months_paid"), json!(fund.months)));
    facts.push((key("gjj.balance"), json!(fund.balance)));
    facts.push((key("gjj.monthly"), json!(fund.monthly)));
    facts.push((key("gjj.frozen"), json!(fund.frozen)));
    facts.push((key("gjj.used_this_quarter"), json!(fund.used)));
    facts.push((key("gjj.bank_cards"), cards(person, words)));
}

fn work(town: &Town, person: &Person, facts: &mut Facts) {
    let (last_year, all) = person.insured.unwrap_or((0, 0));
    facts.push((key("social.months_in_last_year"), json!(last_year)));
    facts.push((key("social.months_paid"), json!(all)));
    if let Some((school, months)) = &person.school {
        facts.push((key("school.school_name"), json!(school)));
        facts.push((key("school.pupil_months"), json!(months)));
    }
    if let Some(enterprise) = person.enterprise.and_then(|at| town.enterprises.get(at)) {
        facts.push((key("business.name"), json!(enterprise.name)));
        facts.push((key("business.licence_months"), json!(enterprise.months)));
    }
    if let Some(grade) = person.talent {
        facts.push((key("talent.grade"), json!(grade)));
    }
}
