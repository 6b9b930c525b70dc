//! `/demo/pay/…`: the local gateway's cashier. It says what it is; a real gateway would bring its own page.

use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::Response,
};
use haoban_domain::{
    case::{ChargeStanding, ChargeView},
    ids::CaseId,
    money,
    text::Language,
};

use super::{Look, render};
use crate::{AppState, Result, workflow};

/// Shows what is to be paid.
pub async fn show(
    State(state): State<AppState>,
    Path(secret): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let look = Look::of_query(&query.unwrap_or_default());
    let Some((_, charge)) = charge_of(&state, &secret).await? else { return Ok(gone(look)) };
    let address = |look: Look| format!("/demo/pay/{secret}?lang={}&mode={}", look.lang(), look.mode());
    let words = match look.language {
        Language::Chinese => &charge.words.zh,
        Language::English => &charge.words.en,
    };
    let amount = look.words_with("pay_yuan", &[("amount", &money::yuan(charge.amount_fen))]);
    let values = [("words", words.as_str()), ("amount", &amount), ("action", &address(look))];
    let body = render::fill(look, include_str!("../../../assets/identity/pay.html"), &values);
    let switches = render::switches(look, address);
    Ok(render::page(look, StatusCode::OK, look.words("pay_title"), &switches, &body))
}

/// Books it as paid, once.
pub async fn confirm(
    State(state): State<AppState>,
    Path(secret): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let look = Look::of_query(&query.unwrap_or_default());
    let Some((case, _)) = charge_of(&state, &secret).await? else { return Ok(gone(look)) };
    if !workflow::paid_at(&state, &secret, case).await? {
        return Ok(gone(look));
    }
    Ok(render::notice(look, StatusCode::OK, "pay_done", "pay_done_body", ""))
}

async fn charge_of(state: &AppState, secret: &str) -> Result<Option<(CaseId, ChargeView)>> {
    let Some(id) = workflow::linked_case(&state.store, secret, state.clock.now()).await? else { return Ok(None) };
    let charge = workflow::load(state, id).await?.and_then(|case| case.charge);
    Ok(charge.filter(|charge| charge.standing == ChargeStanding::Due).map(|charge| (id, charge)))
}

fn gone(look: Look) -> Response {
    render::notice(look, StatusCode::NOT_FOUND, "pay_gone", "pay_gone_body", "")
}
