//! Appointments and charges: seats held, booked, changed and missed; payments that hold a case and go back.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{City, Officer, Resident, new_id, on_both, pay, read, version_of};

const ONE: &str = "13800000001";
const OTHER: &str = "13800000004";
const SLOT: &str = "2026-11-25T09:30";

fn copies(visit: Option<&str>) -> Value {
    let mut answers = json!({"records": "register", "copies": 2, "delivery": "electronic"});
    if let Some(start) = visit {
        answers["delivery"] = json!("pickup");
        answers["visit"] = json!({"place": "hall", "start": start});
    }
    json!({
        "draft_id": new_id("drf"), "item_code": "archive-copies", "item_version": version_of("archive-copies"), "declared": true, "channel": "app",
        "answers": answers, "materials": {}, "files": {}
    })
}

async fn hold(one: &Resident<'_>, start: &str) -> (StatusCode, Value) {
    let body = json!({"schedule": "archive-pickup", "place": "hall", "start": start});
    one.post("/v1/appointments/holds", &new_id("key"), &body).await
}

async fn left(one: &Resident<'_>, start: &str) -> u64 {
    let (status, page) = one.get("/v1/appointments/slots?schedule=archive-pickup&place=hall").await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let slots = page["slots"].as_array().unwrap();
    slots.iter().find(|slot| slot["start"] == start).map_or(0, |slot| slot["left"].as_u64().unwrap())
}

pub async fn mine(one: &Resident<'_>) -> Vec<Value> {
    one.get("/v1/appointments").await.1["appointments"].as_array().unwrap().clone()
}

pub async fn case(one: &Resident<'_>, visit: Option<&str>) -> String {
    let (status, answer) = one.submit(&copies(visit)).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer["case"]["id"].as_str().unwrap().to_owned()
}

pub async fn accept(city: &City, case: &str) -> Value {
    let officer = city.officer("real-estate").await;
    officer.does(case, json!({"act": "claim"})).await;
    officer.does(case, json!({"act": "accept"})).await["case"].clone()
}

