//! `GET /signin`: the page in its three ways, and the pieces its errors need.

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{Look, render};
use crate::{
    AppState, Result,
    identity::{oidc, oidc::AuthRequest, sms},
};

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Phone and password.
    Password,
    /// Phone, to get a code.
    Sms,
    /// The code.
    Code,
}

/// Something that is wrong, at a field.
#[derive(Debug, Clone)]
pub struct Wrong {
    /// Field id.
    pub field: &'static str,
    /// Words for the reader.
    pub words: String,
}

/// What a page is drawn from.
pub struct View<'a> {
    /// Look.
    pub look: Look,
    /// Request.
    pub request: &'a AuthRequest,
    /// Form token.
    pub token: String,
    /// Phone to show again.
    pub phone: &'a str,
    /// What is wrong.
    pub wrong: Vec<Wrong>,
    /// Status of the answer.
    pub status: StatusCode,
}

/// Shows the sign-in page.
pub async fn show(State(state): State<AppState>, headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response> {
    let query = query.unwrap_or_default();
    let look = Look::of_query(&query);
    let value = |wanted: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, _)| *name == wanted)
            .map_or("", |(_, value)| value)
    };
    let id = value("request");
    if id.is_empty() {
        return Ok(render::notice(look, StatusCode::OK, "start_title", "start_body", ""));
    }
    let Some((request, token)) = bound(&state, &headers, id).await? else { return Ok(over(look)) };
    let way = match (value("way"), &request.phone) {
        ("sms", _) => Way::Sms,
        ("code", Some(_)) => Way::Code,
        _ => Way::Password,
    };
    let view = View { look, request: &request, token, phone: "", wrong: Vec::new(), status: StatusCode::OK };
    draw(&state, way, &view).await
}

/// The request of this browser and its form token.
pub async fn bound(state: &AppState, headers: &HeaderMap, id: &str) -> Result<Option<(AuthRequest, String)>> {
    let Some(browser) = oidc::browser_cookie(state, headers) else { return Ok(None) };
    let request = oidc::find_request(state, id, &browser).await?;
    Ok(request.map(|request| {
        let token = oidc::form_token(state, &request.id, &browser);
        (request, token)
    }))
}

/// The page for a sign-in that is over or belongs to another browser.
pub fn over(look: Look) -> Response {
    render::notice(look, StatusCode::BAD_REQUEST, "over_title", "over_body", "")
}

/// Draws a page.
pub async fn draw(state: &AppState, way: Way, view: &View<'_>) -> Result<Response> {
    let look = view.look;
    let id = &view.request.id;
    let here = |look: Look| format!("{}&way={}", look.path("/signin", id), way_text(way));
    let body = match way {
        Way::Password => with_ways(view, way, include_str!("../../../assets/identity/password.html")),
        Way::Sms => with_ways(view, way, include_str!("../../../assets/identity/sms.html")),
        Way::Code => code_page(state, view).await?,
    };
    let heading = look.words(if way == Way::Code { "enter_code" } else { "sign_in" });
    let prefix = if view.wrong.is_empty() { "" } else { look.words("error_prefix") };
    let title = format!("{prefix}{heading} – {}", look.words("app_name"));
    Ok(render::page(look, view.status, &title, &render::switches(look, here), &body))
}

fn way_text(way: Way) -> &'static str {
    match way {
        Way::Password => "password",
        Way::Sms => "sms",
        Way::Code => "code",
    }
}

fn with_ways(view: &View<'_>, way: Way, template: &str) -> String {
    let look = view.look;
    let lead = look.words_with("sign_in_lead", &[("app", look.words("app_name"))]);
    let values = [
        ("lead", lead.as_str()),
        ("summary", &summary(view)),
        ("ways", &ways(view, way)),
        ("hidden", &hidden(view)),
        ("phone_field", &field(view, &PHONE, view.phone)),
        ("password_field", &field(view, &PASSWORD, "")),
    ];
    render::fill(look, template, &values)
}

