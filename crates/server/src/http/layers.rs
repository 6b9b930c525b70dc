//! What every request passes: id, trace, panic guard, time limit, headers, compression, body limit.

use std::{any::Any, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use haoban_wire::{Problem, ProblemCode};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use tracing::Instrument;

use super::{
    door::{self, Door},
    request_id::{current_request_id, with_request_id},
};
use crate::{AppState, Error, error::problem_response};

/// Largest JSON or form body.
const BODY_LIMIT: usize = 1024 * 1024;
/// Longest time until an answer begins; uploads have their own.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Puts the layers around the routes.
pub fn wrap(router: Router, state: AppState) -> Router {
    let door = Door::new(state.config.at_once, state.config.patience);
    router
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(state.clone(), settled))
        .layer(middleware::from_fn(time_limit))
        .layer(middleware::from_fn_with_state((door, state.clone()), door::through))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(security_headers))
        .layer(middleware::from_fn(trace))
        .layer(middleware::from_fn_with_state(state, with_request_id))
}

async fn not_found() -> Error {
    ProblemCode::NotFound.into()
}

async fn method_not_allowed(method: Method) -> Response {
    let error = Error::from(Problem::new(ProblemCode::BadRequest).with("where", "method").with("what", method));
    let mut response = error.into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}

/// No answer leaves that rests on something a power cut could still undo, whoever wrote it.
async fn settled(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    match state.store.settled().await {
        Ok(()) => response,
        Err(error) => error.into_response(),
    }
}

async fn time_limit(request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/v1/uploads") {
        return next.run(request).await;
    }
    match tokio::time::timeout(TIME_LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            Error::from(Problem { retry_after_ms: Some(2_000), ..ProblemCode::Unavailable.into() }).into_response()
        }
    }
}

/// A bug ends one request, not the platform. What the panic said may hold personal data, so it stays out.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!(request_id = current_request_id().as_deref(), "a handler panicked");
    let mut problem = Problem::new(ProblemCode::Internal);
    problem.request_id = current_request_id();
    problem_response(&problem)
}

/// Logs route template, status and time. Never the path itself, the query, a header or a body.
async fn trace(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let id = current_request_id().unwrap_or_default();
    let span = tracing::info_span!("request", %id, %method, route);
    let started = tokio::time::Instant::now();
    async move {
        let response = next.run(request).await;
        let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(status = response.status().as_u16(), millis, "answered");
        response
    }
    .instrument(span)
    .await
}

/// Headers of every answer; a page that needs its own policy has set it already.
async fn security_headers(request: Request, next: Next) -> Response {
    let private = request.uri().path().starts_with("/v1/") || request.uri().path().starts_with("/oauth/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut default = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::X_FRAME_OPTIONS, "DENY");
    default(header::REFERRER_POLICY, "no-referrer");
    default(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
    default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    default(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if private {
        default(header::CACHE_CONTROL, "no-store");
    }
    response
}
