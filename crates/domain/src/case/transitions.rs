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
//!     Accepted --> CorrectionRequested: RequestCorrection (once)
//!     Accepted --> Suspended: Suspend
//!     Accepted --> Granted: Grant (by rules only)
//!     UnderReview --> UnderReview: PassStep (next department)
//!     UnderReview --> CorrectionRequested: RequestCorrection (once)
//!     UnderReview --> Suspended: Suspend
//!     UnderReview --> Granted: Grant (last step)
//!     UnderReview --> Refused: Refuse (last step)
//!     CorrectionRequested --> Submitted: Correct (asked before acceptance)
//!     CorrectionRequested --> Accepted: Correct (asked after acceptance)
//!     CorrectionRequested --> UnderReview: Correct (asked in review)
//!     Suspended --> Accepted: Resume
//!     Suspended --> UnderReview: Resume
//!     Submitted --> Withdrawn: Withdraw
//!     CorrectionRequested --> Withdrawn: Withdraw
//!     Accepted --> Withdrawn: Withdraw
//!     UnderReview --> Withdrawn: Withdraw
//!     Suspended --> Withdrawn: Withdraw
//!     AwaitingPayment --> Withdrawn: Withdraw
//!     AwaitingPayment --> Terminated: Terminate
//!     Submitted --> Terminated: Terminate
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
    AcceptedBy, CaseEvent, CaseEventKind, CaseNotice, CaseState, CaseStatus, ChargeState, ClockKind, Effect, NotAllowed,
};

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
        }
    }
}

/// A case comes into being: it is submitted, the acceptance clock runs, the first department has a task.
#[must_use]
pub fn submit(steps: u16, charge: ChargeState) -> (CaseState, Vec<Effect>) {
    let state = CaseState {
        status: CaseStatus::Submitted,
        step: 0,
        steps: steps.max(1),
        correction_used: false,
        back_to: None,
        charge,
    };
    let effects = vec![
        Effect::StartClock { clock: ClockKind::Acceptance },
        Effect::OpenTask { step: 0 },
        Effect::Notify { notice: CaseNotice::Received },
    ];
    (state, effects)
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
        (S::Accepted, E::Grant { automatic: true }) => Ok(grant(here)),
        (S::UnderReview, E::PassStep) => pass_step(here),
        (S::Accepted | S::UnderReview, E::Suspend) => Ok(suspend(here)),
        (S::Suspended, E::Resume) => Ok(resume(here)),
        (S::UnderReview, E::Grant { automatic: false }) => last_step(here).map(grant),
        (S::UnderReview, E::Refuse) => last_step(here).map(|case| finish(case, S::Refused, CaseNotice::Refused)),
        (S::AwaitingPayment, E::Pay) => Ok(pay(here)),
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
    (CaseState { status, back_to: None, ..case }, effects)
}

fn pass_step(case: CaseState) -> Result<(CaseState, Vec<Effect>), NotAllowed> {
    let step = case.step.saturating_add(1);
    if step >= case.steps {
        return Err(NotAllowed::NoNextStep { step: case.step });
    }
    let effects = vec![Effect::CloseTask, Effect::OpenTask { step }, Effect::Notify { notice: CaseNotice::Progress }];
    Ok((CaseState { step, ..case }, effects))
}

fn last_step(case: CaseState) -> Result<CaseState, NotAllowed> {
    if case.step.saturating_add(1) < case.steps {
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
    effects.extend([Effect::Notify { notice: CaseNotice::PaymentRequested }, Effect::Charge]);
    CaseState { status: CaseStatus::AwaitingPayment, back_to: Some(back_to), ..case }
}

/// Paid: the review begins, or the result is made.
fn pay(case: CaseState) -> (CaseState, Vec<Effect>) {
    let status = case.back_to.unwrap_or(CaseStatus::Accepted);
    let next = CaseState { status, back_to: None, charge: ChargeState::Paid, ..case };
    let progress = Effect::Notify { notice: CaseNotice::Progress };
    let effects = match status {
        CaseStatus::Granted => vec![Effect::Issue, progress, Effect::Deliver],
        _ => vec![Effect::ResumeClock { clock: ClockKind::Decision }, progress],
    };
    (next, effects)
}

/// Ends a case without a grant: every clock that runs or stands stops.
fn finish(case: CaseState, status: CaseStatus, notice: CaseNotice) -> (CaseState, Vec<Effect>) {
    let mut effects = Vec::new();
    if case.status == CaseStatus::CorrectionRequested {
        effects.push(Effect::StopClock { clock: ClockKind::Correction });
    }
    let phase = case.back_to.unwrap_or(case.status);
    effects.extend(phase_clock(phase).map(|clock| Effect::StopClock { clock }));
    // A granted case that waits for its payment has no task any more.
    if phase != CaseStatus::Granted {
        effects.push(Effect::CloseTask);
    }
    if case.charge == ChargeState::Paid {
        effects.push(Effect::Refund);
    }
    effects.push(Effect::Notify { notice });
    (CaseState { status, back_to: None, ..case }, effects)
}
