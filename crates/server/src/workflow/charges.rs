//! What applicants pay: asked for once a case, paid through the gateway, given back when the case fails.

use haoban_domain::{
    case::{AcceptedBy, CaseEvent, CaseStatus, ChargeStanding, ChargeView},
    ids::{CaseId, PartyId},
    text::LocalText,
    time::Timestamp,
    workflow::Charge,
};
use haoban_wire::ProblemCode;
use serde_json::json;
use sqlx::{AnyConnection, Row as _};

use super::{
    By, Dossier, PaymentLink, Scene, Settlement,
    decide::grant_by_rules,
    issue::integer,
    moves::{step, told, wake},
    payment::use_link,
    rows::{self, lock},
};
use crate::{
    AppState, Error, Result, intake,
    jobs::{self, JobKind, Outcome},
    licences,
    store::Write,
};

/// Money an applicant owes for a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeOrder {
    /// Case; one charge each.
    pub case: CaseId,
    /// Who pays.
    pub party: PartyId,
    /// How much.
    pub amount_fen: i64,
    /// What it is for.
    pub words: LocalText,
}

fn stored(standing: ChargeStanding) -> &'static str {
    match standing {
        ChargeStanding::Due => "due",
        ChargeStanding::Paid => "paid",
        ChargeStanding::Refunding => "refunding",
        ChargeStanding::Refunded => "refunded",
        ChargeStanding::Dropped => "dropped",
    }
}

fn standing(text: &str) -> Result<ChargeStanding> {
    use ChargeStanding as S;
    let all = [S::Due, S::Paid, S::Refunding, S::Refunded, S::Dropped];
    all.into_iter().find(|one| stored(*one) == text).ok_or_else(|| Error::internal("stored state of a charge"))
}

/// The charge of a case.
pub(super) async fn read(connection: &mut AnyConnection, id: CaseId) -> Result<Option<ChargeView>> {
    let row =
        sqlx::query("SELECT amount_fen, words, state, ordered_at, paid_at, refunded_at FROM charge WHERE case_id = $1")
            .bind(id.to_string())
            .fetch_optional(connection)
            .await?;
    let Some(row) = row else { return Ok(None) };
    let at = |column: &str| row.try_get::<Option<i64>, _>(column).map(|at| at.map(Timestamp::from_millis));
    Ok(Some(ChargeView {
        amount_fen: row.try_get("amount_fen")?,
        words: serde_json::from_str(&row.try_get::<String, _>("words")?)?,
        standing: standing(&row.try_get::<String, _>("state")?)?,
        ordered_at: Timestamp::from_millis(row.try_get("ordered_at")?),
        paid_at: at("paid_at")?,
        refunded_at: at("refunded_at")?,
        due: None,
    }))
}

fn definition(case: &Dossier) -> Result<&Charge> {
    let charge = case.item().workflow.charge.as_ref();
    charge.ok_or_else(|| Error::internal("a charge is asked for that the definition does not have"))
}

/// What the case costs by its definition today, in fen.
pub(super) async fn amount(tx: &mut Write, scene: &Scene<'_>, case: &Dossier) -> Result<i64> {
    let held = licences::held(tx, case.party, scene.today).await?;
    integer(case, &case.inputs(held, scene.today), &definition(case)?.amount)
}

/// Asks for the charge. Nothing to pay counts as paid at once.
pub(super) async fn ask(tx: &mut Write, scene: &Scene<'_>, case: &mut Dossier) -> Result<Option<CaseEvent>> {
    let amount_fen = amount(tx, scene, case).await?;
    if amount_fen == 0 {
        return Ok(Some(CaseEvent::Pay));
    }
    sqlx::query(
        "INSERT INTO charge (case_id, party_id, amount_fen, words, state, ordered_at) VALUES ($1, $2, $3, $4, 'due', $5) \
         ON CONFLICT (case_id) DO NOTHING",
    )
    .bind(case.id.to_string())
    .bind(case.party.to_string())
    .bind(amount_fen)
    .bind(serde_json::to_string(&definition(case)?.words)?)
    .bind(scene.now.millis())
    .execute(&mut **tx)
    .await?;
    case.charge = read(tx, case.id).await?;
    Ok(None)
}

