//! The transitions of a case.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> Submitted: submit
//!     Submitted --> Accepted: Accept (officer, rules, silence)
//!     Submitted --> CorrectionRequested: RequestCorrection (once)
//!     Submitted --> NotAccepted: NotAccept
//!     Submitted --> AwaitingPayment: Accept (charged before the review)
//!     AwaitingPayment --> Accepted: Pay
//!     AwaitingPayment --> Granted: Pay (charged after the grant)
//!     Accepted --> AwaitingPayment: Grant (charged after the grant)
//!     UnderReview --> AwaitingPayment: Grant (charged after the grant)
//!     Accepted --> UnderReview: StartReview
//!     Accepted --> CorrectionRequested: RequestCorrection (once, where a rule allows it)
//!     Accepted --> Suspended: Suspend
//!     Accepted --> Granted: Grant (by rules only)
//!     UnderReview --> UnderReview: PassStep (next department)
//!     UnderReview --> CorrectionRequested: RequestCorrection (once, where a rule allows it)
//!     UnderReview --> Suspended: Suspend
//!     UnderReview --> Granted: Grant (last step)
//!     UnderReview --> Refused: Refuse (last step)
//!     CorrectionRequested --> Submitted: Correct (asked before acceptance)
//!     CorrectionRequested --> Accepted: Correct (asked after acceptance)
//!     CorrectionRequested --> UnderReview: Correct (asked in review)
//!     UnderReview --> Publicised: PassStep (next is the publicity period)
//!     Publicised --> Publicised: Object, Dismiss
//!     Publicised --> UnderReview: Uphold (back to the step before), EndPublicity (on to the step after)
//!     Accepted --> Suspended: AwaitPromised (容缺后补)
//!     UnderReview --> Suspended: AwaitPromised (容缺后补)
//!     Suspended --> Accepted: Resume, Supply (the last promised material)
//!     Suspended --> UnderReview: Resume, Supply (the last promised material)
//!     Submitted --> Withdrawn: Withdraw
//!     CorrectionRequested --> Withdrawn: Withdraw
//!     Accepted --> Withdrawn: Withdraw
//!     UnderReview --> Withdrawn: Withdraw
//!     Suspended --> Withdrawn: Withdraw
//!     Publicised --> Withdrawn: Withdraw
//!     Publicised --> Terminated: Terminate
//!     AwaitingPayment --> Withdrawn: Withdraw
//!     AwaitingPayment --> Terminated: Terminate, Abandon (not paid in time)
//!     Submitted --> Terminated: Terminate, Lapse (promised materials did not come; from every running status)
//!     CorrectionRequested --> Terminated: Terminate
//!     Accepted --> Terminated: Terminate
//!     UnderReview --> Terminated: Terminate
//!     Suspended --> Terminated: Terminate
//!     Granted --> Closed: Close
//!     NotAccepted --> [*]
//!     Refused --> [*]
//!     Withdrawn --> [*]
//!     Terminated --> [*]
//!     Closed --> [*]
//! ```

use super::{
    AcceptedBy, CaseEvent, CaseEventKind, CaseNotice, CaseState, CaseStatus, ChargeState, ClockKind, Effect,
    NotAllowed, Skipped, Way,
};
use crate::workflow::Workflow;

impl CaseEvent {
    /// The kind without its details.
    #[must_use]
    pub fn kind(&self) -> CaseEventKind {
        match self {
            Self::Accept { .. } => CaseEventKind::Accept,
            Self::StartReview => CaseEventKind::StartReview,
            Self::RequestCorrection => CaseEventKind::RequestCorrection,
            Self::Correct => CaseEventKind::Correct,
            Self::NotAccept => CaseEventKind::NotAccept,
            Self::PassStep => CaseEventKind::PassStep,
            Self::Suspend => CaseEventKind::Suspend,
            Self::Resume => CaseEventKind::Resume,
            Self::Grant { .. } => CaseEventKind::Grant,
            Self::Refuse => CaseEventKind::Refuse,
            Self::Withdraw => CaseEventKind::Withdraw,
            Self::Terminate => CaseEventKind::Terminate,
            Self::Close => CaseEventKind::Close,
            Self::Pay => CaseEventKind::Pay,
            Self::Abandon => CaseEventKind::Abandon,
            Self::Object => CaseEventKind::Object,
            Self::Dismiss => CaseEventKind::Dismiss,
            Self::Uphold => CaseEventKind::Uphold,
            Self::EndPublicity => CaseEventKind::EndPublicity,
            Self::AwaitPromised => CaseEventKind::AwaitPromised,
            Self::Supply { .. } => CaseEventKind::Supply,
            Self::Lapse => CaseEventKind::Lapse,
        }
    }
}

