//! The town into the database, in one transaction.

use haoban_domain::{
    item::AudienceKind,
    time::{Date, Timestamp},
};

use super::{
    PASSWORD,
    declared::Declared,
    facts,
    licences::Maker,
    town::{Person, Town},
    words::Words,
};
use crate::{
    AppState, Result,
    identity::{
        accounts::{self, NewOfficer, NewParty},
        facts as registers,
    },
    licences,
    store::{Store, Write},
};

/// What seeding did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seeded {
    /// The demo city is in the database now.
    Done {
        /// Residents.
        residents: usize,
        /// Enterprises.
        enterprises: usize,
        /// Officers.
        officers: usize,
    },
    /// It was there before; nothing was changed.
    Already,
}

/// Whether anybody is in the database.
pub(super) async fn has_people(store: &Store) -> Result<bool> {
    let people: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM party").fetch_one(store.reader()).await?;
    let officers: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM officer").fetch_one(store.reader()).await?;
    Ok(people + officers > 0)
}

pub(super) async fn all(state: &AppState, words: &Words, town: &Town, today: Date) -> Result<Seeded> {
    // Slow work comes before the transaction.
    let hash = state.passwords.hash(&*state.random, PASSWORD).await?;
    let now = state.clock.now();
    let pack = state.catalogue.current();
    let mut maker = Maker::new(&pack, words, today);
    let declared = Declared::read(&pack, today)?;
    let mut tx = state.store.write().await?;
    for (number, person) in town.people.iter().enumerate() {
        add_person(&mut tx, person, &hash, now).await?;
        let mut answers = facts::of_person(town, person, words);
        answers.extend(declared.of_person(person, number, today));
        registers::put_new(&mut tx, person.party, &answers, now).await?;
        for licence in maker.of_person(town, person) {
            licences::insert(&mut tx, person.party, &licence, now).await?;
        }
    }
    for enterprise in &town.enterprises {
        let party = NewParty {
            id: enterprise.party,
            kind: AudienceKind::LegalEntity,
            name: &enterprise.name,
            id_number: &enterprise.credit_code,
            phone: &enterprise.phone,
        };
        accounts::add_party(&mut tx, &party, now).await?;
        // By a code sent to its phone, as everybody whom the demonstration gives no password.
        let account = format!("acc-{}", enterprise.phone);
        accounts::add_account(&mut tx, &account, enterprise.party, &enterprise.phone, None, now).await?;
        registers::put_new(&mut tx, enterprise.party, &facts::of_enterprise(enterprise), now).await?;
        for licence in maker.of_enterprise(town, enterprise) {
            licences::insert(&mut tx, enterprise.party, &licence, now).await?;
        }
    }
    let departments: Vec<&str> = pack.pack.departments.iter().map(|department| department.id.as_str()).collect();
    let officers = add_officers(&mut tx, words, &departments, &hash, now).await?;
    accounts::put_setting(&mut tx, accounts::DEMO, "1").await?;
    tx.commit().await?;
    Ok(Seeded::Done { residents: town.people.len(), enterprises: town.enterprises.len(), officers })
}

async fn add_person(tx: &mut Write, person: &Person, hash: &str, now: Timestamp) -> Result<()> {
    let party = NewParty {
        id: person.party,
        kind: AudienceKind::NaturalPerson,
        name: &person.name,
        id_number: &person.id_number,
        phone: &person.phone,
    };
    accounts::add_party(tx, &party, now).await?;
    // Children are known to the registers but do not sign in.
    if person.age(now.city_date()) >= 16 {
        let id = format!("acc-{}", person.phone);
        let password = person.has_password.then_some(hash);
        accounts::add_account(tx, &id, person.party, &person.phone, password, now).await?;
    }
    Ok(())
}

/// One officer a department, and a second one at the fund centre so that two can meet on one case.
async fn add_officers(
    tx: &mut Write,
    words: &Words,
    departments: &[&str],
    hash: &str,
    now: Timestamp,
) -> Result<usize> {
    let desks = departments.iter().map(|id| (format!("desk-{id}"), *id));
    let second = ("desk-gjj-center-2".to_owned(), "gjj-center");
    let mut added = 0;
    for ((account, department), name) in desks.chain([second]).zip(words.officers.iter().cycle()) {
        let id = format!("off-{account}");
        let officer = NewOfficer { id: &id, account: &account, name, department, password_hash: hash };
        accounts::add_officer(tx, &officer, now).await?;
        added += 1;
    }
    Ok(added)
}
