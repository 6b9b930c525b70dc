//! Checks a receipt by anybody who holds it: from its file (the app's PDF, or JSON), or from its QR code.

use std::{collections::BTreeMap, str::FromStr as _};

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use haoban_domain::ids::ReceiptId;
use haoban_wire::http::{RECEIPT_MARK, Receipt, ReceiptBody, ReceiptKeys};
use sqlx::Row as _;

use crate::{Result, store::Store};

/// Public keys by id, raw.
pub type Keys = BTreeMap<String, Vec<u8>>;

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The platform signed exactly this.
    Genuine(Box<ReceiptBody>),
    /// It looks like a receipt, and the signature does not fit.
    Forged,
    /// There is no receipt in it.
    NoReceipt,
}

/// The receipt in a file: JSON as the platform gave it, or the PDF of the app, which carries the same.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Receipt> {
    if !bytes.starts_with(b"%PDF-") {
        return serde_json::from_slice(bytes).ok();
    }
    let document = lopdf::Document::load_mem(bytes).ok()?;
    let info = document.trailer.get(b"Info").ok()?;
    let info = document.dereference(info).ok()?.1.as_dict().ok()?;
    let words = info.get(b"Keywords").ok()?.as_str().ok()?;
    // Plain Latin, perhaps as UTF-16.
    let plain: Vec<u8> = words.iter().copied().filter(u8::is_ascii_graphic).collect();
    let coded = std::str::from_utf8(&plain).ok()?.split_once(RECEIPT_MARK)?.1;
    serde_json::from_slice(&STANDARD.decode(coded).ok()?).ok()
}

/// What a file is worth.
#[must_use]
pub fn judge(keys: &Keys, bytes: &[u8]) -> Verdict {
    read(bytes).map_or(Verdict::NoReceipt, |receipt| check(keys, &receipt))
}

/// Whether the platform signed it.
#[must_use]
pub fn check(keys: &Keys, receipt: &Receipt) -> Verdict {
    let signed = || {
        let key = keys.get(&receipt.key_id)?;
        let signature = STANDARD.decode(&receipt.signature).ok()?;
        UnparsedPublicKey::new(&ED25519, key).verify(receipt.body.as_bytes(), &signature).ok()?;
        serde_json::from_str(&receipt.body).ok()
    };
    signed().map_or(Verdict::Forged, |body| Verdict::Genuine(Box::new(body)))
}

/// Keys as `GET /v1/receipt-keys` gives them, for checks without a platform.
#[must_use]
pub fn published(bytes: &[u8]) -> Option<Keys> {
    let keys: ReceiptKeys = serde_json::from_slice(bytes).ok()?;
    keys.keys.into_iter().map(|(id, key)| Some((id, STANDARD.decode(key).ok()?))).collect()
}

/// The receipt a QR code stands for: an address that ends in `r=<receipt>.<signature>`, or only that. The
/// signature is the secret, so nobody can ask for receipts by counting.
pub async fn by_mark(store: &Store, text: &str) -> Result<Option<Receipt>> {
    let mark = text.trim().rsplit_once("r=").map_or(text.trim(), |(_, mark)| mark);
    let Some((id, signature)) = mark.split_once('.') else { return Ok(None) };
    let (Ok(id), Ok(signature)) = (ReceiptId::from_str(id), URL_SAFE_NO_PAD.decode(signature)) else { return Ok(None) };
    let row = sqlx::query("SELECT body, signature, key_id FROM receipt WHERE id = $1 AND signature = $2")
        .bind(id.to_string())
        .bind(STANDARD.encode(signature))
        .fetch_optional(store.reader())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let [body, signature, key_id] = ["body", "signature", "key_id"].map(|column| row.try_get::<String, _>(column));
    Ok(Some(Receipt { body: body?, signature: signature?, key_id: key_id? }))
}