impl From<CaseEventKind> for CaseEvent {
    /// The event as an officer or applicant causes it.
    fn from(kind: CaseEventKind) -> Self {
        match kind {
            CaseEventKind::Accept => Self::Accept { by: AcceptedBy::Officer },
            CaseEventKind::StartReview => Self::StartReview,
            CaseEventKind::RequestCorrection => Self::RequestCorrection,
            CaseEventKind::Correct => Self::Correct,
            CaseEventKind::NotAccept => Self::NotAccept,
            CaseEventKind::PassStep => Self::PassStep,
            CaseEventKind::Suspend => Self::Suspend,
            CaseEventKind::Resume => Self::Resume,
            CaseEventKind::Grant => Self::Grant { automatic: false },
            CaseEventKind::Refuse => Self::Refuse,
            CaseEventKind::Withdraw => Self::Withdraw,
            CaseEventKind::Terminate => Self::Terminate,
            CaseEventKind::Close => Self::Close,
            CaseEventKind::Pay => Self::Pay,
            CaseEventKind::Abandon => Self::Abandon,
            CaseEventKind::Object => Self::Object,
            CaseEventKind::Dismiss => Self::Dismiss,
            CaseEventKind::Uphold => Self::Uphold,
            CaseEventKind::EndPublicity => Self::EndPublicity,
            CaseEventKind::AwaitPromised => Self::AwaitPromised,
            CaseEventKind::Supply => Self::Supply { open: 0 },
            CaseEventKind::Lapse => Self::Lapse,
        }
    }
}

/// A case comes into being: it is submitted, the acceptance clock runs, the first department has a task.
#[must_use]
pub fn submit(steps: u16, charge: ChargeState, publicity: Option<u16>) -> (CaseState, Vec<Effect>) {
    let state = CaseState {
        status: CaseStatus::Submitted,
        step: 0,
        steps: steps.max(1),
        skipped: Skipped::default(),
        correction_used: false,
        correction_in_review: false,
        back_to: None,
        charge,
        publicity,
        objections: 0,
        promised: 0,
        awaits_promised: false,
    };
    let effects = vec![
        Effect::StartClock { clock: ClockKind::Acceptance },
        Effect::OpenTask { step: 0 },
        Effect::Notify { notice: CaseNotice::Received },
    ];
    (state, effects)
}

/// A case of an item with this workflow is submitted, and goes this way through it.
#[must_use]
pub fn submit_to(workflow: &Workflow, way: &Way) -> (CaseState, Vec<Effect>) {
    let steps = u16::try_from(workflow.steps.len()).unwrap_or(u16::MAX);
    let charge = workflow.charge.as_ref().map(|charge| charge.when);
    let (state, effects) = submit(steps, charge.into(), workflow.publicity().map(|(step, _)| step));
    (state.under(workflow, way), effects)
}

/// The events (in their plain form) that the machine would take now.
#[must_use]
pub fn allowed(state: &CaseState) -> Vec<CaseEventKind> {
    CaseEventKind::ALL.into_iter().filter(|kind| apply(state, &CaseEvent::from(*kind)).is_ok()).collect()
}

