//! The sign-in pages: written by the platform, complete without scripts, in two languages and two sizes.

mod look;
mod messages;
mod pay;
mod receipt;
pub(crate) mod render;
mod sign_in;
mod submit;

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
pub use look::Look;
use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

/// Routes of the pages. They are for people, so they stand in no API document.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .route("/signin", get(sign_in::show))
        .route("/signin/password", post(submit::password))
        .route("/signin/sms", post(submit::sms))
        .route("/signin/code", post(submit::code))
        .route("/signin/style.css", get(style))
        .route("/demo/messages", get(messages::show))
        .route("/demo/pay/{secret}", get(pay::show).post(pay::confirm))
        .route("/receipts/verify", get(receipt::show).post(receipt::check))
}

/// The page for an authorization request whose client or redirect is not known: nothing is sent anywhere.
pub fn bad_link(look: Look, detail: &str) -> Response {
    let detail = look.words_with("link_detail", &[("detail", detail)]);
    let more = format!("<p class=\"cap\">{}</p>", render::escape(&detail));
    render::notice(look, StatusCode::BAD_REQUEST, "link_title", "link_body", &more)
}

async fn style() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (kind, include_str!("../../../assets/identity/style.css"))
}
