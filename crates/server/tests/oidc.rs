//! The OpenID provider against real requests: what it gives, and everything it must refuse.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use support::{
    Platform,
    browser::{REDIRECT, VERIFIER, answer, exchange_fields, good, good_but, location, refused, text},
};

fn claims(token: &str) -> Value {
    let body = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn a_sign_in_gives_tokens_that_open_the_api() {
    let platform = Platform::start().await;
    let tokens = platform.tokens().await;
    assert_eq!(tokens["expires_in"], 300);
    let id = claims(text(&tokens, "id_token"));
    assert_eq!((&id["iss"], &id["aud"], &id["nonce"]), (&json!(platform.base), &json!("haoban-app"), &json!("n0nce")));
    assert_eq!(id["exp"].as_i64().unwrap() - id["iat"].as_i64().unwrap(), 120);
    let access = claims(text(&tokens, "access_token"));
    assert_eq!((&access["aud"], &access["sub"]), (&json!("haoban-api"), &json!(platform.party.to_string())));
    let me = platform.get_as(text(&tokens, "access_token"), "/v1/me").await;
    assert_eq!(me.status(), StatusCode::OK);
    assert_eq!(me.json::<Value>().await.unwrap()["applicant"]["party"], json!(platform.party.to_string()));
    platform.end().await;
}

#[tokio::test]
async fn the_published_key_verifies_the_id_token() {
    let platform = Platform::start().await;
    let tokens = platform.tokens().await;
    let keys: Value = platform.http.get(platform.url("/oauth/jwks")).send().await.unwrap().json().await.unwrap();
    let key = jsonwebtoken::DecodingKey::from_ec_components(text(&keys["keys"][0], "x"), text(&keys["keys"][0], "y"))
        .unwrap();
    let mut rules = jsonwebtoken::Validation::new(Algorithm::ES256);
    rules.set_audience(&["haoban-app"]);
    rules.validate_exp = false;
    jsonwebtoken::decode::<Value>(text(&tokens, "id_token"), &key, &rules).unwrap();
}

#[rstest]
#[case::client_missing("client_id", "")]
#[case::client_unknown("client_id", "someone-else")]
#[case::redirect_missing("redirect_uri", "")]
#[case::redirect_foreign("redirect_uri", "https://evil.example/callback")]
#[case::redirect_other_path("redirect_uri", "http://127.0.0.1:49152/other")]
#[case::redirect_query("redirect_uri", "http://127.0.0.1:49152/callback?a=b")]
#[case::redirect_fragment("redirect_uri", "http://127.0.0.1:49152/callback#a")]
#[case::redirect_userinfo("redirect_uri", "http://127.0.0.1:49152@evil.example/callback")]
#[case::redirect_localhost("redirect_uri", "http://localhost:49152/callback")]
#[case::redirect_scheme("redirect_uri", "haoban://callback")]
#[tokio::test]
async fn without_a_known_client_and_redirect_nothing_is_sent_anywhere(#[case] name: &'static str, #[case] value: &str) {
    let platform = Platform::start().await;
    let response = platform.authorize(&good_but(name, value)).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(location(&response), "");
    assert!(response.text().await.unwrap().contains("<h1>"));
}

#[tokio::test]
async fn a_parameter_given_twice_is_refused() {
    let platform = Platform::start().await;
    let mut params = good();
    params.push(("redirect_uri", "http://127.0.0.1:1/callback".to_owned()));
    let response = platform.authorize(&params).await;
    assert_eq!((response.status(), location(&response)), (StatusCode::BAD_REQUEST, String::new()));
}

#[rstest]
#[case::response_type_missing("response_type", "", "invalid_request")]
#[case::response_type_token("response_type", "token", "unsupported_response_type")]
#[case::response_type_hybrid("response_type", "code id_token", "unsupported_response_type")]
#[case::response_mode("response_mode", "fragment", "invalid_request")]
#[case::scope_without_openid("scope", "profile", "invalid_scope")]
#[case::no_challenge("code_challenge", "", "invalid_request")]
#[case::short_challenge("code_challenge", "abc", "invalid_request")]
#[case::odd_challenge("code_challenge", "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", "invalid_request")]
#[case::no_method("code_challenge_method", "", "invalid_request")]
#[case::plain_method("code_challenge_method", "plain", "invalid_request")]
#[case::prompt_none("prompt", "none", "login_required")]
#[case::request_object("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported")]
#[case::request_uri("request_uri", "https://evil.example/r", "request_not_supported")]
#[tokio::test]
async fn a_bad_request_goes_back_to_the_app_with_its_error(
    #[case] name: &'static str,
    #[case] value: &str,
    #[case] error: &str,
) {
    let platform = Platform::start().await;
    let response = platform.authorize(&good_but(name, value)).await;
    let location = location(&response);
    assert!(location.starts_with(&format!("{REDIRECT}?")), "{location}");
    assert_eq!(answer(&location, "error").as_deref(), Some(error));
    assert_eq!(answer(&location, "state").as_deref(), Some("st4te"));
    assert_eq!(answer(&location, "iss").as_deref(), Some(&*platform.base));
    assert_eq!(platform.count("SELECT COUNT(*) FROM auth_request").await, 0);
}

#[rstest]
#[case::wrong_verifier("code_verifier", "another-verifier-of-forty-three-characters-or-more")]
#[case::short_verifier("code_verifier", "short")]
#[case::other_port("redirect_uri", "http://127.0.0.1:49153/callback")]
#[tokio::test]
async fn a_code_with_another_binding_is_refused_and_used_up(#[case] name: &'static str, #[case] value: &str) {
    let platform = Platform::start().await;
    let code = platform.code().await;
    let mut fields = exchange_fields(&code);
    fields.retain(|(known, _)| *known != name);
    fields.push((name, value));
    assert_eq!(refused(platform.token(&fields).await).await, "invalid_grant");
    assert_eq!(refused(platform.exchange(&code).await).await, "invalid_grant");
}

#[rstest]
#[case::verifier_missing("code_verifier", "", "invalid_request")]
#[case::code_missing("code", "", "invalid_request")]
#[case::redirect_missing("redirect_uri", "", "invalid_request")]
#[case::client_missing("client_id", "", "invalid_request")]
#[case::client_unknown("client_id", "someone-else", "invalid_client")]
#[case::code_unknown("code", "0000", "invalid_grant")]
#[case::grant_missing("grant_type", "", "invalid_request")]
#[case::grant_password("grant_type", "password", "unsupported_grant_type")]
#[case::client_secret("client_secret", "x", "invalid_client")]
#[tokio::test]
async fn a_token_request_that_lacks_something_is_refused(
    #[case] name: &'static str,
    #[case] value: &str,
    #[case] error: &str,
) {
    let platform = Platform::start().await;
    let code = platform.code().await;
    let mut fields = exchange_fields(&code);
    fields.retain(|(known, _)| *known != name);
    if !value.is_empty() {
        fields.push((name, value));
    }
    assert_eq!(refused(platform.token(&fields).await).await, error);
}

#[tokio::test]
async fn tokens_are_asked_for_by_form_without_credentials() {
    let platform = Platform::start().await;
    let address = platform.url("/oauth/token");
    let code = platform.code().await;
    let as_json =
        platform.http.post(&address).json(&json!({ "grant_type": "authorization_code" })).send().await.unwrap();
    assert_eq!(refused(as_json).await, "invalid_request");
    let basic = platform
        .http
        .post(&address)
        .basic_auth("haoban-app", Some("x"))
        .form(&exchange_fields(&code))
        .send()
        .await
        .unwrap();
    assert_eq!(refused(basic).await, "invalid_client");
    let mut twice = exchange_fields(&code);
    twice.push(("code", &code));
    assert_eq!(refused(platform.token(&twice).await).await, "invalid_request");
    assert_eq!(platform.http.get(&address).send().await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(platform.exchange(&code).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_code_lives_a_minute() {
    let platform = Platform::start().await;
    let code = platform.code().await;
    platform.clock.pass(60);
    assert_eq!(refused(platform.exchange(&code).await).await, "invalid_grant");
}

#[tokio::test]
async fn a_code_used_twice_ends_what_grew_from_its_first_use() {
    let platform = Platform::start().await;
    let code = platform.code().await;
    let tokens: Value = platform.exchange(&code).await.json().await.unwrap();
    assert_eq!(platform.get_as(text(&tokens, "access_token"), "/v1/me").await.status(), StatusCode::OK);
    platform.clock.pass(30);
    assert_eq!(refused(platform.exchange(&code).await).await, "invalid_grant");
    assert_eq!(platform.get_as(text(&tokens, "access_token"), "/v1/me").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(refused(platform.refresh(text(&tokens, "refresh_token")).await).await, "invalid_grant");
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token() {
    let platform = Platform::start().await;
    let response = platform.authorize(&good_but("scope", "openid")).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let html = platform.page(&cookie, &location(&response)).await.text().await.unwrap();
    let form = support::browser::OpenForm {
        cookie,
        request: support::browser::hidden(&html, "request"),
        token: support::browser::hidden(&html, "token"),
    };
    let fields = [("phone", support::PHONE), ("password", support::PASSWORD)];
    let signed = platform.post(&form, "/signin/password", &fields).await;
    let code = answer(&location(&signed), "code").unwrap();
    let tokens: Value = platform.exchange(&code).await.json().await.unwrap();
    assert!(tokens.get("refresh_token").is_none());
    assert!(claims(text(&tokens, "id_token")).get("name").is_none());
}

#[tokio::test]
async fn a_refresh_token_is_used_once_and_a_lost_answer_may_be_asked_for_again() {
    let platform = Platform::start().await;
    let first = platform.tokens().await;
    let first = text(&first, "refresh_token");
    let second: Value = platform.refresh(first).await.json().await.unwrap();
    platform.clock.pass(59);
    let again: Value = platform.refresh(first).await.json().await.unwrap();
    assert_eq!(second["refresh_token"], again["refresh_token"]);
    assert_ne!(first, text(&second, "refresh_token"));
    assert_eq!(platform.get_as(text(&again, "access_token"), "/v1/me").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_old_refresh_token_after_the_grace_ends_the_family() {
    let platform = Platform::start().await;
    let first = platform.tokens().await;
    let second: Value = platform.refresh(text(&first, "refresh_token")).await.json().await.unwrap();
    platform.clock.pass(61);
    assert_eq!(refused(platform.refresh(text(&first, "refresh_token")).await).await, "invalid_grant");
    assert_eq!(refused(platform.refresh(text(&second, "refresh_token")).await).await, "invalid_grant");
    assert_eq!(platform.get_as(text(&second, "access_token"), "/v1/me").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(platform.count("SELECT COUNT(*) FROM audit WHERE action = 'identity.tokens_revoked'").await, 1);
}

#[tokio::test]
async fn an_old_refresh_token_after_its_successor_was_used_ends_the_family() {
    let platform = Platform::start().await;
    let first = platform.tokens().await;
    let second: Value = platform.refresh(text(&first, "refresh_token")).await.json().await.unwrap();
    let third: Value = platform.refresh(text(&second, "refresh_token")).await.json().await.unwrap();
    assert_eq!(refused(platform.refresh(text(&first, "refresh_token")).await).await, "invalid_grant");
    assert_eq!(refused(platform.refresh(text(&third, "refresh_token")).await).await, "invalid_grant");
}

#[tokio::test]
async fn many_refreshes_at_once_give_one_successor() {
    let platform = Platform::start().await;
    one_successor(&platform).await;
    platform.end().await;
}

async fn one_successor(platform: &Platform) {
    let first = platform.tokens().await;
    let first = text(&first, "refresh_token");
    let answers = futures_util::future::join_all((0..12).map(|_| platform.refresh(first))).await;
    let mut successors = std::collections::BTreeSet::new();
    for answer in answers {
        assert_eq!(answer.status(), StatusCode::OK);
        successors.insert(text(&answer.json::<Value>().await.unwrap(), "refresh_token").to_owned());
    }
    assert_eq!(successors.len(), 1);
}

#[rstest]
#[case::not_ours("hbr_00000000000000000000000000000000.1.00")]
#[case::no_prefix("abc")]
#[case::empty_parts("hbr_..")]
#[case::huge("hbr_x.99999999999999999999.y")]
#[tokio::test]
async fn a_made_up_refresh_token_is_refused(#[case] token: &str) {
    let platform = Platform::start().await;
    assert_eq!(refused(platform.refresh(token).await).await, "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_cannot_be_turned_into_its_successor_by_hand() {
    let platform = Platform::start().await;
    let tokens = platform.tokens().await;
    let forged = text(&tokens, "refresh_token").replacen(".1.", ".2.", 1);
    assert_eq!(refused(platform.refresh(&forged).await).await, "invalid_grant");
    assert_eq!(platform.refresh(text(&tokens, "refresh_token")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn refresh_tokens_end_after_sixty_idle_days() {
    let platform = Platform::start().await;
    let tokens = platform.tokens().await;
    platform.clock.pass(60 * 24 * 3_600);
    assert_eq!(refused(platform.refresh(text(&tokens, "refresh_token")).await).await, "invalid_grant");
}

#[tokio::test]
async fn a_disabled_account_ends_at_once() {
    let platform = Platform::start().await;
    let tokens = platform.tokens().await;
    platform.run("UPDATE account SET disabled = 1").await;
    assert_eq!(platform.get_as(text(&tokens, "access_token"), "/v1/me").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(refused(platform.refresh(text(&tokens, "refresh_token")).await).await, "invalid_grant");
}

#[tokio::test]
async fn revoking_ends_the_sign_in_and_tells_nothing_about_unknown_tokens() {
    let platform = Platform::start().await;
    let tokens = platform.tokens().await;
    for (token, left) in [("unknown", StatusCode::OK), (text(&tokens, "refresh_token"), StatusCode::UNAUTHORIZED)] {
        let fields = [("token", token), ("client_id", "haoban-app")];
        let revoked = platform.http.post(platform.url("/oauth/revoke")).form(&fields).send().await.unwrap();
        assert_eq!(revoked.status(), StatusCode::OK);
        assert_eq!(platform.get_as(text(&tokens, "access_token"), "/v1/me").await.status(), left);
    }
    assert_eq!(refused(platform.refresh(text(&tokens, "refresh_token")).await).await, "invalid_grant");
}

#[tokio::test]
async fn an_access_token_lives_five_minutes() {
    let platform = Platform::start().await;
    let tokens = platform.tokens().await;
    platform.clock.pass(299);
    assert_eq!(platform.get_as(text(&tokens, "access_token"), "/v1/me").await.status(), StatusCode::OK);
    platform.clock.pass(1);
    assert_eq!(platform.get_as(text(&tokens, "access_token"), "/v1/me").await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn forged_access_tokens_are_refused() {
    let platform = Platform::start().await;
    let tokens = platform.tokens().await;
    let good = text(&tokens, "access_token");
    let mut parts: Vec<&str> = good.split('.').collect();
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let kid = platform.state.keys.token_key().unwrap().id.clone();

    let none = format!("{}.{}.", encode(&json!({ "alg": "none", "typ": "at+jwt", "kid": kid })), parts[1]);
    let keys: Value = platform.http.get(platform.url("/oauth/jwks")).send().await.unwrap().json().await.unwrap();
    let mut header = Header::new(Algorithm::HS256);
    (header.typ, header.kid) = (Some("at+jwt".to_owned()), Some(kid));
    let public = EncodingKey::from_secret(text(&keys["keys"][0], "x").as_bytes());
    let symmetric = jsonwebtoken::encode(&header, &claims(good), &public).unwrap();
    let mut changed = claims(good);
    changed["sub"] = json!("pty_00000000000000000000000000000000");
    let changed = encode(&changed);
    let swapped = [parts[0], &changed, parts[2]].join(".");
    let unknown = encode(&json!({ "alg": "ES256", "typ": "at+jwt", "kid": "token-0000" }));
    parts[0] = &unknown;
    let foreign_key = parts.join(".");
    let id_token = text(&tokens, "id_token").to_owned();

    for forged in [none, symmetric, swapped, foreign_key, id_token, good[..good.len() - 4].to_owned(), String::new()] {
        let response = platform.get_as(&forged, "/v1/me").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{forged}");
        assert_eq!(response.json::<Value>().await.unwrap()["code"], "signed_out");
    }
    assert_eq!(platform.http.get(platform.url("/v1/me")).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(platform.get_as(good, "/v1/me").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn discovery_names_the_issuer_the_answers_carry() {
    let platform = Platform::start().await;
    let found: Value = platform
        .http
        .get(platform.url("/.well-known/openid-configuration"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(found["issuer"], json!(platform.base));
    assert_eq!(found["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(found["authorization_response_iss_parameter_supported"], true);
    assert!(VERIFIER.len() >= 43);
}

#[tokio::test]
async fn the_provider_keeps_its_promises_on_postgres_too() {
    let Some(postgres) = support::postgres::Postgres::start().await else { return };
    let platform = Platform::on(&postgres.database().await).await;
    one_successor(&platform).await;
    let code = platform.code().await;
    let answers = futures_util::future::join_all((0..8).map(|_| platform.exchange(&code))).await;
    let granted = answers.iter().filter(|answer| answer.status() == StatusCode::OK).count();
    assert_eq!(granted, 1);
    let first = platform.tokens().await;
    let second: Value = platform.refresh(text(&first, "refresh_token")).await.json().await.unwrap();
    platform.clock.pass(61);
    assert_eq!(refused(platform.refresh(text(&first, "refresh_token")).await).await, "invalid_grant");
    assert_eq!(platform.get_as(text(&second, "access_token"), "/v1/me").await.status(), StatusCode::UNAUTHORIZED);
    assert!(haoban_server::audit::verify(&platform.state.store).await.unwrap().is_ok());
    platform.end().await;
}
