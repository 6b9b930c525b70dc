//! Parties, accounts of residents, officers.

use haoban_domain::{ids::PartyId, item::AudienceKind, person::Applicant, time::Timestamp};
use sqlx::{Row, any::AnyRow};

use crate::{Error, Result, store::Store, store::Write};

/// A person or enterprise to be added.
#[derive(Debug, Clone)]
pub struct NewParty<'a> {
    /// Id.
    pub id: PartyId,
    /// Kind.
    pub kind: AudienceKind,
    /// Name.
    pub name: &'a str,
    /// ID number or credit code.
    pub id_number: &'a str,
    /// Mobile.
    pub phone: &'a str,
}

/// An account found by phone.
#[derive(Debug, Clone)]
pub struct Account {
    /// Id.
    pub id: String,
    /// Party.
    pub party_id: PartyId,
    /// PHC string; none when only codes are used.
    pub password_hash: Option<String>,
}

/// An officer found by account name.
#[derive(Debug, Clone)]
pub struct OfficerAccount {
    /// Id.
    pub id: String,
    /// PHC string.
    pub password_hash: String,
}

/// An officer to be added.
#[derive(Debug, Clone)]
pub struct NewOfficer<'a> {
    /// Id.
    pub id: &'a str,
    /// What is typed to sign in.
    pub account: &'a str,
    /// Name.
    pub name: &'a str,
    /// Department id of the pack.
    pub department: &'a str,
    /// PHC string of `Passwords::hash`.
    pub password_hash: &'a str,
}

/// Adds a party.
pub async fn add_party(tx: &mut Write, party: &NewParty<'_>, now: Timestamp) -> Result<()> {
    sqlx::query("INSERT INTO party (id, kind, name, id_number, phone, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(party.id.to_string())
        .bind(kind_text(party.kind))
        .bind(party.name.to_owned())
        .bind(party.id_number.to_owned())
        .bind(party.phone.to_owned())
        .bind(now.millis())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Adds an account by which a party signs in. `password_hash` comes from `Passwords::hash`.
pub async fn add_account(
    tx: &mut Write,
    id: &str,
    party: PartyId,
    phone: &str,
    password_hash: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("INSERT INTO account (id, party_id, phone, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(id.to_owned())
        .bind(party.to_string())
        .bind(phone.to_owned())
        .bind(password_hash.map(str::to_owned))
        .bind(now.millis())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Adds an officer.
pub async fn add_officer(tx: &mut Write, officer: &NewOfficer<'_>, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO officer (id, account, name, department, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(officer.id.to_owned())
    .bind(officer.account.to_owned())
    .bind(officer.name.to_owned())
    .bind(officer.department.to_owned())
    .bind(officer.password_hash.to_owned())
    .bind(now.millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The account of a phone, if it may sign in.
pub async fn account_of_phone(store: &Store, phone: &str) -> Result<Option<Account>> {
    let row = sqlx::query("SELECT id, party_id, password_hash FROM account WHERE phone = $1 AND disabled = 0")
        .bind(phone.to_owned())
        .fetch_optional(store.reader())
        .await?;
    row.map(|row| {
        Ok(Account {
            id: row.try_get("id")?,
            party_id: row.try_get::<String, _>("party_id")?.parse()?,
            password_hash: row.try_get("password_hash")?,
        })
    })
    .transpose()
}

/// The officer of an account name, if they may sign in.
pub async fn officer_of_account(store: &Store, account: &str) -> Result<Option<OfficerAccount>> {
    let row = sqlx::query("SELECT id, password_hash FROM officer WHERE account = $1 AND disabled = 0")
        .bind(account.to_owned())
        .fetch_optional(store.reader())
        .await?;
    row.map(|row| Ok(OfficerAccount { id: row.try_get("id")?, password_hash: row.try_get("password_hash")? }))
        .transpose()
}

/// A party as an applicant.
pub async fn applicant(executor: impl sqlx::Executor<'_, Database = sqlx::Any>, party: PartyId) -> Result<Applicant> {
    let row = sqlx::query("SELECT id, kind, name, id_number, phone FROM party WHERE id = $1")
        .bind(party.to_string())
        .fetch_optional(executor)
        .await?
        .ok_or_else(|| Error::internal("a token names a party that is not there"))?;
    applicant_of(&row)
}

fn applicant_of(row: &AnyRow) -> Result<Applicant> {
    Ok(Applicant {
        party: row.try_get::<String, _>("id")?.parse()?,
        kind: if row.try_get::<String, _>("kind")? == kind_text(AudienceKind::LegalEntity) {
            AudienceKind::LegalEntity
        } else {
            AudienceKind::NaturalPerson
        },
        name: row.try_get("name")?,
        id_number: row.try_get("id_number")?,
        phone: row.try_get("phone")?,
    })
}

fn kind_text(kind: AudienceKind) -> &'static str {
    match kind {
        AudienceKind::NaturalPerson => "natural_person",
        AudienceKind::LegalEntity => "legal_entity",
    }
}

/// A value kept beside the tables, e.g. `demo`.
pub async fn setting(store: &Store, name: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT value FROM setting WHERE name = $1")
        .bind(name.to_owned())
        .fetch_optional(store.reader())
        .await?)
}

/// Keeps a value beside the tables.
pub async fn put_setting(tx: &mut Write, name: &str, value: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name.to_owned())
    .bind(value.to_owned())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Setting that says that the database holds the demo city.
pub const DEMO: &str = "demo";

/// Whether the database holds the demo city: only then are SMS messages shown.
pub async fn is_demo(store: &Store) -> Result<bool> {
    Ok(setting(store, DEMO).await?.is_some())
}
