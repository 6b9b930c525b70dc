//! Steps that are part of some cases only, and steps that another office has for some.

use std::fs;

use haoban_domain::ids::PartyId;
use haoban_server::catalogue::fixture::Fixture;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    examples::{become_person, body_of},
    support::{City, Officer, Resident, pack_folder},
};

const TENANT: &str = "13800000001";

/// Sends a worked example as its person; answers the case's id.
async fn sent(city: &City, one: &Resident<'_>, code: &str, example: &str) -> String {
    let file = pack_folder().join(format!("items/{code}/fixtures/{example}.yaml"));
    let fixture: Fixture = yaml_serde::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let party: PartyId = serde_json::from_value(one.get("/v1/me").await.1["applicant"]["party"].clone()).unwrap();
    become_person(city, party, &fixture).await;
    let (status, answer) = one.submit(&body_of(city, one, code, &fixture).await).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer["case"]["id"].as_str().unwrap().to_owned()
}

async fn timeline(one: &Resident<'_>, case: &str) -> Vec<String> {
    let case = one.get(&format!("/v1/cases/{case}")).await.1;
    let entries = case["timeline"].as_array().unwrap().iter();
    entries.map(|entry| entry["title"]["zh"].as_str().unwrap().to_owned()).collect()
}

/// Accepts and passes the first step on.
async fn passes(officer: &Officer<'_>, case: &str) -> Value {
    officer.does(case, json!({"act": "claim"})).await;
    officer.does(case, json!({"act": "accept"})).await;
    officer.does(case, json!({"act": "pass_step", "opinion": ""})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_with_a_condition_is_part_of_those_cases_only_for_which_it_holds() {
    const MEANS: &str = "法律援助中心核查收入";
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let officer = city.officer("justice").await;
    let exempt = sent(&city, &one, "legal-aid", "valid-migrant-wages").await;
    assert!(!timeline(&one, &exempt).await.contains(&MEANS.to_owned()));
    passes(&officer, &exempt).await;
    let decides = officer.does(&exempt, json!({"act": "claim"})).await;
    assert_eq!(decides["task"]["step"], "decide");
    let granted = officer.does(&exempt, json!({"act": "grant", "opinion": "ok"})).await;
    assert_eq!(granted["case"]["decision"]["granted"], true);

    let looked_at = sent(&city, &one, "legal-aid", "valid-income-within").await;
    assert!(timeline(&one, &looked_at).await.contains(&MEANS.to_owned()));
    passes(&officer, &looked_at).await;
    let means = officer.does(&looked_at, json!({"act": "claim"})).await;
    assert_eq!(means["task"]["step"], "means");
    let early = officer.act(&looked_at, json!({"act": "grant", "opinion": "ok"})).await;
    assert_eq!((early.0, &early.1["params"]["why"]), (StatusCode::CONFLICT, &json!("not_last_step")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_goes_to_the_office_that_its_route_names_and_to_no_other() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (management, street) = (city.officer("urban-management").await, city.officer("street").await);
    for (example, street_has_it) in [("valid-stall-not-same", true), ("valid-manhole", false)] {
        let case = sent(&city, &one, "city-report", example).await;
        passes(&management, &case).await;
        let opened = street.open(&case).await.0;
        assert_eq!(opened == StatusCode::OK, street_has_it, "{example}: {opened}");
        let handler = if street_has_it { &street } else { &management };
        let mine = handler.does(&case, json!({"act": "claim"})).await;
        assert_eq!(mine["task"]["step"], "handle", "{example}");
        let office = if street_has_it { "街道办事处" } else { "城市管理局" };
        assert_eq!(mine["case"]["department"]["zh"], office);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_tells_the_applicant_in_its_own_words_when_it_begins() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let case = sent(&city, &one, "city-report", "valid-stall-not-same").await;
    let told = async || {
        let request = one.request(Method::GET, "/v1/events?after=0").header("accept", "application/json");
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        let events = page["events"].as_array().unwrap().clone();
        events
            .iter()
            .filter(|event| {
                event["notice"]["body"]["zh"].as_str().is_some_and(|body| body.starts_with("已经派给管这件事的单位"))
            })
            .count()
    };
    assert_eq!(told().await, 0);
    passes(&city.officer("urban-management").await, &case).await;
    assert_eq!(told().await, 1);
}
