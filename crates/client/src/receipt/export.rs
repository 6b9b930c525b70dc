//! Hands the PDF to the host.

use haoban_domain::ids::CaseId;
use haoban_wire::{
    Problem, ProblemCode,
    http::ReceiptBody,
    ui::{ReceiptExported, ReceiptView},
};

use super::{
    fonts,
    pdf::{self, Paper},
};
use crate::{Client, ClientError, cases, session, settings, words::words};

/// Writes the PDF where the resident finds it.
pub(crate) async fn export(client: &Client, id: CaseId) -> Result<ReceiptExported, Problem> {
    let (name, content) = client.receipt_pdf(id).await?;
    let place = client.ports().files.export(&name, content).await.map_err(ClientError::from)?;
    Ok(ReceiptExported { place })
}

impl Client {
    /// The receipt of a case as PDF: suggested file name and content.
    ///
    /// # Errors
    /// `not_found` when there is no receipt on this device, `no_font` when no font can write Chinese.
    pub async fn receipt_pdf(&self, id: CaseId) -> Result<(String, Vec<u8>), Problem> {
        let party = session::party(self).ok_or(ProblemCode::SignedOut)?;
        let receipt = cases::receipt(self, party, id).await?.ok_or(ProblemCode::NotFound)?;
        let language = settings::current(self).language;
        let platform = self.config().platform_url.trim_end_matches('/').to_owned();
        let written = tokio::task::spawn_blocking(move || written(&receipt, language, platform)).await;
        written.unwrap_or_else(|_| Err(ProblemCode::Internal.into()))
    }
}

pub(super) fn written(
    view: &ReceiptView,
    language: haoban_domain::text::Language,
    platform: String,
) -> Result<(String, Vec<u8>), Problem> {
    let body: ReceiptBody = serde_json::from_str(&view.receipt.body).map_err(|_| ProblemCode::ReceiptInvalid)?;
    let paper = Paper { receipt: &view.receipt, body: &body, verified: view.verified, language, platform };
    let content = pdf::write(&paper, &fonts::find()?)?;
    let name = words("receipt.file_name", &[("number", &body.case_number)]).in_language(language).to_owned();
    Ok((name, content))
}
