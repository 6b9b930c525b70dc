//! Publicity periods over real HTTP: what the public sees, how long, and what an objection does.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{City, Resident, new_id, on_both, read};

const ONE: &str = "13800000001";
const OTHER: &str = "13800000004";
const THIRD: &str = "13800000002";
const REASONS: &str = "这个奖是单位的，不是他本人的，证书上写着集体";

async fn know(city: &City, one: &Resident<'_>) {
    let party = one.get("/v1/me").await.1["applicant"]["party"].as_str().unwrap().parse().unwrap();
    let facts = [
        ("employment.employer_in_city", json!(true)),
        ("employment.contract_term", json!({"from": "2025-01-01", "to": "2029-12-31"})),
        ("social.employer", json!("郑州云杉商贸有限公司")),
        ("social.months_in_last_year", json!(12)),
        ("degree.highest", json!("doctor")),
        ("population.birth", json!("1990-03-07")),
    ];
    let mut tx = city.state.store.write().await.unwrap();
    for (key, value) in facts {
        haoban_server::identity::facts::put(&mut tx, party, key, &value, city.state.clock.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// A recognition that two steps have reviewed: it is before the public now.
pub async fn shown(city: &City) -> String {
    let one = city.resident(ONE).await;
    know(city, &one).await;
    let answers = json!({
        "honour": "c_province_prize", "honour_name": "河南省科学技术进步奖一等奖", "honour_on": "2024-06-01", "grade": "c",
        "proof_of_stay": "social", "nationality": "mainland", "education": "doctor",
        "resume": "2023 年主持完成盾构机主轴承国产化，已在 12 条地铁线使用。", "phone": "13800000005", "publicity_consent": true
    });
    let body = one.complete("talent-recognition", answers).await;
    let id = body["draft_id"].as_str().unwrap().replace("drf", "cas");
    let officer = city.officer("hrss").await;
    for act in ["claim", "accept"] {
        officer.does(&id, json!({"act": act})).await;
    }
    officer.does(&id, json!({"act": "pass_step", "opinion": "属实"})).await;
    pass_experts(city, &id).await;
    id
}

async fn pass_experts(city: &City, id: &str) -> Value {
    let officer = city.officer("hrss").await;
    officer.does(id, json!({"act": "claim"})).await;
    let (status, _) = officer.act(id, json!({"act": "pass_step", "opinion": "通过"})).await;
    assert_eq!(status, StatusCode::OK);
    city.resident(ONE).await.get(&format!("/v1/cases/{id}")).await.1
}

/// What anybody sees, without a sign-in.
pub async fn public(city: &City) -> Vec<Value> {
    let (status, page) = read(city.http.get(format!("{}/v1/publicity", city.base))).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    page["entries"].as_array().unwrap().clone()
}

async fn object(one: &Resident<'_>, publicity: &str, key: &str, reasons: &str) -> (StatusCode, Value) {
    one.post(&format!("/v1/publicity/{publicity}/objections"), key, &json!({"reasons": reasons})).await
}

async fn titles(one: &Resident<'_>) -> Vec<String> {
    let events = one.request(Method::GET, "/v1/events?after=0").header("accept", "application/json");
    let page = read(events).await.1;
    let notices = page["events"].as_array().unwrap().iter();
    notices.filter_map(|event| event["notice"]["title"]["zh"].as_str().map(str::to_owned)).collect()
}

async fn the_public_sees_the_named_lines_and_nothing_else() {
    let city = City::start().await;
    let id = shown(&city).await;
    let one = city.resident(ONE).await;
    let case = one.get(&format!("/v1/cases/{id}")).await.1;
    assert_eq!((&case["status"], &case["clock"]["kind"]), (&json!("publicised"), &json!("publicity")), "{case}");
    let [entry] = public(&city).await.try_into().expect("one entry");
    let lines: Vec<(&str, &str)> = entry["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["label"]["zh"].as_str().unwrap(), line["value"].as_str().unwrap()))
        .collect();
    let labels: Vec<&str> = lines.iter().map(|(label, _)| *label).collect();
    assert_eq!(labels, ["姓名", "工作单位", "申报类别", "业绩名称"]);
    let name = case["applicant"].as_str().unwrap();
    assert!(lines[0].1.contains('*') && lines[0].1 != name, "{lines:?}");
    assert_eq!((lines[1].1, lines[3].1), ("郑州云杉商贸有限公司", "河南省科学技术进步奖一等奖"));
    // Monday the 23rd, and five working days.
    assert_eq!((&entry["shown_on"], &entry["until"]), (&json!("2026-11-23"), &json!("2026-11-30")));
    let text = entry.to_string();
    let number = case["number"].as_str().unwrap();
    for secret in [name, number, id.trim_start_matches("cas_"), "13800000005", ONE, "1990", "盾构机"] {
        assert!(!text.contains(secret), "{secret} is public: {text}");
    }
    let queue = city.officer("hrss").await.get("queue?filter=open").await.1;
    assert_eq!(queue["rows"], json!([]), "nobody works on it");
}

async fn without_an_objection_the_case_goes_on_by_itself() {
    let city = City::start().await;
    let id = shown(&city).await;
    city.clock.days_later(7);
    city.work().await;
    assert_eq!(public(&city).await.len(), 1, "Monday the 30th is the last day, and it belongs to the public");
    city.clock.days_later(1);
    assert!(city.work().await >= 1);
    assert!(public(&city).await.is_empty());
    let one = city.resident(ONE).await;
    let case = one.get(&format!("/v1/cases/{id}")).await.1;
    assert_eq!((&case["status"], &case["clock"]["kind"]), (&json!("under_review"), &json!("decision")));
    assert_eq!(case["clock"]["used_days"], 1, "of all these days only this one counts");
    let officer = city.officer("hrss").await;
    officer.does(&id, json!({"act": "claim"})).await;
    let granted = officer.does(&id, json!({"act": "grant", "opinion": "公示无异议"})).await;
    assert_eq!(granted["case"]["status"], "closed");
    assert!(titles(&one).await.iter().any(|title| title.contains("开始公示")));
}

async fn an_objection_is_made_once_with_reasons_by_somebody_else() {
    let city = City::start().await;
    shown(&city).await;
    let (one, other) = (city.resident(ONE).await, city.resident(OTHER).await);
    let publicity = public(&city).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("{}/v1/publicity/{publicity}/objections", city.base);
    let (status, _) = read(city.http.post(path).json(&json!({"reasons": REASONS}))).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (status, problem) = object(&one, &publicity, &new_id("key"), REASONS).await;
    assert_eq!((status, &problem["params"]["why"]), (StatusCode::CONFLICT, &json!("own")));
    let (status, problem) = object(&other, &publicity, &new_id("key"), "不对").await;
    let error = &problem["field_errors"][0];
    assert_eq!((status, &error["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("reasons")), "{problem}");
    assert!(error["message"]["zh"].as_str().unwrap().contains("10"), "{error}");
    let key = new_id("key");
    for _ in 0..2 {
        let (status, page) = object(&other, &publicity, &key, REASONS).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let made = page["objections"].as_array().unwrap();
        assert_eq!((made.len(), &made[0]["state"]), (1, &json!("open")));
    }
    let (status, _) = object(&other, &publicity, &key, "别的理由，也有十个字以上").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "the same key with another body");
    let (status, problem) = object(&other, &publicity, &new_id("key"), REASONS).await;
    assert_eq!((status, &problem["params"]["why"]), (StatusCode::CONFLICT, &json!("objected")));
    assert_eq!(public(&city).await[0]["until"], Value::Null, "the days stand still");
    assert_eq!(object(&other, &new_id("pub"), &new_id("key"), REASONS).await.0, StatusCode::NOT_FOUND);
}

async fn a_dismissed_objection_lets_the_days_run_on() {
    let city = City::start().await;
    let id = shown(&city).await;
    let publicity = public(&city).await[0]["id"].as_str().unwrap().to_owned();
    city.clock.days_later(1);
    assert_eq!(object(&city.resident(OTHER).await, &publicity, &new_id("key"), REASONS).await.0, StatusCode::OK);
    // Two weeks pass; nothing ends by itself while it is looked into.
    city.clock.days_later(14);
    city.work().await;
    let (one, other) = (city.resident(ONE).await, city.resident(OTHER).await);
    let case = one.get(&format!("/v1/cases/{id}")).await.1;
    assert_eq!((&case["status"], &case["clock"]["paused"]), (&json!("publicised"), &json!(true)));
    assert!(!case.to_string().contains(REASONS), "the applicant reads no objection");
    let officer = city.officer("hrss").await;
    let opened = officer.does(&id, json!({"act": "claim"})).await;
    let made = &opened["objections"][0];
    assert_eq!((&made["reasons"], &made["state"]), (&json!(REASONS), &json!("open")));
    assert_eq!(opened["acts"], json!(["release", "dismiss", "uphold"]));
    let objection = &made["id"];
    let (status, _) = officer.act(&id, json!({"act": "dismiss", "objection": objection, "reasons": [" "]})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "not without reasons");
    let reasons = json!(["证书上有他本人的名字，排名第一"]);
    officer.does(&id, json!({"act": "dismiss", "objection": objection, "reasons": reasons})).await;
    let (_, page) = other.get("/v1/objections").await;
    let answered = &page["objections"][0];
    assert_eq!((&answered["state"], &answered["answer"]), (&json!("dismissed"), &reasons[0]));
    assert!(titles(&other).await.iter().any(|title| title.contains("不成立")));
    // The day it was objected to does not count, the day it was dismissed does: the 8th of December is the first of five.
    assert_eq!(public(&city).await[0]["until"], "2026-12-14");
    city.clock.days_later(7);
    city.work().await;
    assert!(public(&city).await.is_empty());
}

async fn an_upheld_objection_goes_back_to_review_and_is_shown_again_later() {
    let city = City::start().await;
    let id = shown(&city).await;
    let publicity = public(&city).await[0]["id"].as_str().unwrap().to_owned();
    let (other, third) = (city.resident(OTHER).await, city.resident(THIRD).await);
    assert_eq!(object(&other, &publicity, &new_id("key"), REASONS).await.0, StatusCode::OK);
    assert_eq!(object(&third, &publicity, &new_id("key"), REASONS).await.0, StatusCode::OK);
    let officer = city.officer("hrss").await;
    let opened = officer.does(&id, json!({"act": "claim"})).await;
    assert_eq!(opened["objections"].as_array().unwrap().len(), 2);
    let first = opened["objections"][0]["id"].clone();
    officer.does(&id, json!({"act": "uphold", "objection": first, "reasons": ["证书是集体的"]})).await;
    assert!(public(&city).await.is_empty());
    let states = [&other, &third];
    let mut seen = Vec::new();
    for one in states {
        seen.push(one.get("/v1/objections").await.1["objections"][0]["state"].as_str().unwrap().to_owned());
    }
    seen.sort();
    assert_eq!(seen, ["joined", "upheld"]);
    let one = city.resident(ONE).await;
    let case = one.get(&format!("/v1/cases/{id}")).await.1;
    assert_eq!((&case["status"], &case["clock"]["kind"]), (&json!("under_review"), &json!("decision")));
    assert_eq!(object(&other, &publicity, &new_id("key"), REASONS).await.0, StatusCode::NOT_FOUND, "it is over");
    let again = pass_experts(&city, &id).await;
    assert_eq!(again["status"], "publicised");
    let entry = &public(&city).await[0];
    assert_ne!(entry["id"], json!(publicity), "a new period");
    assert_eq!(object(&other, entry["id"].as_str().unwrap(), &new_id("key"), REASONS).await.0, StatusCode::OK);
}

async fn a_case_that_is_taken_back_is_shown_no_longer() {
    let city = City::start().await;
    let id = shown(&city).await;
    let publicity = public(&city).await[0]["id"].as_str().unwrap().to_owned();
    let (one, other) = (city.resident(ONE).await, city.resident(OTHER).await);
    assert_eq!(object(&other, &publicity, &new_id("key"), REASONS).await.0, StatusCode::OK);
    let path = format!("/v1/cases/{id}/withdrawal");
    assert_eq!(one.post(&path, &new_id("wdr"), &json!({"reason": ""})).await.0, StatusCode::OK);
    assert!(public(&city).await.is_empty());
    assert_eq!(other.get("/v1/objections").await.1["objections"][0]["state"], "lapsed");
    city.clock.days_later(30);
    city.work().await;
    let case = city.resident(ONE).await.get(&format!("/v1/cases/{id}")).await.1;
    assert_eq!(case["status"], "withdrawn");
}

on_both! {
    the_public_sees_the_named_lines_and_nothing_else,
    without_an_objection_the_case_goes_on_by_itself,
    an_objection_is_made_once_with_reasons_by_somebody_else,
    a_dismissed_objection_lets_the_days_run_on,
    an_upheld_objection_goes_back_to_review_and_is_shown_again_later,
    a_case_that_is_taken_back_is_shown_no_longer,
}
