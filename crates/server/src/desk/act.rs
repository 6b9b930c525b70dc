//! One act of an officer on a task.

use haoban_domain::{
    case::{AcceptedBy, CaseEvent, CaseStatus, Pause},
    ids::{ObjectionId, PartyId, TaskId},
};
use haoban_wire::{
    Problem, ProblemCode,
    desk::{DeskActBody, DeskActDone, DeskActRequest},
    http::AccessGround,
};
use serde_json::{Value, json};

use super::{
    demand, guard,
    review::desk_case,
    tasks::{self, Task},
};
use crate::{
    AppState, Error, Result,
    identity::Officer,
    intake, materials,
    notices::say,
    publicity::{self, Verdict},
    store::Write,
    workflow::{By, Dossier, Scene, decision, insert_correction, load, lock, step, wake},
};

/// Does it, once a key.
pub(super) async fn act(
    state: &AppState,
    officer: &Officer,
    id: TaskId,
    request: &DeskActRequest,
) -> Result<DeskActDone> {
    if !(8..=128).contains(&request.key.len()) {
        return Err(Problem::new(ProblemCode::BadRequest).with("what", "key").into());
    }
    let scene = Scene::now(state);
    let mut connection = state.store.reader().acquire().await?;
    let task = tasks::find(&mut connection, id, &officer.department).await?.ok_or(ProblemCode::NotFound)?;
    drop(connection);
    let scope = format!("desk:{id}");
    if !intake::known(state, &scope, &request.key, &officer.id, request).await? {
        let notice = match &request.act {
            DeskActBody::RequestCorrection { points, days } => {
                let case = load(state, task.case).await?.ok_or(ProblemCode::NotFound)?;
                Some(demand::notice(&scene, &case, points, *days).await?)
            }
            _ => None,
        };
        let mut tx = state.store.write().await?;
        let mut case = lock(state, &mut tx, task.case).await?.ok_or(ProblemCode::NotFound)?;
        let task = tasks::find(&mut tx, id, &officer.department).await?.ok_or(ProblemCode::NotFound)?;
        if intake::first_time(&mut tx, &scope, &request.key, &officer.id, request, scene.now).await? {
            if !tasks::advance(&mut tx, id, request.revision).await? {
                return Err(ProblemCode::RevisionConflict.into());
            }
            case.correction = notice.or(case.correction.take());
            let mut desk = Desk { scene: &scene, officer, task: &task, told: Vec::new() };
            desk.perform(&mut tx, &mut case, &request.act).await?;
            remember(&mut tx, &scene, officer, &case).await?;
            tx.commit().await?;
            wake(state, &case);
            desk.told.into_iter().for_each(|party| state.notices.wake(party));
        }
    }
    let (case, task) = guard::enter(&scene, officer, task.case).await?;
    Ok(DeskActDone { case: desk_case(&scene, officer, &case, &task).await? })
}

/// The answer carries the case: an officer who acts without having opened it is written down as looking.
async fn remember(tx: &mut Write, scene: &Scene<'_>, officer: &Officer, case: &Dossier) -> Result<()> {
    let scope = format!("desk-open:{}", officer.id);
    if intake::first_time(tx, &scope, &case.id.to_string(), &officer.id, &Value::Null, scene.now).await? {
        let purpose = say!("desk", "handle");
        guard::look(tx, scene, officer, case, say!("desk", "what_case"), purpose, AccessGround::Law).await?;
    }
    Ok(())
}

struct Desk<'a> {
    scene: &'a Scene<'a>,
    officer: &'a Officer,
    task: &'a Task,
    /// Others than the applicant who have a message now.
    told: Vec<PartyId>,
}

