//! Reminders: each goes out once, on its day, to those whom it still concerns.

use futures_util::future::join_all;
use haoban_domain::{
    ids::{LicenceId, PartyId},
    licence::{Licence, LicenceLine, LicenceStatus},
    text::LocalText,
};
use haoban_server::{
    identity::facts,
    jobs::{self, JobKind},
    licences, reminders,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{City, Resident, new_id, on_both, read};

const ONE: &str = "13800000001";
const OTHER: &str = "13800000004";
const THIRD: &str = "13800000002";

pub async fn party(one: &Resident<'_>) -> PartyId {
    one.get("/v1/me").await.1["applicant"]["party"].as_str().unwrap().parse().unwrap()
}

pub async fn know(city: &City, party: PartyId, known: &[(&str, Value)]) {
    let mut tx = city.state.store.write().await.unwrap();
    for (key, value) in known {
        facts::put(&mut tx, party, key, value, city.state.clock.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// The job as a start puts it; afterwards it comes again by itself.
pub async fn begin(city: &City) {
    let mut tx = city.state.store.write().await.unwrap();
    jobs::put(&mut tx, JobKind::SendReminders, "all", city.state.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    city.work().await;
}

/// Reminders in an inbox, the oldest first. Tokens end with the day, so each look signs in.
pub async fn reminded(city: &City, phone: &str) -> Vec<Value> {
    let one = city.resident(phone).await;
    let events = one.request(Method::GET, "/v1/events?after=0").header("accept", "application/json");
    let page = read(events).await.1;
    let notices = page["events"].as_array().unwrap().iter().map(|event| event["notice"].clone());
    notices.filter(|notice| notice["kind"] == "reminder").collect()
}

fn paper(kind: &str, issued_on: &str, valid_to: Option<&str>, line: &str) -> Licence {
    let id: LicenceId = new_id("lic").parse().unwrap();
    let label = if kind == "food-operation-permit" { "经营场所" } else { "地址" };
    Licence {
        id,
        licence_type: kind.to_owned(),
        identifier: id.to_string(),
        number: "202612230001".to_owned(),
        name: LocalText::new(kind, kind),
        glyph: "居".to_owned(),
        holder: "王芳".to_owned(),
        issuer: LocalText::default(),
        issued_on: issued_on.parse().unwrap(),
        valid_to: valid_to.map(|day| day.parse().unwrap()),
        status: LicenceStatus::Valid,
        lines: vec![LicenceLine { label: LocalText::new(label, label), value: line.to_owned() }],
        case_number: None,
    }
}

/// A licence in somebody's wallet.
async fn give(
    city: &City,
    holder: PartyId,
    kind: &str,
    issued_on: &str,
    valid_to: Option<&str>,
    line: &str,
) -> Licence {
    let licence = paper(kind, issued_on, valid_to, line);
    put(city, holder, &licence).await;
    licence
}

async fn put(city: &City, holder: PartyId, licence: &Licence) {
    let mut tx = city.state.store.write().await.unwrap();
    licences::insert(&mut tx, holder, licence, city.state.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_licence_is_reminded_of_once_on_its_day() {
    let city = City::start().await;
    let one = city.resident(ONE).await;
    let me = one.get("/v1/me").await.1;
    give(&city, party(&one).await, "residence-permit", "2025-12-25", Some("2026-12-24"), "").await;
    begin(&city).await;
    assert!(reminded(&city, ONE).await.is_empty(), "a day too early");
    for _ in 0..3 {
        city.clock.days_later(1);
        assert!(city.work().await >= 1);
    }
    let [notice] = reminded(&city, ONE).await.try_into().expect("one notice");
    assert_eq!(notice["at"], "2026-11-24T02:00:00Z");
    assert_eq!(notice["opens"], json!({"kind": "item", "code": "residence-permit"}));
    assert!(notice["body"]["zh"].as_str().unwrap().contains("12月24日"), "{notice}");
    assert!(notice["body"]["en"].as_str().unwrap().contains("24 December"), "{notice}");
    assert!(notice["sender"]["zh"].as_str().unwrap().contains("公安"), "{notice}");
    for secret in ["name", "id_number", "phone"] {
        let secret = me["applicant"][secret].as_str().unwrap();
        assert!(!notice.to_string().contains(secret), "{secret} stands in {notice}");
    }
    // Through the end and after it nothing more is said.
    for days in [20, 9, 1, 30] {
        city.clock.days_later(days);
        city.work().await;
    }
    assert_eq!(reminded(&city, ONE).await.len(), 1);
}

async fn nothing_goes_out_before_nine_in_the_morning() {
    let city = City::start().await;
    give(&city, party(&city.resident(ONE).await).await, "residence-permit", "2025-12-24", Some("2026-12-23"), "").await;
    city.clock.millis_later(-90 * 60_000);
    begin(&city).await;
    assert!(reminded(&city, ONE).await.is_empty());
    city.clock.millis_later(29 * 60_000);
    city.work().await;
    assert!(reminded(&city, ONE).await.is_empty(), "a minute to nine");
    city.clock.millis_later(60_000);
    city.work().await;
    assert_eq!(reminded(&city, ONE).await.len(), 1);
}

async fn what_was_taken_back_renewed_or_left_behind_is_not_reminded_of() {
    let city = City::start().await;
    let (one, other, third) = (city.resident(ONE).await, city.resident(OTHER).await, city.resident(THIRD).await);
    let revoked =
        Licence { status: LicenceStatus::Revoked, ..paper("dispatch-permit", "2024-02-22", Some("2027-02-21"), "") };
    put(&city, party(&one).await, &revoked).await;
    // Renewed ten days ago.
    give(&city, party(&other).await, "residence-permit", "2025-12-24", Some("2026-12-23"), "").await;
    give(&city, party(&other).await, "residence-permit", "2026-11-13", Some("2027-11-12"), "").await;
    // Died last week.
    give(&city, party(&third).await, "residence-permit", "2025-12-24", Some("2026-12-23"), "").await;
    know(&city, party(&third).await, &[("population.death_recorded", json!(true))]).await;
    begin(&city).await;
    for phone in [ONE, OTHER, THIRD] {
        assert_eq!(reminded(&city, phone).await, Vec::<Value>::new(), "{phone}");
    }
}

async fn a_permit_of_another_shop_renews_nothing() {
    let city = City::start().await;
    let one = party(&city.resident(THIRD).await).await;
    // 20 working days before the 21st of December is Monday the 23rd of November.
    give(&city, one, "food-operation-permit", "2021-12-22", Some("2026-12-21"), "云杉街 8 号").await;
    give(&city, one, "food-operation-permit", "2026-11-02", Some("2031-11-01"), "青杨路 2 号").await;
    begin(&city).await;
    assert_eq!(reminded(&city, THIRD).await.len(), 1);
    // The same shop is renewed: the next working days say nothing more.
    give(&city, one, "food-operation-permit", "2026-11-23", Some("2031-11-22"), "云杉街 8 号").await;
    city.clock.days_later(7);
    city.work().await;
    assert_eq!(reminded(&city, THIRD).await.len(), 1);
}

async fn a_duty_of_every_year_comes_every_year() {
    let city = City::start().await;
    let one = party(&city.resident(THIRD).await).await;
    let report = give(&city, one, "hr-permit", "2025-06-01", None, "").await;
    give(&city, one, "publication-permit", "2024-12-23", None, "").await;
    begin(&city).await;
    let [checked] = reminded(&city, THIRD).await.try_into().expect("the yearly check, 30 days ahead");
    assert!(checked["body"]["zh"].as_str().unwrap().contains("12月23日"), "{checked}");
    let mut count = 1;
    for (day, more) in [
        ("2027-02-28", 0),
        ("2027-03-01", 1),
        ("2027-03-24", 1),
        ("2027-11-23", 1),
        ("2028-03-01", 1),
        ("2028-03-02", 0),
    ] {
        city.clock.on(day.parse().unwrap());
        city.work().await;
        count += more;
        assert_eq!(reminded(&city, THIRD).await.len(), count, "{day}");
    }
    let last = reminded(&city, THIRD).await.pop().unwrap();
    assert_eq!(last["opens"], json!({"kind": "licence", "id": report.id}));
}

/// Eight workers at the same moment, and a run after a restart: the notice is one.
async fn however_many_workers_there_are_a_notice_goes_out_once() {
    let city = City::start().await;
    for phone in [ONE, OTHER, THIRD] {
        let holder = party(&city.resident(phone).await).await;
        give(&city, holder, "residence-permit", "2025-12-24", Some("2026-12-23"), "").await;
    }
    let workers = (0..8).map(|_| reminders::send(&city.state));
    for done in join_all(workers).await {
        done.unwrap();
    }
    begin(&city).await;
    let mut tx = city.state.store.write().await.unwrap();
    sqlx::query("DELETE FROM job").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    begin(&city).await;
    for phone in [ONE, OTHER, THIRD] {
        assert_eq!(reminded(&city, phone).await.len(), 1, "{phone}");
    }
}

async fn visit(one: &Resident<'_>, start: &str) -> String {
    let answers =
        json!({"records": "register", "copies": 2, "delivery": "pickup", "visit": {"place": "hall", "start": start}});
    let body = one.complete("archive-copies", answers).await;
    body["draft_id"].as_str().unwrap().replace("drf", "cas")
}

async fn an_appointment_is_reminded_of_the_day_before_where_it_stands_then() {
    let city = City::start().await;
    let (one, other, third) = (city.resident(ONE).await, city.resident(OTHER).await, city.resident(THIRD).await);
    visit(&one, "2026-11-25T09:30").await;
    visit(&other, "2026-11-25T10:00").await;
    let given_up = visit(&third, "2026-11-25T10:30").await;
    let mine = other.get("/v1/appointments").await.1["appointments"][0]["id"].as_str().unwrap().to_owned();
    let moved = json!({"place": "hall", "start": "2026-11-27T13:30"});
    let (status, _) = other.post(&format!("/v1/appointments/{mine}/change"), &new_id("key"), &moved).await;
    assert!(status.is_success());
    let path = format!("/v1/cases/{given_up}/withdrawal");
    assert_eq!(third.post(&path, &new_id("wdr"), &json!({"reason": ""})).await.0, StatusCode::OK);
    begin(&city).await;
    for (day, counts) in
        [("2026-11-23", [0, 0, 0]), ("2026-11-24", [1, 0, 0]), ("2026-11-26", [1, 1, 0]), ("2026-11-27", [1, 1, 0])]
    {
        city.clock.on(day.parse().unwrap());
        city.work().await;
        let mut seen = [0; 3];
        for (at, phone) in [ONE, OTHER, THIRD].into_iter().enumerate() {
            seen[at] = reminded(&city, phone).await.len();
        }
        assert_eq!(seen, counts, "{day}");
    }
    let notice = reminded(&city, OTHER).await.remove(0);
    assert_eq!(notice["opens"], json!({"kind": "appointments"}));
    assert!(notice["title"]["zh"].as_str().unwrap().contains("11月27日"), "{notice}");
}

/// A grant at once sets its days; a case that was taken back in time sets none.
async fn a_grant_sets_its_days() {
    let city = City::start().await;
    let one = city.resident(THIRD).await;
    let me = party(&one).await;
    know(
        &city,
        me,
        &[
            ("medical.status", json!("active")),
            ("medical.kind", json!("employee")),
            ("medical.remote_filed", json!(false)),
            ("pension.status", json!("none")),
        ],
    )
    .await;
    let answers = json!({"kind": "visit", "place": "北京市", "from_on": "2026-11-22", "phone": "13800000005"});
    let body = one.complete("remote-medical-filing", answers).await;
    let case = body["draft_id"].as_str().unwrap().replace("drf", "cas");
    assert_eq!(one.get(&format!("/v1/cases/{case}")).await.1["status"], "closed");
    begin(&city).await;
    // It ends on the 22nd of May.
    for (day, count) in [("2027-05-14", 0), ("2027-05-15", 1), ("2027-05-22", 1), ("2027-05-23", 1)] {
        city.clock.on(day.parse().unwrap());
        city.work().await;
        assert_eq!(reminded(&city, THIRD).await.len(), count, "{day}");
    }
    let notice = reminded(&city, THIRD).await.remove(0);
    assert_eq!((&notice["case_id"], &notice["opens"]["code"]), (&json!(case), &json!("remote-medical-filing")));
}

async fn refuse(city: &City, phone: &str, reason: &str) {
    let one = city.resident(phone).await;
    let me = party(&one).await;
    know(
        city,
        me,
        &[
            ("gjj.account", json!("410100000310")),
            ("gjj.balance", json!(9_320_000)),
            ("gjj.interest", json!(41_800)),
            ("gjj.frozen", json!(false)),
            ("gjj.fund_loan", json!(false)),
            ("gjj.bank_cards", json!([{"value": "6217000000000000004", "label": "建设银行", "note": "尾号 0004"}])),
            ("gjj.sealed_on", json!("2026-06-10")),
            ("gjj.new_deposit", json!(false)),
        ],
    )
    .await;
    let answers =
        json!({"ground": "abroad", "close_ok": true, "bank_card": "6217000000000000004", "leave_day": "2026-12-20"});
    let body = one.complete("gjj-leave", answers).await;
    let case = body["draft_id"].as_str().unwrap().replace("drf", "cas");
    let officer = city.officer("gjj-center").await;
    officer.does(&case, json!({"act": "claim"})).await;
    officer.does(&case, json!({"act": "accept"})).await;
    officer.does(&case, json!({"act": "refuse", "reasons": [reason]})).await;
}

/// Who came too early is told when it is time, here two days late because the platform stood still on the 10th; who was refused for another reason is not.
async fn a_refusal_for_coming_too_early_sets_the_day_it_speaks_of() {
    let city = City::start().await;
    refuse(&city, ONE, "账户封存不满半年。").await;
    refuse(&city, OTHER, "经核实，申请人已重新就业并缴存。").await;
    begin(&city).await;
    for (day, count) in [("2026-12-09", 0), ("2026-12-12", 1), ("2026-12-13", 1)] {
        city.clock.on(day.parse().unwrap());
        city.work().await;
        assert_eq!(reminded(&city, ONE).await.len(), count, "{day}");
        assert!(reminded(&city, OTHER).await.is_empty());
    }
}

on_both! {
    a_licence_is_reminded_of_once_on_its_day,
    nothing_goes_out_before_nine_in_the_morning,
    what_was_taken_back_renewed_or_left_behind_is_not_reminded_of,
    a_permit_of_another_shop_renews_nothing,
    a_duty_of_every_year_comes_every_year,
    however_many_workers_there_are_a_notice_goes_out_once,
    an_appointment_is_reminded_of_the_day_before_where_it_stands_then,
    a_grant_sets_its_days,
    a_refusal_for_coming_too_early_sets_the_day_it_speaks_of,
}
