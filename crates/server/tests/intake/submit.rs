//! One tap, one case; nothing that does not pass; a receipt that fits.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use haoban_domain::{form::Answers, identifiers::case_number, receipt::answers_digest};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::Row as _;

use super::support::{City, Resident, new_id};

const TENANT: &str = "13800000001";

async fn count(city: &City, sql: &'static str) -> i64 {
    sqlx::query(sql).fetch_one(city.state.store.reader()).await.unwrap().try_get(0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_parallel_submissions_make_one_case() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let body = one.rent().await;
    let answers = futures_util::future::join_all((0..50).map(|_| one.submit(&body))).await;
    let created = answers.iter().filter(|(status, _)| *status == StatusCode::CREATED).count();
    assert_eq!(created, 1);
    let refused = answers.iter().find(|(status, _)| !status.is_success());
    assert!(refused.is_none(), "{refused:?}");
    assert!(answers.iter().all(|(_, answer)| *answer == answers[0].1));
    assert_eq!(count(&city, "SELECT COUNT(*) FROM cases").await, 1);
    assert_eq!(count(&city, "SELECT COUNT(*) FROM task").await, 1);
    assert_eq!(count(&city, "SELECT COUNT(*) FROM receipt").await, 1);
    assert_eq!(count(&city, "SELECT COUNT(*) FROM audit WHERE action = 'case.submitted'").await, 1);
    let number = answers[0].1["case"]["number"].as_str().unwrap();
    assert!(case_number::parse(number).is_ok(), "{number}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_stays_the_same_for_ever_and_another_body_is_refused() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let mut body = one.rent().await;
    let (status, first) = one.submit(&body).await;
    assert_eq!(status, StatusCode::CREATED);
    city.clock.days_later(60);
    let one = city.resident(TENANT).await;
    let (status, again) = one.submit(&body).await;
    assert_eq!((status, &again), (StatusCode::OK, &first));
    body["answers"]["rent_month"] = json!(170_000);
    let (status, problem) = one.submit(&body).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("key_reused")));
    let other = city.resident("13800000004").await;
    let (status, problem) = other.submit(&first_body(&body)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["code"], "key_reused");
}

fn first_body(body: &Value) -> Value {
    let mut body = body.clone();
    body["answers"]["rent_month"] = json!(180_000);
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receipt_fits_what_was_sent() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (body, case) = one.rent_case().await;
    let (_, receipt) = one.get(&format!("/v1/cases/{case}/receipt")).await;
    let keys: Value =
        city.http.get(format!("{}/v1/receipt-keys", city.base)).send().await.unwrap().json().await.unwrap();
    let key = STANDARD.decode(keys["keys"][receipt["key_id"].as_str().unwrap()].as_str().unwrap()).unwrap();
    let text = receipt["body"].as_str().unwrap();
    let signature = STANDARD.decode(receipt["signature"].as_str().unwrap()).unwrap();
    let verifier = UnparsedPublicKey::new(&ED25519, key);
    assert!(verifier.verify(text.as_bytes(), &signature).is_ok());
    assert!(verifier.verify(text.replace("gjj", "xxx").as_bytes(), &signature).is_err());
    let signed: Value = serde_json::from_str(text).unwrap();
    let answers: Answers = serde_json::from_value(body["answers"].clone()).unwrap();
    assert_eq!(signed["answers_sha256"], answers_digest(&answers));
    assert_eq!(signed["files"], body["files"]);
    assert!(!text.contains("410105199005084528"));
}

async fn rules_of(one: &Resident<'_>, body: &Value) -> Vec<String> {
    let (status, problem) = one.submit(body).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid")), "{problem}");
    let errors = problem["field_errors"].as_array().unwrap();
    assert!(errors.iter().all(|error| !error["message"]["zh"].as_str().unwrap().is_empty()));
    errors.iter().map(|error| error["rule"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_does_not_pass_is_named_and_nothing_is_made() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let good = one.rent().await;
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut body = good.clone();
        change(&mut body);
        body
    };
    let unknown = changed(&|body| body["answers"]["colour"] = json!("blue"));
    assert!(rules_of(&one, &unknown).await.contains(&"unknown_field".to_owned()));
    let hidden = changed(&|body| body["answers"]["bank_card_other"] = json!("6217000000000000004"));
    assert!(rules_of(&one, &hidden).await.contains(&"hidden_field".to_owned()));
    let missing = changed(&|body| {
        body["answers"].as_object_mut().unwrap().remove("rent_month");
    });
    assert!(rules_of(&one, &missing).await.contains(&"required".to_owned()));
    let bare = changed(&|body| {
        body["materials"].as_object_mut().unwrap().remove("lease-contract");
        body["files"] = json!({});
    });
    assert!(rules_of(&one, &bare).await.contains(&"material_needed".to_owned()));
    let other_digest = changed(&|body| {
        let file = body["materials"]["lease-contract"]["files"][0].as_str().unwrap().to_owned();
        body["files"][file] = json!("0".repeat(64));
    });
    assert!(rules_of(&one, &other_digest).await.contains(&"file_digest".to_owned()));
    let no_file = changed(&|body| {
        let file = new_id("fil");
        body["materials"]["lease-contract"] = json!({"kind": "upload", "files": [file]});
        body["files"] = json!({file: "0".repeat(64)});
    });
    assert!(rules_of(&one, &no_file).await.contains(&"file_missing".to_owned()));
    let licence = changed(&|body| body["materials"]["id-card"] = json!({"kind": "licence", "licence": new_id("lic")}));
    assert!(rules_of(&one, &licence).await.contains(&"licence_unusable".to_owned()));
    let undeclared = changed(&|body| body["declared"] = json!(false));
    assert!(rules_of(&one, &undeclared).await.contains(&"declaration".to_owned()));
    assert_eq!(count(&city, "SELECT COUNT(*) FROM cases").await, 0);
    assert_eq!(count(&city, "SELECT COUNT(*) FROM idempotency").await, 0);
    assert_eq!(one.submit(&good).await.0, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_another_person_or_slot_do_not_count() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let other = city.resident("13800000004").await;
    let theirs = other.rent().await;
    let mut mine = one.rent().await;
    mine["materials"]["lease-contract"] = theirs["materials"]["lease-contract"].clone();
    mine["files"] = theirs["files"].clone();
    assert!(rules_of(&one, &mine).await.contains(&"file_missing".to_owned()));
    let draft = mine["draft_id"].as_str().unwrap().to_owned();
    let contract = super::support::pdf(1);
    let file = one.upload(&draft, "rent-records", &contract).await;
    mine["materials"]["lease-contract"] = json!({"kind": "upload", "files": [file]});
    mine["files"] = json!({file: haoban_domain::receipt::digest(&contract)});
    assert!(rules_of(&one, &mine).await.contains(&"file_missing".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_versions_and_channels_are_checked_first() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let body = one.rent().await;
    let (status, _) = one.post("/v1/cases", &new_id("drf"), &body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let none = one.request(Method::POST, "/v1/cases").json(&body).send().await.unwrap();
    assert_eq!(none.status(), StatusCode::BAD_REQUEST);
    let mut old = body.clone();
    old["item_version"] = json!(99);
    let (status, problem) = one.submit(&old).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("item_version")));
    let mut strange = body.clone();
    strange["channel"] = json!("fax");
    assert_eq!(one.submit(&strange).await.0, StatusCode::BAD_REQUEST);
    let nobody = city.http.post(format!("{}/v1/cases", city.base)).json(&body).send().await.unwrap();
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
}
