//! Rows of `publicity` and `objection`.

use std::str::FromStr as _;

use haoban_domain::{
    ids::{CaseId, ObjectionId, PartyId, PublicityId},
    licence::LicenceLine,
    time::Timestamp,
};
use haoban_wire::publicity::{DeskObjection, ObjectionState};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use crate::{Error, Result, identity::accounts, store::Write};

/// A period that is shown.
pub(super) struct Period {
    pub id: PublicityId,
    pub case: CaseId,
}

/// An objection of a case.
pub(super) struct Made {
    pub id: ObjectionId,
    pub party: PartyId,
}

pub(super) fn stored(state: ObjectionState) -> &'static str {
    match state {
        ObjectionState::Open => "open",
        ObjectionState::Upheld => "upheld",
        ObjectionState::Dismissed => "dismissed",
        ObjectionState::Joined => "joined",
        ObjectionState::Lapsed => "lapsed",
    }
}

pub(super) fn state(text: &str) -> Result<ObjectionState> {
    use ObjectionState as S;
    let all = [S::Open, S::Upheld, S::Dismissed, S::Joined, S::Lapsed];
    all.into_iter().find(|one| stored(*one) == text).ok_or_else(|| Error::internal("stored state of an objection"))
}

/// A period begins.
pub(super) async fn insert(
    tx: &mut Write,
    id: PublicityId,
    case: CaseId,
    lines: &[LicenceLine],
    now: Timestamp,
) -> Result<()> {
    sqlx::query("INSERT INTO publicity (id, case_id, lines, shown_at) VALUES ($1, $2, $3, $4)")
        .bind(id.to_string())
        .bind(case.to_string())
        .bind(serde_json::to_string(lines)?)
        .bind(now.millis())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The period that shows a case now ends.
pub(super) async fn close(tx: &mut Write, case: CaseId, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE publicity SET ended_at = $1 WHERE case_id = $2 AND ended_at IS NULL")
        .bind(now.millis())
        .bind(case.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A period that is shown now.
pub(super) async fn shown(connection: &mut AnyConnection, id: PublicityId) -> Result<Option<Period>> {
    let row = sqlx::query("SELECT case_id FROM publicity WHERE id = $1 AND ended_at IS NULL")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(Period { id, case: CaseId::from_str(&row.try_get::<String, _>("case_id")?)? })).transpose()
}

/// An objection is made; false when this party made one in this period before.
pub(super) async fn object(
    tx: &mut Write,
    id: ObjectionId,
    period: &Period,
    party: PartyId,
    reasons: &str,
    now: Timestamp,
) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO objection (id, publicity_id, party_id, reasons, state, made_at) VALUES ($1, $2, $3, $4, 'open', $5) \
         ON CONFLICT (publicity_id, party_id) DO NOTHING",
    )
    .bind(id.to_string())
    .bind(period.id.to_string())
    .bind(party.to_string())
    .bind(reasons.to_owned())
    .bind(now.millis())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Open objections of a case.
pub(super) async fn open_of(tx: &mut Write, case: CaseId) -> Result<Vec<Made>> {
    let rows = sqlx::query(
        "SELECT o.id, o.party_id FROM objection o JOIN publicity p ON p.id = o.publicity_id \
         WHERE p.case_id = $1 AND o.state = 'open' ORDER BY o.made_at, o.id",
    )
    .bind(case.to_string())
    .fetch_all(&mut **tx)
    .await?;
    let made = |row: &AnyRow| {
        Ok(Made {
            id: ObjectionId::from_str(&row.try_get::<String, _>("id")?)?,
            party: PartyId::from_str(&row.try_get::<String, _>("party_id")?)?,
        })
    };
    rows.iter().map(made).collect()
}

/// An open objection gets its answer.
pub(super) async fn answer(
    tx: &mut Write,
    id: ObjectionId,
    state: ObjectionState,
    answer: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let done =
        sqlx::query("UPDATE objection SET state = $1, answer = $2, answered_at = $3 WHERE id = $4 AND state = 'open'")
            .bind(stored(state))
            .bind(answer.map(str::to_owned))
            .bind(now.millis())
            .bind(id.to_string())
            .execute(&mut **tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Everything that was objected to a case, for the office.
pub(crate) async fn of_case(connection: &mut AnyConnection, case: CaseId) -> Result<Vec<DeskObjection>> {
    let rows = sqlx::query(
        "SELECT o.id, o.party_id, o.reasons, o.state, o.answer, o.made_at FROM objection o \
         JOIN publicity p ON p.id = o.publicity_id WHERE p.case_id = $1 ORDER BY o.made_at, o.id",
    )
    .bind(case.to_string())
    .fetch_all(&mut *connection)
    .await?;
    let mut found = Vec::new();
    for row in rows {
        let party = PartyId::from_str(&row.try_get::<String, _>("party_id")?)?;
        let person = accounts::applicant(&mut *connection, party).await?;
        found.push(DeskObjection {
            id: ObjectionId::from_str(&row.try_get::<String, _>("id")?)?,
            by: person.name,
            phone: person.phone,
            reasons: row.try_get("reasons")?,
            state: state(&row.try_get::<String, _>("state")?)?,
            answer: row.try_get("answer")?,
            made_at: Timestamp::from_millis(row.try_get("made_at")?),
        });
    }
    Ok(found)
}
