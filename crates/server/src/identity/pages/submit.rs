//! What people post on the sign-in pages. Whether an account exists shows neither in words, status nor time.

use axum::{
    Form,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::{
    Look,
    sign_in::{self, View, Way, Wrong},
};
use crate::{
    AppState, Result,
    identity::{
        accounts::{self, Account},
        guard::{self, Guard},
        oidc::{self, AuthRequest, Method},
        sms::{self, Asked},
    },
};

/// Every field of the three forms.
#[derive(Deserialize)]
pub struct Posted {
    #[serde(default)]
    request: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    again: String,
}

impl Posted {
    fn look(&self) -> Look {
        Look::of(&self.lang, &self.mode)
    }
}

/// A post that belongs to an open request of this browser.
struct Bound {
    look: Look,
    request: AuthRequest,
    token: String,
}

impl Bound {
    async fn of(state: &AppState, headers: &HeaderMap, posted: &Posted) -> Result<Option<Self>> {
        let found = sign_in::bound(state, headers, &posted.request).await?;
        let genuine = |token: &String| bool::from(token.as_bytes().ct_eq(posted.token.as_bytes()));
        Ok(found.filter(|(_, token)| genuine(token)).map(|(request, token)| Self {
            look: posted.look(),
            request,
            token,
        }))
    }

    async fn again(
        &self,
        state: &AppState,
        way: Way,
        phone: &str,
        status: StatusCode,
        wrong: Vec<Wrong>,
    ) -> Result<Response> {
        let view = View { look: self.look, request: &self.request, token: self.token.clone(), phone, wrong, status };
        sign_in::draw(state, way, &view).await
    }

    fn wrong(&self, field: &'static str, key: &str) -> Wrong {
        Wrong { field, words: self.look.words(key).to_owned() }
    }
}

/// Phone and password.
pub async fn password(
    State(state): State<AppState>,
    headers: HeaderMap,
    Form(posted): Form<Posted>,
) -> Result<Response> {
    let Some(bound) = Bound::of(&state, &headers, &posted).await? else { return Ok(sign_in::over(posted.look())) };
    let mut wrong = Vec::new();
    let phone = phone_of(&posted.phone);
    if phone.is_none() {
        wrong.push(bound.wrong("phone", if posted.phone.trim().is_empty() { "phone_missing" } else { "phone_wrong" }));
    }
    if posted.password.is_empty() {
        wrong.push(bound.wrong("password", "password_missing"));
    }
    let Some(phone) = phone.filter(|_| wrong.is_empty()) else {
        return bound.again(&state, Way::Password, &posted.phone, StatusCode::UNPROCESSABLE_ENTITY, wrong).await;
    };
    let subject = state.secret.mark("resident sign-in", phone.as_bytes());
    if let Some(response) = locked(&state, &bound, Way::Password, "phone", &phone, &subject).await? {
        return Ok(response);
    }
    let account = accounts::account_of_phone(&state.store, &phone).await?;
    let stored = account.as_ref().and_then(|account| account.password_hash.as_deref());
    let fits = state.passwords.verify(stored, &posted.password).await?;
    match account.filter(|_| fits) {
        Some(account) => finish(&state, &bound, &subject, &account, Method::Password).await,
        None => {
            let wrong = vec![bound.wrong("phone", "wrong_password")];
            bound.again(&state, Way::Password, &phone, StatusCode::UNAUTHORIZED, wrong).await
        }
    }
}

/// The wish for a code.
pub async fn sms(State(state): State<AppState>, headers: HeaderMap, Form(posted): Form<Posted>) -> Result<Response> {
    let Some(bound) = Bound::of(&state, &headers, &posted).await? else { return Ok(sign_in::over(posted.look())) };
    let again = posted.again == "1" && bound.request.phone.is_some();
    let way = if again { Way::Code } else { Way::Sms };
    let typed = if again { bound.request.phone.clone().unwrap_or_default() } else { posted.phone.clone() };
    let Some(phone) = phone_of(&typed) else {
        let key = if typed.trim().is_empty() { "phone_missing" } else { "phone_wrong" };
        let wrong = vec![bound.wrong("phone", key)];
        return bound.again(&state, way, &typed, StatusCode::UNPROCESSABLE_ENTITY, wrong).await;
    };
    let look = bound.look;
    let words = |code: &str| look.words_with("sms_body", &[("code", code)]);
    let field = if again { "code" } else { "phone" };
    let refusal = match sms::ask(&state, &phone, words).await? {
        Asked::Sent => None,
        Asked::Wait(seconds) => Some(look.words_with("too_early", &[("seconds", &seconds.to_string())])),
        Asked::Enough => Some(look.words("enough").to_owned()),
    };
    if let Some(words) = refusal {
        return bound.again(&state, way, &phone, StatusCode::TOO_MANY_REQUESTS, vec![Wrong { field, words }]).await;
    }
    oidc::remember_phone(&state, &bound.request.id, Some(&phone)).await?;
    let next = format!("{}&way=code", look.path("/signin", &bound.request.id));
    Ok(Redirect::to(&next).into_response())
}

/// The code.
pub async fn code(State(state): State<AppState>, headers: HeaderMap, Form(posted): Form<Posted>) -> Result<Response> {
    let Some(bound) = Bound::of(&state, &headers, &posted).await? else { return Ok(sign_in::over(posted.look())) };
    let Some(phone) = bound.request.phone.clone() else { return Ok(sign_in::over(posted.look())) };
    let code: String = digits(&posted.code);
    if code.len() != 6 {
        let key = if posted.code.trim().is_empty() { "code_missing" } else { "code_wrong_form" };
        let wrong = vec![bound.wrong("code", key)];
        return bound.again(&state, Way::Code, &phone, StatusCode::UNPROCESSABLE_ENTITY, wrong).await;
    }
    // Its own subject: whoever locks the password of a phone does not lock its owner out of the codes.
    let subject = state.secret.mark("resident code", phone.as_bytes());
    if let Some(response) = locked(&state, &bound, Way::Code, "code", &phone, &subject).await? {
        return Ok(response);
    }
    let fits = sms::check(&state, &phone, &code).await?;
    match accounts::account_of_phone(&state.store, &phone).await?.filter(|_| fits) {
        Some(account) => finish(&state, &bound, &subject, &account, Method::Sms).await,
        None => {
            let wrong = vec![bound.wrong("code", "wrong_code")];
            bound.again(&state, Way::Code, &phone, StatusCode::UNAUTHORIZED, wrong).await
        }
    }
}

/// Counts the try; the page to show when there are none left.
async fn locked(
    state: &AppState,
    bound: &Bound,
    way: Way,
    field: &'static str,
    phone: &str,
    subject: &[u8; 32],
) -> Result<Option<Response>> {
    let now = state.clock.now();
    let Guard::Locked(until) = guard::try_once(&state.store, subject, now).await? else { return Ok(None) };
    let minutes = ((until.millis() - now.millis()).max(0) / 60_000 + 1).to_string();
    let words = bound.look.words_with("locked", &[("minutes", &minutes)]);
    let wrong = vec![Wrong { field, words }];
    bound.again(state, way, phone, StatusCode::TOO_MANY_REQUESTS, wrong).await.map(Some)
}

/// Answers the app with a code.
async fn finish(
    state: &AppState,
    bound: &Bound,
    subject: &[u8; 32],
    account: &Account,
    method: Method,
) -> Result<Response> {
    guard::succeeded(&state.store, subject).await?;
    let mut tx = state.store.write().await?;
    if !oidc::finish_request(&mut tx, &bound.request.id, state.clock.now()).await? {
        return Ok(sign_in::over(bound.look));
    }
    let code = oidc::issue_code(&mut tx, state, &bound.request, account, method).await?;
    tx.commit().await?;
    Ok(Redirect::to(&oidc::answer_uri(state, &bound.request, &code)).into_response())
}

/// Digits only; full-width ones count.
fn digits(text: &str) -> String {
    let digit = |sign: char| match sign {
        '0'..='9' => Some(sign),
        '０'..='９' => char::from_u32(u32::from(sign) - u32::from('０') + u32::from('0')),
        _ => None,
    };
    text.chars().filter_map(digit).collect()
}

/// A mobile number as people type it: spaces, hyphens and +86 are forgiven, letters are not.
fn phone_of(text: &str) -> Option<String> {
    let odd = |sign: char| !(sign.is_ascii_digit() || ('０'..='９').contains(&sign) || " -+\u{3000}".contains(sign));
    if text.trim().chars().any(odd) {
        return None;
    }
    let all = digits(text);
    let phone = if all.len() == 13 { all.strip_prefix("86")? } else { &all };
    (phone.len() == 11 && phone.starts_with('1')).then(|| phone.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("13800000001", Some("13800000001"))]
    #[case(" 138-0000 0001 ", Some("13800000001"))]
    #[case("+86 138 0000 0001", Some("13800000001"))]
    #[case("１３８００００000１", Some("13800000001"))]
    #[case("1380000000", None)]
    #[case("138000000011", None)]
    #[case("23800000001", None)]
    #[case("1380000000a1", None)]
    #[case("", None)]
    fn phones_are_read_as_people_type_them(#[case] typed: &str, #[case] read: Option<&str>) {
        assert_eq!(phone_of(typed).as_deref(), read);
    }
}
