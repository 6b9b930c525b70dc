//! A device's key comes back to the party that left it, right after a sign-in, and the resident is told.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{City, Resident, on_both, read};

const ONE: &str = "13800000001";
const OTHER: &str = "13800000004";
const PROFILE: &str = "00112233445566778899aabbccddeeff";
const MINUTE: i64 = 60_000;

fn at(profile: &str) -> String {
    format!("/v1/key-deposits/{profile}")
}

async fn deposit(who: &Resident<'_>, profile: &str, byte: u8) -> (StatusCode, Value) {
    let body = json!({ "key": hex::encode([byte; 32]) });
    read(who.request(Method::PUT, &at(profile)).json(&body)).await
}

async fn release(who: &Resident<'_>) -> (StatusCode, Value) {
    read(who.request(Method::POST, &format!("{}/release", at(PROFILE)))).await
}

async fn withdraw(who: &Resident<'_>) -> StatusCode {
    read(who.request(Method::DELETE, &at(PROFILE))).await.0
}

async fn the_key_comes_back_and_the_resident_is_told() {
    let city = City::start().await;
    let one = city.resident(ONE).await;
    assert_eq!(deposit(&one, PROFILE, 1).await.0, StatusCode::NO_CONTENT);
    assert_eq!(deposit(&one, PROFILE, 2).await.0, StatusCode::NO_CONTENT, "one's own is replaced");
    let (status, given) = release(&one).await;
    assert_eq!((status, given["key"].as_str()), (StatusCode::OK, Some(hex::encode([2; 32]).as_str())));

    let (_, log) = one.get("/v1/access-log").await;
    assert!(log["entries"].as_array().unwrap().iter().any(|entry| entry["purpose"]["zh"] == "登录找回本机钥匙"));
    let events = read(one.request(Method::GET, "/v1/events?after=0").header("accept", "application/json")).await.1;
    let told = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .any(|event| event["kind"] == "notice" && event["notice"]["title"]["zh"] == "您的设备钥匙刚刚被取回");
    assert!(told, "{events}");
    let mut told = false;
    for _ in 0..200 {
        let messages = haoban_server::identity::sms::local_messages(&city.state.store).await.unwrap();
        told = messages.iter().any(|message| message.phone == ONE && message.body.contains("如果不是您本人"));
        if told {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(told, "no short message");
    assert!(haoban_server::audit::verify(&city.state.store).await.unwrap().is_ok());
}

async fn only_right_after_a_sign_in() {
    let city = City::start().await;
    let one = city.resident(ONE).await;
    deposit(&one, PROFILE, 1).await;
    // The access token lives exactly as long, so a session is aged by its own row.
    let mut tx = city.state.store.write().await.unwrap();
    sqlx::query("UPDATE token_family SET auth_time = auth_time - $1")
        .bind(5 * MINUTE + 1)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let (status, refused) = release(&one).await;
    assert_eq!((status, &refused["code"]), (StatusCode::FORBIDDEN, &json!("reauth_required")));
    let again = city.resident(ONE).await;
    assert_eq!(release(&again).await.0, StatusCode::OK);
}

async fn nobody_else_has_a_part_in_it() {
    let city = City::start().await;
    let (one, other) = (city.resident(ONE).await, city.resident(OTHER).await);
    deposit(&one, PROFILE, 1).await;
    assert_eq!(deposit(&other, PROFILE, 9).await.0, StatusCode::FORBIDDEN);
    assert_eq!(release(&other).await.0, StatusCode::NOT_FOUND);
    assert_eq!(withdraw(&other).await, StatusCode::NO_CONTENT, "nothing of theirs, nothing said");
    assert_eq!(release(&one).await.1["key"], hex::encode([1; 32]));
    assert_eq!(withdraw(&one).await, StatusCode::NO_CONTENT);
    assert_eq!(release(&one).await.0, StatusCode::NOT_FOUND);
    assert_eq!(deposit(&other, PROFILE, 9).await.0, StatusCode::NO_CONTENT, "free again");
    let stranger = read(city.http.post(format!("{}{}/release", city.base, at(PROFILE)))).await;
    assert_eq!(stranger.0, StatusCode::UNAUTHORIZED);
}

async fn a_day_has_its_measure() {
    let city = City::start().await;
    let one = city.resident(ONE).await;
    deposit(&one, PROFILE, 1).await;
    for _ in 0..5 {
        assert_eq!(release(&one).await.0, StatusCode::OK);
    }
    deposit(&one, PROFILE, 2).await;
    assert_eq!(release(&one).await.0, StatusCode::TOO_MANY_REQUESTS, "a new deposit begins no new day");
    city.clock.days_later(1);
    let one = city.resident(ONE).await;
    assert_eq!(release(&one).await.0, StatusCode::OK);
}

async fn what_is_no_key_or_no_profile_is_refused() {
    let city = City::start().await;
    let one = city.resident(ONE).await;
    for key in ["", "00", "zz", &"0".repeat(66)] {
        let (status, _) = read(one.request(Method::PUT, &at(PROFILE)).json(&json!({ "key": key }))).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{key}");
    }
    for profile in ["x", "00112233445566778899AABBCCDDEEFF", &"0".repeat(33)] {
        assert_eq!(deposit(&one, profile, 1).await.0, StatusCode::NOT_FOUND, "{profile}");
    }
    deposit(&one, PROFILE, 7).await;
    let sealed: Vec<u8> =
        sqlx::query_scalar("SELECT sealed FROM key_deposit").fetch_one(city.state.store.reader()).await.unwrap();
    assert!(!sealed.windows(8).any(|part| part == [7; 8]), "it lies sealed");
}

on_both! {
    the_key_comes_back_and_the_resident_is_told,
    only_right_after_a_sign_in,
    nobody_else_has_a_part_in_it,
    a_day_has_its_measure,
    what_is_no_key_or_no_profile_is_refused,
}
