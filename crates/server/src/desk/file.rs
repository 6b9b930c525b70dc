//! Files of a case, as they were handed in. They leave as attachments that no browser will run.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use haoban_domain::{
    ids::{CaseId, FileId},
    material::FileKind,
};
use haoban_wire::{ProblemCode, http::AccessGround};

use super::guard;
use crate::{AppState, Error, Result, identity::Officer, materials, notices::say, workflow::Scene};

/// The bytes of one file of a case the officer's department has.
pub(super) async fn content(state: &AppState, officer: &Officer, case: CaseId, file: FileId) -> Result<Response> {
    let scene = Scene::now(state);
    let (case, _) = guard::enter(&scene, officer, case).await?;
    let upload = materials::find_in_case(&state.store, case.id, file).await?.ok_or(ProblemCode::NotFound)?;
    let kind = upload.kind.ok_or(ProblemCode::NotFound)?;
    let mut tx = state.store.write().await?;
    let (what, purpose) = (say!("desk", "what_file"), say!("desk", "handle"));
    guard::look(&mut tx, &scene, officer, &case, what, purpose, AccessGround::Law).await?;
    tx.commit().await?;
    let bytes = state.uploads.read(&upload).await?;
    let name = format!("attachment; filename=\"{}-{}.{}\"", upload.slot, case.number, ending(kind));
    let disposition = HeaderValue::try_from(name).map_err(|_| Error::internal("a file name is no header"))?;
    let mut answer = bytes.into_response();
    let own = answer.headers_mut();
    own.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.media_type()));
    own.insert(header::CONTENT_DISPOSITION, disposition);
    own.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    own.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    own.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    own.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    Ok(answer)
}

fn ending(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Pdf => "pdf",
        FileKind::Jpeg => "jpg",
        FileKind::Png => "png",
        FileKind::Heic => "heic",
    }
}
