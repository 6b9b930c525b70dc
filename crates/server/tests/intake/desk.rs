//! Officers see the cases of their department's tasks and nothing else, and every look is written down first.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{City, new_id};

const TENANT: &str = "13800000001";
const OFFICE: &str = "gjj-center";

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_shows_masked_names_due_days_and_findings() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (_, case) = one.rent_case().await;
    let officer = city.officer(OFFICE).await;
    let (status, queue) = officer.get("queue?filter=open&q=").await;
    assert_eq!(status, StatusCode::OK);
    let row = &queue["rows"][0];
    assert_eq!((&row["case_id"], &row["claimed_by"]), (&json!(case), &Value::Null));
    assert!(row["applicant_masked"].as_str().unwrap().contains('*'));
    assert_eq!(row["due"], "2026-11-30");
    assert_eq!(row["checks"][0], "pass");
    assert_eq!(queue["counts"], json!({"open": 1, "mine": 0, "waiting": 0, "done": 0}));
    officer.does(&case, json!({"act": "claim"})).await;
    let (_, mine) = officer.get("queue?filter=mine").await;
    assert_eq!((&mine["rows"][0]["mine"], &mine["counts"]["mine"]), (&json!(true), &json!(1)));
    let number = row["case_number"].as_str().unwrap();
    assert_eq!(officer.get(&format!("queue?filter=mine&q={number}")).await.1["rows"].as_array().unwrap().len(), 1);
    assert_eq!(officer.get("queue?filter=mine&q=ZZZ").await.1["rows"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_is_written_down_and_another_department_gets_nothing() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (body, case) = one.rent_case().await;
    let file = body["materials"]["lease-contract"]["files"][0].as_str().unwrap();
    let stranger = city.officer("tax").await;
    let (status, problem) = stranger.open(&case).await;
    assert_eq!(
        (status, &problem["code"], &problem["params"]),
        (StatusCode::NOT_FOUND, &json!("not_found"), &json!({}))
    );
    let (status, _) = stranger.get(&format!("cases/{case}/files/{file}")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.get("queue?filter=open").await.1["rows"], json!([]));
    let officer = city.officer(OFFICE).await;
    let (status, opened) = officer.open(&case).await;
    assert_eq!((status, &opened["acts"]), (StatusCode::OK, &json!(["claim"])));
    assert_eq!(opened["materials"].as_array().unwrap().len(), 6);
    let (_, log) = one.get("/v1/access-log").await;
    let grounds: Vec<&str> =
        log["entries"].as_array().unwrap().iter().filter_map(|entry| entry["ground"].as_str()).collect();
    assert_eq!(grounds.iter().filter(|ground| **ground == "denied").count(), 2);
    assert_eq!(grounds.iter().filter(|ground| **ground == "law").count(), 1);
    let unknown = officer.request(Method::POST, &format!("cases/{case}/open")).json(&json!({"purpose": "curious"}));
    assert_eq!(unknown.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_sees_what_it_did_for_thirty_days_and_no_longer() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (_, case) = one.rent_case().await;
    let officer = city.officer(OFFICE).await;
    officer.does(&case, json!({"act": "claim"})).await;
    officer.does(&case, json!({"act": "accept"})).await;
    officer.does(&case, json!({"act": "pass_step", "opinion": ""})).await;
    officer.does(&case, json!({"act": "claim"})).await;
    officer.does(&case, json!({"act": "grant", "opinion": ""})).await;
    city.clock.days_later(29);
    assert_eq!(city.officer(OFFICE).await.open(&case).await.0, StatusCode::OK);
    city.clock.days_later(2);
    assert_eq!(city.officer(OFFICE).await.open(&case).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_leave_as_attachments_that_nothing_runs() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (body, case) = one.rent_case().await;
    let file = body["materials"]["lease-contract"]["files"][0].as_str().unwrap().to_owned();
    let officer = city.officer(OFFICE).await;
    let answer = officer.request(Method::GET, &format!("cases/{case}/files/{file}")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let head = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert!(head("content-disposition").starts_with("attachment;"));
    assert_eq!(
        (head("content-type"), head("x-content-type-options")),
        ("application/pdf".to_owned(), "nosniff".to_owned())
    );
    assert!(head("content-security-policy").contains("sandbox"));
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(body["files"][&file], haoban_domain::receipt::digest(&bytes));
    let (status, _) = officer.get(&format!("cases/{case}/files/{}", new_id("fil"))).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_know_their_revision_and_their_key() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (_, case) = one.rent_case().await;
    let officer = city.officer(OFFICE).await;
    let task = officer.open(&case).await.1["task"].clone();
    let (id, revision) = (task["id"].as_str().unwrap(), task["revision"].as_u64().unwrap());
    let (status, unclaimed) = officer.act_as(id, &new_id("key"), revision, json!({"act": "accept"})).await;
    assert_eq!((status, &unclaimed["params"]["why"]), (StatusCode::CONFLICT, &json!("not_claimed")));
    let key = new_id("key");
    let (status, claimed) = officer.act_as(id, &key, revision, json!({"act": "claim"})).await;
    assert_eq!(status, StatusCode::OK);
    let (status, again) = officer.act_as(id, &key, revision, json!({"act": "claim"})).await;
    assert_eq!((status, &again["case"]["task"]), (StatusCode::OK, &claimed["case"]["task"]));
    let (status, reused) = officer.act_as(id, &key, revision, json!({"act": "release"})).await;
    assert_eq!((status, &reused["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("key_reused")));
    let (status, stale) = officer.act_as(id, &new_id("key"), revision, json!({"act": "accept"})).await;
    assert_eq!((status, &stale["code"]), (StatusCode::CONFLICT, &json!("revision_conflict")));
    let released = officer.does(&case, json!({"act": "release"})).await;
    assert_eq!(released["acts"], json!(["claim"]));
}

/// Every act, from everybody who may not.
#[tokio::test(flavor = "multi_thread")]
async fn every_act_is_closed_to_every_wrong_role() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (_, case) = one.rent_case().await;
    let officer = city.officer(OFFICE).await;
    let task = officer.open(&case).await.1["task"].clone();
    let (id, revision) = (task["id"].as_str().unwrap(), task["revision"].as_u64().unwrap());
    let points = json!([{"target": "field:rent_month", "name": {"zh": "", "en": ""}, "words": "x", "remedy": "y"}]);
    let acts = [
        json!({"act": "claim"}),
        json!({"act": "release"}),
        json!({"act": "accept"}),
        json!({"act": "not_accept", "reasons": ["x"]}),
        json!({"act": "request_correction", "points": points, "days": 5}),
        json!({"act": "pass_step", "opinion": ""}),
        json!({"act": "grant", "opinion": ""}),
        json!({"act": "refuse", "reasons": ["x"]}),
        json!({"act": "suspend", "kind": "hearing", "days": 3}),
        json!({"act": "resume"}),
    ];
    let stranger = city.officer("police-city").await;
    for act in acts {
        let body = json!({"key": new_id("key"), "revision": revision, "act": act});
        let (status, _) = stranger.act_as(id, &new_id("key"), revision, act.clone()).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{act}: another department");
        let url = format!("{}/v1/desk/tasks/{id}/act", city.base);
        let resident = city.http.post(&url).bearer_auth(&one.token).json(&body).send().await.unwrap();
        assert_eq!(resident.status(), StatusCode::UNAUTHORIZED, "{act}: the applicant");
        let nobody = city.http.post(&url).json(&body).send().await.unwrap();
        assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED, "{act}: nobody");
        let forged = city.http.post(&url).header("cookie", &officer.cookie).header("x-desk-token", "wrong").json(&body);
        assert_eq!(forged.send().await.unwrap().status(), StatusCode::FORBIDDEN, "{act}: another page");
        if act["act"] != "claim" {
            let (status, _) = officer.act_as(id, &new_id("key"), revision, act.clone()).await;
            assert_eq!(status, StatusCode::CONFLICT, "{act}: not claimed");
        }
    }
    let now = one.get(&format!("/v1/cases/{case}")).await.1;
    assert_eq!(now["status"], "submitted");
    for path in ["cases", "licences", "events"] {
        let officer_there = city.http.get(format!("{}/v1/{path}", city.base)).send().await.unwrap();
        assert_eq!(officer_there.status(), StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_keeps_to_its_folder() {
    let city = City::start().await;
    for path in ["..%2f..%2fCargo.toml", "%2e%2e/desk.html", "none.js", "a.html"] {
        let answer = city.http.get(format!("{}/desk/assets/{path}", city.base)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

/// No folder is named here and none lies beside the program: what answers is inside it.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_inside_the_program() {
    let city = City::start().await;
    let page = city.http.get(format!("{}/desk", city.base)).send().await.unwrap();
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    if !std::path::Path::new("../../ui/dist-desk/desk.html").is_file() {
        assert_eq!(page.status(), StatusCode::SERVICE_UNAVAILABLE, "built before the page was");
        return;
    }
    assert_eq!(page.status(), StatusCode::OK);
    let text = page.text().await.unwrap();
    let script = text.split('"').find(|word| word.ends_with(".js")).expect("a script");
    let script = city.http.get(format!("{}{script}", city.base)).send().await.unwrap();
    assert_eq!(script.status(), StatusCode::OK);
    assert_eq!(script.headers()["content-type"], "text/javascript; charset=utf-8");
}
