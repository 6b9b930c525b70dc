//! The life of one step of the outbox: pure, one match.
//!
//! ```text
//!            Started            Delivered
//!   Ready ───────────▶ Sending ───────────▶ Done
//!     ▲ ▲                │ │ │
//!     │ └─Due, Retried───┼─┼─┼── Backoff(until)  ◀── Failed
//!     │ └─SignedIn───────┼─┼─┼── NeedsSignIn     ◀── SignedOut
//!     │ └─Retried────────┼─┼─┴── Wedged(problem) ◀── Refused
//!     │ └─Resumed── Paused ◀─┘ Paused (by hand; what is on its way may still arrive)
//!     └──── Interrupted (the app closed or went to the background)
//! ```

use haoban_domain::time::Timestamp;
use haoban_wire::Problem;

/// Where a step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepState {
    /// May start when the steps it needs are done.
    Ready,
    /// On its way.
    Sending,
    /// Failed for now.
    Backoff {
        /// When to try again.
        until: Timestamp,
    },
    /// Paused by hand.
    Paused,
    /// Waits for a sign-in.
    NeedsSignIn,
    /// Cannot go on without the resident.
    Wedged {
        /// Why.
        problem: Problem,
    },
    /// Arrived.
    Done,
}

/// What happens to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepEvent {
    /// The worker takes it.
    Started,
    /// The platform has it.
    Delivered,
    /// No answer, or "later".
    Failed {
        /// When to try again.
        until: Timestamp,
    },
    /// The platform said no, and would again.
    Refused {
        /// Why.
        problem: Problem,
    },
    /// There is no session of its owner.
    SignedOut,
    /// Somebody signed in.
    SignedIn,
    /// Paused by hand.
    Paused,
    /// Resumed by hand.
    Resumed,
    /// "Try again now".
    Retried,
    /// Its time has come, or the network is back.
    Due,
    /// The app closed, crashed or went to the background in the middle.
    Interrupted,
}

/// What must follow a change of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Begin the transfer.
    Transfer,
    /// End the running transfer at the next safe point.
    Stop,
    /// Look for what can start now.
    Plan,
    /// One failure more: the next wait grows.
    CountFailure,
    /// A fresh start: waits begin small again.
    ForgetFailures,
}

/// An event that makes no sense in this state; nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the step cannot do that now")]
pub struct NotNow;

/// The next state and what must follow.
pub fn apply(state: &StepState, event: &StepEvent) -> Result<(StepState, Vec<Effect>), NotNow> {
    use StepEvent as E;
    use StepState as S;
    let next = match (state, event) {
        (S::Ready, E::Started) => (S::Sending, vec![Effect::Transfer]),

        // An arrival counts whenever it is heard of: a paused transfer may have been complete already.
        (S::Sending | S::Paused | S::Ready, E::Delivered) => (S::Done, vec![Effect::Plan]),
        (S::Sending, E::Failed { until }) => (S::Backoff { until: *until }, vec![Effect::CountFailure, Effect::Plan]),
        (S::Sending | S::Paused | S::Ready, E::Refused { problem }) => {
            (S::Wedged { problem: problem.clone() }, vec![Effect::Plan])
        }
        (S::Sending, E::SignedOut) => (S::NeedsSignIn, vec![Effect::Plan]),
        (S::Sending, E::Interrupted) => (S::Ready, vec![]),
        (S::Sending, E::Paused) => (S::Paused, vec![Effect::Stop]),
        // Late news of a transfer that was paused: it stays paused.
        (S::Paused, E::Failed { .. } | E::SignedOut | E::Interrupted) => (S::Paused, vec![]),

        (S::Ready | S::Backoff { .. } | S::NeedsSignIn, E::Paused) => (S::Paused, vec![]),
        (S::Paused, E::Resumed) => (S::Ready, vec![Effect::ForgetFailures, Effect::Plan]),

        (S::Backoff { .. }, E::Due) => (S::Ready, vec![Effect::Plan]),
        (S::NeedsSignIn, E::SignedIn) => (S::Ready, vec![Effect::Plan]),
        (S::Backoff { .. } | S::NeedsSignIn | S::Wedged { .. }, E::Retried) => {
            (S::Ready, vec![Effect::ForgetFailures, Effect::Plan])
        }
        _ => return Err(NotNow),
    };
    Ok(next)
}

impl StepState {
    /// The word in the store.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Sending => "sending",
            Self::Backoff { .. } => "backoff",
            Self::Paused => "paused",
            Self::NeedsSignIn => "needs_sign_in",
            Self::Wedged { .. } => "wedged",
            Self::Done => "done",
        }
    }
}
