//! `GET /v1/catalogue`: the whole pack, by version.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use haoban_wire::http::Catalogue as Body;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::published::published_at;
use crate::{AppState, Result};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(catalogue))
}

/// The city pack in force. With `If-None-Match` of its version the answer is 304 and empty.
#[utoipa::path(
    get, path = "/v1/catalogue", tag = "catalogue",
    params(("if-none-match" = Option<String>, Header, description = "Version the caller holds, as ETag")),
    responses((status = OK, body = Body), (status = NOT_MODIFIED, description = "The caller holds it already"))
)]
async fn catalogue(State(state): State<AppState>, headers: HeaderMap) -> Result<Response> {
    let loaded = state.catalogue.current();
    let etag = format!("\"{}\"", loaded.version);
    let mut response = if not_modified(&headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let published_at = published_at(&state).await?;
        Json(Body { version: loaded.version.clone(), published_at, pack: loaded.pack.clone() }).into_response()
    };
    if let Ok(value) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    Ok(response)
}

/// Whether the caller already holds what the tag names (RFC 9110 §13.1.2, weak comparison).
#[must_use]
pub fn not_modified(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == etag || tag == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_held_version_is_not_sent_again() {
        assert!(not_modified(&asked("\"a\""), "\"a\""));
        assert!(not_modified(&asked("\"b\", W/\"a\""), "\"a\""));
        assert!(not_modified(&asked("*"), "\"a\""));
        assert!(!not_modified(&asked("\"b\""), "\"a\""));
        assert!(!not_modified(&HeaderMap::new(), "\"a\""));
    }
}
