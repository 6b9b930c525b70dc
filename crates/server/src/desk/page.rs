//! The officers' page: the one inside the program, or the files of a folder that the configuration names.

use std::{
    borrow::Cow,
    path::{Component, Path},
};

use axum::{
    extract::{Path as UrlPath, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use haoban_wire::ProblemCode;
use include_dir::{Dir, include_dir};
use utoipa_axum::router::OpenApiRouter;

use crate::{AppState, Result, notices::say};

/// What `ui/dist-desk` held when the program was built; empty when the page had not been built then.
static BUILT: Dir<'static> = include_dir!("$OUT_DIR/desk");
const INDEX: &str = "desk.html";
const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

/// Routes of the page. They are no API and stand in no document.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    let page = axum::Router::new()
        .route("/desk", axum::routing::get(index))
        .route("/desk/", axum::routing::get(index))
        .route("/desk/assets/{*path}", axum::routing::get(asset));
    OpenApiRouter::from(page)
}

async fn file(state: &AppState, path: &str) -> Option<Cow<'static, [u8]>> {
    match &state.config.desk_dir {
        Some(folder) => tokio::fs::read(folder.join(path)).await.ok().map(Cow::Owned),
        None => BUILT.get_file(path).map(|file| Cow::Borrowed(file.contents())),
    }
}

async fn index(State(state): State<AppState>) -> Response {
    let Some(page) = file(&state, INDEX).await else { return not_built() };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, page).into_response()
}

fn not_built() -> Response {
    let (title, body) = (say!("desk", "not_built_title"), say!("desk", "not_built_body"));
    let page = format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>{0}</title><h1>{0}</h1><p>{1}</p>\
         <p lang=\"en\">{2} — {3}</p></html>",
        title.zh, body.zh, title.en, body.en
    );
    (StatusCode::SERVICE_UNAVAILABLE, Html(page)).into_response()
}

async fn asset(State(state): State<AppState>, UrlPath(path): UrlPath<String>) -> Result<Response> {
    let relative = Path::new(&path);
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    let kind = media_type(relative).filter(|_| plain).ok_or(ProblemCode::NotFound)?;
    let bytes = file(&state, &format!("assets/{path}")).await.ok_or(ProblemCode::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        // File names carry a digest of their content.
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    Ok((headers, bytes).into_response())
}

fn media_type(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()? {
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "woff2" => Some("font/woff2"),
        "json" => Some("application/json"),
        _ => None,
    }
}
