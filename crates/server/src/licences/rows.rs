//! Rows of `licence`. The document is the licence; the columns beside it are for finding it.

use haoban_domain::{
    ids::{CaseId, LicenceId, PartyId},
    licence::{Licence, LicenceStatus},
    time::{Date, Timestamp},
};
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    Result,
    store::{Store, Write},
};

/// Puts a licence into a party's wallet.
pub async fn insert(tx: &mut Write, party: PartyId, licence: &Licence, now: Timestamp) -> Result<()> {
    write(tx, party, licence, None, now).await
}

/// A licence that a case produced.
pub(crate) async fn issue(
    tx: &mut Write,
    party: PartyId,
    licence: &Licence,
    case: CaseId,
    now: Timestamp,
) -> Result<()> {
    write(tx, party, licence, Some(case), now).await
}

async fn write(tx: &mut Write, party: PartyId, licence: &Licence, case: Option<CaseId>, now: Timestamp) -> Result<()> {
    let status = serde_json::to_value(licence.status)?;
    sqlx::query(
        "INSERT INTO licence (id, party_id, licence_type, identifier, status, issued_on, valid_to, case_id, document, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(licence.id.to_string())
    .bind(party.to_string())
    .bind(licence.licence_type.clone())
    .bind(licence.identifier.clone())
    .bind(status.as_str().unwrap_or_default().to_owned())
    .bind(licence.issued_on.to_string())
    .bind(licence.valid_to.map(|day| day.to_string()))
    .bind(case.map(|case| case.to_string()))
    .bind(serde_json::to_string(licence)?)
    .bind(now.millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Licences of a party as they stand on a day, latest first.
pub async fn of_party(store: &Store, party: PartyId, today: Date) -> Result<Vec<Licence>> {
    let mut connection = store.reader().acquire().await?;
    held(&mut connection, party, today).await
}

/// The same on a connection that is at hand.
pub(crate) async fn held(connection: &mut AnyConnection, party: PartyId, today: Date) -> Result<Vec<Licence>> {
    let rows = sqlx::query("SELECT document FROM licence WHERE party_id = $1 ORDER BY issued_on DESC, id")
        .bind(party.to_string())
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| read(row, today)).collect()
}

/// One licence of a party.
pub(crate) async fn find(store: &Store, party: PartyId, id: LicenceId, today: Date) -> Result<Option<Licence>> {
    let row = sqlx::query("SELECT document FROM licence WHERE id = $1 AND party_id = $2")
        .bind(id.to_string())
        .bind(party.to_string())
        .fetch_optional(store.reader())
        .await?;
    row.as_ref().map(|row| read(row, today)).transpose()
}

fn read(row: &AnyRow, today: Date) -> Result<Licence> {
    let mut licence: Licence = serde_json::from_str(&row.try_get::<String, _>("document")?)?;
    if licence.status == LicenceStatus::Valid && licence.valid_to.is_some_and(|last| last < today) {
        licence.status = LicenceStatus::Expired;
    }
    Ok(licence)
}