impl Desk<'_> {
    async fn perform(&mut self, tx: &mut Write, case: &mut Dossier, act: &DeskActBody) -> Result<()> {
        if !self.task.open || self.task.step != case.machine.step {
            return Err(not_now("done"));
        }
        match act {
            DeskActBody::Claim => return self.claim(tx, case).await,
            _ if !self.task.is_of(self.officer) => return Err(not_now("not_claimed")),
            // Nobody decides on what nobody may look at.
            DeskActBody::PassStep { .. } | DeskActBody::Grant { .. } if materials::holds_up(tx, case.id).await? => {
                return Err(not_now("not_scanned"));
            }
            DeskActBody::Release => tasks::assign(tx, self.task.id, None).await?,
            DeskActBody::Accept => {
                self.step(tx, case, CaseEvent::Accept { by: AcceptedBy::Officer }, json!({})).await?;
                if case.machine.status == CaseStatus::Accepted {
                    self.step(tx, case, CaseEvent::StartReview, json!({})).await?;
                }
            }
            DeskActBody::NotAccept { reasons } => {
                let reasons = demand::reasons(reasons)?;
                case.decision = Some(decision(self.scene, case, false, reasons.clone()));
                self.step(tx, case, CaseEvent::NotAccept, json!({ "reasons": reasons })).await?;
            }
            DeskActBody::RequestCorrection { .. } => self.request_correction(tx, case).await?,
            DeskActBody::PassStep { opinion } => {
                let opinion = demand::words(opinion)?;
                self.step(tx, case, CaseEvent::PassStep, json!({ "opinion": opinion })).await?;
            }
            DeskActBody::Grant { opinion } => {
                let opinion = demand::words(opinion)?;
                case.decision = Some(decision(self.scene, case, true, vec![opinion.clone()]));
                self.step(tx, case, CaseEvent::Grant { automatic: false }, json!({ "opinion": opinion })).await?;
            }
            DeskActBody::Refuse { reasons } => {
                let reasons = demand::reasons(reasons)?;
                case.decision = Some(decision(self.scene, case, false, reasons.clone()));
                self.step(tx, case, CaseEvent::Refuse, json!({ "reasons": reasons })).await?;
            }
            DeskActBody::Suspend { kind, days } => {
                let days = demand::days(*days)?;
                let until = self.scene.calendar.workdays_after(self.scene.today, days);
                let pause = Pause { kind: *kind, days, until };
                self.step(tx, case, CaseEvent::Suspend, serde_json::to_value(pause)?).await?;
            }
            DeskActBody::AwaitPromised => self.step(tx, case, CaseEvent::AwaitPromised, json!({})).await?,
            DeskActBody::Resume => self.step(tx, case, CaseEvent::Resume, json!({})).await?,
            DeskActBody::Dismiss { objection, reasons } => {
                self.settle(tx, case, *objection, Verdict::Dismissed, reasons).await?;
            }
            DeskActBody::Uphold { objection, reasons } => {
                self.settle(tx, case, *objection, Verdict::Upheld, reasons).await?;
            }
        }
        Ok(())
    }

    async fn claim(&mut self, tx: &mut Write, case: &mut Dossier) -> Result<()> {
        if self.task.claimed_by.is_some() && !self.task.is_of(self.officer) {
            return Err(not_now("claimed"));
        }
        tasks::assign(tx, self.task.id, Some(self.officer)).await?;
        if case.machine.status == CaseStatus::Accepted {
            self.step(tx, case, CaseEvent::StartReview, json!({})).await?;
        }
        Ok(())
    }

    async fn settle(
        &mut self,
        tx: &mut Write,
        case: &mut Dossier,
        objection: ObjectionId,
        verdict: Verdict,
        reasons: &[String],
    ) -> Result<()> {
        let reasons = demand::reasons(reasons)?;
        let (event, told) = publicity::settle(tx, self.scene, case, objection, verdict, &reasons).await?;
        self.told = told;
        self.step(tx, case, event, json!({ "objection": objection, "reasons": reasons })).await
    }

    async fn request_correction(&mut self, tx: &mut Write, case: &mut Dossier) -> Result<()> {
        // The notice stands in the case already; the machine says whether there may be one.
        let notice = case.correction.clone().ok_or_else(|| Error::internal("a correction without notice"))?;
        let details = json!({ "correction": notice.id, "points": notice.points, "days": notice.days });
        self.step(tx, case, CaseEvent::RequestCorrection, details).await?;
        insert_correction(tx, case.id, &notice).await
    }

    /// Moves the case. A decision on an accepted case takes it up for review first.
    async fn step(&mut self, tx: &mut Write, case: &mut Dossier, event: CaseEvent, details: Value) -> Result<()> {
        let by = By::Officer { id: self.officer.id.clone(), department: self.officer.department.clone() };
        let decides = matches!(event, CaseEvent::PassStep | CaseEvent::Grant { .. } | CaseEvent::Refuse);
        if decides && case.machine.status == CaseStatus::Accepted {
            step(tx, self.scene, case, CaseEvent::StartReview, &by, json!({})).await?;
        }
        step(tx, self.scene, case, event, &by, details).await
    }
}

fn not_now(why: &str) -> Error {
    Problem::new(ProblemCode::NotAllowedNow).with("why", why).into()
}
