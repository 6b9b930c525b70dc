//! Receipts: what the platform signed when it took a case.

use std::{collections::BTreeMap, str::FromStr as _};

use axum::{Json, extract::State};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use haoban_domain::{
    identifiers::mask,
    ids::{CaseId, PartyId, ReceiptId},
    receipt::{answers_digest, canonical_json},
};
use haoban_wire::{
    ProblemCode,
    http::{Receipt, ReceiptBody, ReceiptKeys, SubmitCase},
};
use sqlx::Row as _;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    AppState, Result,
    http::PathOf,
    identity::Resident,
    store::Write,
    workflow::{Dossier, Scene, department_name},
};

/// Routes of receipts.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(receipt)).routes(routes!(keys))
}

/// Signs what was taken and keeps it with the case.
pub(super) async fn sign(tx: &mut Write, scene: &Scene<'_>, case: &Dossier, sent: &SubmitCase) -> Result<Receipt> {
    let id = ReceiptId::new(scene.now.millis(), scene.random());
    let body = ReceiptBody {
        receipt_id: id,
        case_id: case.id,
        case_number: case.number.clone(),
        item_code: case.item().code.clone(),
        item_name: case.item().guide.name.clone(),
        item_version: case.item().version,
        applicant_masked: mask::name(&case.applicant.name),
        answers_sha256: answers_digest(&sent.answers),
        files: sent.files.clone(),
        received_at: scene.now,
        received_by: department_name(scene, &case.item().guide.department),
    };
    let body = canonical_json(&serde_json::to_value(&body)?);
    let (key_id, signature) = scene.state.keys.sign_receipt(body.as_bytes())?;
    let receipt = Receipt { signature: STANDARD.encode(signature), key_id, body };
    sqlx::query("INSERT INTO receipt (case_id, id, body, signature, key_id) VALUES ($1, $2, $3, $4, $5)")
        .bind(case.id.to_string())
        .bind(id.to_string())
        .bind(receipt.body.clone())
        .bind(receipt.signature.clone())
        .bind(receipt.key_id.clone())
        .execute(&mut **tx)
        .await?;
    Ok(receipt)
}

/// The receipt of one's own case.
#[utoipa::path(get, path = "/v1/cases/{id}/receipt", tag = "cases", security(("resident" = [])), params(("id" = String, Path)), responses((status = 200, body = Receipt)))]
async fn receipt(State(state): State<AppState>, who: Resident, PathOf(id): PathOf<String>) -> Result<Json<Receipt>> {
    let id = CaseId::from_str(&id).map_err(|_| ProblemCode::NotFound)?;
    Ok(Json(find(&state, who.party_id, id).await?.ok_or(ProblemCode::NotFound)?))
}

async fn find(state: &AppState, party: PartyId, id: CaseId) -> Result<Option<Receipt>> {
    let row = sqlx::query(
        "SELECT body, signature, key_id FROM receipt WHERE case_id = (SELECT id FROM cases WHERE id = $1 AND party_id = $2)",
    )
    .bind(id.to_string())
    .bind(party.to_string())
    .fetch_optional(state.store.reader())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Receipt {
        body: row.try_get("body")?,
        signature: row.try_get("signature")?,
        key_id: row.try_get("key_id")?,
    }))
}

/// Public keys of receipts, kept for ever. Anybody may check a receipt.
#[utoipa::path(get, path = "/v1/receipt-keys", tag = "cases", responses((status = 200, body = ReceiptKeys)))]
async fn keys(State(state): State<AppState>) -> Json<ReceiptKeys> {
    let known = state.keys.receipt_public_keys();
    let keys: BTreeMap<String, String> = known.into_iter().map(|(id, key)| (id, STANDARD.encode(key))).collect();
    Json(ReceiptKeys { keys })
}