async fn turn(tx: &mut Write, id: CaseId, from: ChargeStanding, to: ChargeStanding) -> Result<bool> {
    let done = sqlx::query("UPDATE charge SET state = $1 WHERE case_id = $2 AND state = $3")
        .bind(stored(to))
        .bind(id.to_string())
        .bind(stored(from))
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// What was paid is on its way back; the worker hands it to the gateway.
pub(super) async fn give_back(tx: &mut Write, scene: &Scene<'_>, case: &mut Dossier) -> Result<()> {
    if turn(tx, case.id, ChargeStanding::Paid, ChargeStanding::Refunding).await? {
        jobs::put(tx, JobKind::RefundCharge, &case.id.to_string(), scene.now).await?;
        case.charge = read(tx, case.id).await?;
    }
    Ok(())
}

/// The case ended: what was not paid is no longer asked for.
pub(super) async fn drop_unpaid(tx: &mut Write, case: &mut Dossier) -> Result<()> {
    if turn(tx, case.id, ChargeStanding::Due, ChargeStanding::Dropped).await? {
        case.charge = read(tx, case.id).await?;
    }
    Ok(())
}

/// A page on which the applicant pays: an address that counts once. The same key gives the same address.
pub(super) async fn page(state: &AppState, party: PartyId, id: CaseId, key: &str) -> Result<PaymentLink> {
    let scene = Scene::now(state);
    // Nothing but the case tells one payment from another, so it stands for the body.
    let (scope, actor, body) = ("pay", party.to_string(), json!({ "case": id }));
    let case = rows::load(state, id).await?.filter(|case| case.party == party).ok_or(ProblemCode::NotFound)?;
    let charge = case.charge.as_ref().ok_or(ProblemCode::NotAllowedNow)?;
    if !intake::known(state, scope, key, &actor, &body).await? {
        if charge.standing != ChargeStanding::Due || case.machine.status != CaseStatus::AwaitingPayment {
            return Err(ProblemCode::NotAllowedNow.into());
        }
        let mut tx = state.store.write().await?;
        intake::first_time(&mut tx, scope, key, &actor, &body, scene.now).await?;
        tx.commit().await?;
    }
    // Outside of the transaction, as a gateway of a bank is: it knows the key too.
    state.payments.page(&order(&case, charge), key).await
}

fn order(case: &Dossier, charge: &ChargeView) -> ChargeOrder {
    ChargeOrder { case: case.id, party: case.party, amount_fen: charge.amount_fen, words: charge.words.clone() }
}

/// The local gateway's page was confirmed: its address is used up and the charge paid in one transaction.
/// False when the address counts no more, or nothing is owed.
pub(crate) async fn paid_at(state: &AppState, secret: &str, id: CaseId) -> Result<bool> {
    let scene = Scene::now(state);
    let mut tx = state.store.write().await?;
    if !use_link(&mut tx, secret).await? {
        return Ok(false);
    }
    let Some(mut case) = lock(state, &mut tx, id).await? else { return Ok(false) };
    if case.machine.status != CaseStatus::AwaitingPayment {
        return Ok(false);
    }
    let done = sqlx::query("UPDATE charge SET state = 'paid', paid_at = $1 WHERE case_id = $2 AND state = 'due'")
        .bind(scene.now.millis())
        .bind(id.to_string())
        .execute(&mut *tx)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    case.charge = read(&mut tx, id).await?;
    step(&mut tx, &scene, &mut case, CaseEvent::Pay, &By::System("payment"), json!({})).await?;
    go_on(&mut tx, &scene, &mut case).await?;
    haoban_failpoints::reach("pay-before-commit");
    tx.commit().await?;
    haoban_failpoints::reach("pay-after-commit");
    wake(state, &case);
    Ok(true)
}

/// What rules accepted before the payment, rules may grant after it.
async fn go_on(tx: &mut Write, scene: &Scene<'_>, case: &mut Dossier) -> Result<()> {
    let by_rules = |event: CaseEvent| event == CaseEvent::Accept { by: AcceptedBy::Rules };
    let automatic = case.happenings.iter().any(|happening| by_rules(happening.event));
    if automatic && case.machine.status == CaseStatus::Accepted {
        let held = licences::held(tx, case.party, scene.today).await?;
        grant_by_rules(tx, scene, case, &case.inputs(held, scene.today)).await?;
    }
    Ok(())
}

/// Hands a refund to the gateway and notes when the money is back.
pub(crate) async fn refund(state: &AppState, id: CaseId) -> Result<Outcome> {
    let scene = Scene::now(state);
    let Some(case) = rows::load(state, id).await? else { return Ok(Outcome::Done) };
    let Some(charge) = case.charge.as_ref().filter(|charge| charge.standing == ChargeStanding::Refunding) else {
        return Ok(Outcome::Done);
    };
    if state.payments.refund(&order(&case, charge)).await? == Settlement::Pending {
        return Ok(Outcome::Again(scene.now.plus_millis(60_000)));
    }
    let mut tx = state.store.write().await?;
    let Some(mut case) = lock(state, &mut tx, id).await? else { return Ok(Outcome::Done) };
    if turn(&mut tx, id, ChargeStanding::Refunding, ChargeStanding::Refunded).await? {
        sqlx::query("UPDATE charge SET refunded_at = $1 WHERE case_id = $2")
            .bind(scene.now.millis())
            .bind(id.to_string())
            .execute(&mut *tx)
            .await?;
        case.revision += 1;
        if !rows::update(&mut tx, &case).await? {
            return Err(ProblemCode::RevisionConflict.into());
        }
        told(&mut tx, &scene, &case).await?;
        tx.commit().await?;
        wake(state, &case);
    }
    Ok(Outcome::Done)
}
