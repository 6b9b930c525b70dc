//! Doctor's appointments and vaccinations take real seats: never given twice, paid for, moved, given up with their case.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use haoban_domain::ids::PartyId;
use haoban_server::identity::facts;
use haoban_wire::appointments::{AppointmentState, HoldSlot};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{City, Resident, new_id, on_both, pay, read};

const ONE: &str = "13800000001";
const OTHER: &str = "13800000004";
const SLOT: &str = "2026-11-25T09:30";
const LATER: &str = "2026-11-26T10:00";
const HEART: &str = "h1_cardiology_chief";

/// What registers know of somebody of this test.
async fn known(city: &City, one: &Resident<'_>) {
    let party: PartyId = serde_json::from_value(one.get("/v1/me").await.1["applicant"]["party"].clone()).unwrap();
    let facts = [
        ("population.birth", json!("1990-05-08")),
        ("population.gender", json!("女")),
        ("clinic.family", json!([])),
        ("clinic.visits", json!([])),
        ("vaccination.records", json!([])),
    ];
    let facts: Vec<(String, Value)> = facts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let mut tx = city.state.store.write().await.unwrap();
    sqlx::query("DELETE FROM fact WHERE party_id = $1").bind(party.to_string()).execute(&mut *tx).await.unwrap();
    facts::put_new(&mut tx, party, &facts, city.state.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

fn body(city: &City, item: &str, answers: Value) -> Value {
    let version = city.state.catalogue.current().item(item).unwrap().version;
    json!({
        "draft_id": new_id("drf"), "item_code": item, "item_version": version, "declared": true, "channel": "app",
        "answers": answers, "materials": {}, "files": {}
    })
}

fn visit(city: &City, start: &str, paid_by: &str) -> Value {
    let answers = json!({
        "red_flags": ["none"], "who": "self", "phone": ONE, "symptom": "unsure", "allergy": false, "mode": "hospital",
        "department": "cardiology", "slot": {"place": HEART, "start": start}, "pay": paid_by, "consent_health": true,
    });
    body(city, "medical-visit", answers)
}

fn dose(city: &City, place: &str, start: &str) -> Value {
    let answers = json!({
        "who": "self", "vaccine": "flu", "warnings": ["none"], "allergy": false, "observe": true, "phone": ONE,
        "slot": {"place": place, "start": start},
    });
    body(city, "vaccine-booking", answers)
}

async fn sent(one: &Resident<'_>, body: &Value) -> Value {
    let (status, answer) = one.submit(body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer["case"].clone()
}

async fn view(one: &Resident<'_>, case: &Value) -> Value {
    one.get(&format!("/v1/cases/{}", case["id"].as_str().unwrap())).await.1
}

async fn left(one: &Resident<'_>, schedule: &str, place: &str, start: &str) -> u64 {
    let (status, page) = one.get(&format!("/v1/appointments/slots?schedule={schedule}&place={place}")).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let slots = page["slots"].as_array().unwrap();
    slots.iter().find(|slot| slot["start"] == start).map_or(0, |slot| slot["left"].as_u64().unwrap())
}

/// The appointment that is to come.
async fn booked(one: &Resident<'_>) -> Value {
    let page = one.get("/v1/appointments").await.1;
    let mut all = page["appointments"].as_array().unwrap().iter();
    all.find(|one| one["state"] == "booked").unwrap_or_else(|| panic!("{page}")).clone()
}

async fn moved(one: &Resident<'_>, id: &str, place: &str, start: &str) -> (StatusCode, Value) {
    let wanted = json!({"place": place, "start": start});
    one.post(&format!("/v1/appointments/{id}/change"), &new_id("key"), &wanted).await
}

async fn given_up(one: &Resident<'_>, id: &str) -> (StatusCode, Value) {
    one.post(&format!("/v1/appointments/{id}/cancellation"), &new_id("key"), &Value::Null).await
}

/// What the resident was told: kind, and all that was said.
async fn told(one: &Resident<'_>) -> Vec<(String, String)> {
    let events = one.request(Method::GET, "/v1/events?after=0").header("accept", "application/json");
    let page = read(events).await.1;
    let notices = page["events"].as_array().unwrap().iter().map(|event| &event["notice"]);
    let kinds = notices.filter_map(|notice| Some((notice["kind"].as_str()?.to_owned(), notice.to_string())));
    kinds.collect()
}

fn slip(case: &Value) -> String {
    case["decision"]["documents"][0]["lines"].to_string()
}

/// Two hundred people want the last seat at the same moment: one gets it, at every timetable there is.
async fn two_hundred_claims_of_the_last_seat_give_one() {
    let city = City::start().await;
    for (schedule, place, seats) in
        [("archive-pickup", "hall", 2), ("outpatient", HEART, 4), ("vaccination", "jx_flu", 6)]
    {
        let body = HoldSlot { schedule: schedule.to_owned(), place: place.to_owned(), start: SLOT.parse().unwrap() };
        for _ in 1..seats {
            let early: PartyId = new_id("pty").parse().unwrap();
            let held = haoban_server::appointments::hold(&city.state, early, &new_id("key"), &body).await.unwrap();
            assert_eq!(held.state, AppointmentState::Held);
        }
        let claims: Vec<(PartyId, String)> =
            (0..200).map(|_| (new_id("pty").parse().unwrap(), new_id("key"))).collect();
        let tries =
            claims.iter().map(|(party, key)| haoban_server::appointments::hold(&city.state, *party, key, &body));
        let answers = join_all(tries).await;
        let won: BTreeSet<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).map(|seat| seat.id).collect();
        assert_eq!(won.len(), 1, "{schedule}");
        let refused = answers.iter().filter_map(|answer| answer.as_ref().err());
        let codes: BTreeSet<&str> = refused.map(|error| error.problem().code.as_str()).collect();
        assert_eq!(codes, BTreeSet::from(["slot_taken"]), "{schedule}");
    }
}

async fn a_visit_is_paid_moved_and_given_up_in_time() {
    let city = City::start().await;
    let one = city.resident(ONE).await;
    known(&city, &one).await;
    let case = sent(&one, &visit(&city, SLOT, "self")).await;
    assert_eq!((&case["status"], &case["charge"]["amount_fen"]), (&json!("awaiting_payment"), &json!(2_800)), "{case}");
    assert_eq!(left(&one, "outpatient", HEART, SLOT).await, 3, "the seat is taken before it is paid for");
    let id = case["id"].as_str().unwrap();
    assert_eq!(pay(&one, id, "28.00").await.1, StatusCode::OK);
    let closed = view(&one, &case).await;
    assert_eq!(closed["status"], "closed", "{closed}");
    assert!(slip(&closed).contains("2026-11-25") && slip(&closed).contains("09:30"), "{}", slip(&closed));

    let seat = booked(&one).await;
    let appointment = seat["id"].as_str().unwrap();
    assert_eq!((&seat["places"], &seat["carries_case"]), (&json!([HEART]), &json!(true)));
    let (status, problem) = moved(&one, appointment, "h1_respiratory_associate", LATER).await;
    assert_eq!(
        (status, &problem["field_errors"][0]["rule"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("not_offered"))
    );
    let (status, problem) = moved(&one, appointment, "h2_cardiology_associate", LATER).await;
    assert_eq!((status, &problem["params"]["why"]), (StatusCode::CONFLICT, &json!("other_charge")));
    assert_eq!(moved(&one, appointment, HEART, LATER).await.0, StatusCode::OK);
    let after = view(&one, &case).await;
    assert_eq!(after["answers"]["slot"]["start"], LATER);
    assert!(slip(&after).contains("2026-11-26") && !slip(&after).contains("2026-11-25"), "{}", slip(&after));
    assert_eq!(left(&one, "outpatient", HEART, SLOT).await, 4, "the old seat is free");

    let appointment = booked(&one).await["id"].as_str().unwrap().to_owned();
    assert_eq!(given_up(&one, &appointment).await.0, StatusCode::OK);
    let undone = view(&one, &case).await;
    assert_eq!((&undone["status"], &undone["charge"]["standing"]), (&json!("closed"), &json!("refunding")));
    assert!(slip(&undone).contains("已退号"), "{}", slip(&undone));
    assert!(city.work().await >= 1);
    assert_eq!(view(&one, &case).await["charge"]["standing"], "refunded");
    assert_eq!(left(&one, "outpatient", HEART, LATER).await, 4);
    assert_eq!(given_up(&one, &appointment).await.0, StatusCode::CONFLICT, "once");
    for (_, words) in told(&one).await {
        assert!(!words.contains("心血管") && !words.contains("ardiology"), "a message names the department: {words}");
    }
}

async fn on_the_day_nothing_is_given_back() {
    let city = City::start().await;
    let one = city.resident(ONE).await;
    known(&city, &one).await;
    let case = sent(&one, &visit(&city, SLOT, "self")).await;
    pay(&one, case["id"].as_str().unwrap(), "28.00").await;
    let id = booked(&one).await["id"].as_str().unwrap().to_owned();
    // From ten on Monday to the first second of Wednesday.
    city.clock.millis_later(38 * 3_600_000);
    let one = city.resident(ONE).await;
    for (status, problem) in [given_up(&one, &id).await, moved(&one, &id, HEART, LATER).await] {
        assert_eq!((status, &problem["params"]["why"]), (StatusCode::CONFLICT, &json!("too_late")));
    }
    assert_eq!(view(&one, &case).await["charge"]["standing"], "paid");
    assert_eq!(booked(&one).await["places"], json!([]), "nothing is offered any more");
}

async fn a_seat_that_is_not_paid_for_is_free_again() {
    let city = City::start().await;
    let id = {
        let one = city.resident(ONE).await;
        known(&city, &one).await;
        sent(&one, &visit(&city, "2026-12-01T09:30", "self")).await
    };
    city.clock.days_later(1);
    city.work().await;
    let one = city.resident(ONE).await;
    assert_eq!(view(&one, &id).await["status"], "awaiting_payment", "the next day counts");
    city.clock.days_later(1);
    assert!(city.work().await >= 1);
    let one = city.resident(ONE).await;
    assert_eq!(view(&one, &id).await["status"], "terminated");
    assert_eq!(left(&one, "outpatient", HEART, "2026-12-01T09:30").await, 4);
}

async fn with_insurance_nobody_is_asked_to_pay_now() {
    let city = City::start().await;
    let one = city.resident(ONE).await;
    known(&city, &one).await;
    let case = sent(&one, &visit(&city, SLOT, "insurance")).await;
    assert_eq!((&case["status"], &case["charge"]), (&json!("closed"), &Value::Null), "{case}");
    let said = told(&one).await;
    assert!(said.iter().all(|(kind, _)| kind != "payment_requested"), "{said:?}");
    assert_eq!(booked(&one).await["places"], json!([HEART, "h2_cardiology_associate"]), "nothing was charged");
    let id = booked(&one).await["id"].as_str().unwrap().to_owned();
    assert_eq!(given_up(&one, &id).await.0, StatusCode::OK);
    assert!(slip(&view(&one, &case).await).contains("已退号"));
}

async fn a_case_that_waits_for_the_hospital_goes_with_its_seat() {
    let city = City::start().await;
    let one = city.resident(ONE).await;
    known(&city, &one).await;
    // Nobody knows the patient's age: a person looks at it.
    let party: PartyId = serde_json::from_value(one.get("/v1/me").await.1["applicant"]["party"].clone()).unwrap();
    let mut tx = city.state.store.write().await.unwrap();
    let forget = "DELETE FROM fact WHERE party_id = $1 AND key = 'population.birth'";
    sqlx::query(forget).bind(party.to_string()).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let case = sent(&one, &visit(&city, SLOT, "insurance")).await;
    assert_eq!(case["status"], "submitted");
    let id = booked(&one).await["id"].as_str().unwrap().to_owned();
    let (status, page) = given_up(&one, &id).await;
    assert_eq!((status, &page["appointments"][0]["state"]), (StatusCode::OK, &json!("cancelled")));
    assert_eq!(view(&one, &case).await["status"], "withdrawn");
    assert_eq!(left(&one, "outpatient", HEART, SLOT).await, 4);
    let cancelled =
        told(&one).await.into_iter().filter(|(kind, words)| kind == "appointment" && words.contains("已取消"));
    assert_eq!(cancelled.count(), 1, "told once");
}

async fn a_full_time_is_refused_at_its_question_and_three_missed_block_the_next() {
    let city = City::start().await;
    let one = city.resident(ONE).await;
    known(&city, &one).await;
    let body = HoldSlot { schedule: "outpatient".to_owned(), place: HEART.to_owned(), start: SLOT.parse().unwrap() };
    for _ in 0..4 {
        let other: PartyId = new_id("pty").parse().unwrap();
        haoban_server::appointments::hold(&city.state, other, &new_id("key"), &body).await.unwrap();
    }
    let wrong =
        |problem: &Value| (problem["field_errors"][0]["field"].clone(), problem["field_errors"][0]["rule"].clone());
    let (status, problem) = one.submit(&visit(&city, SLOT, "insurance")).await;
    assert_eq!((status, wrong(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, (json!("slot"), json!("slot_taken"))));

    for start in ["2026-11-23T10:30", "2026-11-23T11:00", "2026-11-23T11:30"] {
        sent(&one, &visit(&city, start, "insurance")).await;
    }
    city.clock.millis_later(2 * 3_600_000);
    let (officer, one) = (city.officer("hospital").await, city.resident(ONE).await);
    let (_, day) = officer.get("appointments?day=2026-11-23").await;
    for row in day["rows"].as_array().unwrap() {
        let path = format!("appointments/{}/mark", row["id"].as_str().unwrap());
        let (status, _) = read(officer.request(Method::POST, &path).json(&json!({"came": false}))).await;
        assert_eq!(status, StatusCode::OK);
    }
    let (_, problem) = one.submit(&visit(&city, LATER, "insurance")).await;
    assert_eq!(wrong(&problem), (json!("slot"), json!("booking_blocked")));
    assert!(problem["field_errors"][0]["message"]["zh"].as_str().unwrap().contains("2026-12-23"), "{problem}");
    // Who missed a doctor may still be vaccinated.
    assert_eq!(sent(&one, &dose(&city, "jx_flu", SLOT)).await["status"], "closed");
}

async fn a_vaccination_takes_a_seat_where_its_vaccine_is_given() {
    let city = City::start().await;
    let (one, other) = (city.resident(ONE).await, city.resident(OTHER).await);
    known(&city, &one).await;
    let (status, problem) = one.submit(&dose(&city, "jx_hpv", SLOT)).await;
    assert_eq!(
        (status, &problem["field_errors"][0]["rule"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("not_offered"))
    );
    let case = sent(&one, &dose(&city, "jx_flu", SLOT)).await;
    assert_eq!(case["status"], "closed", "{case}");
    assert!(slip(&case).contains("锦绣") && slip(&case).contains("2026-11-25"));
    assert_eq!(left(&other, "vaccination", "jx_flu", SLOT).await, 5);
    let seat = booked(&one).await;
    assert_eq!(seat["places"], json!(["jx_flu", "yx_flu"]));
    let id = seat["id"].as_str().unwrap();
    assert_eq!(moved(&other, id, "yx_flu", LATER).await.0, StatusCode::NOT_FOUND);
    assert_eq!(moved(&one, id, "jx_zoster", LATER).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(moved(&one, id, "yx_flu", LATER).await.0, StatusCode::OK);
    assert!(slip(&view(&one, &case).await).contains("银杏"));
    let id = booked(&one).await["id"].as_str().unwrap().to_owned();
    assert_eq!(given_up(&one, &id).await.0, StatusCode::OK);
    assert_eq!(left(&other, "vaccination", "yx_flu", LATER).await, 6);
    assert!(slip(&view(&one, &case).await).contains("已退号"));
}

on_both! {
    two_hundred_claims_of_the_last_seat_give_one,
    a_visit_is_paid_moved_and_given_up_in_time,
    on_the_day_nothing_is_given_back,
    a_seat_that_is_not_paid_for_is_free_again,
    with_insurance_nobody_is_asked_to_pay_now,
    a_case_that_waits_for_the_hospital_goes_with_its_seat,
    a_full_time_is_refused_at_its_question_and_three_missed_block_the_next,
    a_vaccination_takes_a_seat_where_its_vaccine_is_given,
}
