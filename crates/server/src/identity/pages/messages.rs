//! `/demo/messages`: what the local SMS gateway would have sent. Only in a demo-seeded database.

use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use haoban_wire::ProblemCode;

use super::{Look, render};
use crate::{
    AppState, Result,
    identity::{accounts, sms, sms::LocalMessage},
};

/// Shows the latest messages.
pub async fn show(State(state): State<AppState>, RawQuery(query): RawQuery) -> Result<Response> {
    if !accounts::is_demo(&state.store).await? {
        return Err(ProblemCode::NotFound.into());
    }
    let look = Look::of_query(&query.unwrap_or_default());
    let messages = sms::local_messages(&state.store).await?;
    let list = if messages.is_empty() {
        format!("<p>{}</p>", render::escape(look.words("messages_none")))
    } else {
        format!("<ul class=\"msgs\">{}</ul>", messages.iter().map(|message| line(look, message)).collect::<String>())
    };
    let address = |look: Look| format!("/demo/messages?lang={}&mode={}", look.lang(), look.mode());
    let body = format!(
        "<h1>{}</h1><p class=\"lead\">{}</p>{list}<a class=\"btn\" href=\"{}\">{}</a>",
        render::escape(look.words("messages_title")),
        render::escape(look.words("messages_lead")),
        render::escape(&address(look)),
        render::escape(look.words("refresh")),
    );
    let switches = render::switches(look, address);
    Ok(render::page(look, StatusCode::OK, look.words("messages_title"), &switches, &body))
}

fn line(look: Look, message: &LocalMessage) -> String {
    let (hour, minute) = message.sent_at.city_hour_minute();
    let to = look.words_with("messages_to", &[("phone", &message.phone)]);
    format!(
        "<li class=\"msg\"><p class=\"cap\">{} · {hour:02}:{minute:02}</p><p>{}</p></li>",
        render::escape(&to),
        render::escape(&message.body)
    )
}
