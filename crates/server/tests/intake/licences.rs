//! Licences are their holder's; a showing is good for one look within a minute.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{City, new_id};

const TENANT: &str = "13800000001";

#[tokio::test(flavor = "multi_thread")]
async fn a_showing_works_once_and_for_a_minute() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (_, held) = one.get("/v1/licences").await;
    let id = held["licences"][0]["id"].as_str().unwrap().to_owned();
    let show = || async {
        let (status, shown) =
            super::support::read(one.request(Method::POST, &format!("/v1/licences/{id}/presentations"))).await;
        assert_eq!(status, StatusCode::CREATED);
        shown
    };
    let look = |code: String| super::support::read(city.http.get(format!("{}/v1/presentations/{code}", city.base)));
    let shown = show().await;
    let payload = shown["payload"].as_str().unwrap().to_owned();
    let (status, seen) = look(payload.clone()).await;
    assert_eq!((status, &seen["status"]), (StatusCode::OK, &json!("valid")));
    assert_eq!(look(payload).await.0, StatusCode::NOT_FOUND, "one look");
    let late = show().await;
    city.clock.millis_later(60_000);
    assert_eq!(look(late["payload"].as_str().unwrap().to_owned()).await.0, StatusCode::NOT_FOUND, "one minute");
    let digits = show().await["digits"].as_str().unwrap().to_owned();
    assert_eq!(digits.len(), 8);
    assert_eq!(look(digits.clone()).await.0, StatusCode::NOT_FOUND, "digits are for officers");
    let officer = city.officer("market").await;
    assert_eq!(officer.get(&format!("presentations/{digits}")).await.0, StatusCode::OK);
    let (_, log): (_, Value) = one.get("/v1/access-log").await;
    assert!(log["entries"].as_array().unwrap().len() >= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_shows_what_another_holds() {
    let city = City::start().await;
    let (one, other) = (city.resident(TENANT).await, city.resident("13800000004").await);
    let (_, held) = one.get("/v1/licences").await;
    let id = held["licences"][0]["id"].as_str().unwrap();
    for id in [id.to_owned(), new_id("lic")] {
        let (status, _) =
            super::support::read(other.request(Method::POST, &format!("/v1/licences/{id}/presentations"))).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}
