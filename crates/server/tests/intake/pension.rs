//! 养老待遇资格认证: most pensions renew by themselves, the others are reminded of in time.

use haoban_domain::ids::PartyId;
use haoban_wire::http::AccessGround;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    reminders::{begin, know, party, reminded},
    support::{City, Resident, on_both},
};

const SENIOR: &str = "13800000003";
const RENEWED: &str = "养老资格已经自动认好了";

async fn fact(one: &Resident<'_>, key: &str) -> Value {
    let (status, page) = one.get("/v1/items/pension-check/facts").await;
    assert_eq!(status, StatusCode::OK, "{page}");
    page["facts"][key]["value"].clone()
}

/// The senior draws a pension; the last proof counts until a year after, and this is where she was seen since.
async fn drawing(city: &City, proved_on: &str, seen: &[(&str, Value)]) {
    let me = me_of(city).await;
    let known = [
        ("pension.status", json!("drawing")),
        ("pension.checked_on", json!(proved_on)),
        ("pension.life_sign_on", json!("2025-10-02")),
        ("pension.life_sign_from", json!("医院就诊")),
        ("pension.held", json!(false)),
        ("population.death_recorded", json!(false)),
        ("medical.seen_on", json!("2025-10-02")),
    ];
    know(city, me, &known).await;
    know(city, me, seen).await;
}

async fn me_of(city: &City) -> PartyId {
    party(&city.resident(SENIOR).await).await
}

fn titles(notices: &[Value]) -> Vec<&str> {
    notices.iter().map(|notice| notice["title"]["zh"].as_str().unwrap()).collect()
}

/// A ride with the senior card two weeks ago is enough: nothing is asked, nothing is applied for.
async fn whoever_was_seen_is_renewed_without_doing_anything() {
    let city = City::start().await;
    let seen = [("medical.seen_on", json!("2026-04-18")), ("transit.rode_on", json!("2026-11-09"))];
    drawing(&city, "2025-11-30", &seen).await;
    begin(&city).await;
    let one = city.resident(SENIOR).await;
    let notices = reminded(&city, SENIOR).await;
    assert_eq!(titles(&notices), [RENEWED]);
    assert!(notices[0]["body"]["zh"].as_str().unwrap().contains("11月9日"), "{notices:?}");
    assert!(!notices[0].to_string().contains("公交"), "where she was seen stays out of the notice");
    assert_eq!(fact(&one, "pension.checked_on").await, "2026-11-09");
    assert_eq!(fact(&one, "pension.life_sign_from").await, "乘公交刷老年卡");
    assert_eq!(one.get("/v1/cases").await.1["cases"], json!([]), "no application was made");
    // Every register that was asked stands in her log, with the law as its ground.
    let log = one.get("/v1/access-log").await.1;
    let law = serde_json::to_value(AccessGround::Law).unwrap();
    let looks: Vec<&Value> = log["entries"].as_array().unwrap().iter().filter(|entry| entry["ground"] == law).collect();
    for register in ["公共交通卡库", "医疗保险库"] {
        assert!(looks.iter().any(|look| look["what"]["zh"].as_str().unwrap().contains(register)), "{register}: {log}");
    }
    // A year of days, and it comes back when the next one ends.
    for day in ["2026-11-30", "2027-05-01", "2027-09-09"] {
        city.clock.on(day.parse().unwrap());
        city.work().await;
        assert_eq!(reminded(&city, SENIOR).await.len(), 1, "{day}");
    }
}

async fn whoever_was_not_seen_is_reminded_three_times() {
    let city = City::start().await;
    drawing(&city, "2026-01-22", &[]).await;
    begin(&city).await;
    for (day, count) in [
        ("2026-11-23", 1),
        ("2026-12-22", 1),
        ("2026-12-23", 2),
        ("2027-01-14", 2),
        ("2027-01-15", 3),
        ("2027-01-22", 3),
        ("2027-03-01", 3),
    ] {
        city.clock.on(day.parse().unwrap());
        city.work().await;
        assert_eq!(reminded(&city, SENIOR).await.len(), count, "{day}");
    }
    for notice in reminded(&city, SENIOR).await {
        assert_eq!(notice["opens"], json!({"kind": "item", "code": "pension-check"}));
        let body = notice["body"]["zh"].as_str().unwrap();
        assert!(body.contains("家人帮忙") && body.contains("上门") && !body.contains("报纸"), "{body}");
    }
}