/// Moves a case by one event.
///
/// # Errors
/// [`NotAllowed`] names what stands in the way; the state is unchanged then.
pub fn apply(state: &CaseState, event: &CaseEvent) -> Result<(CaseState, Vec<Effect>), NotAllowed> {
    use CaseEvent as E;
    use CaseStatus as S;
    let here = *state;
    match (state.status, event) {
        (S::Submitted, E::Accept { .. }) => Ok(accept(here)),
        (S::Submitted, E::NotAccept) => Ok(finish(here, S::NotAccepted, CaseNotice::Refused)),
        (S::Submitted | S::Accepted | S::UnderReview, E::RequestCorrection) => request_correction(here),
        (S::CorrectionRequested, E::Correct) => Ok(correct(here)),
        (S::Accepted, E::StartReview) => Ok((CaseState { status: S::UnderReview, ..here }, Vec::new())),
        (S::Accepted, E::Grant { automatic: true }) => nothing_promised(here).map(grant),
        (S::UnderReview, E::PassStep) => pass_step(here),
        (S::Accepted | S::UnderReview, E::Suspend) => Ok(suspend(here)),
        (S::Suspended, E::Resume) => Ok(resume(here)),
        (S::UnderReview, E::Grant { automatic: false }) => last_step(here).and_then(nothing_promised).map(grant),
        (S::Accepted | S::UnderReview, E::AwaitPromised) => promised(here).map(await_promised),
        (from, E::Supply { open }) if from.is_running() => promised(here).map(|case| supply(case, *open)),
        (from, E::Lapse) if from.is_running() => {
            promised(here).map(|case| finish(case, S::Terminated, CaseNotice::Lapsed))
        }
        (S::UnderReview, E::Refuse) => last_step(here).map(|case| finish(case, S::Refused, CaseNotice::Refused)),
        (S::AwaitingPayment, E::Pay) => Ok(pay(here)),
        (S::AwaitingPayment, E::Abandon) => Ok(finish(here, S::Terminated, CaseNotice::Abandoned)),
        (S::Publicised, E::Object) => Ok(object(here)),
        (S::Publicised, E::Dismiss) => objected(here).map(dismiss),
        (S::Publicised, E::Uphold) => objected(here).map(uphold),
        (S::Publicised, E::EndPublicity) => end_publicity(here),
        (from, E::Withdraw) if from.is_running() => Ok(finish(here, S::Withdrawn, CaseNotice::Ended)),
        (from, E::Terminate) if from.is_running() => Ok(finish(here, S::Terminated, CaseNotice::Ended)),
        (S::Granted, E::Close) => Ok((CaseState { status: S::Closed, ..here }, Vec::new())),
        (from, event) => Err(NotAllowed::Here { from, event: event.kind() }),
    }
}

/// The clock of the phase a case is in, if one runs.
fn phase_clock(status: CaseStatus) -> Option<ClockKind> {
    match status {
        CaseStatus::Submitted => Some(ClockKind::Acceptance),
        CaseStatus::Accepted | CaseStatus::UnderReview => Some(ClockKind::Decision),
        _ => None,
    }
}

fn accept(case: CaseState) -> (CaseState, Vec<Effect>) {
    let mut effects = vec![
        Effect::StopClock { clock: ClockKind::Acceptance },
        Effect::StartClock { clock: ClockKind::Decision },
        Effect::Notify { notice: CaseNotice::Accepted },
    ];
    if case.charge != ChargeState::BeforeReview {
        return (CaseState { status: CaseStatus::Accepted, ..case }, effects);
    }
    effects.push(Effect::PauseClock { clock: ClockKind::Decision });
    (ask_for_payment(case, CaseStatus::Accepted, &mut effects), effects)
}

fn request_correction(case: CaseState) -> Result<(CaseState, Vec<Effect>), NotAllowed> {
    if case.correction_used {
        return Err(NotAllowed::CorrectionUsed);
    }
    if case.status != CaseStatus::Submitted && !case.correction_in_review {
        return Err(NotAllowed::CorrectionTooLate);
    }
    let mut effects: Vec<Effect> =
        phase_clock(case.status).map(|clock| Effect::PauseClock { clock }).into_iter().collect();
    effects.push(Effect::StartClock { clock: ClockKind::Correction });
    effects.push(Effect::Notify { notice: CaseNotice::CorrectionRequested });
    let next = CaseState {
        status: CaseStatus::CorrectionRequested,
        correction_used: true,
        back_to: Some(case.status),
        ..case
    };
    Ok((next, effects))
}

fn correct(case: CaseState) -> (CaseState, Vec<Effect>) {
    let status = case.back_to.unwrap_or(CaseStatus::Submitted);
    let mut effects = vec![Effect::StopClock { clock: ClockKind::Correction }];
    effects.extend(phase_clock(status).map(|clock| Effect::ResumeClock { clock }));
    effects.push(Effect::Notify { notice: CaseNotice::Progress });
    (CaseState { status, back_to: None, ..case }, effects)
}

fn suspend(case: CaseState) -> (CaseState, Vec<Effect>) {
    let effects =
        vec![Effect::PauseClock { clock: ClockKind::Decision }, Effect::Notify { notice: CaseNotice::Progress }];
    (CaseState { status: CaseStatus::Suspended, back_to: Some(case.status), ..case }, effects)
}

