//! Cases of the signed-in party.

use std::str::FromStr as _;

use axum::{Json, extract::State, http::HeaderMap};
use haoban_domain::{case::CaseView, ids::CaseId};
use haoban_wire::{
    ProblemCode,
    appointments::PaymentPage,
    http::{CasePage, CorrectCase, SupplyMaterials, WithdrawCase},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Scene, applicant, case_view, charges, promised, rows};
use crate::{
    AppState, Result,
    http::{JsonBody, PathOf},
    identity::Resident,
    intake::key_of,
};

/// Routes of cases.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(correct))
        .routes(routes!(supply))
        .routes(routes!(withdraw))
        .routes(routes!(pay))
}

/// Cases, latest first.
#[utoipa::path(get, path = "/v1/cases", tag = "cases", security(("resident" = [])), responses((status = 200, body = CasePage)))]
async fn list(State(state): State<AppState>, who: Resident) -> Result<Json<CasePage>> {
    let scene = Scene::now(&state);
    let cases = rows::list_of_party(&state, who.party_id).await?;
    Ok(Json(CasePage { cases: cases.iter().map(|case| case_view(&scene, case)).collect() }))
}

/// One case.
#[utoipa::path(get, path = "/v1/cases/{id}", tag = "cases", security(("resident" = [])), params(("id" = String, Path)), responses((status = 200, body = CaseView)))]
async fn one(State(state): State<AppState>, who: Resident, PathOf(id): PathOf<String>) -> Result<Json<CaseView>> {
    let case = rows::load(&state, case_id(&id)?).await?.filter(|case| case.party == who.party_id);
    let case = case.ok_or(ProblemCode::NotFound)?;
    Ok(Json(case_view(&Scene::now(&state), &case)))
}

/// Answers a correction notice.
#[utoipa::path(post, path = "/v1/cases/{id}/corrections", tag = "cases", security(("resident" = [])),
    params(("id" = String, Path), ("idempotency-key" = String, Header, description = "names the act for ever")),
    request_body = CorrectCase, responses((status = 200, body = CaseView)))]
async fn correct(
    State(state): State<AppState>,
    who: Resident,
    PathOf(id): PathOf<String>,
    head: HeaderMap,
    JsonBody(body): JsonBody<CorrectCase>,
) -> Result<Json<CaseView>> {
    let key = key_of(&head)?;
    Ok(Json(applicant::correct(&state, who.party_id, case_id(&id)?, &key, body).await?))
}

/// Hands in what was promised for later.
#[utoipa::path(post, path = "/v1/cases/{id}/materials", tag = "cases", security(("resident" = [])),
    params(("id" = String, Path), ("idempotency-key" = String, Header, description = "names the act for ever")),
    request_body = SupplyMaterials, responses((status = 200, body = CaseView)))]
async fn supply(
    State(state): State<AppState>,
    who: Resident,
    PathOf(id): PathOf<String>,
    head: HeaderMap,
    JsonBody(body): JsonBody<SupplyMaterials>,
) -> Result<Json<CaseView>> {
    let key = key_of(&head)?;
    Ok(Json(promised::supply(&state, who.party_id, case_id(&id)?, &key, body).await?))
}

/// Takes a case back.
#[utoipa::path(post, path = "/v1/cases/{id}/withdrawal", tag = "cases", security(("resident" = [])),
    params(("id" = String, Path), ("idempotency-key" = String, Header, description = "names the act for ever")),
    request_body = WithdrawCase, responses((status = 200, body = CaseView)))]
async fn withdraw(
    State(state): State<AppState>,
    who: Resident,
    PathOf(id): PathOf<String>,
    head: HeaderMap,
    JsonBody(body): JsonBody<WithdrawCase>,
) -> Result<Json<CaseView>> {
    let key = key_of(&head)?;
    Ok(Json(applicant::withdraw(&state, who.party_id, case_id(&id)?, &key, &body).await?))
}

/// Where the applicant pays what the case waits for: an address that counts once. The same key gives the same address.
#[utoipa::path(post, path = "/v1/cases/{id}/payment", tag = "cases", security(("resident" = [])),
    params(("id" = String, Path), ("idempotency-key" = String, Header, description = "names the act for ever")),
    responses((status = 200, body = PaymentPage)))]
async fn pay(
    State(state): State<AppState>,
    who: Resident,
    PathOf(id): PathOf<String>,
    head: HeaderMap,
) -> Result<Json<PaymentPage>> {
    let link = charges::page(&state, who.party_id, case_id(&id)?, &key_of(&head)?).await?;
    Ok(Json(PaymentPage { url: link.url, expires_at: link.expires_at }))
}

fn case_id(text: &str) -> Result<CaseId> {
    CaseId::from_str(text).map_err(|_| ProblemCode::NotFound.into())
}
