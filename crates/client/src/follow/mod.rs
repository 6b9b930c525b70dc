//! Drafts that follow their resident from device to device, if they choose so.
//!
//! Sealed under an account key that only the resident's devices have ([`keys`]); a new device is admitted by a code typed
//! on an old one ([`code`]). One [`round`] brings this device up to date: devices and keys, what others changed
//! ([`take`]), what was changed here. It runs after changes, events, and whenever the platform answers again.

mod code;
mod devices;
mod keys;
mod record;
mod round;
mod shared;
mod take;
#[cfg(test)]
mod tests;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use haoban_domain::ids::{DraftId, PartyId};
use haoban_wire::{Problem, ProblemCode, follow::FollowState, ui::DraftAccount};
use tokio::sync::Notify;

pub(crate) use devices::{admit, begin_anew, give_up, open, remove, turn_off, turn_on};

use crate::{Client, ClientError, drafts, http::api, session};

/// Typing goes on: a round a moment later takes more along.
const SOON: Duration = Duration::from_secs(1);

/// What runs.
#[derive(Default)]
pub(crate) struct Follow {
    begun: AtomicBool,
    wanted: Notify,
    one_at_a_time: tokio::sync::Mutex<()>,
}

/// Begins to wait for occasions; once a run.
pub(crate) fn begin(client: &Client) {
    if !client.services().follow.begun.swap(true, Ordering::SeqCst) {
        client.spawn(watch(client.clone()));
    }
}

/// Something changed here or elsewhere: a round soon.
pub(crate) fn soon(client: &Client) {
    client.services().follow.wanted.notify_one();
}

async fn watch(client: Client) {
    let stop = client.cancelled();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = client.services().follow.wanted.notified() => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(SOON) => {}
        }
        let Some(party) = session::party(&client).filter(|_| session::is_signed_in(&client)) else { continue };
        let done = tokio::select! {
            () = stop.cancelled() => return,
            done = now(&client, party) => done,
        };
        if let Err(problem) = done {
            tracing::debug!(code = problem.code.as_str(), "drafts could not be brought together yet");
        }
    }
}

/// What the account has of a draft: nothing, something older, or just this since then.
pub(crate) async fn account(client: &Client, id: DraftId) -> Result<DraftAccount, ClientError> {
    let draft = drafts::load(client, id).await?;
    let mut found = DraftAccount { revision: draft.revision, at: None };
    let Some(party) = session::party(client).filter(|party| draft.record.owner == Some(*party)) else {
        return Ok(found);
    };
    if let Some((mark, at)) = record::mark(client, party, id).await? {
        let same = mark.state == FollowState::Open && mark.base.as_ref() == Some(&shared::Shared::of(&draft.record));
        found.at = same.then_some(at);
    }
    Ok(found)
}

/// One round at once.
pub(crate) async fn now(client: &Client, party: PartyId) -> Result<(), Problem> {
    if !client.vault().is_open() {
        return Ok(());
    }
    let _alone = client.services().follow.one_at_a_time.lock().await;
    round::run(client, party).await
}

/// The session ended by itself: perhaps another device took this one out. Then it signs out and says so.
pub(crate) fn ask_why_signed_out(client: &Client) {
    let Some(party) = session::party(client) else { return };
    crate::sync::behind(client, "device standing".into(), move |client| async move {
        let _alone = client.services().follow.one_at_a_time.lock().await;
        let Some(mut me) = record::load(&client, party).await?.filter(|me| !me.removed) else { return Ok(()) };
        let public_key = me.pair().map_err(crate::ClientError::from)?.public().map_err(crate::ClientError::from)?;
        if api(&client).device_standing(me.id, &public_key).await?.removed {
            removed(&client, party, &mut me).await?;
        }
        Ok(())
    });
}

/// Another device took this one out.
async fn removed(client: &Client, party: PartyId, me: &mut record::DeviceRecord) -> Result<(), Problem> {
    me.lose_everything();
    record::save(client, party, me).await?;
    client.emit(haoban_wire::ui::ClientEvent::DevicesChanged {});
    session::taken_out(client).await;
    Ok(())
}

/// Whether a problem says that another device took this one out.
fn says_removed(problem: &Problem) -> bool {
    problem.code == ProblemCode::DeviceRemoved
}
