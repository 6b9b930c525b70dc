use std::sync::atomic::Ordering;

use haoban_wire::{ProblemCode, ui::SessionView};
use serde_json::{Value, json};

use super::{
    lying_op::{Asked, Lies, Signing, person, rig, whole_way},
    *,
};
use crate::{
    http::{TokenSource, api},
    rig::{raw_visit, visit},
};

/// For tests of other rooms: nobody is signed in any more.
pub(crate) fn sign_out_directly(client: &Client) {
    *client.services().session.state.lock() = State::NOBODY;
}

/// For tests of other rooms: somebody is signed in and no stream runs.
pub(crate) async fn sign_in_directly(client: &Client) -> haoban_domain::person::Applicant {
    let (party, until) = (person(1).party, client.now().plus_millis(300_000));
    let granted = tokens::Granted { access: "a".into(), access_until: until, refresh: None, id_token: None };
    *client.services().session.tokens.lock() =
        Some(renewal::Held { party, access: Some(granted), refresh: "r".into() });
    *client.services().session.state.lock() = State::SignedIn { person: person(1) };
    kept::save(client, &person(1), Some(&"r".into())).await.unwrap();
    person(1)
}

/// The platform ended the session.
pub(crate) fn session_ends(client: &Client) {
    *client.services().session.state.lock() = State::Expired { person: person(1) };
}

