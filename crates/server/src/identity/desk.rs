//! Officers sign in to the desk page: `POST /v1/desk/sign-in`, `POST /v1/desk/sign-out`, `GET /v1/desk/me`.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use haoban_domain::{calendar::WorkCalendar, text::LocalText};
use haoban_wire::{Problem, ProblemCode, desk::DeskMe};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Officer, accounts,
    guard::{self, Guard},
    officer,
};
use crate::{
    AppState, Error, Result,
    audit::{self, Act},
    http::JsonBody,
};

/// Routes of sign-in at the desk.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(sign_in)).routes(routes!(sign_out)).routes(routes!(me))
}

/// What an officer types.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// Account, e.g. `desk-tax`.
    account: String,
    /// Password.
    password: String,
}

/// Begins a desk session; the cookie cannot be read by scripts and goes with no request from elsewhere.
#[utoipa::path(
    post, path = "/v1/desk/sign-in", tag = "desk", request_body = SignIn,
    responses((status = OK, body = DeskMe), (status = UNAUTHORIZED, body = Problem), (status = TOO_MANY_REQUESTS, body = Problem))
)]
async fn sign_in(
    State(state): State<AppState>,
    headers: HeaderMap,
    JsonBody(typed): JsonBody<SignIn>,
) -> Result<Response> {
    if headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none") {
        return Err(ProblemCode::Forbidden.into());
    }
    let account = typed.account.trim();
    let now = state.clock.now();
    let subject = state.secret.mark("desk sign-in", account.as_bytes());
    if let Guard::Locked(until) = guard::try_once(&state.store, &subject, now).await? {
        let wait = u64::try_from(until.millis() - now.millis()).unwrap_or(0);
        return Err(Problem { retry_after_ms: Some(wait), ..Problem::new(ProblemCode::TooMany) }.into());
    }
    let known = accounts::officer_of_account(&state.store, account).await?;
    let stored = known.as_ref().map(|officer| officer.password_hash.as_str());
    let fits = state.passwords.verify(stored, &typed.password).await?;
    let Some(known) = known.filter(|_| fits) else {
        return Err(ProblemCode::WrongCredentials.into());
    };
    guard::succeeded(&state.store, &subject).await?;
    let mut tx = state.store.write().await?;
    let (token, officer) = officer::begin(&mut tx, &state, &known.id).await?;
    audit::record(&mut tx, act(&state, &officer, "desk.signed_in")).await?;
    tx.commit().await?;
    let mut response = Json(desk_me(&state, &officer)).into_response();
    set_cookie(&state, &mut response, &token, 12 * 3_600)?;
    Ok(response)
}

/// Ends the desk session.
#[utoipa::path(
    post, path = "/v1/desk/sign-out", tag = "desk", security(("desk" = [])),
    responses((status = NO_CONTENT), (status = UNAUTHORIZED, body = Problem))
)]
async fn sign_out(State(state): State<AppState>, officer: Officer, headers: HeaderMap) -> Result<Response> {
    if let Some(token) = officer::cookie(&state, &headers) {
        officer::end(&state, &token).await?;
    }
    let mut tx = state.store.write().await?;
    audit::record(&mut tx, act(&state, &officer, "desk.signed_out")).await?;
    tx.commit().await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&state, &mut response, "", 0)?;
    Ok(response)
}

/// Who sits at the desk.
#[utoipa::path(
    get, path = "/v1/desk/me", tag = "desk", security(("desk" = [])),
    responses((status = OK, body = DeskMe), (status = UNAUTHORIZED, body = Problem))
)]
async fn me(State(state): State<AppState>, officer: Officer) -> Json<DeskMe> {
    Json(desk_me(&state, &officer))
}

fn desk_me(state: &AppState, officer: &Officer) -> DeskMe {
    let loaded = state.catalogue.current();
    let department = loaded.pack.departments.iter().find(|known| known.id == officer.department);
    let fallback = || LocalText::new(&officer.department, &officer.department);
    let today = state.clock.now().city_date();
    DeskMe {
        name: officer.name.clone(),
        department: officer.department.clone(),
        department_name: department.map_or_else(fallback, |known| known.name.clone()),
        city_name: loaded.pack.city.name.clone(),
        today,
        workday: WorkCalendar::new(&loaded.pack.calendars).is_workday(today),
        token: officer.csrf.clone(),
    }
}

fn act<'a>(state: &AppState, officer: &'a Officer, action: &'a str) -> Act<'a> {
    let actor = format!("officer:{}", officer.id);
    Act {
        at: state.clock.now(),
        subject: actor.clone(),
        actor,
        department: Some(&officer.department),
        action,
        case_id: None,
        detail: serde_json::json!({}),
    }
}

fn set_cookie(state: &AppState, response: &mut Response, token: &str, seconds: u32) -> Result<()> {
    let secure = if state.config.is_https() { "; Secure" } else { "" };
    let name = officer::cookie_name(state);
    let cookie = format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    let value = HeaderValue::from_str(&cookie).map_err(|_| Error::internal("a cookie could not be written"))?;
    response.headers_mut().insert(header::SET_COOKIE, value);
    Ok(())
}