fn resume(case: CaseState) -> (CaseState, Vec<Effect>) {
    let status = case.back_to.unwrap_or(CaseStatus::UnderReview);
    let effects =
        vec![Effect::ResumeClock { clock: ClockKind::Decision }, Effect::Notify { notice: CaseNotice::Progress }];
    (CaseState { status, back_to: None, awaits_promised: false, ..case }, effects)
}

fn promised(case: CaseState) -> Result<CaseState, NotAllowed> {
    if case.promised == 0 {
        return Err(NotAllowed::Promised { open: 0 });
    }
    Ok(case)
}

/// Nobody is granted anything on a material that nobody has seen.
fn nothing_promised(case: CaseState) -> Result<CaseState, NotAllowed> {
    if case.promised > 0 {
        return Err(NotAllowed::Promised { open: case.promised });
    }
    Ok(case)
}

/// The office has done its part: the time until the promised materials come is the applicant's.
fn await_promised(case: CaseState) -> (CaseState, Vec<Effect>) {
    let effects =
        vec![Effect::PauseClock { clock: ClockKind::Decision }, Effect::Notify { notice: CaseNotice::AwaitsPromised }];
    let back_to = Some(case.status);
    (CaseState { status: CaseStatus::Suspended, back_to, awaits_promised: true, ..case }, effects)
}

/// The case stays where it is, unless the office waited for just this.
fn supply(case: CaseState, open: u16) -> (CaseState, Vec<Effect>) {
    let case = CaseState { promised: open.min(case.promised), ..case };
    let supplied = Effect::Notify { notice: CaseNotice::Supplied };
    if !case.awaits_promised || case.promised > 0 {
        return (case, vec![supplied]);
    }
    let status = case.back_to.unwrap_or(CaseStatus::UnderReview);
    let effects = vec![Effect::ResumeClock { clock: ClockKind::Decision }, supplied];
    (CaseState { status, back_to: None, awaits_promised: false, ..case }, effects)
}

fn pass_step(case: CaseState) -> Result<(CaseState, Vec<Effect>), NotAllowed> {
    let step = case.skipped.next(case.step, case.steps).ok_or(NotAllowed::NoNextStep { step: case.step })?;
    if case.publicity == Some(step) {
        return Ok(publicise(CaseState { step, ..case }));
    }
    let effects = vec![Effect::CloseTask, Effect::OpenTask { step }, Effect::Notify { notice: CaseNotice::Progress }];
    Ok((CaseState { step, ..case }, effects))
}

/// Nobody works on it: the public looks, and the promise stands still.
fn publicise(case: CaseState) -> (CaseState, Vec<Effect>) {
    let effects = vec![
        Effect::CloseTask,
        Effect::PauseClock { clock: ClockKind::Decision },
        Effect::StartClock { clock: ClockKind::Publicity },
        Effect::Publish,
        Effect::Notify { notice: CaseNotice::Publicised },
    ];
    (CaseState { status: CaseStatus::Publicised, back_to: Some(CaseStatus::UnderReview), ..case }, effects)
}

/// The first open objection stops the period and gives the office a task; others wait beside it.
fn object(case: CaseState) -> (CaseState, Vec<Effect>) {
    let mut effects = Vec::new();
    if case.objections == 0 {
        effects.push(Effect::PauseClock { clock: ClockKind::Publicity });
        effects.push(Effect::OpenTask { step: case.step });
        effects.push(Effect::Notify { notice: CaseNotice::Objected });
    }
    (CaseState { objections: case.objections.saturating_add(1), ..case }, effects)
}

fn objected(case: CaseState) -> Result<CaseState, NotAllowed> {
    if case.objections == 0 {
        return Err(NotAllowed::Objections { open: 0 });
    }
    Ok(case)
}

/// The last one that is dismissed lets the period run on.
fn dismiss(case: CaseState) -> (CaseState, Vec<Effect>) {
    let objections = case.objections - 1;
    let mut effects = Vec::new();
    if objections == 0 {
        effects.push(Effect::ResumeClock { clock: ClockKind::Publicity });
        effects.push(Effect::CloseTask);
        effects.push(Effect::Notify { notice: CaseNotice::Progress });
    }
    (CaseState { objections, ..case }, effects)
}

/// Back to the step before; whatever else was objected is looked at there.
fn uphold(case: CaseState) -> (CaseState, Vec<Effect>) {
    let step = case.skipped.before(case.step).unwrap_or(0);
    let mut effects = vec![Effect::CloseTask];
    effects.extend(unpublished());
    effects.push(Effect::OpenTask { step });
    effects.push(Effect::Notify { notice: CaseNotice::Progress });
    (CaseState { status: CaseStatus::UnderReview, step, back_to: None, objections: 0, ..case }, effects)
}

