//! Keeping up with the platform: the event stream, the watch over the connection, and small readings
//! behind the screens. Streams are hints; what counts is read anew and written with the cursor.

mod apply;
mod backoff;
mod cursor;
mod online;
mod stream;
#[cfg(test)]
pub(crate) mod tests;

use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, Ordering},
};

#[cfg(test)]
pub(crate) use cursor::Cursor;
use haoban_domain::ids::PartyId;
use haoban_wire::Problem;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{Client, ClientError, cases, catalogue, licences, outbox, parties, receipt, session, store::records};

/// What runs.
pub(crate) struct Sync {
    begun: AtomicBool,
    stream: Mutex<CancellationToken>,
    nudges: watch::Sender<u64>,
    busy: Mutex<HashSet<String>>,
}

impl Sync {
    /// Nothing runs yet.
    pub(crate) fn new() -> Self {
        Self {
            begun: AtomicBool::new(false),
            stream: Mutex::new(CancellationToken::new()),
            nudges: watch::Sender::new(0),
            busy: Mutex::default(),
        }
    }

    /// Whether this reading may begin; false while the same one is under way.
    pub(crate) fn begin_once(&self, what: &str) -> bool {
        self.busy.lock().insert(what.to_owned())
    }

    /// It is over.
    pub(crate) fn end_once(&self, what: &str) {
        self.busy.lock().remove(what);
    }
}

/// Begins to watch the connection; once a run. Needs no session and no open vault.
pub(crate) fn begin(client: &Client) {
    if !client.services().sync.begun.swap(true, Ordering::SeqCst) {
        client.spawn(online::watch(client.clone()));
        read_public(client);
    }
}

/// Starts (or starts anew) the stream of whoever is signed in, and reads what may have changed meanwhile.
pub(crate) fn start(client: &Client) {
    stop(client);
    // Somebody signed in to bring a lost key back: what is read could be kept nowhere. The vault's opening starts it.
    if !client.vault().is_open() {
        return;
    }
    let Some(party) = session::party(client) else { return };
    let token = client.cancelled().child_token();
    *client.services().sync.stream.lock() = token.clone();
    client.spawn(stream::run(client.clone(), party, token));
    read_personal(client, party);
    outbox::wake(client);
}

/// Stops the stream.
pub(crate) fn stop(client: &Client) {
    client.services().sync.stream.lock().cancel();
}

/// The app is back, or somebody pulled: try at once instead of waiting.
pub(crate) fn nudge(client: &Client) {
    client.services().sync.nudges.send_modify(|n| *n += 1);
}

/// The platform answers again.
fn came_back(client: &Client) {
    nudge(client);
    outbox::wake(client);
    read_public(client);
    behind(client, "revocations".into(), |client| async move {
        session::retry_revocations(&client).await;
        Ok(())
    });
    if session::is_signed_in(client)
        && let Some(party) = session::party(client)
    {
        read_personal(client, party);
    }
}

/// Reads what needs no session.
pub(crate) fn read_public(client: &Client) {
    behind(client, "catalogue".into(), |client| async move { catalogue::refresh(&client).await });
}

/// Brings the key deposit to what the settings say, if somebody is signed in.
pub(crate) fn deposit(client: &Client) {
    if session::is_signed_in(client)
        && let Some(party) = session::party(client)
    {
        behind(client, "key deposit".into(), move |client| async move { client.keep_deposit(party).await });
    }
}

fn read_personal(client: &Client, party: PartyId) {
    if !client.vault().is_open() {
        return;
    }
    deposit(client);
    crate::follow::soon(client);
    behind(client, format!("lists {party}"), move |client| async move {
        cases::refresh_all(&client, party).await?;
        licences::refresh(&client, party).await?;
        Ok(receipt::pin(&client).await?)
    });
}

/// Does something behind the screens: once at a time, ended by shutdown, its failure only logged.
pub(crate) fn behind<F>(client: &Client, what: String, work: impl FnOnce(Client) -> F + Send + 'static)
where
    F: Future<Output = Result<(), Problem>> + Send + 'static,
{
    if !client.services().sync.begin_once(&what) {
        return;
    }
    let owned = client.clone();
    client.spawn(async move {
        let stop = owned.cancelled();
        let result = tokio::select! {
            () = stop.cancelled() => Ok(()),
            result = work(owned.clone()) => result,
        };
        owned.services().sync.end_once(&what);
        if let Err(problem) = result {
            tracing::debug!(code = problem.code.as_str(), "a reading behind the screens failed");
        }
    });
}

/// At sign-out: what can be read anew is destroyed; messages and their marks stay, sealed, for the same person.
pub(crate) async fn erase_caches(client: &Client, party: PartyId) {
    let erased = async {
        let mut write = client.store()?.write().await?;
        for kind in ["case", "cases_synced", "licences", "appointments", "facts", "access"] {
            records::clear(&mut write, &parties::kind(client, kind, party)?).await?;
        }
        Ok::<_, ClientError>(write.commit().await?)
    };
    if let Err(error) = erased.await {
        tracing::warn!(%error, "the caches of the person who signed out could not be erased");
    }
}
