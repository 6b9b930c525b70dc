//! Rows of `key_deposit`.

use haoban_domain::{ids::PartyId, time::Timestamp};
use sqlx::{AssertSqlSafe, Row as _};

use crate::{Result, store::Write};

/// A deposit.
pub(super) struct Deposit {
    pub(super) party: PartyId,
    pub(super) sealed: Vec<u8>,
    pub(super) day: String,
    pub(super) released_today: i64,
}

/// The deposit of a profile, kept from others until the commit.
pub(super) async fn lock(tx: &mut Write, profile: &str) -> Result<Option<Deposit>> {
    let sql = format!(
        "SELECT party_id, sealed, day, released_today FROM key_deposit WHERE profile = $1{}",
        tx.dialect().for_update()
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(profile.to_owned()).fetch_optional(&mut **tx).await?;
    row.map(|row| {
        Ok(Deposit {
            party: row.try_get::<String, _>("party_id")?.parse()?,
            sealed: row.try_get("sealed")?,
            day: row.try_get("day")?,
            released_today: row.try_get("released_today")?,
        })
    })
    .transpose()
}

/// Deposits a party has.
pub(super) async fn count(tx: &mut Write, party: PartyId) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM key_deposit WHERE party_id = $1")
        .bind(party.to_string())
        .fetch_one(&mut **tx)
        .await?)
}

/// Writes a key for its party; false when the profile is another party's. What was released today still counts.
pub(super) async fn put(
    tx: &mut Write,
    profile: &str,
    party: PartyId,
    sealed: Vec<u8>,
    now: Timestamp,
) -> Result<bool> {
    let written = sqlx::query(
        "INSERT INTO key_deposit (profile, party_id, sealed, deposited_at, day, released_today)
         VALUES ($1, $2, $3, $4, $5, 0)
         ON CONFLICT (profile) DO UPDATE SET sealed = excluded.sealed, deposited_at = excluded.deposited_at
         WHERE key_deposit.party_id = excluded.party_id",
    )
    .bind(profile.to_owned())
    .bind(party.to_string())
    .bind(sealed)
    .bind(now.millis())
    .bind(now.city_date().to_string())
    .execute(&mut **tx)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Removes a party's key; false when there was none.
pub(super) async fn remove(tx: &mut Write, profile: &str, party: PartyId) -> Result<bool> {
    let removed = sqlx::query("DELETE FROM key_deposit WHERE profile = $1 AND party_id = $2")
        .bind(profile.to_owned())
        .bind(party.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(removed.rows_affected() == 1)
}

/// Counts a release of this day.
pub(super) async fn count_release(tx: &mut Write, profile: &str, day: &str, released_today: i64) -> Result<()> {
    sqlx::query("UPDATE key_deposit SET day = $2, released_today = $3 WHERE profile = $1")
        .bind(profile.to_owned())
        .bind(day.to_owned())
        .bind(released_today)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
