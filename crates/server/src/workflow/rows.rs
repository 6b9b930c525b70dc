//! Rows of `cases`, `case_event` and `correction`.

use std::str::FromStr;

use haoban_domain::{
    case::{CaseEvent, CaseState, CaseStatus, Pause, Way, timeline::Happening},
    form::Evaluator,
    ids::{CaseId, CorrectionId, PartyId},
    time::{Date, Timestamp},
};
use serde::de::DeserializeOwned;
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

use super::{Correction, Dossier, charges};
use crate::{
    AppState, Error, Result,
    intake::at_version,
    joint::{self, PartRecord},
    store::Write,
};

const CASE: &str = "SELECT id, number, party_id, item_code, item_version, channel, revision, submitted_at, machine, clocks, \
                    applicant, answers, choices, slots, facts, headline, decision, promises, way FROM cases WHERE id = $1";

/// A case as it is now, for reading.
pub(crate) async fn load(state: &AppState, id: CaseId) -> Result<Option<Dossier>> {
    let mut connection = state.store.reader().acquire().await?;
    read(state, &mut connection, id, "").await
}

/// A case that nobody else may move until the transaction ends.
pub(crate) async fn lock(state: &AppState, tx: &mut Write, id: CaseId) -> Result<Option<Dossier>> {
    let suffix = tx.dialect().for_update();
    read(state, tx, id, suffix).await
}

/// Cases of a party, latest first.
pub(crate) async fn list_of_party(state: &AppState, party: PartyId) -> Result<Vec<Dossier>> {
    let mut connection = state.store.reader().acquire().await?;
    let ids = sqlx::query("SELECT id FROM cases WHERE party_id = $1 ORDER BY submitted_at DESC, id LIMIT 200")
        .bind(party.to_string())
        .fetch_all(&mut *connection)
        .await?;
    let mut cases = Vec::with_capacity(ids.len());
    for row in ids {
        let id = CaseId::from_str(&row.try_get::<String, _>("id")?)?;
        cases.extend(read(state, &mut connection, id, "").await?);
    }
    Ok(cases)
}

async fn read(state: &AppState, connection: &mut AnyConnection, id: CaseId, suffix: &str) -> Result<Option<Dossier>> {
    let sql = format!("{CASE}{suffix}");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(&mut *connection).await?;
    let Some(row) = row else { return Ok(None) };
    let code: String = row.try_get("item_code")?;
    let version = u32::try_from(row.try_get::<i64, _>("item_version")?).unwrap_or(0);
    let rules = at_version(state, connection, &code, version).await?;
    let rules = rules.ok_or_else(|| Error::internal("a case names an item that was never in force"))?;
    let happenings = happenings(connection, id).await?;
    let correction = correction(connection, id).await?;
    let (parent, parts) = family(state, connection, id, &rules).await?;
    let charge = charges::read(connection, id).await?;
    let way = maybe::<Way>(&row, "way")?.unwrap_or_else(|| Way::plain(&rules.item().workflow));
    let machine = document::<CaseState>(&row, "machine")?.under(&rules.item().workflow, &way);
    Ok(Some(Dossier {
        id,
        way,
        number: row.try_get("number")?,
        party: PartyId::from_str(&row.try_get::<String, _>("party_id")?)?,
        rules,
        channel: row.try_get("channel")?,
        machine,
        clocks: document(&row, "clocks")?,
        revision: u64::try_from(row.try_get::<i64, _>("revision")?).unwrap_or(0),
        submitted_at: Timestamp::from_millis(row.try_get("submitted_at")?),
        applicant: document(&row, "applicant")?,
        answers: document(&row, "answers")?,
        choices: document(&row, "choices")?,
        slots: document(&row, "slots")?,
        facts: document(&row, "facts")?,
        headline: maybe(&row, "headline")?,
        decision: maybe(&row, "decision")?,
        charge,
        happenings,
        correction,
        promises: document(&row, "promises")?,
        parent,
        parts,
    }))
}

/// The joint case a case belongs to, or the parts of a joint case. A part has no parts of its own.
async fn family(
    state: &AppState,
    connection: &mut AnyConnection,
    id: CaseId,
    rules: &Evaluator,
) -> Result<(Option<CaseId>, Vec<PartRecord>)> {
    if rules.item().joint.is_none() {
        return Ok((joint::parent_of(connection, id).await?, Vec::new()));
    }
    Ok((None, Box::pin(joint::parts_of(state, connection, id)).await?))
}

/// A part of a joint case, for reading beside the others.
pub(crate) async fn read_part(state: &AppState, connection: &mut AnyConnection, id: CaseId) -> Result<Option<Dossier>> {
    read(state, connection, id, "").await
}

fn document<T: DeserializeOwned>(row: &AnyRow, column: &str) -> Result<T> {
    Ok(serde_json::from_str(&row.try_get::<String, _>(column)?)?)
}

fn maybe<T: DeserializeOwned>(row: &AnyRow, column: &str) -> Result<Option<T>> {
    let text: Option<String> = row.try_get(column)?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

async fn happenings(connection: &mut AnyConnection, id: CaseId) -> Result<Vec<Happening>> {
    let rows = sqlx::query("SELECT event, step, at, details FROM case_event WHERE case_id = $1 ORDER BY seq")
        .bind(id.to_string())
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let event = document(row, "event")?;
            Ok(Happening {
                event,
                pause: pause(event, &document(row, "details")?),
                at: Timestamp::from_millis(row.try_get("at")?),
                step: u16::try_from(row.try_get::<i64, _>("step")?).unwrap_or(0),
            })
        })
        .collect()
}

/// What was said about a special procedure; earlier ones said less.
pub(super) fn pause(event: CaseEvent, details: &serde_json::Value) -> Option<Pause> {
    (event == CaseEvent::Suspend).then(|| serde_json::from_value(details.clone()).ok())?
}

