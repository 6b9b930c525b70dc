//! Files of a case, as they were handed in. They leave as attachments that no browser will run.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use haoban_domain::{
    ids::{CaseId, FileId},
    material::FileKind,
};
use haoban_wire::{Problem, ProblemCode, http::AccessGround};

use super::{guard, picture};
use crate::{
    AppState, Error, Result,
    identity::Officer,
    materials::{self, Upload},
    notices::say,
    workflow::Scene,
};

/// The bytes of one file of a case the officer's department has.
pub(super) async fn content(state: &AppState, officer: &Officer, case: CaseId, file: FileId) -> Result<Response> {
    let (upload, number) = look(state, officer, case, file).await?;
    let kind = upload.kind.ok_or(ProblemCode::NotFound)?;
    let bytes = state.uploads.read(&upload).await?;
    let name = format!("attachment; filename=\"{}-{}.{}\"", upload.slot, number, ending(kind));
    let disposition = HeaderValue::try_from(name).map_err(|_| Error::internal("a file name is no header"))?;
    let mut answer = harmless(bytes.into_response(), kind.media_type());
    answer.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    Ok(answer)
}

/// One page, drawn anew: nothing of the file itself reaches the officer's browser.
pub(super) async fn page(
    state: &AppState,
    officer: &Officer,
    case: CaseId,
    file: FileId,
    page: u16,
) -> Result<Response> {
    let (upload, _) = look(state, officer, case, file).await?;
    let kind = upload.kind.filter(|_| (1..=upload.pages.max(1)).contains(&page)).ok_or(ProblemCode::NotFound)?;
    let bytes = state.uploads.read(&upload).await?;
    let work = tokio::task::spawn_blocking(move || picture::draw(&bytes, kind, page));
    let drawn = work.await.map_err(|_| Error::from(ProblemCode::FileUnreadable))??;
    Ok(harmless(drawn.into_response(), "image/png"))
}

/// Finds the file and writes the look down.
async fn look(state: &AppState, officer: &Officer, case: CaseId, file: FileId) -> Result<(Upload, String)> {
    let scene = Scene::now(state);
    let (case, _) = guard::enter(&scene, officer, case).await?;
    let upload = materials::find_in_case(&state.store, case.id, file).await?.ok_or(ProblemCode::NotFound)?;
    if !upload.scan.may_open() {
        return Err(Problem::new(ProblemCode::NotAllowedNow).with("why", upload.scan.as_str()).into());
    }
    let mut tx = state.store.write().await?;
    let (what, purpose) = (say!("desk", "what_file"), say!("desk", "handle"));
    guard::look(&mut tx, &scene, officer, &case, what, purpose, AccessGround::Law).await?;
    tx.commit().await?;
    Ok((upload, case.number))
}

fn harmless(mut answer: Response, media_type: &'static str) -> Response {
    let own = answer.headers_mut();
    own.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    own.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    own.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    own.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    own.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    answer
}

fn ending(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Pdf => "pdf",
        FileKind::Jpeg => "jpg",
        FileKind::Png => "png",
        FileKind::Heic => "heic",
    }
}
