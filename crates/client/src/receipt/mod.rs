//! The signed receipt: did the platform take exactly what this device sent? And its PDF.

mod export;
mod fonts;
mod keys;
mod pdf;
mod qr;
mod sheet;
#[cfg(test)]
mod tests;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use haoban_domain::{ids::CaseId, receipt::answers_digest};
use haoban_wire::http::{Receipt, ReceiptBody, SubmitCase};

use crate::{Client, ClientError};

pub(crate) use export::export;
pub(crate) use keys::pin;
pub(crate) use qr::qr_modules;

/// Signature fits a pinned key, and the digests fit what was sent. An error only when the keys cannot be had now.
pub async fn verify(client: &Client, receipt: &Receipt, sent: &SubmitCase) -> Result<bool, ClientError> {
    let key = keys::key(client, &receipt.key_id).await?;
    Ok(key.is_some_and(|key| signed_body(receipt, &key).is_some_and(|body| fits(&body, sent))))
}

/// For a case that another device sent: the signature fits and names this case.
pub(crate) async fn verify_alone(client: &Client, receipt: &Receipt, id: CaseId) -> Result<bool, ClientError> {
    let key = keys::key(client, &receipt.key_id).await?;
    Ok(key.is_some_and(|key| signed_body(receipt, &key).is_some_and(|body| body.case_id == id)))
}

/// The body, if the signature over its very bytes fits the key.
fn signed_body(receipt: &Receipt, key: &str) -> Option<ReceiptBody> {
    let (key, signature) = (STANDARD.decode(key).ok()?, STANDARD.decode(&receipt.signature).ok()?);
    UnparsedPublicKey::new(&ED25519, key).verify(receipt.body.as_bytes(), &signature).ok()?;
    serde_json::from_str(&receipt.body).ok()
}

/// The receipt speaks of this submission and of nothing else.
fn fits(body: &ReceiptBody, sent: &SubmitCase) -> bool {
    body.case_id.uuid() == sent.draft_id.uuid()
        && body.item_code == sent.item_code
        && body.item_version == sent.item_version
        && body.answers_sha256 == answers_digest(&sent.answers)
        && body.files == sent.files
}
