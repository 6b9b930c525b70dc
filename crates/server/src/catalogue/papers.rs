//! `GET /v1/catalogue/items/{code}/papers/{paper}`: blank form, filled sample, sample of the result, as
//! pages to look at or print. They name nobody real and need no sign-in.

use std::fmt::Write as _;

use axum::{
    extract::{Path, Query, State},
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use haoban_domain::text::LocalText;
use haoban_wire::ProblemCode;
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::sample::{self, Paper};
use crate::{AppState, Result};

/// Nothing from elsewhere, no script; the few rules of style stand in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
const STYLE: &str = "body{font:16px/1.6 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}\
table{width:100%;border-collapse:collapse;margin:0 0 1.5rem}\
th,td{border:1px solid #767676;padding:.5rem;text-align:start;vertical-align:top}th{width:40%;font-weight:400}";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(paper))
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    lang: String,
}

/// One paper of a service: `blank`, `filled` or `result`. Everything on it is invented.
#[utoipa::path(
    get, path = "/v1/catalogue/items/{code}/papers/{paper}", tag = "catalogue",
    params(
        ("code" = String, Path, description = "Service"),
        ("paper" = String, Path, description = "`blank`, `filled` or `result`"),
        ("lang" = Option<String>, Query, description = "`zh-CN` or `en`")
    ),
    responses((status = OK, content_type = "text/html", body = String), (status = NOT_FOUND))
)]
async fn paper(
    State(state): State<AppState>,
    Path((code, paper)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let pack = state.catalogue.current();
    let english = asked.lang == "en";
    let Some(evaluator) = pack.evaluator(&code) else { return Err(ProblemCode::NotFound.into()) };
    let example = pack.sample(&code);
    let (kind, papers) = match (paper.as_str(), example) {
        ("blank", _) => (LocalText::new("空白表", "Blank form"), sample::blank(&evaluator)),
        ("filled", Some(example)) => {
            (LocalText::new("填写样例（虚构）", "Filled sample (invented)"), sample::filled(&evaluator, &example))
        }
        ("result", Some(example)) => {
            let heading = LocalText::new("结果样例（虚构）", "Sample of the result (invented)");
            (heading, sample::result(&evaluator, &pack, &example))
        }
        _ => return Err(ProblemCode::NotFound.into()),
    };
    let name = &evaluator.item().guide.name;
    Ok(page(&format!("{} · {}", in_language(name, english), in_language(&kind, english)), &papers, english))
}

fn page(title: &str, papers: &[Paper], english: bool) -> Response {
    let lang = if english { "en" } else { "zh-CN" };
    let title = escape(title);
    let mut html = format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>"
    );
    for paper in papers {
        let _ = write!(html, "<h2>{}</h2><table>", escape(in_language(&paper.title, english)));
        for line in &paper.lines {
            let (label, value) = (in_language(&line.label, english), in_language(&line.value, english));
            let _ = write!(html, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escape(label), escape(value));
        }
        html.push_str("</table>");
    }
    html.push_str("</main></body></html>");
    let mut response = Html(html).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

fn in_language(text: &LocalText, english: bool) -> &str {
    if english { &text.en } else { &text.zh }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
