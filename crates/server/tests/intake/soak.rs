//! Months go by: what is only passing through leaves nothing behind, what belongs to a case stays.
//!
//! In Singapore an identity service slowed down for two days because expired records were no longer removed
//! (security.md §1); so the tables themselves are counted here, not the sweeps.

use std::collections::BTreeMap;

use haoban_server::{identity::sms, jobs};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row as _};

use super::support::{City, Resident, new_id, pdf, read, version_of};

const TENANT: &str = "13800000001";
/// Days of one step. Refresh tokens live for sixty days, so that the first dozen steps only fill up.
const STEP_DAYS: i64 = 5;
const FULL_AFTER: usize = 14;
const STEPS: usize = 22;
/// Tables whose rows end by themselves.
const PASSING: [&str; 12] = [
    "auth_request",
    "auth_code",
    "refresh_token",
    "token_family",
    "desk_session",
    "sign_in_guard",
    "sms_code",
    "sms_message",
    "presentation",
    "upload",
    "charge_link",
    "job",
];

async fn count(city: &City, table: &str) -> i64 {
    let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM {table}");
    sqlx::query(AssertSqlSafe(sql)).fetch_one(city.state.store.reader()).await.unwrap().get("n")
}

/// Rows of passing tables, open handles, and bytes of the database's log.
async fn sizes(city: &City) -> BTreeMap<String, i64> {
    let mut sizes = BTreeMap::new();
    for table in PASSING {
        sizes.insert(table.to_owned(), count(city, table).await);
    }
    let data = &city.state.config.data_dir;
    let parts = std::fs::read_dir(data.join("staging")).map_or(0, Iterator::count);
    let log = std::fs::metadata(data.join("haoban.db-wal")).map_or(0, |log| log.len());
    sizes.insert("parts of files".to_owned(), i64::try_from(parts).unwrap());
    sizes.insert("kilobytes of the log".to_owned(), i64::try_from(log / 1024).unwrap());
    sizes
}

fn copies() -> Value {
    json!({
        "draft_id": new_id("drf"), "item_code": "archive-copies", "item_version": version_of("archive-copies"), "declared": true, "channel": "app",
        "answers": {"records": "register", "copies": 2, "delivery": "electronic"}, "materials": {}, "files": {}
    })
}

/// What people do on one day that leaves traces.
async fn a_day(city: &City, step: usize) {
    let one = city.resident(TENANT).await;
    refresh(&one).await;
    city.officer("gjj-center").await;
    let guess = json!({ "account": format!("nobody-{step}"), "password": "guess" });
    let url = format!("{}/v1/desk/sign-in", city.base);
    assert_ne!(city.http.post(url).json(&guess).send().await.unwrap().status(), StatusCode::OK);
    sms::ask(&city.state, TENANT, |code| format!("code {code}")).await.unwrap();
    // Begun and never finished.
    let begun = one.create(&new_id("fil"), &new_id("drf"), "lease-contract", &pdf(1)).send().await.unwrap();
    let at = begun.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(one.patch(&at, 0, pdf(1)[..100].to_vec()).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    let licence = one.get("/v1/licences").await.1["licences"][0]["id"].as_str().unwrap().to_owned();
    let shown = read(one.request(Method::POST, &format!("/v1/licences/{licence}/presentations"))).await;
    assert!(shown.0.is_success(), "{shown:?}");
    // One is refused, one is taken.
    let mut refused = copies();
    refused["answers"]["copies"] = json!("many");
    assert_eq!(one.submit(&refused).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, answer) = one.submit(&copies()).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let id = answer["case"]["id"].as_str().unwrap();
    let withdrawn = one.post(&format!("/v1/cases/{id}/withdrawal"), &new_id("key"), &json!({"reason": ""})).await;
    assert_eq!(withdrawn.0, StatusCode::OK, "{}", withdrawn.1);
}

async fn refresh(one: &Resident<'_>) {
    let form = [("grant_type", "refresh_token"), ("refresh_token", &one.refresh), ("client_id", "haoban-app")];
    let answer = one.city.http.post(format!("{}/oauth/token", one.city.base)).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn months_leave_nothing_behind_but_cases() {
    let city = City::start().await;
    jobs::begin(&city.state).await.unwrap();
    let (cases, keys) = (count(&city, "cases").await, count(&city, "idempotency").await);
    let mut full = BTreeMap::new();
    for step in 0..STEPS {
        a_day(&city, step).await;
        city.clock.days_later(STEP_DAYS);
        while city.work().await > 0 {}
        if step == FULL_AFTER {
            full = sizes(&city).await;
        }
    }
    let after = sizes(&city).await;
    for (what, before) in &full {
        let most = before + before / 10 + 1;
        let log = what == "kilobytes of the log";
        // SQLite folds its log at a thousand pages and uses it again from the start.
        assert!(after[what] <= if log { 8 * 1024 } else { most }, "{what}: {before} rows, later {}", after[what]);
    }
    assert!(after["refresh_token"] > 5, "what still counts is still there: {after:?}");
    let taken = i64::try_from(STEPS).unwrap();
    assert_eq!(count(&city, "cases").await, cases + taken);
    assert_eq!(
        count(&city, "idempotency").await,
        keys + 2 * taken,
        "keys of cases stay, those of refusals were never kept"
    );
}
