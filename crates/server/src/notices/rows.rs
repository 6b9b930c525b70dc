//! Rows of `party_event`, numbered within each party.

use haoban_domain::{ids::PartyId, time::Timestamp};
use haoban_wire::http::{Change, Event, EventPage};
use sqlx::Row as _;

use crate::{
    Result,
    store::{Store, Write},
};

/// Events of one answer.
const PAGE: i64 = 100;

/// Adds an event to a party's stream; wake the hub after the commit.
pub async fn append(tx: &mut Write, party: PartyId, change: &Change, now: Timestamp) -> Result<i64> {
    let row = sqlx::query(
        "INSERT INTO party_stream (party_id, last_seq) VALUES ($1, 1) \
         ON CONFLICT (party_id) DO UPDATE SET last_seq = party_stream.last_seq + 1 RETURNING last_seq",
    )
    .bind(party.to_string())
    .fetch_one(&mut **tx)
    .await?;
    let seq: i64 = row.try_get("last_seq")?;
    sqlx::query("INSERT INTO party_event (party_id, seq, change, at) VALUES ($1, $2, $3, $4)")
        .bind(party.to_string())
        .bind(seq)
        .bind(serde_json::to_string(change)?)
        .bind(now.millis())
        .execute(&mut **tx)
        .await?;
    Ok(seq)
}

/// The same for a change that only asks to look again: one of a kind is enough, the latest.
pub async fn append_latest(tx: &mut Write, party: PartyId, change: &Change, now: Timestamp) -> Result<i64> {
    sqlx::query("DELETE FROM party_event WHERE party_id = $1 AND change = $2")
        .bind(party.to_string())
        .bind(serde_json::to_string(change)?)
        .execute(&mut **tx)
        .await?;
    append(tx, party, change, now).await
}

/// The events after a number, in order.
pub async fn page(store: &Store, party: PartyId, after: i64) -> Result<EventPage> {
    let rows =
        sqlx::query("SELECT seq, change, at FROM party_event WHERE party_id = $1 AND seq > $2 ORDER BY seq LIMIT $3")
            .bind(party.to_string())
            .bind(after)
            .bind(PAGE + 1)
            .fetch_all(store.reader())
            .await?;
    let mut events = Vec::with_capacity(rows.len());
    for row in &rows {
        events.push(Event {
            seq: row.try_get("seq")?,
            change: serde_json::from_str(&row.try_get::<String, _>("change")?)?,
            at: Timestamp::from_millis(row.try_get("at")?),
        });
    }
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = events.len() > most;
    events.truncate(most);
    Ok(EventPage { events, more })
}

/// A cursor from before this database was made anew would wait for ever: it begins again.
pub async fn sane_cursor(store: &Store, party: PartyId, after: i64) -> Result<i64> {
    let row = sqlx::query("SELECT last_seq FROM party_stream WHERE party_id = $1")
        .bind(party.to_string())
        .fetch_optional(store.reader())
        .await?;
    let last: i64 = row.map(|row| row.try_get("last_seq")).transpose()?.unwrap_or(0);
    Ok(if after > last { 0 } else { after.max(0) })
}
