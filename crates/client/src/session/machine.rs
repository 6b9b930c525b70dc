//! The session as one pure function: `(state, event) -> (state, effects)`, or "not now".
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> SignedOut
//!     SignedOut --> SignedIn: Restored, with a refresh token
//!     SignedOut --> Expired: Restored, without
//!     SignedOut --> SigningIn: Begin
//!     Expired --> SigningIn: Begin
//!     SigningIn --> SigningIn: Begin (a new attempt)
//!     SigningIn --> SignedIn: Completed
//!     SigningIn --> SignedOut: Cancel, Failed
//!     SigningIn --> Expired: Cancel, Failed (had expired before)
//!     SigningIn --> SignedOut: End
//!     SignedIn --> Expired: Refused
//!     SignedIn --> SignedOut: End
//!     SignedOut --> SignedOut: Told
//!     Expired --> SignedOut: End
//! ```
//!
//! Refreshing is no state: a session that is being refreshed is still a session.

use haoban_domain::{ids::PartyId, person::Applicant};
use haoban_wire::Problem;

/// Number of one try to sign in; a late answer of an older try must not count.
pub(crate) type Attempt = u64;

/// Where a session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// Nobody.
    SignedOut {
        /// Why the last try failed.
        problem: Option<Problem>,
    },
    /// The browser is open.
    SigningIn {
        /// Which try.
        attempt: Attempt,
        /// What was opened.
        url: String,
        /// Who was here before the session ended, if anyone.
        before: Option<Applicant>,
    },
    /// Somebody.
    SignedIn {
        /// Who.
        person: Applicant,
    },
    /// The session ended by itself; the person's things are still here.
    Expired {
        /// Who.
        person: Applicant,
    },
}

/// What can happen to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// The sealed record was read at start.
    Restored {
        /// Who.
        person: Applicant,
        /// Whether there is a refresh token.
        usable: bool,
    },
    /// The resident wants to sign in.
    Begin {
        /// Number of the try.
        attempt: Attempt,
        /// Address for the browser.
        url: String,
    },
    /// The resident gives a try up.
    Cancel,
    /// A try failed.
    Failed {
        /// Which.
        attempt: Attempt,
        /// Why.
        problem: Problem,
    },
    /// A try succeeded.
    Completed {
        /// Which.
        attempt: Attempt,
        /// Who.
        person: Applicant,
    },
    /// The platform did not take the refresh token.
    Refused,
    /// The resident signs out.
    End,
    /// Why nobody is signed in any more, when it was not the resident's wish.
    Told {
        /// Why.
        problem: Problem,
    },
}

/// What the driver has to do after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Open the browser at the state's address.
    OpenBrowser,
    /// Stop listening for the redirect.
    StopAttempt,
    /// Keep the new tokens, sealed.
    KeepTokens,
    /// Drop the tokens but remember who it was.
    DropTokens,
    /// Tell the platform, then destroy everything about the session.
    RevokeAndDestroy,
    /// What memory holds of a person belongs to somebody else now.
    ForgetPersonal,
    /// Start the event stream and wake the outbox.
    StartSync,
    /// Stop the event stream.
    StopSync,
    /// Tell the screens.
    Publish,
}

/// The event makes no sense in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not in this state of the session")]
pub(crate) struct NotAllowed;

impl State {
    /// Nobody, and nothing went wrong.
    pub(crate) const NOBODY: Self = Self::SignedOut { problem: None };

    /// Whose drafts and cases may be shown.
    pub(crate) fn person(&self) -> Option<&Applicant> {
        match self {
            Self::SignedIn { person } | Self::Expired { person } => Some(person),
            Self::SigningIn { before, .. } => before.as_ref(),
            Self::SignedOut { .. } => None,
        }
    }

    /// The id of that person.
    pub(crate) fn party(&self) -> Option<PartyId> {
        self.person().map(|person| person.party)
    }

    fn given_up(before: Option<&Applicant>, problem: Option<Problem>) -> Self {
        match before {
            Some(person) => Self::Expired { person: person.clone() },
            None => Self::SignedOut { problem },
        }
    }
}