/// A sign that comes between two reminders makes the next one good news.
async fn a_sign_that_comes_later_renews_too() {
    let city = City::start().await;
    drawing(&city, "2026-01-22", &[]).await;
    begin(&city).await;
    know(&city, me_of(&city).await, &[("senior.visited_on", json!("2026-12-10"))]).await;
    city.clock.on("2026-12-23".parse().unwrap());
    city.work().await;
    let notices = reminded(&city, SENIOR).await;
    assert_eq!((notices.len(), titles(&notices)[1]), (2, RENEWED));
    assert_eq!(fact(&city.resident(SENIOR).await, "pension.checked_on").await, "2026-12-10");
}

async fn a_sign_after_the_end_gives_back_what_was_held() {
    let city = City::start().await;
    drawing(&city, "2025-10-02", &[]).await;
    begin(&city).await;
    assert!(reminded(&city, SENIOR).await.is_empty(), "the end was seven weeks ago");
    know(&city, me_of(&city).await, &[("pension.held", json!(true)), ("medical.seen_on", json!("2026-11-24"))]).await;
    for _ in 0..8 {
        city.clock.days_later(1);
        city.work().await;
    }
    assert_eq!(titles(&reminded(&city, SENIOR).await), [RENEWED]);
    assert_eq!(fact(&city.resident(SENIOR).await, "pension.held").await, json!(false), "what was held is paid");
}

async fn nobody_writes_where(key: &str, value: Value) {
    let city = City::start().await;
    drawing(&city, "2025-11-30", &[("transit.rode_on", json!("2026-11-09")), (key, value)]).await;
    begin(&city).await;
    for _ in 0..3 {
        city.clock.days_later(7);
        city.work().await;
    }
    assert!(reminded(&city, SENIOR).await.is_empty(), "{key}");
    assert_eq!(fact(&city.resident(SENIOR).await, "pension.checked_on").await, "2025-11-30");
}

async fn nobody_writes_to_those_who_died() {
    nobody_writes_where("population.death_recorded", json!(true)).await;
}

async fn nobody_writes_to_those_who_draw_no_pension() {
    nobody_writes_where("pension.status", json!("none")).await;
}

/// The daughter holds the phone, an officer sees the mother in the call. No photograph is asked for.
async fn a_relative_helps_and_the_grant_counts_as_the_proof() {
    let city = City::start().await;
    drawing(&city, "2026-01-22", &[]).await;
    begin(&city).await;
    assert_eq!(reminded(&city, SENIOR).await.len(), 1);
    let one = city.resident(SENIOR).await;
    let answers = json!({"phone": "13800000003", "way": "family", "helper_phone": "13800000004"});
    let body = one.complete("pension-check", answers).await;
    assert_eq!(body["materials"], json!({}), "nothing is uploaded, no photograph least of all");
    let case = body["draft_id"].as_str().unwrap().replace("drf", "cas");
    city.clock.on("2026-12-23".parse().unwrap());
    city.work().await;
    assert_eq!(reminded(&city, SENIOR).await.len(), 1, "she has applied: there is nothing to remind her of");
    let street = city.officer("street").await;
    street.does(&case, json!({"act": "claim"})).await;
    if city.resident(SENIOR).await.get(&format!("/v1/cases/{case}")).await.1["status"] == "submitted" {
        street.does(&case, json!({"act": "accept"})).await;
    }
    street.does(&case, json!({"act": "pass_step", "opinion": "视频见到本人"})).await;
    let bureau = city.officer("hrss").await;
    bureau.does(&case, json!({"act": "claim"})).await;
    bureau.does(&case, json!({"act": "grant", "opinion": "资格确认"})).await;
    assert_eq!(fact(&city.resident(SENIOR).await, "pension.checked_on").await, "2026-12-23");
    for day in ["2027-01-15", "2027-01-22", "2027-02-10"] {
        city.clock.on(day.parse().unwrap());
        city.work().await;
        assert_eq!(reminded(&city, SENIOR).await.len(), 1, "{day}");
    }
}

on_both! {
    whoever_was_seen_is_renewed_without_doing_anything,
    whoever_was_not_seen_is_reminded_three_times,
    a_sign_that_comes_later_renews_too,
    a_sign_after_the_end_gives_back_what_was_held,
    nobody_writes_to_those_who_died,
    nobody_writes_to_those_who_draw_no_pension,
    a_relative_helps_and_the_grant_counts_as_the_proof,
}
