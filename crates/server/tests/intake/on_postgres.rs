//! The same promises on Postgres: one SQL text, two engines.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{
    postgres::Postgres,
    support::{City, new_id, read},
};

const TENANT: &str = "13800000001";

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_case_runs_on_postgres() {
    let Some(server) = Postgres::start().await else { return };
    let city = City::start_on(&server.database().await).await;
    let one = city.resident(TENANT).await;
    let body = one.rent().await;
    let answers = futures_util::future::join_all((0..50).map(|_| one.submit(&body))).await;
    let refused = answers.iter().find(|(status, _)| !status.is_success());
    assert!(refused.is_none(), "{refused:?}");
    assert_eq!(answers.iter().filter(|(status, _)| *status == StatusCode::CREATED).count(), 1);
    assert!(answers.iter().all(|(_, answer)| *answer == answers[0].1));
    let case = answers[0].1["case"]["id"].as_str().unwrap();
    let officer = city.officer("gjj-center").await;
    assert_eq!(officer.get("queue?filter=open").await.1["counts"]["open"], 1);
    officer.does(case, json!({"act": "claim"})).await;
    let point =
        json!({"target": "field:rent_month", "name": {"zh": "", "en": ""}, "words": "differs", "remedy": "look"});
    let asked = officer.does(case, json!({"act": "request_correction", "points": [point], "days": 5})).await;
    let mut right = body["answers"].clone();
    right["rent_month"] = json!(170_000);
    let correction = json!({
        "correction_id": asked["case"]["correction"]["id"], "answers": right, "materials": body["materials"], "files": {}
    });
    let path = format!("/v1/cases/{case}/corrections");
    let (status, after) = one.post(&path, &new_id("drf"), &correction).await;
    assert_eq!((status, &after["status"]), (StatusCode::OK, &json!("submitted")), "{after}");
    for act in ["accept", "pass_step", "claim", "grant"] {
        let act =
            if act == "accept" || act == "claim" { json!({"act": act}) } else { json!({"act": act, "opinion": ""}) };
        officer.does(case, act).await;
    }
    assert!(city.work().await >= 1);
    assert_eq!(one.get(&format!("/v1/cases/{case}")).await.1["status"], "closed");
    let events = one.request(Method::GET, "/v1/events?after=0").header("accept", "application/json");
    let seqs: Vec<i64> =
        read(events).await.1["events"].as_array().unwrap().iter().filter_map(|event| event["seq"].as_i64()).collect();
    assert_eq!(seqs, (1..=i64::try_from(seqs.len()).unwrap()).collect::<Vec<_>>());
    let licence = one.get("/v1/licences").await.1["licences"][0]["id"].as_str().unwrap().to_owned();
    let shown = read(one.request(Method::POST, &format!("/v1/licences/{licence}/presentations"))).await.1;
    let look = format!("{}/v1/presentations/{}", city.base, shown["payload"].as_str().unwrap());
    assert_eq!(read(city.http.get(&look)).await.0, StatusCode::OK);
    assert_eq!(read(city.http.get(&look)).await.0, StatusCode::NOT_FOUND);
    city.clock.days_later(9);
    assert_eq!(haoban_server::materials::sweep(&city.state).await.unwrap(), 0);
    city.state.stopping.cancel();
}