/// One step.
pub(crate) fn apply(state: &State, event: &Event) -> Result<(State, Vec<Effect>), NotAllowed> {
    use Effect::{
        DropTokens, ForgetPersonal, KeepTokens, OpenBrowser, Publish, RevokeAndDestroy, StartSync, StopAttempt,
        StopSync,
    };
    let next = match (state, event) {
        (State::SignedOut { .. }, Event::Restored { person, usable: true }) => {
            (State::SignedIn { person: person.clone() }, vec![StartSync, Publish])
        }
        (State::SignedOut { .. }, Event::Restored { person, usable: false }) => {
            (State::Expired { person: person.clone() }, vec![Publish])
        }
        (State::SignedOut { .. } | State::Expired { .. }, Event::Begin { attempt, url }) => {
            (signing_in(*attempt, url, state.person()), vec![OpenBrowser, Publish])
        }
        (State::SigningIn { before, .. }, Event::Begin { attempt, url }) => {
            (signing_in(*attempt, url, before.as_ref()), vec![StopAttempt, OpenBrowser, Publish])
        }
        (State::SigningIn { before, .. }, Event::Cancel) => {
            (State::given_up(before.as_ref(), None), vec![StopAttempt, Publish])
        }
        (State::SigningIn { attempt, before, .. }, Event::Failed { attempt: failed, problem }) if attempt == failed => {
            (State::given_up(before.as_ref(), Some(problem.clone())), vec![Publish])
        }
        (State::SigningIn { attempt, .. }, Event::Completed { attempt: done, person }) if attempt == done => {
            (State::SignedIn { person: person.clone() }, vec![KeepTokens, ForgetPersonal, StartSync, Publish])
        }
        (State::SigningIn { .. }, Event::End) => {
            (State::NOBODY, vec![StopAttempt, RevokeAndDestroy, ForgetPersonal, Publish])
        }
        (State::SignedIn { person }, Event::Refused) => {
            (State::Expired { person: person.clone() }, vec![DropTokens, StopSync, Publish])
        }
        (State::SignedIn { .. }, Event::End) => {
            (State::NOBODY, vec![StopSync, RevokeAndDestroy, ForgetPersonal, Publish])
        }
        (State::Expired { .. }, Event::End) => (State::NOBODY, vec![RevokeAndDestroy, ForgetPersonal, Publish]),
        (State::SignedOut { .. }, Event::Told { problem }) => {
            (State::SignedOut { problem: Some(problem.clone()) }, vec![Publish])
        }
        // Asked for what is already so: a second tap, a second window.
        (State::SignedOut { .. } | State::SignedIn { .. } | State::Expired { .. }, Event::Cancel)
        | (State::SignedOut { .. }, Event::End)
        | (State::Expired { .. }, Event::Refused) => (state.clone(), Vec::new()),
        (
            State::SignedOut { .. } | State::SigningIn { .. } | State::SignedIn { .. } | State::Expired { .. },
            Event::Restored { .. }
            | Event::Begin { .. }
            | Event::Failed { .. }
            | Event::Completed { .. }
            | Event::Refused
            | Event::Told { .. },
        ) => return Err(NotAllowed),
    };
    Ok(next)
}

fn signing_in(attempt: Attempt, url: &str, before: Option<&Applicant>) -> State {
    State::SigningIn { attempt, url: url.to_owned(), before: before.cloned() }
}

#[cfg(test)]
mod tests {
    use haoban_domain::item::AudienceKind;
    use haoban_wire::ProblemCode;

    use super::*;

    pub(super) fn person(n: u8) -> Applicant {
        Applicant {
            party: PartyId::new(1, [n; 10]),
            kind: AudienceKind::NaturalPerson,
            name: format!("P{n}"),
            id_number: String::new(),
            phone: String::new(),
        }
    }

    fn states() -> Vec<(&'static str, State)> {
        vec![
            ("out", State::NOBODY),
            ("in1", State::SigningIn { attempt: 1, url: "u".into(), before: None }),
            ("in1 after A", State::SigningIn { attempt: 1, url: "u".into(), before: Some(person(1)) }),
            ("A", State::SignedIn { person: person(1) }),
            ("A expired", State::Expired { person: person(1) }),
        ]
    }

