//! The officers' page: static files from the folder of its build.

use std::path::{Component, Path, PathBuf};

use axum::{
    extract::{Path as UrlPath, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use haoban_wire::ProblemCode;
use utoipa_axum::router::OpenApiRouter;

use crate::{AppState, Result, notices::say};

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

/// The folder of the setting, else `dist-desk` beside the program, else `ui/dist-desk` of the source tree
/// the program runs in.
fn folder(state: &AppState) -> Option<PathBuf> {
    if let Some(named) = &state.config.desk_dir {
        return Some(named.clone());
    }
    let program = std::env::current_exe().ok();
    let beside = program.iter().flat_map(|program| program.ancestors().skip(1)).map(Path::to_owned);
    let working = std::env::current_dir().ok();
    let roots: Vec<PathBuf> = beside.chain(working).collect();
    let places = roots.iter().flat_map(|root| [root.join("dist-desk"), root.join("ui/dist-desk")]);
    places.into_iter().find(|place| place.join(INDEX).is_file())
}

async fn index(State(state): State<AppState>) -> Response {
    let Some(folder) = folder(&state) else { return not_built() };
    match tokio::fs::read_to_string(folder.join(INDEX)).await {
        Ok(page) => {
            let headers = [
                (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            ];
            (headers, Html(page)).into_response()
        }
        Err(_) => not_built(),
    }
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
    let folder = folder(&state).ok_or(ProblemCode::NotFound)?;
    let bytes = tokio::fs::read(folder.join("assets").join(relative)).await.map_err(|_| ProblemCode::NotFound)?;
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
