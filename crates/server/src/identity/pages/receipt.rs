//! `/receipts/verify`: anybody who was handed a receipt sees whether it is genuine.

use axum::{
    extract::{Multipart, RawQuery, State},
    http::StatusCode,
    response::Response,
};
use haoban_domain::text::Language;
use haoban_wire::http::ReceiptBody;

use super::{Look, render};
use crate::{
    AppState, Result,
    intake::verify::{self, Verdict},
};

/// The form; with `r` from a QR code, the answer above it.
pub async fn show(State(state): State<AppState>, RawQuery(query): RawQuery) -> Result<Response> {
    let query = query.unwrap_or_default();
    let look = Look::of_query(&query);
    let mark = query.split('&').find_map(|pair| pair.strip_prefix("r="));
    let verdict = match mark {
        None => None,
        Some(mark) => Some(match verify::by_mark(&state.store, mark).await? {
            Some(receipt) => verify::check(&state.keys.receipt_public_keys(), &receipt),
            None => Verdict::Forged,
        }),
    };
    Ok(answer(look, mark, verdict.as_ref()))
}

/// Looks at a file.
pub async fn check(State(state): State<AppState>, RawQuery(query): RawQuery, mut form: Multipart) -> Result<Response> {
    let look = Look::of_query(&query.unwrap_or_default());
    let keys = state.keys.receipt_public_keys();
    let mut verdict = Verdict::NoReceipt;
    while let Ok(Some(field)) = form.next_field().await {
        if field.name() == Some("receipt") {
            let bytes = field.bytes().await.unwrap_or_default();
            let judged = tokio::task::spawn_blocking(move || verify::judge(&keys, &bytes)).await;
            verdict = judged.unwrap_or(Verdict::NoReceipt);
            break;
        }
    }
    Ok(answer(look, None, Some(&verdict)))
}

fn answer(look: Look, mark: Option<&str>, verdict: Option<&Verdict>) -> Response {
    let address = |look: Look| {
        let kept = mark.map(|mark| format!("&r={mark}")).unwrap_or_default();
        format!("/receipts/verify?lang={}&mode={}{kept}", look.lang(), look.mode())
    };
    let (status, told) = match verdict {
        None => (StatusCode::OK, String::new()),
        Some(Verdict::Genuine(body)) => (StatusCode::OK, genuine(look, body)),
        Some(Verdict::Forged) => (StatusCode::UNPROCESSABLE_ENTITY, bad(look, "receipt_forged")),
        Some(Verdict::NoReceipt) => (StatusCode::UNPROCESSABLE_ENTITY, bad(look, "receipt_none")),
    };
    let action = format!("/receipts/verify?lang={}&mode={}", look.lang(), look.mode());
    let values = [("told", told.as_str()), ("action", &action)];
    let body = render::fill(look, include_str!("../../../assets/identity/receipt.html"), &values);
    render::page(look, status, look.words("receipt_title"), &render::switches(look, address), &body)
}

fn bad(look: Look, words: &str) -> String {
    format!("<div class=\"fld err\" role=\"alert\"><p>{}</p></div>", render::escape(look.words(words)))
}

/// What was signed: to be compared with the paper, line by line.
fn genuine(look: Look, body: &ReceiptBody) -> String {
    let say = |text: &haoban_domain::text::LocalText| match look.language {
        Language::Chinese => text.zh.clone(),
        Language::English => text.en.clone(),
    };
    let (hour, minute) = body.received_at.city_hour_minute();
    let at = format!("{} {hour:02}:{minute:02}", body.received_at.city_date());
    let rows = [
        ("receipt_number", body.case_number.clone()),
        ("receipt_item", say(&body.item_name)),
        ("receipt_applicant", body.applicant_masked.clone()),
        ("receipt_at", at),
        ("receipt_by", say(&body.received_by)),
        ("receipt_answers", body.answers_sha256.clone()),
        ("receipt_files", body.files.values().cloned().collect::<Vec<_>>().join(" ")),
    ];
    let rows = rows.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| {
        let (name, value) = (render::escape(look.words(name)), render::escape(value));
        format!("<li class=\"msg\"><p class=\"cap\">{name}</p><p>{value}</p></li>")
    });
    let words = render::escape(look.words("receipt_genuine"));
    format!("<p class=\"lead\" role=\"status\">{words}</p><ul class=\"msgs\">{}</ul>", rows.collect::<String>())
}