async fn correction(connection: &mut AnyConnection, id: CaseId) -> Result<Option<Correction>> {
    let row = sqlx::query(
        "SELECT id, department, points, days, due_on, requested_at, answered_at, answers_before FROM correction \
         WHERE case_id = $1 ORDER BY requested_at DESC LIMIT 1",
    )
    .bind(id.to_string())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let due: String = row.try_get("due_on")?;
    Ok(Some(Correction {
        id: CorrectionId::from_str(&row.try_get::<String, _>("id")?)?,
        department: row.try_get("department")?,
        points: document(&row, "points")?,
        days: u16::try_from(row.try_get::<i64, _>("days")?).unwrap_or(0),
        due_on: Date::from_str(&due).map_err(|_| Error::internal("stored day"))?,
        requested_at: Timestamp::from_millis(row.try_get("requested_at")?),
        answered_at: row.try_get::<Option<i64>, _>("answered_at")?.map(Timestamp::from_millis),
        answers_before: maybe(&row, "answers_before")?,
    }))
}

/// What is written of the way of a case; nothing where every case of the item goes the same.
fn way_text(case: &Dossier) -> Result<Option<String>> {
    let plain = case.way == Way::plain(&case.item().workflow);
    Ok((!plain).then(|| serde_json::to_string(&case.way)).transpose()?)
}

/// A new case.
pub(super) async fn insert(tx: &mut Write, case: &Dossier) -> Result<()> {
    sqlx::query(
        "INSERT INTO cases (id, number, party_id, item_code, item_version, channel, status, revision, submitted_at, machine, \
         clocks, applicant, answers, choices, slots, facts, promises, way) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind(case.id.to_string())
    .bind(case.number.clone())
    .bind(case.party.to_string())
    .bind(case.item().code.clone())
    .bind(i64::from(case.item().version))
    .bind(case.channel.clone())
    .bind(case.machine.status.as_str())
    .bind(i64::try_from(case.revision).unwrap_or(i64::MAX))
    .bind(case.submitted_at.millis())
    .bind(serde_json::to_string(&case.machine)?)
    .bind(serde_json::to_string(&case.clocks)?)
    .bind(serde_json::to_string(&case.applicant)?)
    .bind(serde_json::to_string(&case.answers)?)
    .bind(serde_json::to_string(&case.choices)?)
    .bind(serde_json::to_string(&case.slots)?)
    .bind(serde_json::to_string(&case.facts)?)
    .bind(serde_json::to_string(&case.promises)?)
    .bind(way_text(case)?)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes a moved case back; `revision` in memory has grown by one already.
pub(super) async fn update(tx: &mut Write, case: &Dossier) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE cases SET status = $1, revision = $2, machine = $3, clocks = $4, answers = $5, choices = $6, slots = $7, \
         facts = $8, headline = $9, decision = $10, promises = $11, way = $12 WHERE id = $13 AND revision = $14",
    )
    .bind(case.machine.status.as_str())
    .bind(i64::try_from(case.revision).unwrap_or(i64::MAX))
    .bind(serde_json::to_string(&case.machine)?)
    .bind(serde_json::to_string(&case.clocks)?)
    .bind(serde_json::to_string(&case.answers)?)
    .bind(serde_json::to_string(&case.choices)?)
    .bind(serde_json::to_string(&case.slots)?)
    .bind(serde_json::to_string(&case.facts)?)
    .bind(case.headline.as_ref().map(serde_json::to_string).transpose()?)
    .bind(case.decision.as_ref().map(serde_json::to_string).transpose()?)
    .bind(serde_json::to_string(&case.promises)?)
    .bind(way_text(case)?)
    .bind(case.id.to_string())
    .bind(i64::try_from(case.revision.saturating_sub(1)).unwrap_or(i64::MAX))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// One line of the case's own history.
pub(super) struct EventRow<'a> {
    pub case: &'a Dossier,
    pub event: CaseEvent,
    pub step: u16,
    pub from: CaseStatus,
    pub actor: &'a str,
    pub details: &'a serde_json::Value,
    pub at: Timestamp,
}

/// Adds to the history; its number is the revision the event led to.
pub(super) async fn insert_event(tx: &mut Write, row: &EventRow<'_>) -> Result<()> {
    sqlx::query(
        "INSERT INTO case_event (case_id, seq, event, step, from_status, to_status, actor, details, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(row.case.id.to_string())
    .bind(i64::try_from(row.case.revision).unwrap_or(i64::MAX))
    .bind(serde_json::to_string(&row.event)?)
    .bind(i64::from(row.step))
    .bind(row.from.as_str())
    .bind(row.case.machine.status.as_str())
    .bind(row.actor.to_owned())
    .bind(row.details.to_string())
    .bind(row.at.millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The correction notice of a case.
pub(crate) async fn insert_correction(tx: &mut Write, case: CaseId, notice: &Correction) -> Result<()> {
    sqlx::query(
        "INSERT INTO correction (id, case_id, department, points, days, due_on, requested_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(notice.id.to_string())
    .bind(case.to_string())
    .bind(notice.department.clone())
    .bind(serde_json::to_string(&notice.points)?)
    .bind(i64::from(notice.days))
    .bind(notice.due_on.to_string())
    .bind(notice.requested_at.millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The notice was answered; what stood before is kept beside it.
pub(super) async fn answer_correction(
    tx: &mut Write,
    before: &Dossier,
    id: CorrectionId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("UPDATE correction SET answered_at = $1, answers_before = $2, choices_before = $3 WHERE id = $4")
        .bind(now.millis())
        .bind(serde_json::to_string(&before.answers)?)
        .bind(serde_json::to_string(&before.choices)?)
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
