//! 容缺后补: what was promised for later is handed in, or the case ends.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use haoban_domain::receipt::digest;

use super::support::{City, Officer, Resident, new_id, pdf};

const TENANT: &str = "13800000001";
const OFFICE: &str = "gjj-center";

/// A rent withdrawal whose payments are promised for later.
pub async fn promised(one: &Resident<'_>) -> String {
    let mut body = one.rent().await;
    let file = body["materials"]["rent-records"]["files"][0].as_str().unwrap().to_owned();
    body["materials"]["rent-records"] = json!({"kind": "deferred"});
    body["files"].as_object_mut().unwrap().remove(&file);
    let (status, sent) = one.submit(&body).await;
    assert_eq!(status, StatusCode::CREATED, "{sent}");
    sent["case"]["id"].as_str().unwrap().to_owned()
}

async fn view(one: &Resident<'_>, case: &str) -> Value {
    one.get(&format!("/v1/cases/{case}")).await.1
}

/// The body that hands the payments in, with a fresh file.
pub async fn payments(one: &Resident<'_>) -> Value {
    let bytes = pdf(1);
    let file = one.upload(&new_id("drf"), "rent-records", &bytes).await;
    json!({"materials": {"rent-records": {"kind": "upload", "files": [file]}}, "files": {file: digest(&bytes)}})
}

pub async fn notices(one: &Resident<'_>) -> Vec<String> {
    let request = one.request(Method::GET, "/v1/events?after=0").header("accept", "application/json");
    let page: Value = request.send().await.unwrap().json().await.unwrap();
    let events = page["events"].as_array().unwrap().clone();
    let titles = events.iter().filter_map(|event| event["notice"]["title"]["en"].as_str());
    titles.map(str::to_owned).collect()
}

fn acts(opened: &Value) -> Vec<&str> {
    opened["acts"].as_array().unwrap().iter().filter_map(Value::as_str).collect()
}

