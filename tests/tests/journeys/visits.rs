//! Appointments and payments, from the form to the counter: booked, changed, cancelled; paid, granted; paid, given back.

use std::collections::BTreeMap;

use haoban_client::commands;
use haoban_domain::{
    case::{CaseStatus, ChargeStanding},
    ids::CaseId,
};
use haoban_testkit::{Desk, Device, Platform, pay_at, wait_for};
use haoban_tests::{case_in, problems, save, start_draft, submit, work_through};
use haoban_wire::{
    appointments::{Appointment, AppointmentState},
    ui::{
        AppointmentCancel, AppointmentChange, AppointmentHold, AppointmentList, AppointmentSlots, CaseOpen, CasePay,
        CaseWithdraw, DraftOpen,
    },
};
use serde_json::{Value, json};

const RESIDENT: &str = "13800000001";

/// Fills and sends a request for two copies.
async fn send(device: &Device, visit: Option<Value>) -> anyhow::Result<CaseId> {
    let draft = start_draft(device, "archive-copies").await?;
    let delivery = if visit.is_some() { "pickup" } else { "electronic" };
    let mut answers = BTreeMap::from([
        ("records".to_owned(), Some(json!("register"))),
        ("copies".to_owned(), Some(json!(2))),
        ("delivery".to_owned(), Some(json!(delivery))),
    ]);
    if visit.is_some() {
        answers.insert("visit".to_owned(), visit);
    }
    save(device, draft.id, draft.revision, answers).await?;
    let draft = wait_for("a complete draft", async || {
        let view = commands::draft_open(&device.client, DraftOpen { draft_id: draft.id }).await?;
        Ok(view.state.complete.then_some(view))
    })
    .await?;
    anyhow::ensure!(problems(&draft).len() < 3, "{:#?}", problems(&draft));
    submit(device, &draft).await
}

async fn appointment_in(device: &Device, state: AppointmentState) -> anyhow::Result<Appointment> {
    wait_for("the appointment", async || {
        let view = commands::appointment_list(&device.client, AppointmentList {}).await?;
        Ok(view.appointments.into_iter().find(|one| one.state == state))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_is_booked_with_the_case_then_changed_then_cancelled() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let device = Device::new(&platform.url(), RESIDENT).await?;
    device.sign_in().await?;
    let (schedule, place) = ("archive-pickup".to_owned(), "hall".to_owned());
    let ask = AppointmentSlots { schedule: schedule.clone(), place: place.clone() };
    let slots = commands::appointment_slots(&device.client, ask).await?.slots;
    // Far enough ahead to be changed, however late in the day this runs.
    let (first, other) = (slots[slots.len() - 1].start, slots[slots.len() - 2].start);
    let hold = AppointmentHold { schedule, place: place.clone(), start: first };
    let held = commands::appointment_hold(&device.client, hold).await?.appointment;
    assert_eq!(held.state, AppointmentState::Held);

    let case_id = send(&device, Some(json!({ "place": place, "start": first }))).await?;
    case_in(&device, case_id, CaseStatus::Submitted).await?;
    let booked = appointment_in(&device, AppointmentState::Booked).await?;
    assert_eq!((booked.case_id, booked.start), (Some(case_id), first));

    let change = AppointmentChange { appointment_id: booked.id, place: "citizen-centre".to_owned(), start: other };
    let list = commands::appointment_change(&device.client, change).await?.appointments;
    assert_eq!((list[0].start, list[0].place.id.as_str()), (other, "citizen-centre"));

    let cancel = AppointmentCancel { appointment_id: list[0].id };
    let list = commands::appointment_cancel(&device.client, cancel).await?.appointments;
    assert_eq!(list[0].state, AppointmentState::Cancelled);
    Ok(())
}

/// Asks the core for the payment page and presses its button, as the person in the browser does.
async fn pay(device: &Device, case_id: CaseId) -> anyhow::Result<()> {
    let page = commands::case_pay(&device.client, CasePay { case_id }).await?;
    let shown = pay_at(&page.url).await?;
    anyhow::ensure!(shown.contains("10.00"), "{shown}");
    Ok(())
}

async fn accepted(platform: &Platform, device: &Device, case_id: CaseId) -> anyhow::Result<Desk> {
    case_in(device, case_id, CaseStatus::Submitted).await?;
    let desk = Desk::sign_in(&platform.url(), "real-estate").await?;
    work_through(&desk, case_id).await?;
    let waits = case_in(device, case_id, CaseStatus::AwaitingPayment).await?;
    assert_eq!(waits.charge.map(|charge| (charge.amount_fen, charge.standing)), Some((1_000, ChargeStanding::Due)));
    Ok(desk)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_paid_then_reviewed_then_granted() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let device = Device::new(&platform.url(), RESIDENT).await?;
    device.sign_in().await?;
    let case_id = send(&device, None).await?;
    let desk = accepted(&platform, &device, case_id).await?;
    pay(&device, case_id).await?;
    case_in(&device, case_id, CaseStatus::Accepted).await?;
    work_through(&desk, case_id).await?;
    let done = case_in(&device, case_id, CaseStatus::Closed).await?;
    assert_eq!(done.charge.map(|charge| charge.standing), Some(ChargeStanding::Paid));
    assert_eq!(done.decision.map(|decision| decision.documents.len()), Some(1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_comes_back_after_a_withdrawal() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let device = Device::new(&platform.url(), RESIDENT).await?;
    device.sign_in().await?;
    let case_id = send(&device, None).await?;
    accepted(&platform, &device, case_id).await?;
    pay(&device, case_id).await?;
    case_in(&device, case_id, CaseStatus::Accepted).await?;
    commands::case_withdraw(&device.client, CaseWithdraw { case_id, reason: String::new() }).await?;
    wait_for("the refund", async || {
        let case = commands::case_open(&device.client, CaseOpen { case_id }).await?.case;
        let charge = case.and_then(|case| case.charge);
        Ok(charge.filter(|charge| charge.standing == ChargeStanding::Refunded))
    })
    .await?;
    Ok(())
}
