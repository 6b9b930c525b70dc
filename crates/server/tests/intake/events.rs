//! Events: a page, a stream, a cursor that survives everything.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::support::{City, Resident};

const TENANT: &str = "13800000001";

async fn stream(one: &Resident<'_>, path: &str, last: Option<&str>) -> reqwest::Response {
    let request = one.request(Method::GET, path).header("accept", "text/event-stream");
    let request = match last {
        Some(id) => request.header("last-event-id", id),
        None => request,
    };
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer
}

/// Reads until the text holds what is looked for, or the stream ends.
async fn until(answer: &mut reqwest::Response, wanted: &str) -> String {
    let mut text = String::new();
    let reading = async {
        while !text.contains(wanted) {
            match answer.chunk().await.unwrap() {
                Some(chunk) => text.push_str(std::str::from_utf8(&chunk).unwrap()),
                None => break,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), reading).await.expect("the stream says it in time");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_goes_on_from_its_cursor_and_belongs_to_one_party() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let other = city.resident("13800000004").await;
    one.rent_case().await;
    let page = |one: &Resident<'_>, after: i64| {
        let request = one.request(Method::GET, &format!("/v1/events?after={after}"));
        super::support::read(request.header("accept", "application/json"))
    };
    let (status, all) = page(&one, 0).await;
    assert_eq!(status, StatusCode::OK);
    let seqs: Vec<i64> = all["events"].as_array().unwrap().iter().map(|event| event["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, (1..=i64::try_from(seqs.len()).unwrap()).collect::<Vec<_>>());
    assert!(all["events"].as_array().unwrap().iter().any(|event| event["kind"] == "notice"));
    assert!(all["events"].as_array().unwrap().iter().any(|event| event["kind"] == "case_changed"));
    let (_, rest) = page(&one, seqs[0]).await;
    assert_eq!(rest["events"].as_array().unwrap().len(), seqs.len() - 1);
    let (_, beyond) = page(&one, 9_999).await;
    assert_eq!(beyond["events"].as_array().unwrap().len(), seqs.len(), "a cursor of another database begins again");
    assert_eq!(page(&other, 0).await.1["events"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_replays_and_then_lives() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    one.rent_case().await;
    let mut live = stream(&one, "/v1/events", None).await;
    assert_eq!(live.headers()["content-type"], "text/event-stream");
    assert_eq!(live.headers()["cache-control"], "no-cache, no-transform");
    assert_eq!(live.headers()["x-accel-buffering"], "no");
    let first = until(&mut live, "id: 2").await;
    assert!(first.contains("retry: ") && first.contains("event: change"), "{first}");
    let mut resumed = stream(&one, "/v1/events", Some("1")).await;
    let replay = until(&mut resumed, "id: 2").await;
    assert!(!replay.contains("id: 1\n"));
    let before = city.state.clock.now();
    let (_, case) = one.rent_case().await;
    assert!(until(&mut live, &case).await.contains(&case), "a commit wakes the stream");
    assert_eq!(city.state.clock.now(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_platform() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let mut live = stream(&one, "/v1/events", None).await;
    until(&mut live, "retry").await;
    city.state.stopping.cancel();
    let end =
        tokio::time::timeout(Duration::from_secs(20), async { while let Ok(Some(_)) = live.chunk().await {} }).await;
    assert!(end.is_ok());
}
