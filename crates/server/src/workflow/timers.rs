//! What happens because time passed. Each looks again before it acts, so a job that comes twice or too early
//! does nothing wrong.

use haoban_domain::{
    calendar::Span,
    case::{AcceptedBy, CaseEvent, CaseStatus, ClockKind, clock::ACCEPTANCE_DAYS},
    ids::CaseId,
};
use serde_json::json;
use sqlx::Row as _;

use super::{
    By, PaymentOrder, Scene, Settlement,
    effects::morning_after,
    moves::{step, wake},
    rows::lock,
};
use crate::{AppState, Result, jobs::Outcome};

/// 行政许可法 §32: five working days without a word, and the case is accepted.
pub(crate) async fn accept_by_silence(state: &AppState, id: CaseId) -> Result<Outcome> {
    let scene = Scene::now(state);
    let mut tx = state.store.write().await?;
    let Some(mut case) = lock(state, &mut tx, id).await? else { return Ok(Outcome::Done) };
    if case.machine.status != CaseStatus::Submitted {
        // A correction that comes back to this status puts the job again.
        return Ok(Outcome::Done);
    }
    if !case.clocks.accepted_by_silence(&case.machine, &scene.calendar, scene.today) {
        let Some(record) = case.clocks.get(ClockKind::Acceptance) else { return Ok(Outcome::Done) };
        let span = Span { from: record.from, days: ACCEPTANCE_DAYS, pauses: record.pauses.clone() };
        let due = span.due_seen_on(&scene.calendar, scene.today).max(scene.today);
        return Ok(Outcome::Again(morning_after(due)));
    }
    let by = By::System("acceptance_clock");
    let event = CaseEvent::Accept { by: AcceptedBy::Silence };
    step(&mut tx, &scene, &mut case, event, &by, json!({ "days": ACCEPTANCE_DAYS })).await?;
    tx.commit().await?;
    wake(state, &case);
    Ok(Outcome::Done)
}

/// The days of a correction notice are over and nothing came: the case ends, and may be begun anew.
pub(crate) async fn end_unanswered(state: &AppState, id: CaseId) -> Result<Outcome> {
    let scene = Scene::now(state);
    let mut tx = state.store.write().await?;
    let Some(mut case) = lock(state, &mut tx, id).await? else { return Ok(Outcome::Done) };
    let Some(notice) = case.correction.clone() else { return Ok(Outcome::Done) };
    if case.machine.status != CaseStatus::CorrectionRequested || notice.answered_at.is_some() {
        return Ok(Outcome::Done);
    }
    if scene.today <= notice.due_on {
        return Ok(Outcome::Again(morning_after(notice.due_on)));
    }
    let by = By::System("correction_clock");
    let details = json!({ "correction": notice.id, "due": notice.due_on });
    step(&mut tx, &scene, &mut case, CaseEvent::Terminate, &by, details).await?;
    tx.commit().await?;
    wake(state, &case);
    Ok(Outcome::Done)
}

/// Hands a payment order over; the case is closed once the money is there.
pub(crate) async fn settle_payment(state: &AppState, id: CaseId) -> Result<Outcome> {
    let scene = Scene::now(state);
    let Some(order) = open_order(state, id).await? else { return Ok(Outcome::Done) };
    if state.payments.settle(&order).await? == Settlement::Pending {
        return Ok(Outcome::Again(scene.now.plus_millis(60_000)));
    }
    let mut tx = state.store.write().await?;
    let Some(mut case) = lock(state, &mut tx, id).await? else { return Ok(Outcome::Done) };
    sqlx::query("UPDATE payment_order SET state = 'paid', paid_at = $1 WHERE case_id = $2 AND state = 'ordered'")
        .bind(scene.now.millis())
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
    if case.machine.status == CaseStatus::Granted {
        step(&mut tx, &scene, &mut case, CaseEvent::Close, &By::System("payment"), json!({})).await?;
    }
    tx.commit().await?;
    wake(state, &case);
    Ok(Outcome::Done)
}

async fn open_order(state: &AppState, id: CaseId) -> Result<Option<PaymentOrder>> {
    let row = sqlx::query(
        "SELECT party_id, amount_fen, account, words FROM payment_order WHERE case_id = $1 AND state = 'ordered'",
    )
    .bind(id.to_string())
    .fetch_optional(state.store.reader())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(PaymentOrder {
        case: id,
        party: row.try_get::<String, _>("party_id")?.parse()?,
        amount_fen: row.try_get("amount_fen")?,
        account: row.try_get("account")?,
        words: row.try_get("words")?,
    }))
}