async fn a_hold_lasts_ten_minutes_and_becomes_the_cases_appointment() {
    let city = City::start().await;
    let (one, other) = (city.resident(ONE).await, city.resident(OTHER).await);
    assert_eq!(left(&one, SLOT).await, 2);
    let (status, held) = hold(&one, SLOT).await;
    assert_eq!((status, &held["state"]), (StatusCode::OK, &json!("held")), "{held}");
    assert_eq!(hold(&one, SLOT).await.1["id"], held["id"], "the same seat, for longer");
    assert_eq!(left(&other, SLOT).await, 1);
    city.clock.millis_later(600_001);
    // Tokens end with the ten minutes too.
    let (one, other) = (city.resident(ONE).await, city.resident(OTHER).await);
    assert_eq!(left(&other, SLOT).await, 2, "the hold is over");
    let id = case(&one, Some(SLOT)).await;
    assert_eq!(left(&other, SLOT).await, 1, "taken at intake, since it was still free");
    let booked = &mine(&one).await[0];
    assert_eq!((&booked["state"], booked["case_id"].as_str()), (&json!("booked"), Some(id.as_str())));
    assert_eq!(hold(&other, SLOT).await.0, StatusCode::OK);
    let third = city.resident("13800000002").await;
    let (status, problem) = third.submit(&copies(Some(SLOT))).await;
    assert_eq!((status, &problem["field_errors"][0]["rule"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("slot_taken")));
    assert_eq!(hold(&third, SLOT).await.1["code"], "slot_taken");
    assert_eq!(hold(&third, "2026-11-28T09:30").await.1["code"], "slot_taken", "Saturday is no working day");
}

async fn an_appointment_is_changed_and_cancelled_by_its_holder_in_time() {
    let city = City::start().await;
    let (one, other) = (city.resident(ONE).await, city.resident(OTHER).await);
    case(&one, Some(SLOT)).await;
    let id = mine(&one).await[0]["id"].as_str().unwrap().to_owned();
    let (path, key) = (format!("/v1/appointments/{id}/change"), new_id("key"));
    let body = json!({"place": "citizen-centre", "start": "2026-11-26T13:30"});
    assert_eq!(other.post(&path, &key, &body).await.0, StatusCode::NOT_FOUND);
    for _ in 0..2 {
        let (status, page) = one.post(&path, &key, &body).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let list = page["appointments"].as_array().unwrap();
        assert_eq!((list.len(), &list[0]["start"]), (1, &json!("2026-11-26T13:30")));
    }
    assert_eq!(left(&one, SLOT).await, 2, "the old seat is free");
    let id = mine(&one).await[0]["id"].as_str().unwrap().to_owned();
    let cancel = format!("/v1/appointments/{id}/cancellation");
    city.clock.millis_later(3 * 86_400_000 + 2 * 3_600_000);
    let one = city.resident(ONE).await;
    let (status, problem) = one.post(&cancel, &new_id("key"), &json!({})).await;
    assert_eq!((status, &problem["params"]["why"]), (StatusCode::CONFLICT, &json!("too_late")), "{problem}");
    let again = case(&one, Some("2026-11-30T09:00")).await;
    let list = mine(&one).await;
    let id = list.iter().find(|one| one["case_id"] == again.as_str()).unwrap()["id"].as_str().unwrap();
    let (status, _) = one.post(&format!("/v1/appointments/{id}/cancellation"), &new_id("key"), &json!({})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(left(&one, "2026-11-30T09:00").await, 2);
}

async fn a_withdrawn_case_gives_its_seat_back() {
    let city = City::start().await;
    let one = city.resident(ONE).await;
    let id = case(&one, Some(SLOT)).await;
    assert_eq!(left(&one, SLOT).await, 1);
    let path = format!("/v1/cases/{id}/withdrawal");
    assert_eq!(one.post(&path, &new_id("wdr"), &json!({"reason": ""})).await.0, StatusCode::OK);
    assert_eq!(left(&one, SLOT).await, 2);
    assert_eq!(mine(&one).await[0]["state"], "cancelled");
}

async fn mark(officer: &Officer<'_>, id: &str, came: bool) -> (StatusCode, Value) {
    read(officer.request(Method::POST, &format!("appointments/{id}/mark")).json(&json!({"came": came}))).await
}

async fn three_missed_appointments_block_the_next() {
    let city = City::start().await;
    let one = city.resident(ONE).await;
    for start in ["2026-11-23T11:00", "2026-11-23T11:30", "2026-11-23T13:30"] {
        case(&one, Some(start)).await;
    }
    let officer = city.officer("real-estate").await;
    let (_, day) = officer.get("appointments?day=2026-11-23").await;
    let rows = day["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 3);
    assert!(rows[0]["who"].as_str().unwrap().contains('*'), "names are masked");
    let first = rows[0]["id"].as_str().unwrap();
    assert_eq!(mark(&officer, first, false).await.0, StatusCode::CONFLICT, "it has not begun");
    let stranger = city.officer("gjj-center").await;
    assert_eq!(mark(&stranger, first, false).await.0, StatusCode::NOT_FOUND);
    city.clock.millis_later(4 * 3_600_000);
    let (officer, one) = (city.officer("real-estate").await, city.resident(ONE).await);
    for row in &rows {
        let (status, day) = mark(&officer, row["id"].as_str().unwrap(), false).await;
        assert_eq!(status, StatusCode::OK, "{day}");
    }
    let (status, problem) = hold(&one, SLOT).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("booking_blocked")));
    assert_eq!(problem["params"]["until"], "2026-12-23");
    assert_eq!(mark(&officer, first, true).await.0, StatusCode::OK, "a mistake can be mended");
    assert_eq!(hold(&one, SLOT).await.0, StatusCode::OK);
}

async fn a_case_waits_for_its_payment_and_goes_on_with_it() {
    let city = City::start().await;
    let (one, other) = (city.resident(ONE).await, city.resident(OTHER).await);
    let id = case(&one, None).await;
    let path = format!("/v1/cases/{id}/payment");
    assert_eq!(one.post(&path, &new_id("key"), &Value::Null).await.0, StatusCode::CONFLICT, "nothing is owed yet");
    let waits = accept(&city, &id).await;
    assert_eq!((&waits["status"], &waits["clock"]["waits_for"]), (&json!("awaiting_payment"), &json!("applicant")));
    assert_eq!((&waits["clock"]["kind"], &waits["charge"]["amount_fen"]), (&json!("payment"), &json!(1_000)));
    assert_eq!((&waits["clock"]["due"], &waits["charge"]["due"]), (&json!("2026-12-03"), &json!("2026-12-03")));
    assert_eq!(other.post(&path, &new_id("key"), &Value::Null).await.0, StatusCode::NOT_FOUND);
    let officer = city.officer("real-estate").await;
    let (status, _) = officer.act(&id, json!({"act": "grant", "opinion": ""})).await;
    assert_eq!(status, StatusCode::CONFLICT, "not before the payment");
    assert_eq!(officer.get("queue?filter=waiting").await.1["counts"]["waiting"], 1);
    let (url, paid) = pay(&one, &id, "10.00").await;
    assert_eq!(paid, StatusCode::OK);
    assert_eq!(city.http.post(&url).send().await.unwrap().status(), StatusCode::NOT_FOUND, "the address counts once");
    let granted = officer.does(&id, json!({"act": "grant", "opinion": ""})).await;
    assert_eq!(
        (&granted["case"]["status"], &granted["case"]["charge"]["standing"]),
        (&json!("closed"), &json!("paid"))
    );
}

async fn what_was_paid_goes_back_when_the_case_is_withdrawn_or_refused() {
    let city = City::start().await;
    let one = city.resident(ONE).await;
    for refused in [false, true] {
        let id = case(&one, None).await;
        accept(&city, &id).await;
        assert_eq!(pay(&one, &id, "10.00").await.1, StatusCode::OK);
        if refused {
            let officer = city.officer("real-estate").await;
            officer.does(&id, json!({"act": "refuse", "reasons": ["not the owner"]})).await;
        } else {
            one.post(&format!("/v1/cases/{id}/withdrawal"), &new_id("wdr"), &json!({"reason": ""})).await;
        }
        assert_eq!(one.get(&format!("/v1/cases/{id}")).await.1["charge"]["standing"], "refunding");
        assert!(city.work().await >= 1);
        let after = one.get(&format!("/v1/cases/{id}")).await.1;
        assert_eq!(after["charge"]["standing"], "refunded");
        assert!(after["charge"]["refunded_at"].is_string());
    }
    let unpaid = case(&one, None).await;
    accept(&city, &unpaid).await;
    one.post(&format!("/v1/cases/{unpaid}/withdrawal"), &new_id("wdr"), &json!({"reason": ""})).await;
    assert_eq!(one.get(&format!("/v1/cases/{unpaid}")).await.1["charge"]["standing"], "dropped");
}

/// Messages that ask for the payment.
async fn asked_to_pay(one: &Resident<'_>) -> usize {
    let events = one.request(Method::GET, "/v1/events?after=0").header("accept", "application/json");
    let page = read(events).await.1;
    let kinds = page["events"].as_array().unwrap().iter().filter_map(|event| event["notice"]["kind"].as_str());
    kinds.filter(|kind| *kind == "payment_requested").count()
}

async fn a_charge_is_asked_for_twice_more_and_then_counts_as_given_up() {
    let city = City::start().await;
    let id = {
        let one = city.resident(ONE).await;
        let id = case(&one, Some("2026-12-07T09:00")).await;
        accept(&city, &id).await;
        assert_eq!((left(&one, "2026-12-07T09:00").await, asked_to_pay(&one).await), (1, 1));
        id
    };
    let path = format!("/v1/cases/{id}");
    // Half of the ten days end on a Saturday, so on Monday the 30th; the day before the last is the 2nd.
    for (days, messages) in [(6, 1), (1, 2), (1, 2), (1, 3), (1, 3)] {
        city.clock.days_later(days);
        city.work().await;
        city.work().await;
        let one = city.resident(ONE).await;
        assert_eq!(asked_to_pay(&one).await, messages, "after {days} days more");
        assert_eq!(one.get(&path).await.1["status"], "awaiting_payment", "the last day belongs to the resident");
    }
    city.clock.days_later(1);
    assert!(city.work().await >= 1);
    let one = city.resident(ONE).await;
    let ended = one.get(&path).await.1;
    assert_eq!((&ended["status"], &ended["charge"]["standing"]), (&json!("terminated"), &json!("dropped")));
    let last = ended["timeline"].as_array().unwrap().last().unwrap();
    assert!(last["note"]["zh"].as_str().unwrap().contains("视为放弃"), "{last}");
    assert_eq!(left(&one, "2026-12-07T09:00").await, 2, "the seat is free again");
    assert_eq!(mine(&one).await[0]["state"], "cancelled");
    let (status, _) = one.post(&format!("{path}/payment"), &new_id("key"), &Value::Null).await;
    assert_eq!(status, StatusCode::CONFLICT, "nothing can be paid any more");
}

async fn a_charge_that_was_paid_is_never_asked_for_again() {
    let city = City::start().await;
    let id = {
        let one = city.resident(ONE).await;
        let id = case(&one, None).await;
        accept(&city, &id).await;
        assert_eq!(pay(&one, &id, "10.00").await.1, StatusCode::OK);
        id
    };
    for days in [7, 7, 3] {
        city.clock.days_later(days);
        city.work().await;
    }
    let one = city.resident(ONE).await;
    assert_eq!(asked_to_pay(&one).await, 1);
    assert_eq!(one.get(&format!("/v1/cases/{id}")).await.1["status"], "accepted");
}

on_both! {
    a_hold_lasts_ten_minutes_and_becomes_the_cases_appointment,
    an_appointment_is_changed_and_cancelled_by_its_holder_in_time,
    a_withdrawn_case_gives_its_seat_back,
    three_missed_appointments_block_the_next,
    a_case_waits_for_its_payment_and_goes_on_with_it,
    what_was_paid_goes_back_when_the_case_is_withdrawn_or_refused,
    a_charge_is_asked_for_twice_more_and_then_counts_as_given_up,
    a_charge_that_was_paid_is_never_asked_for_again,
}
