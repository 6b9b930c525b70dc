//! One id per request, in the log, in the answer and in every problem.

use axum::{
    extract::{Request, State},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};
use haoban_wire::http::REQUEST_ID as HEADER;

use crate::{AppState, ports::random_bytes};

tokio::task_local! {
    static REQUEST_ID: String;
}

/// Id of the request this task works on.
#[must_use]
pub fn current_request_id() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}

/// Gives the request an id and repeats it in the answer. A caller's own id is kept when it is plain and short.
pub(super) async fn with_request_id(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok()).filter(|id| is_plain(id));
    let id = given.map_or_else(|| hex::encode(random_bytes::<8>(&*state.random)), str::to_owned);
    let mut response = REQUEST_ID.scope(id.clone(), next.run(request)).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
