//! Who is signed in: OIDC authorization code with PKCE in the system browser, tokens sealed in the
//! store, refreshed one at a time, destroyed at sign-out.
//!
//! The rules are the pure [`machine`]; [`driver`] does what it says; [`renewal`] hands tokens out.

mod attempt;
mod discovery;
mod driver;
mod id_token;
mod kept;
#[cfg(test)]
mod key_deposit_tests;
mod loopback;
#[cfg(test)]
mod lying_op;
mod machine;
mod page;
mod renewal;
#[cfg(test)]
pub(crate) mod tests;
mod tokens;

use std::sync::atomic::AtomicU64;

use haoban_domain::{identifiers::mask, ids::PartyId, person::Applicant};
use haoban_wire::{
    Problem, ProblemCode,
    ui::{SessionPerson, SessionView},
};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use crate::Client;
use machine::State;

pub(crate) use driver::{begin, cancel, end, restore, taken_out};
pub(crate) use kept::{KIND as KEPT_KIND, party as kept_party, retry_revocations};
pub(crate) use renewal::SessionTokens;

/// What the session keeps in memory.
pub(crate) struct Session {
    state: Mutex<State>,
    tokens: Mutex<Option<renewal::Held>>,
    provider: Mutex<Option<discovery::Provider>>,
    refreshing: tokio::sync::Mutex<()>,
    attempts: AtomicU64,
    running: Mutex<CancellationToken>,
}

impl Session {
    /// Nobody yet.
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State::NOBODY),
            tokens: Mutex::new(None),
            provider: Mutex::new(None),
            refreshing: tokio::sync::Mutex::new(()),
            attempts: AtomicU64::new(0),
            running: Mutex::new(CancellationToken::new()),
        }
    }
}

/// The person signed in (also while the session has ended but was not signed out).
pub fn person(client: &Client) -> Option<Applicant> {
    client.services().session.state.lock().person().cloned()
}

/// The id of that person: everything personal on this device is kept under it.
pub fn party(client: &Client) -> Option<PartyId> {
    client.services().session.state.lock().party()
}

/// Whether requests can be authenticated now.
pub fn is_signed_in(client: &Client) -> bool {
    matches!(&*client.services().session.state.lock(), State::SignedIn { .. })
}

/// The session as screens see it.
pub fn view(client: &Client) -> SessionView {
    match &*client.services().session.state.lock() {
        State::SignedOut { problem } => SessionView::SignedOut { problem: problem.clone() },
        State::SigningIn { url, .. } => SessionView::SigningIn { url: url.clone() },
        State::SignedIn { person } => SessionView::SignedIn { person: masked(person) },
        State::Expired { person } => SessionView::Expired { person: masked(person) },
    }
}

fn masked(person: &Applicant) -> SessionPerson {
    SessionPerson {
        name: person.name.clone(),
        id_masked: mask::id_number(&person.id_number),
        phone_masked: mask::phone(&person.phone),
        kind: person.kind,
    }
}

/// Sign-in did not work; `what` names the step for the log and for the screen's remedy.
fn sign_in_failed(what: &str) -> Problem {
    Problem::new(ProblemCode::SignInFailed).with("what", what)
}
