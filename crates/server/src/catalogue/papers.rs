//! `GET /v1/catalogue/items/{code}/papers`: blank form, filled sample and sample of the result, and the blank and
//! sample of what one writes oneself for a material, as pages to look at or print. They name nobody real and
//! need no sign-in.

use std::fmt::Write as _;

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use haoban_domain::text::LocalText;
use haoban_wire::{
    ProblemCode,
    http::{PaperInfo, PaperPage},
};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    LoadedPack,
    sample::{self, Paper},
};
use crate::{AppState, Result};

/// Nothing from elsewhere, no script; the few rules of style stand in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
const STYLE: &str = "body{font:16px/1.6 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}\
table{width:100%;border-collapse:collapse;margin:0 0 1.5rem}\
th,td{border:1px solid #767676;padding:.5rem;text-align:start;vertical-align:top}th{width:40%;font-weight:400}";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(paper))
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    lang: String,
}

impl Asked {
    fn english(&self) -> bool {
        self.lang == "en"
    }
}

/// A document: what it is, and its papers.
struct Document {
    id: String,
    slot: Option<String>,
    title: LocalText,
    papers: Vec<Paper>,
}

/// The papers of a service, with their sizes. Everything on them is invented.
#[utoipa::path(
    get, path = "/v1/catalogue/items/{code}/papers", tag = "catalogue",
    params(
        ("code" = String, Path, description = "Service"),
        ("lang" = Option<String>, Query, description = "`zh-CN` or `en`")
    ),
    responses((status = OK, body = PaperPage), (status = NOT_FOUND))
)]
async fn list(
    State(state): State<AppState>,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<PaperPage>> {
    let pack = state.catalogue.current();
    let (name, documents) = documents(&pack, &code)?;
    let info = |document: Document| PaperInfo {
        bytes: u64::try_from(document.html(&name, asked.english()).len()).unwrap_or(u64::MAX),
        id: document.id,
        slot: document.slot,
        title: document.title,
    };
    Ok(Json(PaperPage { papers: documents.into_iter().map(info).collect() }))
}

/// One paper: `blank`, `filled`, `result`, or `<slot>.blank` and `<slot>.filled`.
#[utoipa::path(
    get, path = "/v1/catalogue/items/{code}/papers/{paper}", tag = "catalogue",
    params(
        ("code" = String, Path, description = "Service"),
        ("paper" = String, Path, description = "Id in the list of papers"),
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
    let (name, documents) = documents(&pack, &code)?;
    let document = documents.into_iter().find(|document| document.id == paper).ok_or(ProblemCode::NotFound)?;
    let mut response = Html(document.html(&name, asked.english())).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}

/// Everything that can be drawn of a service, and its name.
fn documents(pack: &LoadedPack, code: &str) -> Result<(LocalText, Vec<Document>)> {
    let evaluator = pack.evaluator(code).ok_or(ProblemCode::NotFound)?;
    let item = evaluator.item();
    let own = |id: &str, title: LocalText, papers| Document { id: id.to_owned(), slot: None, title, papers };
    let mut made = vec![own("blank", LocalText::new("空白表", "Blank form"), sample::blank(&evaluator))];
    if let Some(example) = pack.sample(code) {
        let filled = LocalText::new("填写样例（虚构）", "Filled sample (invented)");
        let result = LocalText::new("结果样例（虚构）", "Sample of the result (invented)");
        made.push(own("filled", filled, sample::filled(&evaluator, &example)));
        made.push(own("result", result, sample::result(&evaluator, pack, &example)));
    }
    for material in &item.materials {
        let (zh, en) = (&material.name.zh, &material.name.en);
        let of = |kind: &str, title: LocalText, paper: Paper| Document {
            id: format!("{}.{kind}", material.id),
            slot: Some(material.id.clone()),
            title,
            papers: vec![paper],
        };
        let blank = LocalText::new(format!("{zh}，空白"), format!("{en}, blank"));
        let filled = LocalText::new(format!("{zh}，写好的样子（虚构）"), format!("{en}, as written (invented)"));
        made.extend(sample::written_blank(material).map(|paper| of("blank", blank, paper)));
        made.extend(sample::written_sample(material).map(|paper| of("filled", filled, paper)));
    }
    Ok((item.guide.name.clone(), made))
}

impl Document {
    fn html(&self, name: &LocalText, english: bool) -> String {
        let lang = if english { "en" } else { "zh-CN" };
        let title = escape(&format!("{} · {}", in_language(name, english), in_language(&self.title, english)));
        let mut html = format!(
            "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head>\
             <body><main><h1>{title}</h1>"
        );
        for paper in &self.papers {
            let _ = write!(html, "<h2>{}</h2><table>", escape(in_language(&paper.title, english)));
            for line in &paper.lines {
                let (label, value) = (in_language(&line.label, english), in_language(&line.value, english));
                let _ = write!(html, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escape(label), escape(value));
            }
            html.push_str("</table>");
        }
        html.push_str("</main></body></html>");
        html
    }
}

fn in_language(text: &LocalText, english: bool) -> &str {
    if english { &text.en } else { &text.zh }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
