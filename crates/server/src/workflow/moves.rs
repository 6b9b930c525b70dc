//! One event of a case: the machine judges, the rows follow, the effects are done. All in the caller's transaction.

use std::collections::VecDeque;

use haoban_domain::{
    case::{CaseEvent, CaseStatus, Effect, NotAllowed, Way, apply, submit_to, timeline::Happening},
    ids::PartyId,
    receipt,
};
use haoban_wire::{Problem, ProblemCode, http::Change};
use serde_json::{Value, json};

use super::{
    Dossier, Scene, charges, effects, promised,
    rows::{self, EventRow},
};
use crate::{
    AppState, Error, Result, appointments,
    audit::{self, Act},
    joint, licences, notices, reminders,
    store::Write,
};

/// Who moves a case.
#[derive(Debug, Clone)]
pub(crate) enum By {
    /// The platform, by a rule or a clock.
    System(&'static str),
    /// The applicant.
    Applicant(PartyId),
    /// Somebody of the public, who objects.
    Public(PartyId),
    /// An officer.
    Officer {
        /// Id.
        id: String,
        /// Department.
        department: String,
    },
}

impl By {
    /// As audit rows name it.
    pub fn actor(&self) -> String {
        match self {
            Self::System(name) => format!("system:{name}"),
            Self::Applicant(party) | Self::Public(party) => format!("party:{party}"),
            Self::Officer { id, .. } => format!("officer:{id}"),
        }
    }

    fn department(&self) -> Option<&str> {
        match self {
            Self::Officer { department, .. } => Some(department),
            Self::System(_) | Self::Applicant(_) | Self::Public(_) => None,
        }
    }
}

/// A new case: its row, its way, its first task and clock. Parts that are
/// opened together with the whole send no word of their own.
pub(crate) async fn open(tx: &mut Write, scene: &Scene<'_>, case: &mut Dossier, notify: bool) -> Result<()> {
    let held = licences::held(tx, case.party, scene.today).await?;
    case.way = Way::decide(&case.rules, &case.inputs(held, scene.today));
    let (machine, effects) = submit_to(&case.item().workflow, &case.way);
    case.machine = machine;
    if case.item().joint.is_none() {
        // The parts of a joint case keep their own.
        case.promises = promised::made(scene, case);
        case.machine.promised = u16::try_from(case.promises.len()).unwrap_or(u16::MAX);
    }
    case.clocks.record_all(&effects, scene.today);
    rows::insert(tx, case).await?;
    let joint = case.item().joint.is_some();
    for effect in &effects {
        let wanted = match effect {
            Effect::Notify { .. } => notify,
            // A joint case has no office of its own: its parts have tasks and clocks.
            _ => !joint,
        };
        if wanted {
            effects::perform(tx, scene, case, effect).await?;
        }
    }
    promised::watch(tx, scene, case).await?;
    case.revision += 1;
    if !rows::update(tx, case).await? {
        return Err(ProblemCode::RevisionConflict.into());
    }
    record(tx, scene, case, &By::Applicant(case.party), "case.submitted", Value::Null).await?;
    told(tx, scene, case).await
}

/// A joint case stands where its parts put it; its devices are told that something moved.
pub(crate) async fn restate(tx: &mut Write, scene: &Scene<'_>, case: &mut Dossier, status: CaseStatus) -> Result<()> {
    let ended = status.is_final() && !case.machine.status.is_final();
    case.machine.status = status;
    case.revision += 1;
    if !rows::update(tx, case).await? {
        return Err(ProblemCode::RevisionConflict.into());
    }
    if ended {
        record(tx, scene, case, &By::System("parts"), "case.ended", json!({ "status": status })).await?;
    }
    told(tx, scene, case).await
}

/// Moves a case by one event, and by what follows from it at once.
pub(crate) async fn step(
    tx: &mut Write,
    scene: &Scene<'_>,
    case: &mut Dossier,
    event: CaseEvent,
    by: &By,
    details: Value,
) -> Result<()> {
    let mut waiting = VecDeque::from([(event, by.clone(), details)]);
    while let Some((event, by, details)) = waiting.pop_front() {
        let follows = one(tx, scene, case, event, &by, details).await?;
        waiting.extend(follows.map(|event| (event, By::System("delivery"), Value::Null)));
    }
    told(tx, scene, case).await?;
    match case.parent {
        Some(parent) => joint::follow(tx, scene, parent).await,
        None => Ok(()),
    }
}

async fn one(
    tx: &mut Write,
    scene: &Scene<'_>,
    case: &mut Dossier,
    event: CaseEvent,
    by: &By,
    details: Value,
) -> Result<Option<CaseEvent>> {
    let before = case.machine;
    let (next, effects) = apply(&before, &event).map_err(not_allowed)?;
    case.machine = next;
    case.clocks.record_all(&effects, scene.today);
    let pause = rows::pause(event, &details);
    case.happenings.push(Happening { event, at: scene.now, step: before.step, pause });
    case.revision += 1;
    let mut follows = None;
    for effect in &effects {
        follows = effects::perform(tx, scene, case, effect).await?.or(follows);
    }
    if event == CaseEvent::Refuse {
        reminders::after_refusal(tx, scene, case).await?;
    }
    if case.machine.status.is_final() && case.machine.status != CaseStatus::Closed {
        charges::drop_unpaid(tx, case).await?;
        appointments::give_up_with_case(tx, scene, case).await?;
    }
    let row = EventRow {
        case,
        event,
        step: before.step,
        from: before.status,
        actor: &by.actor(),
        details: &details,
        at: scene.now,
    };
    rows::insert_event(tx, &row).await?;
    if !rows::update(tx, case).await? {
        return Err(ProblemCode::RevisionConflict.into());
    }
    let kind = serde_json::to_value(event.kind())?;
    let action = format!("case.{}", kind.as_str().unwrap_or_default());
    // Officers write freely and may name people: the chain holds only the digest of what they wrote.
    let digest = receipt::digest(receipt::canonical_json(&details).as_bytes());
    record(tx, scene, case, by, &action, json!({ "revision": case.revision, "details_sha256": digest })).await?;
    Ok(follows)
}

pub(super) async fn record(
    tx: &mut Write,
    scene: &Scene<'_>,
    case: &Dossier,
    by: &By,
    action: &str,
    detail: Value,
) -> Result<()> {
    let act = Act {
        at: scene.now,
        actor: by.actor(),
        department: by.department(),
        action,
        subject: case.id.to_string(),
        case_id: Some(case.id),
        detail,
    };
    audit::record(tx, act).await
}

/// The applicant's devices are told to read the case again.
pub(super) async fn told(tx: &mut Write, scene: &Scene<'_>, case: &Dossier) -> Result<()> {
    let change = Change::CaseChanged { case_id: case.id, revision: case.revision };
    notices::append(tx, case.party, &change, scene.now).await?;
    Ok(())
}

/// After the commit.
pub(crate) fn wake(state: &AppState, case: &Dossier) {
    state.notices.wake(case.party);
}

fn not_allowed(error: NotAllowed) -> Error {
    let why = match error {
        NotAllowed::Here { .. } => "status",
        NotAllowed::CorrectionUsed => "correction_used",
        NotAllowed::CorrectionTooLate => "correction_too_late",
        NotAllowed::NotLastStep { .. } => "not_last_step",
        NotAllowed::NoNextStep { .. } => "no_next_step",
        NotAllowed::Objections { .. } => "objections",
        NotAllowed::Promised { .. } => "promised",
    };
    Problem::new(ProblemCode::NotAllowedNow).with("why", why).into()
}
