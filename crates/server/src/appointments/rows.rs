//! Rows of `appointment`.

use std::str::FromStr;

use haoban_domain::{
    appointment::SlotStart,
    ids::{AppointmentId, CaseId, PartyId},
    time::{Date, Timestamp},
};
use haoban_wire::appointments::AppointmentState;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, any::AnyRow};

use crate::{Error, Result, store::Write};

/// One row.
#[derive(Debug, Clone)]
pub(super) struct Seat {
    pub id: AppointmentId,
    pub party: PartyId,
    pub schedule: String,
    pub place: String,
    pub start: SlotStart,
    pub state: AppointmentState,
    pub held_until: Option<Timestamp>,
    pub case: Option<CaseId>,
}

/// A time at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot<'a> {
    pub schedule: &'a str,
    pub place: &'a str,
    pub start: SlotStart,
}

const COLUMNS: &str = "SELECT id, party_id, schedule, place, starts, state, held_until, case_id FROM appointment ";

fn read(row: &AnyRow) -> Result<Seat> {
    let stored = |what: &str| Error::internal(format!("stored {what} of an appointment"));
    let case: Option<String> = row.try_get("case_id")?;
    Ok(Seat {
        id: AppointmentId::from_str(&row.try_get::<String, _>("id")?)?,
        party: PartyId::from_str(&row.try_get::<String, _>("party_id")?)?,
        schedule: row.try_get("schedule")?,
        place: row.try_get("place")?,
        start: SlotStart::from_str(&row.try_get::<String, _>("starts")?).map_err(|_| stored("start"))?,
        state: AppointmentState::parse(&row.try_get::<String, _>("state")?).ok_or_else(|| stored("state"))?,
        held_until: row.try_get::<Option<i64>, _>("held_until")?.map(Timestamp::from_millis),
        case: case.map(|id| CaseId::from_str(&id)).transpose()?,
    })
}

/// One appointment; inside a transaction nobody else moves it until the end.
pub(super) async fn find(connection: &mut AnyConnection, id: AppointmentId, suffix: &str) -> Result<Option<Seat>> {
    let sql = format!("{COLUMNS}WHERE id = $1{suffix}");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(connection).await?;
    row.as_ref().map(read).transpose()
}

