//! Rows of `follow_account` and `follow_device`.

use haoban_domain::{
    ids::{DeviceId, PartyId},
    time::Timestamp,
};
use haoban_wire::follow::{DeviceGrant, DeviceInfo};
use sqlx::{AnyExecutor, AssertSqlSafe, Row as _, any::AnyRow};

use crate::{
    Result,
    store::{Store, Write},
};

/// Which account key is in force.
pub(crate) struct Account {
    pub(crate) epoch: i64,
    pub(crate) roster_revision: i64,
    pub(crate) roster: Vec<u8>,
}

/// A device.
pub(super) struct Device {
    pub(super) id: DeviceId,
    pub(super) party: PartyId,
    pub(super) family: String,
    pub(super) name: String,
    pub(super) public_key: Vec<u8>,
    pub(super) check: Vec<u8>,
    pub(super) grant: Option<DeviceGrant>,
    pub(super) added_at: Timestamp,
    pub(super) seen_at: Timestamp,
    pub(super) removed: bool,
}

impl Device {
    fn of_row(row: &AnyRow) -> Result<Self> {
        let epoch: Option<i64> = row.try_get("grant_epoch")?;
        let from: Option<Vec<u8>> = row.try_get("grant_from")?;
        let body: Option<Vec<u8>> = row.try_get("grant_body")?;
        let grant = epoch.zip(from.zip(body)).map(|(epoch, (from, body))| DeviceGrant {
            epoch: epoch.unsigned_abs(),
            from: hex::encode(from),
            sealed: hex::encode(body),
        });
        Ok(Self {
            id: row.try_get::<String, _>("id")?.parse()?,
            party: row.try_get::<String, _>("party_id")?.parse()?,
            family: row.try_get("family_id")?,
            name: row.try_get("name")?,
            public_key: row.try_get("public_key")?,
            check: row.try_get("code_check")?,
            grant,
            added_at: Timestamp::from_millis(row.try_get("added_at")?),
            seen_at: Timestamp::from_millis(row.try_get("seen_at")?),
            removed: row.try_get::<Option<i64>, _>("removed_at")?.is_some(),
        })
    }

    pub(super) fn info(self, family: &str) -> DeviceInfo {
        DeviceInfo {
            id: self.id,
            name: self.name,
            public_key: hex::encode(self.public_key),
            check: hex::encode(self.check),
            admitted: self.grant.is_some(),
            mine: self.family == family,
            added_at: self.added_at,
            seen_at: self.seen_at,
        }
    }
}

const COLUMNS: &str = "id, party_id, family_id, name, public_key, code_check, grant_epoch, grant_from, grant_body, \
                       added_at, seen_at, removed_at";

/// The account of a party, kept from others until the commit.
pub(crate) async fn account(tx: &mut Write, party: PartyId) -> Result<Option<Account>> {
    let suffix = tx.dialect().for_update();
    read_account(&mut **tx, party, suffix).await
}

/// The account of a party, only to look at.
pub(crate) async fn account_now(store: &Store, party: PartyId) -> Result<Option<Account>> {
    read_account(store.reader(), party, "").await
}

async fn read_account(from: impl AnyExecutor<'_>, party: PartyId, suffix: &str) -> Result<Option<Account>> {
    let sql = format!("SELECT epoch, roster_revision, roster FROM follow_account WHERE party_id = $1{suffix}");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(party.to_string()).fetch_optional(from).await?;
    row.map(|row| {
        Ok(Account {
            epoch: row.try_get("epoch")?,
            roster_revision: row.try_get("roster_revision")?,
            roster: row.try_get("roster")?,
        })
    })
    .transpose()
}

/// Begins an account; false when another device was first.
pub(super) async fn begin(tx: &mut Write, party: PartyId, roster: Vec<u8>) -> Result<bool> {
    let made = sqlx::query(
        "INSERT INTO follow_account (party_id, epoch, roster_revision, roster) VALUES ($1, 1, 1, $2)
         ON CONFLICT (party_id) DO NOTHING",
    )
    .bind(party.to_string())
    .bind(roster)
    .execute(&mut **tx)
    .await?;
    Ok(made.rows_affected() == 1)
}

