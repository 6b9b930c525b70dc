//! Rows of `follow_draft`.

use haoban_domain::{
    ids::{DraftId, PartyId},
    time::Timestamp,
};
use haoban_wire::follow::{FollowRow, FollowState};
use sqlx::{AnyExecutor, Row as _, any::AnyRow};

use crate::{Result, store::Write};

fn row_of(row: &AnyRow) -> Result<FollowRow> {
    let state = match row.try_get::<String, _>("state")?.as_str() {
        "sent" => FollowState::Sent,
        "deleted" => FollowState::Deleted,
        _ => FollowState::Open,
    };
    Ok(FollowRow {
        draft_id: row.try_get::<String, _>("draft_id")?.parse()?,
        revision: row.try_get::<i64, _>("revision")?.unsigned_abs(),
        epoch: row.try_get::<i64, _>("epoch")?.unsigned_abs(),
        state,
    })
}

/// All drafts of a party.
pub(super) async fn list(from: impl AnyExecutor<'_>, party: PartyId) -> Result<Vec<FollowRow>> {
    let rows = sqlx::query(
        "SELECT draft_id, revision, epoch, state FROM follow_draft WHERE party_id = $1 ORDER BY changed_at, draft_id",
    )
    .bind(party.to_string())
    .fetch_all(from)
    .await?;
    rows.iter().map(row_of).collect()
}

/// One draft of a party, with its content.
pub(super) async fn one(
    from: impl AnyExecutor<'_>,
    party: PartyId,
    id: DraftId,
) -> Result<Option<(FollowRow, Vec<u8>)>> {
    let row = sqlx::query(
        "SELECT draft_id, revision, epoch, state, sealed FROM follow_draft WHERE party_id = $1 AND draft_id = $2",
    )
    .bind(party.to_string())
    .bind(id.to_string())
    .fetch_optional(from)
    .await?;
    row.map(|row| Ok((row_of(&row)?, row.try_get("sealed")?))).transpose()
}

/// Writes a draft.
pub(super) async fn put(
    tx: &mut Write,
    party: PartyId,
    row: &FollowRow,
    sealed: Vec<u8>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO follow_draft (party_id, draft_id, revision, epoch, state, sealed, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (party_id, draft_id) DO UPDATE SET revision = excluded.revision, epoch = excluded.epoch,
         state = excluded.state, sealed = excluded.sealed, changed_at = excluded.changed_at",
    )
    .bind(party.to_string())
    .bind(row.draft_id.to_string())
    .bind(row.revision.cast_signed())
    .bind(row.epoch.cast_signed())
    .bind(row.state.as_str())
    .bind(sealed)
    .bind(now.millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets what ended long ago.
pub(super) async fn sweep(tx: &mut Write, party: PartyId, before: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM follow_draft WHERE party_id = $1 AND state <> 'open' AND changed_at < $2")
        .bind(party.to_string())
        .bind(before.millis())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
