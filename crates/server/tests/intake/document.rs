//! The API's own description is true: whom a route serves is what it says, and nothing else answers there.

use axum::http::{Method, StatusCode};

use crate::support::City;

/// Of a route that somebody has to be signed in for, everybody else learns only that.
#[tokio::test(flavor = "multi_thread")]
async fn a_route_asks_who_is_there_exactly_when_its_description_says_so() {
    let city = City::start().await;
    let document: serde_json::Value =
        city.http.get(format!("{}/openapi.json", city.base)).send().await.unwrap().json().await.unwrap();
    let mut closed = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
            let real = path.replace("{upload_id}", "upl_none").replace(['{', '}'], "");
            let answer = city.http.request(method.clone(), format!("{}{real}", city.base)).send().await.unwrap();
            // Tokens and sign-ins say 401 of a wrong secret.
            let of_sign_in = path.starts_with("/oauth/") || path.ends_with("/sign-in");
            let asked = answer.status() == StatusCode::UNAUTHORIZED && !of_sign_in;
            let says = operation["security"].as_array().is_some_and(|ways| !ways.is_empty());
            assert_eq!(asked, says, "{method} {path}: {}", answer.status());
            closed += i32::from(says);
        }
    }
    assert!(closed > 40, "{closed} routes are closed");
}