fn end_publicity(case: CaseState) -> Result<(CaseState, Vec<Effect>), NotAllowed> {
    if case.objections > 0 {
        return Err(NotAllowed::Objections { open: case.objections });
    }
    let step = case.skipped.next(case.step, case.steps).ok_or(NotAllowed::NoNextStep { step: case.step })?;
    let mut effects = unpublished();
    effects.push(Effect::OpenTask { step });
    effects.push(Effect::Notify { notice: CaseNotice::Progress });
    Ok((CaseState { status: CaseStatus::UnderReview, step, back_to: None, ..case }, effects))
}

fn unpublished() -> Vec<Effect> {
    vec![
        Effect::StopClock { clock: ClockKind::Publicity },
        Effect::ResumeClock { clock: ClockKind::Decision },
        Effect::Unpublish,
    ]
}

fn last_step(case: CaseState) -> Result<CaseState, NotAllowed> {
    if case.skipped.next(case.step, case.steps).is_some() {
        return Err(NotAllowed::NotLastStep { step: case.step });
    }
    Ok(case)
}

fn grant(case: CaseState) -> (CaseState, Vec<Effect>) {
    let mut effects = vec![Effect::StopClock { clock: ClockKind::Decision }, Effect::CloseTask];
    if case.charge == ChargeState::AfterGrant {
        effects.push(Effect::Notify { notice: CaseNotice::Granted });
        return (ask_for_payment(case, CaseStatus::Granted, &mut effects), effects);
    }
    effects.extend([Effect::Issue, Effect::Notify { notice: CaseNotice::Granted }, Effect::Deliver]);
    (CaseState { status: CaseStatus::Granted, ..case }, effects)
}

/// The case stands still until the applicant has paid.
fn ask_for_payment(case: CaseState, back_to: CaseStatus, effects: &mut Vec<Effect>) -> CaseState {
    effects.extend([
        Effect::StartClock { clock: ClockKind::Payment },
        Effect::Notify { notice: CaseNotice::PaymentRequested },
        Effect::Charge,
    ]);
    CaseState { status: CaseStatus::AwaitingPayment, back_to: Some(back_to), ..case }
}

/// Paid: the review begins, or the result is made.
fn pay(case: CaseState) -> (CaseState, Vec<Effect>) {
    let status = case.back_to.unwrap_or(CaseStatus::Accepted);
    let next = CaseState { status, back_to: None, charge: ChargeState::Paid, ..case };
    let progress = Effect::Notify { notice: CaseNotice::Progress };
    let mut effects = vec![Effect::StopClock { clock: ClockKind::Payment }];
    effects.extend(match status {
        CaseStatus::Granted => vec![Effect::Issue, progress, Effect::Deliver],
        _ => vec![Effect::ResumeClock { clock: ClockKind::Decision }, progress],
    });
    (next, effects)
}

/// Ends a case without a grant: every clock that runs or stands stops.
fn finish(case: CaseState, status: CaseStatus, notice: CaseNotice) -> (CaseState, Vec<Effect>) {
    let mut effects = Vec::new();
    if case.status == CaseStatus::CorrectionRequested {
        effects.push(Effect::StopClock { clock: ClockKind::Correction });
    }
    if case.status == CaseStatus::AwaitingPayment {
        effects.push(Effect::StopClock { clock: ClockKind::Payment });
    }
    if case.status == CaseStatus::Publicised {
        effects.extend([Effect::StopClock { clock: ClockKind::Publicity }, Effect::Unpublish]);
    }
    let phase = case.back_to.unwrap_or(case.status);
    effects.extend(phase_clock(phase).map(|clock| Effect::StopClock { clock }));
    // A granted case that waits for its payment has no task any more; one in public has one while somebody objects.
    let quiet = case.status == CaseStatus::Publicised && case.objections == 0;
    if phase != CaseStatus::Granted && !quiet {
        effects.push(Effect::CloseTask);
    }
    if case.charge == ChargeState::Paid {
        effects.push(Effect::Refund);
    }
    effects.push(Effect::Notify { notice });
    let over = CaseState { status, back_to: None, objections: 0, promised: 0, awaits_promised: false, ..case };
    (over, effects)
}