/// Appointments of a party, the latest start first.
pub(super) async fn of_party(connection: &mut AnyConnection, party: PartyId) -> Result<Vec<Seat>> {
    let sql = format!("{COLUMNS}WHERE party_id = $1 ORDER BY starts DESC, changed_at DESC LIMIT 100");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(party.to_string()).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

/// Booked appointments of a case.
pub(super) async fn of_case(connection: &mut AnyConnection, case: CaseId) -> Result<Vec<Seat>> {
    let sql = format!("{COLUMNS}WHERE case_id = $1 AND state = 'booked'");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(case.to_string()).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

/// A seat the party has in a slot, held or booked.
pub(super) async fn own_seat(connection: &mut AnyConnection, party: PartyId, slot: Slot<'_>) -> Result<Option<Seat>> {
    let sql = format!(
        "{COLUMNS}WHERE schedule = $1 AND place = $2 AND starts = $3 AND party_id = $4 AND seat IS NOT NULL \
         AND state IN ('held', 'booked')"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(slot.schedule.to_owned()).bind(slot.place.to_owned());
    let row = query.bind(slot.start.to_string()).bind(party.to_string()).fetch_optional(connection).await?;
    row.as_ref().map(read).transpose()
}

/// Booked, kept and missed appointments of some timetables on a day, in order of time.
pub(super) async fn of_day(connection: &mut AnyConnection, schedule: &str, day: Date) -> Result<Vec<Seat>> {
    let sql = format!(
        "{COLUMNS}WHERE schedule = $1 AND starts >= $2 AND starts < $3 AND state IN ('booked', 'kept', 'missed') \
         ORDER BY starts, seat"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(schedule.to_owned());
    let rows = query.bind(format!("{day}T00:00")).bind(format!("{day}T24:00")).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

/// Days of the appointments a party missed in a timetable.
pub(super) async fn missed(connection: &mut AnyConnection, party: PartyId, schedule: &str) -> Result<Vec<Date>> {
    let sql = format!("{COLUMNS}WHERE party_id = $1 AND schedule = $2 AND state = 'missed'");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(party.to_string()).bind(schedule.to_owned());
    query.fetch_all(connection).await?.iter().map(|row| read(row).map(|seat| seat.start.day)).collect()
}

/// Seats in use from now on, by start.
pub(super) async fn in_use(
    connection: &mut AnyConnection,
    schedule: &str,
    place: &str,
    now: Timestamp,
) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query(
        "SELECT starts, CAST(COUNT(*) AS BIGINT) AS used FROM appointment WHERE schedule = $1 AND place = $2 \
         AND starts >= $3 AND seat IS NOT NULL AND (state <> 'held' OR held_until > $4) GROUP BY starts",
    )
    .bind(schedule.to_owned())
    .bind(place.to_owned())
    .bind(now.city_date().to_string())
    .bind(now.millis())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("starts")?, row.try_get("used")?))).collect()
}

/// Seats of a slot that are in use; held ones whose time is over are given up first.
pub(super) async fn taken(tx: &mut Write, slot: Slot<'_>, now: Timestamp) -> Result<Vec<i64>> {
    sqlx::query(
        "UPDATE appointment SET state = 'lapsed', seat = NULL, changed_at = $1 WHERE schedule = $2 AND place = $3 \
         AND starts = $4 AND state = 'held' AND held_until <= $1",
    )
    .bind(now.millis())
    .bind(slot.schedule.to_owned())
    .bind(slot.place.to_owned())
    .bind(slot.start.to_string())
    .execute(&mut **tx)
    .await?;
    let rows = sqlx::query(
        "SELECT seat FROM appointment WHERE schedule = $1 AND place = $2 AND starts = $3 AND seat IS NOT NULL",
    )
    .bind(slot.schedule.to_owned())
    .bind(slot.place.to_owned())
    .bind(slot.start.to_string())
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(|row| Ok(row.try_get("seat")?)).collect()
}

/// Puts a row on a seat; false when somebody else was first. On Postgres a twin waits here for the first.
pub(super) async fn insert(tx: &mut Write, seat: &Seat, number: u16, now: Timestamp) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO appointment (id, party_id, schedule, place, starts, seat, state, held_until, case_id, created_at, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) ON CONFLICT (schedule, place, starts, seat) DO NOTHING",
    )
    .bind(seat.id.to_string())
    .bind(seat.party.to_string())
    .bind(seat.schedule.clone())
    .bind(seat.place.clone())
    .bind(seat.start.to_string())
    .bind(i64::from(number))
    .bind(seat.state.as_str())
    .bind(seat.held_until.map(Timestamp::millis))
    .bind(seat.case.map(|case| case.to_string()))
    .bind(now.millis())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Makes a held seat a booked one.
pub(super) async fn book(tx: &mut Write, id: AppointmentId, case: CaseId, now: Timestamp) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE appointment SET state = 'booked', held_until = NULL, case_id = $1, changed_at = $2 \
         WHERE id = $3 AND state = 'held' AND seat IS NOT NULL",
    )
    .bind(case.to_string())
    .bind(now.millis())
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Holds a seat for longer.
pub(super) async fn extend(tx: &mut Write, id: AppointmentId, until: Timestamp) -> Result<()> {
    sqlx::query("UPDATE appointment SET held_until = $1 WHERE id = $2 AND state = 'held'")
        .bind(until.millis())
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Gives a seat up.
pub(super) async fn free(tx: &mut Write, id: AppointmentId, state: AppointmentState, now: Timestamp) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE appointment SET state = $1, seat = NULL, changed_at = $2 WHERE id = $3 AND state IN ('held', 'booked')",
    )
    .bind(state.as_str())
    .bind(now.millis())
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Other seats the party holds in a timetable: choosing anew gives them up.
pub(super) async fn free_other_holds(tx: &mut Write, party: PartyId, schedule: &str, now: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE appointment SET state = 'lapsed', seat = NULL, changed_at = $1 \
         WHERE party_id = $2 AND schedule = $3 AND state = 'held'",
    )
    .bind(now.millis())
    .bind(party.to_string())
    .bind(schedule.to_owned())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes whether the resident came.
pub(super) async fn mark(tx: &mut Write, id: AppointmentId, state: AppointmentState, now: Timestamp) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE appointment SET state = $1, changed_at = $2 WHERE id = $3 AND state IN ('booked', 'kept', 'missed')",
    )
    .bind(state.as_str())
    .bind(now.millis())
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