/// Puts a roster, and perhaps another key, in force.
pub(super) async fn change(tx: &mut Write, party: PartyId, epoch: i64, revision: i64, roster: Vec<u8>) -> Result<()> {
    sqlx::query("UPDATE follow_account SET epoch = $2, roster_revision = $3, roster = $4 WHERE party_id = $1")
        .bind(party.to_string())
        .bind(epoch)
        .bind(revision)
        .bind(roster)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Devices of a party that were not removed, oldest first.
pub(super) async fn all(store: &Store, party: PartyId) -> Result<Vec<Device>> {
    let sql =
        format!("SELECT {COLUMNS} FROM follow_device WHERE party_id = $1 AND removed_at IS NULL ORDER BY added_at, id");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(party.to_string()).fetch_all(store.reader()).await?;
    rows.iter().map(Device::of_row).collect()
}

/// The same inside a transaction.
pub(super) async fn all_in(tx: &mut Write, party: PartyId) -> Result<Vec<Device>> {
    let sql =
        format!("SELECT {COLUMNS} FROM follow_device WHERE party_id = $1 AND removed_at IS NULL ORDER BY added_at, id");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(party.to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(Device::of_row).collect()
}

/// One device, whoever's it is.
pub(super) async fn one(tx: &mut Write, id: DeviceId) -> Result<Option<Device>> {
    let sql = format!("SELECT {COLUMNS} FROM follow_device WHERE id = $1{}", tx.dialect().for_update());
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(&mut **tx).await?;
    row.as_ref().map(Device::of_row).transpose()
}

/// Whether a device with this id and key was removed.
pub(super) async fn was_removed(store: &Store, id: DeviceId, public_key: Vec<u8>) -> Result<bool> {
    let found: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM follow_device WHERE id = $1 AND public_key = $2 AND removed_at IS NOT NULL",
    )
    .bind(id.to_string())
    .bind(public_key)
    .fetch_one(store.reader())
    .await?;
    Ok(found > 0)
}

/// The admitted device that a family of tokens belongs to.
pub(crate) async fn admitted_device(
    from: impl AnyExecutor<'_>,
    party: PartyId,
    family: &str,
) -> Result<Option<DeviceId>> {
    let id: Option<String> = sqlx::query_scalar(
        "SELECT id FROM follow_device WHERE party_id = $1 AND family_id = $2 AND removed_at IS NULL
         AND grant_epoch IS NOT NULL",
    )
    .bind(party.to_string())
    .bind(family.to_owned())
    .fetch_optional(from)
    .await?;
    Ok(id.map(|id| id.parse()).transpose()?)
}

/// Devices of a party, removed ones too.
pub(super) async fn count(tx: &mut Write, party: PartyId) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM follow_device WHERE party_id = $1")
        .bind(party.to_string())
        .fetch_one(&mut **tx)
        .await?)
}

/// What a new device says of itself.
pub(super) struct New<'a> {
    pub(super) id: DeviceId,
    pub(super) party: PartyId,
    pub(super) family: &'a str,
    pub(super) name: &'a str,
    pub(super) public_key: Vec<u8>,
    pub(super) check: Vec<u8>,
}

/// Adds a device.
pub(super) async fn insert(tx: &mut Write, new: New<'_>, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO follow_device (id, party_id, family_id, name, public_key, code_check, added_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
    )
    .bind(new.id.to_string())
    .bind(new.party.to_string())
    .bind(new.family.to_owned())
    .bind(new.name.to_owned())
    .bind(new.public_key)
    .bind(new.check)
    .bind(now.millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A known device signed in anew, or got another name.
pub(super) async fn renew(tx: &mut Write, id: DeviceId, family: &str, name: &str, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE follow_device SET family_id = $2, name = $3, seen_at = $4 WHERE id = $1")
        .bind(id.to_string())
        .bind(family.to_owned())
        .bind(name.to_owned())
        .bind(now.millis())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A device asked.
pub(super) async fn saw(tx: &mut Write, id: DeviceId, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE follow_device SET seen_at = $2 WHERE id = $1")
        .bind(id.to_string())
        .bind(now.millis())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Gives a device the account key.
pub(super) async fn grant(tx: &mut Write, id: DeviceId, epoch: i64, from: Vec<u8>, body: Vec<u8>) -> Result<()> {
    sqlx::query("UPDATE follow_device SET grant_epoch = $2, grant_from = $3, grant_body = $4 WHERE id = $1")
        .bind(id.to_string())
        .bind(epoch)
        .bind(from)
        .bind(body)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Takes a device out; its grant goes at once.
pub(super) async fn remove(tx: &mut Write, id: DeviceId, now: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE follow_device SET removed_at = $2, grant_epoch = NULL, grant_from = NULL, grant_body = NULL
         WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(now.millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets a device that left by itself.
pub(super) async fn forget(tx: &mut Write, id: DeviceId) -> Result<()> {
    sqlx::query("DELETE FROM follow_device WHERE id = $1").bind(id.to_string()).execute(&mut **tx).await?;
    Ok(())
}

/// Nobody follows any more: what was kept for the devices goes.
pub(super) async fn clear(tx: &mut Write, party: PartyId) -> Result<()> {
    for sql in ["DELETE FROM follow_draft WHERE party_id = $1", "DELETE FROM follow_account WHERE party_id = $1"] {
        sqlx::query(sql).bind(party.to_string()).execute(&mut **tx).await?;
    }
    Ok(())
}
