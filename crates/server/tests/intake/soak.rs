//! Months go by: what is only passing through leaves nothing behind, what belongs to a case stays.
//!
//! In Singapore an identity service slowed down for two days because expired records were no longer removed
//! (security.md §1); so the tables themselves are counted here, not the sweeps. The long form (`HAOBAN_SOAK`, so many
//! steps) has the program to itself and counts its memory and its open handles too.

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

/// Steps of the long form, if it was asked for.
fn long() -> Option<usize> {
    std::env::var("HAOBAN_SOAK").ok().and_then(|text| text.parse().ok())
}

/// Pages of memory that are really used, in megabytes.
fn memory() -> i64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: i64 = pages.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096 / 1_048_576
}
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

/// Rows of passing tables, parts of files, bytes of the database's log; in the long form handles and memory.
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
    if long().is_some() {
        let handles = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        sizes.insert("open handles".to_owned(), i64::try_from(handles).unwrap());
        sizes.insert("megabytes of memory".to_owned(), memory());
    }
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
    let steps = long().unwrap_or(STEPS);
    for step in 0..steps {
        a_day(&city, step).await;
        city.clock.days_later(STEP_DAYS);
        while city.work().await > 0 {}
        if step == FULL_AFTER {
            full = sizes(&city).await;
        }
    }
    let after = sizes(&city).await;
    for (what, before) in &full {
        let most = match what.as_str() {
            // SQLite folds its log at a thousand pages and uses it again from the start.
            "kilobytes of the log" => 8 * 1024,
            // Connections that wait to be used again come and go.
            "open handles" => before + before / 10 + 16,
            // Caches fill up to their own limits.
            "megabytes of memory" => before + before / 4 + 32,
            _ => before + before / 10 + 1,
        };
        assert!(after[what] <= most, "{what}: {before}, later {}", after[what]);
    }
    let counted: Vec<String> =
        after.iter().map(|(what, count)| format!("{}={count}", what.replace(' ', "_"))).collect();
    eprintln!("rig soak: days={} {}", i64::try_from(steps).unwrap() * STEP_DAYS, counted.join(" "));
    assert!(after["refresh_token"] > 5, "what still counts is still there: {after:?}");
    let taken = i64::try_from(steps).unwrap();
    assert_eq!(count(&city, "cases").await, cases + taken);
    assert_eq!(
        count(&city, "idempotency").await,
        keys + 2 * taken,
        "keys of cases stay, those of refusals were never kept"
    );
}
