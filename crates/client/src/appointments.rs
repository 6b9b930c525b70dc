//! Appointments (预约): chosen and changed at the platform, their list kept sealed on the device.

use haoban_domain::{appointment::Schedule, ids::PartyId};
use haoban_wire::{
    Problem, ProblemCode,
    appointments::{Appointment, AppointmentState, HoldSlot, MoveAppointment},
    ui::{
        AppointmentCancel, AppointmentChange, AppointmentHeld, AppointmentHold, AppointmentListView, AppointmentSlots,
        AppointmentSlotsView, CasePayStarted, ClientEvent,
    },
};

use crate::{
    Client, ClientError,
    act_keys::Act,
    catalogue,
    http::{Api, api},
    parties, session,
    store::{Write, records},
};

const KIND: &str = "appointments";
const ALL: &str = "all";

/// Times of a place, as the platform knows them now.
pub(crate) async fn slots(client: &Client, request: &AppointmentSlots) -> Result<AppointmentSlotsView, Problem> {
    let slots = api(client).slots(&request.schedule, &request.place).await?;
    Ok(AppointmentSlotsView { slots })
}

/// Holds a seat.
pub(crate) async fn hold(client: &Client, request: AppointmentHold) -> Result<AppointmentHeld, Problem> {
    let body = HoldSlot { schedule: request.schedule, place: request.place, start: request.start };
    let (party, api) = signed_in(client)?;
    let name = format!("hold {}", body.schedule);
    let act = Act::begin(client, party, &name, &body).await?;
    let held = api.hold_slot(&act.key, &body).await;
    let appointment = act.end(held).await?;
    if appointment.state != AppointmentState::Lapsed {
        return Ok(AppointmentHeld { appointment });
    }
    // The answer to a tap of long ago; this tap is a new wish.
    let act = Act::begin(client, party, &name, &body).await?;
    let held = api.hold_slot(&act.key, &body).await;
    Ok(AppointmentHeld { appointment: act.end(held).await? })
}

/// The list as kept; it is read anew behind the caller.
pub(crate) async fn list(client: &Client) -> Result<AppointmentListView, Problem> {
    let party = session::party(client);
    if let Some(party) = party {
        crate::sync::behind(client, format!("appointments {party}"), move |client| async move {
            refresh(&client, party).await
        });
    }
    kept(client).await
}

async fn kept(client: &Client) -> Result<AppointmentListView, Problem> {
    let known = match session::party(client) {
        Some(party) => {
            let kind = parties::kind(client, KIND, party)?;
            records::read_dated::<Vec<Appointment>>(client, &kind, ALL).await?
        }
        None => None,
    };
    let (appointments, synced_at) = known.map_or_else(|| (Vec::new(), None), |(list, at)| (list, Some(at)));
    let catalogue = catalogue::current(client);
    let used = |schedule: &&Schedule| appointments.iter().any(|one| one.schedule == schedule.id);
    let schedules = catalogue.iter().flat_map(|known| known.pack.schedules.iter().filter(used).cloned()).collect();
    Ok(AppointmentListView { appointments, schedules, now: client.now(), synced_at })
}

/// Moves one.
pub(crate) async fn change(client: &Client, request: AppointmentChange) -> Result<AppointmentListView, Problem> {
    let (party, api) = signed_in(client)?;
    let body = MoveAppointment { place: request.place, start: request.start };
    let id = request.appointment_id;
    let act = Act::begin(client, party, &format!("change {id}"), &body).await?;
    let changed = api.change_appointment(id, &act.key, &body).await;
    replace(client, party, act.end(changed).await?).await?;
    kept(client).await
}

/// Gives one up.
pub(crate) async fn cancel(client: &Client, request: AppointmentCancel) -> Result<AppointmentListView, Problem> {
    let (party, api) = signed_in(client)?;
    let id = request.appointment_id;
    let act = Act::begin(client, party, &format!("cancel {id}"), &()).await?;
    let cancelled = api.cancel_appointment(id, &act.key).await;
    replace(client, party, act.end(cancelled).await?).await?;
    kept(client).await
}

/// Fetches and keeps them.
pub(crate) async fn refresh(client: &Client, party: PartyId) -> Result<(), Problem> {
    let list = api(client).for_party(party).appointments().await?;
    replace(client, party, list).await
}

async fn replace(client: &Client, party: PartyId, list: Vec<Appointment>) -> Result<(), Problem> {
    let kind = parties::kind(client, KIND, party)?;
    let before = records::read::<Vec<Appointment>>(client, &kind, ALL).await?;
    let mut write = client.store()?.write().await.map_err(ClientError::from)?;
    keep(&mut write, client, party, &list).await?;
    write.commit().await.map_err(ClientError::from)?;
    if before.as_ref() != Some(&list) {
        client.emit(ClientEvent::AppointmentsChanged {});
    }
    Ok(())
}

/// Keeps a fetched list inside a transaction.
pub(crate) async fn keep(
    write: &mut Write,
    client: &Client,
    party: PartyId,
    list: &[Appointment],
) -> Result<(), ClientError> {
    let kind = parties::kind(client, KIND, party)?;
    records::put(write, client.vault(), &kind, ALL, &list, client.now()).await?;
    Ok(())
}

/// Opens the page on which a charge is paid, in the language and size of the app.
pub(crate) async fn pay(client: &Client, id: haoban_domain::ids::CaseId) -> Result<CasePayStarted, Problem> {
    let (party, api) = signed_in(client)?;
    let act = Act::begin(client, party, &format!("pay {id}"), &()).await?;
    let page = api.payment_page(id, &act.key).await;
    let page = act.end(page).await?;
    let settings = client.services().settings.read().clone();
    let lang = if settings.language == haoban_domain::text::Language::English { "en" } else { "zh-CN" };
    let mode = if settings.mode == haoban_wire::ui::Mode::Senior { "senior" } else { "standard" };
    let joined = if page.url.contains('?') { '&' } else { '?' };
    let url = format!("{}{joined}lang={lang}&mode={mode}", page.url);
    Ok(CasePayStarted { opened: client.ports().browser.open(&url), url })
}

fn signed_in(client: &Client) -> Result<(PartyId, Api), Problem> {
    let party = session::party(client).ok_or(ProblemCode::SignedOut)?;
    Ok((party, api(client).for_party(party)))
}
