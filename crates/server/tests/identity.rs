//! Sign-in pages, lock-out, codes, the desk's session, facts and the log of looks, against real requests.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use reqwest::{Response, StatusCode, header};
use serde_json::{Value, json};
use support::{
    NOBODY, PASSWORD, PHONE, Platform,
    browser::{OpenForm, answer, location, text},
};

#[tokio::test]
async fn a_known_and_an_unknown_phone_get_the_same_answer() {
    let platform = Platform::start().await;
    let known = platform.try_password(PHONE, "wrong").await;
    let unknown = platform.try_password(NOBODY, "wrong").await;
    assert_eq!((known.status(), unknown.status()), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    let (known, unknown) = (page(known).await, page(unknown).await);
    assert_eq!(known.replace(PHONE, "-"), unknown.replace(NOBODY, "-"));
}

/// A page without what differs from request to request.
async fn page(response: Response) -> String {
    let html = response.text().await.unwrap();
    let request = support::browser::hidden(&html, "request");
    let token = support::browser::hidden(&html, "token");
    html.replace(&request, "-").replace(&token, "-")
}

#[tokio::test]
async fn six_wrong_tries_lock_for_a_quarter_of_an_hour_known_or_not() {
    let platform = Platform::start().await;
    for phone in [PHONE, NOBODY] {
        for _ in 0..6 {
            assert_eq!(platform.try_password(phone, "wrong").await.status(), StatusCode::UNAUTHORIZED);
        }
        let locked = platform.try_password(phone, PASSWORD).await;
        assert_eq!(locked.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(locked.text().await.unwrap().contains("minutes"));
    }
    platform.clock.pass(15 * 60 + 1);
    assert_eq!(platform.try_password(PHONE, PASSWORD).await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn many_tries_at_once_do_not_outrun_the_lock() {
    let platform = Platform::start().await;
    let tries = futures_util::future::join_all((0..12).map(|_| platform.try_password(PHONE, "wrong"))).await;
    let judged = tries.iter().filter(|answer| answer.status() == StatusCode::UNAUTHORIZED).count();
    assert_eq!(judged, 6);
}

#[tokio::test]
async fn bad_fields_are_named_with_their_remedy() {
    let platform = Platform::start().await;
    let response = platform.try_password("12", "").await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let html = response.text().await.unwrap();
    assert!(html.contains("href=\"#phone\"") && html.contains("href=\"#password\""), "{html}");
    assert!(html.contains("aria-invalid=\"true\"") && html.contains("<title>Error: "), "{html}");
    assert!(!html.contains("<script"));
}

#[tokio::test]
async fn what_was_typed_comes_back_as_text_never_as_markup() {
    let platform = Platform::start().await;
    let html = platform.try_password("\"><img src=x>", "x").await.text().await.unwrap();
    assert!(!html.contains("<img"), "{html}");
    assert!(html.contains("&quot;&gt;&lt;img"), "{html}");
}

#[tokio::test]
async fn a_form_counts_only_in_its_own_browser_with_its_own_token_and_once() {
    let platform = Platform::start().await;
    let fields = [("phone", PHONE), ("password", PASSWORD)];
    let (mine, other) = (platform.open_form().await, platform.open_form().await);
    let foreign_cookie = OpenForm { cookie: other.cookie.clone(), ..mine.clone() };
    let foreign_token = OpenForm { token: other.token.clone(), ..mine.clone() };
    for form in [foreign_cookie, foreign_token] {
        assert_eq!(platform.post(&form, "/signin/password", &fields).await.status(), StatusCode::BAD_REQUEST);
    }
    assert_eq!(platform.post(&mine, "/signin/password", &fields).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(platform.post(&mine, "/signin/password", &fields).await.status(), StatusCode::BAD_REQUEST);
    platform.clock.pass(16 * 60);
    assert_eq!(platform.post(&other, "/signin/password", &fields).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn pages_carry_a_policy_without_scripts_and_are_in_both_languages() {
    let platform = Platform::start().await;
    let form = platform.open_form().await;
    for (lang, words) in [("zh-CN", "手机号"), ("en", "Mobile number")] {
        let path = format!("/signin?request={}&lang={lang}&mode=senior", form.request);
        let response = platform.page(&form.cookie, &path).await;
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        let html = response.text().await.unwrap();
        assert!(html.contains(&format!("<html lang=\"{lang}\" data-mode=\"senior\">")) && html.contains(words));
        assert!(!html.contains("{{"), "{html}");
    }
}

/// The code of the latest message, once the gateway has it.
async fn sent_code(platform: &Platform, before: i64) -> String {
    while platform.count("SELECT COUNT(*) FROM sms_message").await == before {
        tokio::task::yield_now().await;
    }
    let html = platform.http.get(platform.url("/demo/messages?lang=en")).send().await.unwrap().text().await.unwrap();
    html.split("Code ").nth(1).unwrap()[..6].to_owned()
}

async fn ask_code(platform: &Platform, phone: &str) -> (OpenForm, Response) {
    let form = platform.open_form().await;
    let response = platform.post(&form, "/signin/sms", &[("phone", phone)]).await;
    (form, response)
}

#[tokio::test]
async fn a_code_by_message_signs_in_once() {
    let platform = Platform::start().await;
    platform.run("INSERT INTO setting (name, value) VALUES ('demo', '1')").await;
    let (form, asked) = ask_code(&platform, PHONE).await;
    assert!(location(&asked).contains("way=code") && !location(&asked).contains(PHONE));
    let html = platform.page(&form.cookie, &location(&asked)).await.text().await.unwrap();
    assert!(html.contains("139****0001") && html.contains("seconds"), "{html}");
    let code = sent_code(&platform, 0).await;
    let signed = platform.post(&form, "/signin/code", &[("code", &code)]).await;
    let exchanged = platform.exchange(&answer(&location(&signed), "code").unwrap()).await;
    assert_eq!(exchanged.status(), StatusCode::OK);
    platform.clock.pass(61);
    let (second, _) = ask_code(&platform, PHONE).await;
    sent_code(&platform, 1).await;
    assert_eq!(platform.post(&second, "/signin/code", &[("code", &code)]).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_message_code_has_three_tries_and_five_minutes() {
    let platform = Platform::start().await;
    platform.run("INSERT INTO setting (name, value) VALUES ('demo', '1')").await;
    let (form, _) = ask_code(&platform, PHONE).await;
    let code = sent_code(&platform, 0).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..3 {
        assert_eq!(platform.post(&form, "/signin/code", &[("code", wrong)]).await.status(), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(platform.post(&form, "/signin/code", &[("code", &code)]).await.status(), StatusCode::UNAUTHORIZED);
    platform.clock.pass(61);
    let again = platform.post(&form, "/signin/sms", &[("again", "1")]).await;
    assert_eq!(again.status(), StatusCode::SEE_OTHER);
    let code = sent_code(&platform, 1).await;
    platform.clock.pass(5 * 60);
    assert_eq!(platform.post(&form, "/signin/code", &[("code", &code)]).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn asking_again_too_early_names_the_seconds_known_or_not() {
    let platform = Platform::start().await;
    for phone in [PHONE, NOBODY] {
        assert_eq!(ask_code(&platform, phone).await.1.status(), StatusCode::SEE_OTHER);
        platform.clock.pass(20);
        let (_, early) = ask_code(&platform, phone).await;
        assert_eq!(early.status(), StatusCode::TOO_MANY_REQUESTS);
        let html = early.text().await.unwrap();
        assert!(html.contains("again in 41 seconds") || html.contains("again in 40 seconds"), "{html}");
    }
    while platform.count("SELECT COUNT(*) FROM sms_message").await == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(platform.count("SELECT COUNT(*) FROM sms_message").await, 1);
}

#[tokio::test]
async fn messages_are_shown_only_in_a_demo_database() {
    let platform = Platform::start().await;
    let shown = platform.http.get(platform.url("/demo/messages")).send().await.unwrap();
    assert_eq!(shown.status(), StatusCode::NOT_FOUND);
}

async fn desk_sign_in(platform: &Platform, password: &str) -> Response {
    let body = json!({ "account": "desk-gjj-center", "password": password });
    platform.http.post(platform.url("/v1/desk/sign-in")).json(&body).send().await.unwrap()
}

async fn desk_session(platform: &Platform) -> (String, String) {
    let response = desk_sign_in(platform, PASSWORD).await;
    assert_eq!(response.status(), StatusCode::OK);
    let set = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
    let me: Value = response.json().await.unwrap();
    assert_eq!(me["department"], "gjj-center");
    (set.split(';').next().unwrap().to_owned(), text(&me, "token").to_owned())
}

async fn desk_me(platform: &Platform, cookie: &str) -> StatusCode {
    platform.page(cookie, "/v1/desk/me").await.status()
}

#[tokio::test]
async fn an_officer_signs_in_and_out() {
    let platform = Platform::start().await;
    assert_eq!(desk_sign_in(&platform, "wrong").await.status(), StatusCode::UNAUTHORIZED);
    let (cookie, token) = desk_session(&platform).await;
    assert_eq!(desk_me(&platform, &cookie).await, StatusCode::OK);
    let address = platform.url("/v1/desk/sign-out");
    let bare = platform.http.post(&address).header(header::COOKIE, &cookie).send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::FORBIDDEN);
    let out = platform
        .http
        .post(&address)
        .header(header::COOKIE, &cookie)
        .header("x-desk-token", token)
        .send()
        .await
        .unwrap();
    assert_eq!(out.status(), StatusCode::NO_CONTENT);
    assert_eq!(desk_me(&platform, &cookie).await, StatusCode::UNAUTHORIZED);
    assert_eq!(desk_me(&platform, "haoban-desk=guess").await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_desk_left_alone_for_fifteen_minutes_is_closed() {
    let platform = Platform::start().await;
    let (cookie, _) = desk_session(&platform).await;
    for _ in 0..3 {
        platform.clock.pass(14 * 60);
        assert_eq!(desk_me(&platform, &cookie).await, StatusCode::OK);
    }
    platform.clock.pass(15 * 60 + 1);
    assert_eq!(desk_me(&platform, &cookie).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_desk_session_ends_after_twelve_hours_however_busy() {
    let platform = Platform::start().await;
    let (cookie, _) = desk_session(&platform).await;
    for _ in 0..71 {
        platform.clock.pass(10 * 60);
        assert_eq!(desk_me(&platform, &cookie).await, StatusCode::OK);
    }
    platform.clock.pass(10 * 60);
    assert_eq!(desk_me(&platform, &cookie).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn officers_are_locked_out_and_disabled_like_residents() {
    let platform = Platform::start().await;
    let (cookie, _) = desk_session(&platform).await;
    platform.run("UPDATE officer SET disabled = 1").await;
    assert_eq!(desk_me(&platform, &cookie).await, StatusCode::UNAUTHORIZED);
    for _ in 0..6 {
        assert_eq!(desk_sign_in(&platform, PASSWORD).await.status(), StatusCode::UNAUTHORIZED);
    }
    let locked = desk_sign_in(&platform, PASSWORD).await;
    assert_eq!(locked.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(locked.headers().contains_key(header::RETRY_AFTER));
}

#[tokio::test]
async fn facts_leave_only_with_a_line_in_the_log_and_only_those_the_item_names() {
    let platform = Platform::start().await;
    let tokens = platform.tokens().await;
    let access = text(&tokens, "access_token");
    let facts: Value = platform.get_as(access, "/v1/items/gjj-rent/facts").await.json().await.unwrap();
    assert_eq!(facts["facts"]["gjj.months_paid"]["value"], 38);
    assert!(facts["facts"].get("secret.thing").is_none());
    let log: Value = platform.get_as(access, "/v1/access-log").await.json().await.unwrap();
    assert_eq!(log["entries"].as_array().unwrap().len(), 1);
    let line = &log["entries"][0];
    assert_eq!(line["ground"], "consent");
    assert!(!text(&line["purpose"], "zh").is_empty() && !text(&line["what"], "en").is_empty());
    assert_eq!(platform.get_as(access, "/v1/items/nothing/facts").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn when_the_log_cannot_be_written_no_facts_leave() {
    let platform = Platform::start().await;
    let tokens = platform.tokens().await;
    platform.run("DROP TABLE access_log").await;
    let response = platform.get_as(text(&tokens, "access_token"), "/v1/items/gjj-rent/facts").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = response.text().await.unwrap();
    assert!(!body.contains("months_paid") && !body.contains("access_log"), "{body}");
}

#[tokio::test]
async fn bad_bodies_are_answered_as_problems_with_the_request_id() {
    let platform = Platform::start().await;
    let request = platform.http.post(platform.url("/v1/desk/sign-in")).header("x-request-id", "abc-1");
    let response = request.json(&json!({ "account": "a", "password": 1 })).send().await.unwrap();
    assert_eq!((response.status(), &response.headers()["x-request-id"] == "abc-1"), (StatusCode::BAD_REQUEST, true));
    let problem: Value = response.json().await.unwrap();
    assert_eq!((&problem["code"], &problem["request_id"]), (&json!("bad_request"), &json!("abc-1")));
    assert!(text(&problem["params"], "what").contains("password"), "{problem}");
    let large = json!({ "account": "a".repeat(2 * 1024 * 1024), "password": "x" });
    let response = platform.http.post(platform.url("/v1/desk/sign-in")).json(&large).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}