    fn events() -> Vec<(&'static str, Event)> {
        let problem = Problem::new(ProblemCode::SignInFailed);
        vec![
            ("restored", Event::Restored { person: person(1), usable: true }),
            ("restored bare", Event::Restored { person: person(1), usable: false }),
            ("begin", Event::Begin { attempt: 2, url: "v".into() }),
            ("cancel", Event::Cancel),
            ("failed 1", Event::Failed { attempt: 1, problem: problem.clone() }),
            ("failed 0", Event::Failed { attempt: 0, problem: problem.clone() }),
            ("completed 1", Event::Completed { attempt: 1, person: person(2) }),
            ("completed 0", Event::Completed { attempt: 0, person: person(2) }),
            ("refused", Event::Refused),
            ("end", Event::End),
            ("told", Event::Told { problem }),
        ]
    }

    fn name(state: &State) -> String {
        match state {
            State::SignedOut { problem: None } => "out".into(),
            State::SignedOut { problem: Some(_) } => "out!".into(),
            State::SigningIn { attempt, before: None, .. } => format!("in{attempt}"),
            State::SigningIn { attempt, before: Some(p), .. } => format!("in{attempt} after {}", p.name),
            State::SignedIn { person } => person.name.clone(),
            State::Expired { person } => format!("{} expired", person.name),
        }
    }

    /// Every state × every event; `-` is refused. Columns in the order of `events()`.
    const TABLE: [(&str, [&str; 11]); 5] = [
        ("out", ["P1", "P1 expired", "in2", "out", "-", "-", "-", "-", "-", "out", "out!"]),
        ("in1", ["-", "-", "in2", "out", "out!", "-", "P2", "-", "-", "out", "-"]),
        ("in1 after A", ["-", "-", "in2 after P1", "P1 expired", "P1 expired", "-", "P2", "-", "-", "out", "-"]),
        ("A", ["-", "-", "-", "P1", "-", "-", "-", "-", "P1 expired", "out", "-"]),
        ("A expired", ["-", "-", "in2 after P1", "P1 expired", "-", "-", "-", "-", "P1 expired", "out", "-"]),
    ];

    #[test]
    fn every_state_meets_every_event() {
        for ((row, wanted), (label, state)) in TABLE.iter().zip(states()) {
            assert_eq!(*row, label);
            for ((event_name, event), wanted) in events().into_iter().zip(wanted) {
                let got = apply(&state, &event).map_or("-".to_owned(), |(next, _)| name(&next));
                assert_eq!(&got, wanted, "{label} × {event_name}");
            }
        }
    }

    #[test]
    fn leaving_for_good_always_revokes_and_forgets() {
        for (label, state) in states().into_iter().skip(1) {
            let (_, effects) = apply(&state, &Event::End).unwrap();
            assert!(effects.contains(&Effect::RevokeAndDestroy), "{label}");
            assert!(effects.contains(&Effect::ForgetPersonal), "{label}");
        }
    }

    #[test]
    fn an_expired_session_keeps_its_person_but_no_tokens() {
        let (next, effects) = apply(&State::SignedIn { person: person(1) }, &Event::Refused).unwrap();
        assert_eq!(next.party(), Some(person(1).party));
        assert!(effects.contains(&Effect::DropTokens) && !effects.contains(&Effect::ForgetPersonal));
    }

    #[test]
    fn another_person_makes_memory_forget() {
        let expired = State::SigningIn { attempt: 1, url: String::new(), before: Some(person(1)) };
        let (next, effects) = apply(&expired, &Event::Completed { attempt: 1, person: person(2) }).unwrap();
        assert_eq!(next.party(), Some(person(2).party));
        assert!(effects.contains(&Effect::ForgetPersonal));
    }

    #[test]
    fn asking_for_what_is_so_changes_nothing_and_tells_nobody() {
        let signed_in = State::SignedIn { person: person(1) };
        assert_eq!(apply(&signed_in, &Event::Cancel), Ok((signed_in, Vec::new())));
        assert_eq!(apply(&State::NOBODY, &Event::End), Ok((State::NOBODY, Vec::new())));
    }
}