fn failed_at(view: &SessionView) -> String {
    match view {
        SessionView::SignedOut { problem: Some(problem) } => {
            assert_eq!(problem.code, ProblemCode::SignInFailed);
            problem.params.get("what").cloned().unwrap_or_default()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_honest_provider_signs_in_and_the_page_says_so() {
    let (rig, book) = rig(Lies::default()).await;
    let page = whole_way(&rig, &book).await;
    assert!(page.contains("\u{5df2}\u{767b}\u{5f55}"), "{page}");
    match view(&rig.client) {
        SessionView::SignedIn { person } => {
            assert_eq!(person.name, "Person 1");
            assert!(!person.id_masked.contains("19900101") && !person.phone_masked.contains("0000000"), "{person:?}");
        }
        other => panic!("{other:?}"),
    }
    assert!(page.contains("default-src 'none'") && page.contains("no-referrer"));
}

/// One lie each; the word is the check that caught it.
#[rstest::rstest]
#[case::iss("iss", |c: &mut Value| c["iss"] = json!("https://elsewhere.example"))]
#[case::iss_slash("iss", |c: &mut Value| c["iss"] = json!(format!("{}/", c["iss"].as_str().unwrap())))]
#[case::aud("aud", |c: &mut Value| c["aud"] = json!("other-app"))]
#[case::aud_list("aud", |c: &mut Value| c["aud"] = json!(["other-app"]))]
#[case::aud_two_no_azp("aud", |c: &mut Value| c["aud"] = json!(["haoban-app", "other-app"]))]
#[case::azp("aud", |c: &mut Value| c["azp"] = json!("other-app"))]
#[case::nonce("nonce", |c: &mut Value| c["nonce"] = json!("guess"))]
#[case::no_nonce("nonce", |c: &mut Value| { c.as_object_mut().unwrap().remove("nonce"); })]
#[case::expired("clock", |c: &mut Value| c["exp"] = json!(1_794_999_900))]
#[case::future("clock", |c: &mut Value| c["iat"] = json!(1_795_000_900))]
#[case::no_exp("signature", |c: &mut Value| { c.as_object_mut().unwrap().remove("exp"); })]
#[case::sub("sub", |c: &mut Value| c["sub"] = json!("admin"))]
#[tokio::test]
async fn a_lie_in_the_claims_is_caught(#[case] what: &str, #[case] lie: fn(&mut Value)) {
    let (rig, book) = rig(Lies { claims: Some(lie), ..Lies::default() }).await;
    let page = whole_way(&rig, &book).await;
    assert_eq!(failed_at(&view(&rig.client)), what);
    assert!(!page.contains("\u{5df2}\u{767b}\u{5f55}"));
    assert!(kept::load(&rig.client).await.unwrap().is_none());
}

#[rstest::rstest]
#[case(Signing::None, "alg")]
#[case(Signing::Hs256, "alg")]
#[case(Signing::UnknownKid, "kid")]
#[case(Signing::NoKid, "kid")]
#[case(Signing::OtherKey, "signature")]
#[tokio::test]
async fn a_lie_in_the_signature_is_caught(#[case] signing: Signing, #[case] what: &str) {
    let (rig, book) = rig(Lies { signing, ..Lies::default() }).await;
    whole_way(&rig, &book).await;
    assert_eq!(failed_at(&view(&rig.client)), what);
}

#[rstest::rstest]
#[case::no_id_token("id_token", |t: &mut Value| { t.as_object_mut().unwrap().remove("id_token"); })]
#[case::no_refresh("tokens", |t: &mut Value| { t.as_object_mut().unwrap().remove("refresh_token"); })]
#[case::mac("tokens", |t: &mut Value| t["token_type"] = json!("mac"))]
#[case::no_access("tokens", |t: &mut Value| { t.as_object_mut().unwrap().remove("access_token"); })]
#[tokio::test]
async fn a_lie_of_the_token_endpoint_is_caught(#[case] what: &str, #[case] lie: fn(&mut Value)) {
    let (rig, book) = rig(Lies { tokens: Some(lie), ..Lies::default() }).await;
    whole_way(&rig, &book).await;
    assert_eq!(failed_at(&view(&rig.client)), what);
}

#[tokio::test]
async fn tokens_of_two_people_do_not_make_a_session() {
    let (rig, book) = rig(Lies { me: 1, ..Lies::default() }).await;
    whole_way(&rig, &book).await;
    assert_eq!(failed_at(&view(&rig.client)), "sub");
}

#[rstest::rstest]
#[case::issuer("issuer", |m: &mut Value| m["issuer"] = json!("https://elsewhere.example"))]
#[case::token("endpoint", |m: &mut Value| m["token_endpoint"] = json!("https://elsewhere.example/token"))]
#[case::keys("endpoint", |m: &mut Value| m["jwks_uri"] = json!("http://127.0.0.1:1/keys"))]
#[case::browser("endpoint", |m: &mut Value| m["authorization_endpoint"] = json!("https://elsewhere.example/a"))]
#[case::pkce("pkce", |m: &mut Value| m["code_challenge_methods_supported"] = json!(["plain"]))]
#[tokio::test]
async fn a_lie_in_the_metadata_never_opens_the_browser(#[case] what: &str, #[case] lie: fn(&mut Value)) {
    let (rig, _) = rig(Lies { metadata: Some(lie), ..Lies::default() }).await;
    let problem = begin(&rig.client).await.unwrap_err();
    assert_eq!(problem.params["what"], what);
    assert!(rig.seen.opened.lock().is_empty());
}

#[tokio::test]
async fn a_refused_code_fails_in_words() {
    let (rig, book) = rig(Lies { token_status: Some(400), ..Lies::default() }).await;
    whole_way(&rig, &book).await;
    assert_eq!(failed_at(&view(&rig.client)), "code");
}

#[tokio::test]
async fn strangers_at_the_door_are_answered_and_do_not_end_the_wait() {
    let (rig, book) = rig(Lies::default()).await;
    begin(&rig.client).await.unwrap();
    let asked = Asked::last(&rig, &book);
    let (port, state, iss) = (asked.port(), asked.get("state"), rig.fake.base.clone());
    let knock =
        |target: String, host: String, method: &str| format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let here = format!("127.0.0.1:{port}");
    let right = format!("/callback?code=c&state={state}&iss={iss}");
    for (request, status) in [
        (knock("/favicon.ico".into(), here.clone(), "GET"), 404),
        (knock(format!("/other?code=c&state={state}"), here.clone(), "GET"), 404),
        (knock("/callback".into(), here.clone(), "GET"), 404),
        (knock("/callback?code=c".into(), here.clone(), "GET"), 400),
        (knock("/callback?code=c&state=guess".into(), here.clone(), "GET"), 400),
        (knock(format!("/callback?code=c&state={state}x"), here.clone(), "GET"), 400),
        (knock(format!("/callback?code=c&state={state}&state={state}"), here.clone(), "GET"), 400),
        (knock(right.clone(), here.clone(), "POST"), 405),
        (knock(right.clone(), format!("evil.example:{port}"), "GET"), 421),
    ] {
        let (got, _) = raw_visit(port, &request).await.unwrap();
        assert_eq!(got, status, "{request}");
        assert!(matches!(view(&rig.client), SessionView::SigningIn { .. }));
    }
    // Too long a request is cut off without an answer.
    assert!(raw_visit(port, &knock(format!("/callback?{}", "x".repeat(20_000)), here, "GET")).await.is_none());
    visit(&asked.way_back(&rig)).await;
    assert!(is_signed_in(&rig.client));
}

#[tokio::test]
async fn the_door_is_shut_after_the_right_visit() {
    let (rig, book) = rig(Lies::default()).await;
    whole_way(&rig, &book).await;
    let asked = Asked::last(&rig, &book);
    let again = format!(
        "GET /callback?code=c2&state={} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n",
        asked.get("state"),
        asked.port()
    );
    assert!(raw_visit(asked.port(), &again).await.is_none());
    assert_eq!(rig.fake.paths().iter().filter(|path| *path == "/oauth/token").count(), 1);
}

#[rstest::rstest]
#[case::wrong_iss("code=c&iss=https://elsewhere.example", "iss")]
#[case::no_iss("code=c", "iss")]
#[case::denied("error=access_denied&iss=", "denied")]
#[case::error("error=server_error&iss=", "refused")]
#[case::no_code("iss=", "code")]
#[case::empty_code("code=&iss=", "code")]
#[tokio::test]
async fn a_right_visit_with_a_wrong_answer_ends_the_try(#[case] answer: &str, #[case] what: &str) {
    let (rig, book) = rig(Lies::default()).await;
    begin(&rig.client).await.unwrap();
    let asked = Asked::last(&rig, &book);
    let answer = if answer.ends_with("iss=") { format!("{answer}{}", rig.fake.base) } else { answer.to_owned() };
    visit(&format!("{}?state={}&{answer}", asked.get("redirect_uri"), asked.get("state"))).await;
    assert_eq!(failed_at(&view(&rig.client)), what);
    assert!(!rig.fake.paths().contains(&"/oauth/token".to_owned()), "a bad answer must not reach the token endpoint");
}

#[tokio::test]
async fn a_new_try_shuts_the_old_door_and_cancel_shuts_the_new_one() {
    let (rig, book) = rig(Lies::default()).await;
    begin(&rig.client).await.unwrap();
    let first = Asked::last(&rig, &book);
    begin(&rig.client).await.unwrap();
    let second = Asked::last(&rig, &book);
    assert_ne!(first.get("state"), second.get("state"));
    assert!(matches!(cancel(&rig.client).await, SessionView::SignedOut { problem: None }));
    rig.client.shutdown().await;
    for asked in [first, second] {
        assert!(raw_visit(asked.port(), "GET / HTTP/1.1\r\n\r\n").await.is_none());
    }
}

#[tokio::test]
async fn offline_the_try_does_not_begin() {
    let (rig, _) = rig(Lies::default()).await;
    let client = rig.client.clone();
    drop(rig.fake);
    assert_eq!(begin(&client).await.unwrap_err().code, ProblemCode::Offline);
    assert!(matches!(view(&client), SessionView::SignedOut { .. }));
}

#[tokio::test]
async fn a_session_survives_a_restart_and_its_tokens_never_lie_in_clear() {
    let (mut rig, book) = rig(Lies::default()).await;
    whole_way(&rig, &book).await;
    rig.restart().await;
    assert!(is_signed_in(&rig.client));
    assert_eq!(person_of(&rig), Some(person(1)));
    // The access token is gone with the process; the sealed refresh token gets another.
    let token = SessionTokens(rig.client.clone()).token().await.unwrap();
    assert_eq!(token.party, person(1).party);
    rig.client.shutdown().await;
    for entry in rig.files() {
        let content = std::fs::read(&entry).unwrap();
        for secret in ["refresh-", "access-", "Person 1"] {
            assert!(!content.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} in {entry:?}");
        }
    }
}

fn person_of(rig: &crate::rig::Rig) -> Option<haoban_domain::person::Applicant> {
    super::person(&rig.client)
}

#[tokio::test]
async fn many_calls_at_the_end_of_a_token_make_one_refresh() {
    let (rig, book) = rig(Lies::default()).await;
    whole_way(&rig, &book).await;
    rig.clock().0.fetch_add(301_000, Ordering::SeqCst);
    let before = refreshes(&rig);
    let calls = (0..20).map(|_| {
        let client = rig.client.clone();
        async move { SessionTokens(client).token().await.unwrap() }
    });
    let tokens = futures_util::future::join_all(calls).await;
    assert!(tokens.iter().all(|token| token.same_as(&tokens[0])));
    assert_eq!(refreshes(&rig) - before, 1);
}

fn refreshes(rig: &crate::rig::Rig) -> usize {
    let heard = rig.fake.heard();
    heard.iter().filter(|heard| heard.path == "/oauth/token" && heard.body.contains("refresh_token=")).count()
}

#[tokio::test]
async fn a_refused_refresh_expires_the_session_but_keeps_the_person() {
    let (mut rig, book) = rig(Lies::default()).await;
    whole_way(&rig, &book).await;
    *book.refresh_answer.lock() = Some((400, r#"{"error":"invalid_grant"}"#.into()));
    rig.clock().0.fetch_add(301_000, Ordering::SeqCst);
    assert_eq!(SessionTokens(rig.client.clone()).token().await.err().unwrap().code, ProblemCode::SignedOut);
    assert!(matches!(view(&rig.client), SessionView::Expired { .. }));
    assert_eq!(party(&rig.client), Some(person(1).party));
    rig.restart().await;
    assert!(matches!(view(&rig.client), SessionView::Expired { .. }));
    assert_eq!(party(&rig.client), Some(person(1).party));
}

#[rstest::rstest]
#[case(503, "")]
#[case(500, r#"{"code":"internal"}"#)]
#[case(400, r#"{"error":"temporarily_unavailable"}"#)]
#[case(429, r#"{"code":"too_many"}"#)]
#[tokio::test]
async fn an_ailing_platform_does_not_end_a_session(#[case] status: u16, #[case] body: &str) {
    let (rig, book) = rig(Lies::default()).await;
    whole_way(&rig, &book).await;
    *book.refresh_answer.lock() = Some((status, body.into()));
    rig.clock().0.fetch_add(301_000, Ordering::SeqCst);
    assert!(SessionTokens(rig.client.clone()).token().await.is_err());
    assert!(is_signed_in(&rig.client));
    *book.refresh_answer.lock() = None;
    assert!(SessionTokens(rig.client.clone()).token().await.is_ok());
}

#[tokio::test]
async fn signing_out_tells_the_platform_and_leaves_nothing() {
    let (mut rig, book) = rig(Lies::default()).await;
    whole_way(&rig, &book).await;
    assert!(matches!(end(&rig.client).await, SessionView::SignedOut { problem: None }));
    retry_revocations(&rig.client).await;
    let revoked: Vec<_> = rig.fake.heard().into_iter().filter(|heard| heard.path == "/oauth/revoke").collect();
    assert!(revoked.iter().any(|heard| heard.form("token").unwrap().starts_with("refresh-")));
    assert_eq!(api(&rig.client).licences().await.unwrap_err().code, ProblemCode::SignedOut);
    rig.restart().await;
    assert!(matches!(view(&rig.client), SessionView::SignedOut { .. }));
    assert!(kept::load(&rig.client).await.unwrap().is_none());
}

#[tokio::test]
async fn another_person_sees_nothing_of_the_first() {
    let (rig, book) = rig(Lies::default()).await;
    whole_way(&rig, &book).await;
    crate::facts::refresh(&rig.client, "x").await.unwrap_err();
    let mut write = rig.client.store().unwrap().write().await.unwrap();
    crate::licences::keep(&mut write, &rig.client, person(1).party, &[crate::sync::tests::licence(1)]).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(crate::licences::cached(&rig.client).await.len(), 1);

    // The first session ends by itself; then somebody else signs in.
    *book.refresh_answer.lock() = Some((400, r#"{"error":"invalid_grant"}"#.into()));
    rig.clock().0.fetch_add(301_000, Ordering::SeqCst);
    let _ = SessionTokens(rig.client.clone()).token().await;
    assert_eq!(crate::licences::cached(&rig.client).await.len(), 1, "expired: still one's own device");
    rig.clock().0.fetch_sub(301_000, Ordering::SeqCst);
    *book.refresh_answer.lock() = None;
    *book.person.lock() = 2;
    whole_way(&rig, &book).await;
    assert_eq!(party(&rig.client), Some(person(2).party));
    assert!(crate::licences::cached(&rig.client).await.is_empty());
}