async fn at_the_decision(officer: &Officer<'_>, case: &str) -> Value {
    officer.does(case, json!({"act": "claim"})).await;
    officer.does(case, json!({"act": "accept"})).await;
    officer.does(case, json!({"act": "pass_step", "opinion": ""})).await;
    officer.does(case, json!({"act": "claim"})).await["case"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_granted_before_the_promised_material_is_there() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let case = promised(&one).await;
    let fresh = view(&one, &case).await;
    // Ten working days after Monday the 23rd.
    assert_eq!(fresh["promises"][0]["due"], "2026-12-07", "{}", fresh["promises"]);
    assert!(fresh["timeline"].to_string().contains("请您补交承诺后补的材料"));

    let officer = city.officer(OFFICE).await;
    at_the_decision(&officer, &case).await;
    let (_, opened) = officer.open(&case).await;
    assert!(acts(&opened).contains(&"await_promised") && !acts(&opened).contains(&"grant"), "{:?}", acts(&opened));
    let (status, problem) = officer.act(&case, json!({"act": "grant", "opinion": "complete"})).await;
    assert_eq!((status, &problem["params"]["why"]), (StatusCode::CONFLICT, &json!("promised")));
    let waiting = officer.does(&case, json!({"act": "await_promised"})).await["case"].clone();
    assert_eq!((&waiting["status"], &waiting["clock"]["paused"]), (&json!("suspended"), &json!(true)));
    assert_eq!(waiting["clock"]["waits_for"], "applicant");
    assert!(notices(&one).await.iter().any(|title| title.ends_with("your promised papers are waited for")));

    let (key, body) = (new_id("drf"), payments(&one).await);
    let path = format!("/v1/cases/{case}/materials");
    let (status, after) = one.post(&path, &key, &body).await;
    assert_eq!((status, &after["status"]), (StatusCode::OK, &json!("under_review")), "{after}");
    assert!(after["promises"][0]["handed_in"].is_string());
    assert_eq!(after["clock"]["paused"], false);
    let (status, again) = one.post(&path, &key, &body).await;
    assert_eq!((status, &again["revision"]), (StatusCode::OK, &after["revision"]), "the same act twice");
    let (status, problem) = one.post(&path, &key, &payments(&one).await).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("key_reused")));
    let (status, _) = one.post(&path, &new_id("drf"), &payments(&one).await).await;
    assert_eq!(status, StatusCode::CONFLICT, "nothing is promised any more");

    // What was handed in before is still there, and what came now beside it.
    let (_, opened) = officer.open(&case).await;
    let files: Vec<usize> = ["lease-contract", "rent-records"]
        .map(|slot| {
            let materials = opened["materials"].as_array().unwrap();
            materials.iter().find(|one| one["slot"] == slot).unwrap()["files"].as_array().unwrap().len()
        })
        .to_vec();
    assert_eq!(files, [1, 1]);
    let granted = officer.does(&case, json!({"act": "grant", "opinion": "complete"})).await;
    assert_eq!(granted["case"]["status"], "granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_promised_may_be_handed_in_and_only_by_the_applicant() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let case = promised(&one).await;
    let before = view(&one, &case).await;
    let path = format!("/v1/cases/{case}/materials");
    let refused = async |body: Value, rule: &str| {
        let (status, problem) = one.post(&path, &new_id("drf"), &body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{rule}: {problem}");
        let rules: Vec<&Value> = problem["field_errors"].as_array().unwrap().iter().map(|one| &one["rule"]).collect();
        assert!(rules.contains(&&json!(rule)), "{rule}: {problem}");
    };
    refused(json!({"materials": {}, "files": {}}), "nothing_handed_in").await;
    refused(json!({"materials": {"rent-records": {"kind": "deferred"}}, "files": {}}), "may_not_follow").await;
    refused(json!({"materials": {"rent-records": {"kind": "upload", "files": []}}, "files": {}}), "material_needed")
        .await;
    let mut other = payments(&one).await;
    let moved = other["materials"]["rent-records"].take();
    other["materials"] = json!({"lease-contract": moved});
    refused(other, "not_promised").await;
    let mut wrong = payments(&one).await;
    for digest in wrong["files"].as_object_mut().unwrap().values_mut() {
        *digest = json!("0".repeat(64));
    }
    refused(wrong, "file_digest").await;
    let stranger = city.resident("13800000002").await;
    let (status, _) = stranger.post(&path, &new_id("drf"), &payments(&stranger).await).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let after = view(&one, &case).await;
    assert_eq!(after["revision"], before["revision"], "refusals change nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_promise_is_reminded_of_twice_then_ends_the_case_with_one_note() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let case = promised(&one).await;
    let soon = |titles: &[String]| titles.iter().filter(|title| title.contains("remember the papers")).count();
    // Monday the 23rd of November; the last day is Monday the 7th of December.
    for (days, reminders) in [(11, 0), (1, 1), (1, 1), (1, 2)] {
        city.clock.days_later(days);
        city.work().await;
        city.work().await;
        let one = city.resident(TENANT).await;
        assert_eq!(soon(&notices(&one).await), reminders, "after {days} more");
        assert_ne!(view(&one, &case).await["status"], "terminated", "the last day counts");
    }
    city.clock.days_later(1);
    city.work().await;
    let one = city.resident(TENANT).await;
    let ended = view(&one, &case).await;
    assert_eq!(ended["status"], "terminated");
    assert!(ended["timeline"].to_string().contains("没有按承诺补交材料"));
    assert!(notices(&one).await.iter().any(|title| title.ends_with("ended, the promised papers did not come")));
    let (status, _) = one.post(&format!("/v1/cases/{case}/materials"), &new_id("drf"), &payments(&one).await).await;
    assert_eq!(status, StatusCode::CONFLICT);
    // Whoever relies on her next promise is told of it.
    let next = promised(&one).await;
    let (_, opened) = city.officer(OFFICE).await.open(&next).await;
    assert_eq!(opened["broken_promises"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_may_keep_a_promise_but_makes_no_new_one() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let case = promised(&one).await;
    let officer = city.officer(OFFICE).await;
    officer.does(&case, json!({"act": "claim"})).await;
    let point = |target: &str| json!({"target": target, "name": {"zh": "", "en": ""}, "words": "w", "remedy": "r"});
    let points = [point("material:rent-records"), point("material:lease-contract")];
    officer.does(&case, json!({"act": "request_correction", "points": points, "days": 5})).await;
    let asked = view(&one, &case).await;
    let supplied = payments(&one).await;
    let choices: Value = asked["materials"].as_array().unwrap().iter().filter(|one| !one["choice"].is_null()).fold(
        json!({}),
        |mut all, one| {
            all[one["slot"].as_str().unwrap()] = one["choice"].clone();
            all
        },
    );
    let path = format!("/v1/cases/{case}/corrections");
    let mut body = json!({
        "correction_id": asked["correction"]["id"], "answers": asked["answers"], "materials": choices, "files": {}
    });
    let mut promising = body.clone();
    promising["materials"]["lease-contract"] = json!({"kind": "deferred"});
    let (status, problem) = one.post(&path, &new_id("drf"), &promising).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["field_errors"][0]["rule"], "may_not_follow");
    body["materials"]["rent-records"] = supplied["materials"]["rent-records"].clone();
    body["files"] = supplied["files"].clone();
    let (status, after) = one.post(&path, &new_id("drf"), &body).await;
    assert_eq!(status, StatusCode::OK, "{after}");
    assert!(after["promises"][0]["handed_in"].is_string(), "{after}");
    // Nothing is owed any more: the days of the promise pass without harm.
    let officer = city.officer(OFFICE).await;
    officer.does(&case, json!({"act": "accept"})).await;
    city.clock.days_later(20);
    city.work().await;
    assert_eq!(view(&city.resident(TENANT).await, &case).await["status"], "under_review");
}
