//! One event and its effect: what it asks to read is read first, then effect and cursor are one write.
//! A cut anywhere means that the event comes again and finds its effect undone or done, never half.

use haoban_domain::{case::CaseView, ids::PartyId, licence::Licence};
use haoban_wire::{
    Problem, ProblemCode,
    appointments::Appointment,
    http::{Change, Event, Notice},
    ui::ClientEvent,
};

use super::cursor::{self, Cursor};
use crate::{Client, ClientError, appointments, cases, catalogue, http::api, inbox, licences};

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// History older than this is not news to a new device.
const OLD_MILLIS: i64 = 7 * DAY_MILLIS;

/// What a change asks to write.
enum Effect {
    Nothing,
    Case(Box<CaseView>),
    Licences(Vec<Licence>),
    Appointments(Vec<Appointment>),
    Notice { notice: Box<Notice>, read: bool, tell: bool },
}

/// Applies one event. An error leaves the cursor where it was.
pub(super) async fn event(client: &Client, party: PartyId, event: &Event) -> Result<(), Problem> {
    let cursor = cursor::load(client, party).await?;
    let Some(next) = cursor.past(event.seq) else { return Ok(()) };
    let effect = fetch(client, party, &event.change, cursor).await?;
    commit(client, party, &effect, next).await?;
    publish(client, effect).await;
    Ok(())
}

/// Moves past an event that this app does not understand; it must not come again for ever.
pub(super) async fn skip(client: &Client, party: PartyId, seq: i64) -> Result<(), Problem> {
    let cursor = cursor::load(client, party).await?;
    if let Some(next) = cursor.past(seq) {
        commit(client, party, &Effect::Nothing, next).await?;
    }
    Ok(())
}

async fn fetch(client: &Client, party: PartyId, change: &Change, cursor: Cursor) -> Result<Effect, Problem> {
    match change {
        Change::CaseChanged { case_id, revision } => {
            let known = cases::mirror_of(client, party, *case_id).await?;
            if known.is_some_and(|(known, _)| known.revision >= *revision) {
                return Ok(Effect::Nothing);
            }
            match api(client).for_party(party).case(*case_id).await {
                Ok(case) => Ok(Effect::Case(Box::new(case))),
                Err(problem) if problem.code == ProblemCode::NotFound => Ok(Effect::Nothing),
                Err(problem) => Err(problem),
            }
        }
        Change::Notice { notice } => notice_effect(client, party, notice, cursor).await,
        Change::LicencesChanged => Ok(Effect::Licences(api(client).for_party(party).licences().await?)),
        Change::AppointmentsChanged => Ok(Effect::Appointments(api(client).for_party(party).appointments().await?)),
        Change::FollowChanged => {
            crate::follow::soon(client);
            Ok(Effect::Nothing)
        }
        Change::CatalogueChanged { version } => {
            if catalogue::current(client).is_none_or(|known| known.version != *version) {
                catalogue::refresh(client).await?;
            }
            Ok(Effect::Nothing)
        }
    }
}

async fn notice_effect(client: &Client, party: PartyId, notice: &Notice, cursor: Cursor) -> Result<Effect, Problem> {
    if inbox::holds(client, party, notice.id).await? {
        return Ok(Effect::Nothing);
    }
    let now = client.now();
    let history = notice.at < cursor.since;
    let read = history && notice.at.plus_millis(OLD_MILLIS) < now;
    // After weeks without network a stack of pop-ups helps nobody: the inbox has them all.
    let tell = !history && notice.at.plus_millis(DAY_MILLIS) > now;
    Ok(Effect::Notice { notice: Box::new(notice.clone()), read, tell })
}

async fn commit(client: &Client, party: PartyId, effect: &Effect, cursor: Cursor) -> Result<(), ClientError> {
    let mut write = client.store()?.write().await?;
    match effect {
        Effect::Nothing => {}
        Effect::Case(case) => cases::store(&mut write, client, party, case).await?,
        Effect::Licences(licences) => licences::keep(&mut write, client, party, licences).await?,
        Effect::Appointments(list) => appointments::keep(&mut write, client, party, list).await?,
        Effect::Notice { notice, read, .. } => inbox::keep(&mut write, client, party, notice, *read).await?,
    }
    cursor::put(&mut write, client, party, cursor).await?;
    Ok(write.commit().await?)
}

async fn publish(client: &Client, effect: Effect) {
    match effect {
        Effect::Nothing => {}
        Effect::Case(case) => client.emit(ClientEvent::CaseChanged { case_id: case.id }),
        Effect::Licences(_) => client.emit(ClientEvent::LicencesChanged {}),
        Effect::Appointments(_) => client.emit(ClientEvent::AppointmentsChanged {}),
        Effect::Notice { notice, tell, .. } => {
            client.emit(ClientEvent::InboxChanged { unread: inbox::unread(client).await });
            if tell {
                inbox::tell(client, &notice);
            }
        }
    }
}