async fn code_page(state: &AppState, view: &View<'_>) -> Result<String> {
    let look = view.look;
    let phone = view.request.phone.as_deref().unwrap_or("");
    let seconds = sms::wait_seconds(state, phone).await?;
    let resend = match seconds {
        0 => look.words("resend_now").to_owned(),
        _ => look.words_with("resend_wait", &[("seconds", &seconds.to_string())]),
    };
    let other = format!("{}&way=sms", look.path("/signin", &view.request.id));
    let values = [
        ("sent", look.words_with("code_sent", &[("phone", &masked(phone))])),
        ("summary", summary(view)),
        ("hidden", hidden(view)),
        ("code_field", field(view, &CODE, "")),
        ("resend", resend),
        ("other", other),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(render::fill(look, include_str!("../../../assets/identity/code.html"), &values))
}

/// `138****0001`.
fn masked(phone: &str) -> String {
    match (phone.get(..3), phone.get(7..)) {
        (Some(head), Some(tail)) => format!("{head}****{tail}"),
        _ => String::new(),
    }
}

fn ways(view: &View<'_>, way: Way) -> String {
    let link = |target: Way, key: &str| {
        let current = if target == way { " aria-current=\"page\"" } else { "" };
        let address = format!("{}&way={}", view.look.path("/signin", &view.request.id), way_text(target));
        format!("<a href=\"{}\"{current}>{}</a>", render::escape(&address), render::escape(view.look.words(key)))
    };
    let label = render::escape(view.look.words("ways"));
    format!(
        "<nav class=\"ways\" aria-label=\"{label}\">{}{}</nav>",
        link(Way::Password, "by_password"),
        link(Way::Sms, "by_sms")
    )
}

fn hidden(view: &View<'_>) -> String {
    let input = |name: &str, value: &str| {
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", render::escape(value))
    };
    [
        ("request", view.request.id.as_str()),
        ("token", &view.token),
        ("lang", view.look.lang()),
        ("mode", view.look.mode()),
    ]
    .map(|(name, value)| input(name, value))
    .concat()
}

fn summary(view: &View<'_>) -> String {
    if view.wrong.is_empty() {
        return String::new();
    }
    let line = |wrong: &Wrong| format!("<li><a href=\"#{}\">{}</a></li>", wrong.field, render::escape(&wrong.words));
    let lines: String = view.wrong.iter().map(line).collect();
    render::fill(view.look, include_str!("../../../assets/identity/summary.html"), &[("lines", &lines)])
}

/// What kind of input a field is.
struct Field {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    inputmode: &'static str,
    longest: &'static str,
}

const PHONE: Field = Field {
    name: "phone",
    label: "phone",
    hint: "phone_hint",
    kind: "tel",
    autocomplete: "username",
    inputmode: "numeric",
    longest: "24",
};
const PASSWORD: Field = Field {
    name: "password",
    label: "password",
    hint: "",
    kind: "password",
    autocomplete: "current-password",
    inputmode: "text",
    longest: "256",
};
const CODE: Field = Field {
    name: "code",
    label: "code",
    hint: "code_hint",
    kind: "text",
    autocomplete: "one-time-code",
    inputmode: "numeric",
    longest: "12",
};

fn field(view: &View<'_>, field: &Field, value: &str) -> String {
    let wrong = view.wrong.iter().find(|wrong| wrong.field == field.name);
    let error = wrong.map_or_else(String::new, |wrong| {
        format!("<p class=\"why\" id=\"{}-error\">{}</p>", field.name, render::escape(&wrong.words))
    });
    let described = if wrong.is_some() { format!(" {}-error", field.name) } else { String::new() };
    let values = [
        ("name", field.name),
        ("label", view.look.words(field.label)),
        ("hint", view.look.words(field.hint)),
        ("type", field.kind),
        ("value", value),
        ("autocomplete", field.autocomplete),
        ("inputmode", field.inputmode),
        ("maxlength", field.longest),
        ("error", &error),
        ("described", &described),
        ("err_class", if wrong.is_some() { " err" } else { "" }),
        ("invalid", if wrong.is_some() { " aria-invalid=\"true\"" } else { "" }),
    ];
    render::fill(view.look, include_str!("../../../assets/identity/field.html"), &values)
}
