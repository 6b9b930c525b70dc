//! What the page reaches besides commands: events, posted files, thumbnails, exports, the page itself.

use std::convert::Infallible;

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Request, State as Shared},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response, Sse, sse},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use haoban_wire::{Problem, ProblemCode};
use tokio::io::AsyncWriteExt;
use tower_http::{
    services::{ServeDir, ServeFile},
    set_header::SetResponseHeaderLayer,
};

use crate::{host::State, rpc};

/// The page's policy: the same as in the window, with this host instead of IPC.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; \
                   font-src 'none'; form-action 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/// Refuses names other than loopback, so that a foreign page cannot reach this host by DNS tricks.
pub(crate) async fn loopback_only(request: Request, next: Next) -> Response {
    let named_loopback = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name))
        .is_some_and(|name| matches!(name, "127.0.0.1" | "localhost"));
    let same_origin = request.headers().get("sec-fetch-site").is_none_or(|site| site != "cross-site");
    if named_loopback && same_origin { next.run(request).await } else { StatusCode::FORBIDDEN.into_response() }
}

/// Runs a command.
pub(crate) async fn rpc(Shared(state): Shared<State>, Path(command): Path<String>, body: Bytes) -> Response {
    match rpc::dispatch(&state.client, &command, &body).await {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(problem) => problem_response(problem),
    }
}

fn problem_response(problem: Problem) -> Response {
    let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(problem)).into_response()
}

/// Streams the core's events until the page or the host goes.
pub(crate) async fn events(
    Shared(state): Shared<State>,
) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>> + Send> {
    let stream = tokio_stream::wrappers::BroadcastStream::new(state.client.events())
        .filter_map(|event| async move {
            // A lagging page missed hints only; it re-reads what it shows at the next one.
            let json = serde_json::to_string(&event.ok()?).ok()?;
            Some(Ok(sse::Event::default().data(json)))
        })
        .take_until(state.ending.clone().cancelled_owned());
    Sse::new(stream).keep_alive(sse::KeepAlive::default())
}

/// Takes a file from the page and answers a single-use token for `material_attach`.
pub(crate) async fn post_file(Shared(state): Shared<State>, headers: HeaderMap, body: Body) -> Response {
    let name = headers
        .get("x-file-name")
        .and_then(|value| value.to_str().ok())
        .map_or_else(|| "file".to_owned(), percent_decoded);
    match store_posted(&state, body).await {
        Ok((path, bytes)) => Json(serde_json::json!({ "token": state.ports.hold(name, path, bytes) })).into_response(),
        Err(error) => {
            tracing::warn!(%error, "a posted file could not be stored");
            problem_response(Problem::new(ProblemCode::FileSource))
        }
    }
}

async fn store_posted(state: &State, body: Body) -> anyhow::Result<(std::path::PathBuf, u64)> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    let path = state.incoming.join(hex::encode(random));
    let mut file = tokio::fs::File::create(&path).await?;
    let mut stream = body.into_data_stream();
    let mut bytes = 0;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        bytes += chunk.len() as u64;
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    Ok((path, bytes))
}

/// Percent-decoding of a header value; malformed escapes stay as they are.
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        match escaped.and_then(|two| hex::decode(two).ok()) {
            Some(decoded) => {
                out.extend(decoded);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A small picture of an attached file.
pub(crate) async fn thumb(Shared(state): Shared<State>, Path(file): Path<String>) -> Response {
    let Ok(id) = file.parse() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match state.client.thumbnail(id).await {
        Some((media_type, bytes)) => ([(header::CONTENT_TYPE, media_type)], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Hands an export out as a download, once.
pub(crate) async fn export(Shared(state): Shared<State>, Path(token): Path<String>) -> Response {
    let Some((name, content)) = state.ports.take_export(&token) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let disposition = format!("attachment; filename*=UTF-8''{encoded}");
    let media = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        _ => "application/pdf",
    };
    ([(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, disposition)], content).into_response()
}

/// What the core wanted the OS to show; a browser host has nowhere to show it.
pub(crate) async fn notifications(Shared(state): Shared<State>) -> Json<serde_json::Value> {
    let list: Vec<_> = state
        .ports
        .notifications()
        .into_iter()
        .map(|n| serde_json::json!({ "title": n.title, "body": n.body, "path": n.path }))
        .collect();
    Json(list.into())
}

/// The built page with its policy.
pub(crate) fn static_pages(ui_dir: &std::path::Path) -> Router {
    let files = ServeDir::new(ui_dir).fallback(ServeFile::new(ui_dir.join("index.html")));
    let header = |name: &'static str, value: &'static str| {
        SetResponseHeaderLayer::overriding(HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    Router::new()
        .fallback_service(files)
        .layer(header("content-security-policy", CSP))
        .layer(header("x-content-type-options", "nosniff"))
        .layer(header("referrer-policy", "no-referrer"))
        .layer(header("cache-control", "no-cache"))
}

#[cfg(test)]
mod tests {
    use super::percent_decoded;

    #[test]
    fn names_survive_percent_encoding() {
        assert_eq!(percent_decoded("%E7%A7%9F%E8%B5%81.pdf"), "租赁.pdf");
        assert_eq!(percent_decoded("100%.pdf"), "100%.pdf");
        assert_eq!(percent_decoded("%"), "%");
    }
}
