//! The tus endpoints. The file id the client chose makes creation repeatable.

use std::{collections::BTreeMap, str::FromStr};

use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use haoban_domain::{
    ids::{DraftId, FileId, UploadId},
    material::UploadLimit,
};
use haoban_wire::{Problem, ProblemCode, desk::ScanStanding, http::UploadInfo};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    finish::{finish, forget},
    headers, limits,
    receive::receive,
    rows::{self, Upload, UploadState},
};
use crate::{AppState, Error, Result, identity::Resident, ports::random_bytes};

/// Routes of uploads.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(options, create)).routes(routes!(offset, information, append, terminate))
}

/// What the server speaks.
#[utoipa::path(options, path = "/v1/uploads", tag = "materials", responses((status = 204)))]
async fn options() -> Response {
    let most = HeaderValue::from(limits::MOST_BYTES);
    let mut answer = StatusCode::NO_CONTENT.into_response();
    let own = answer.headers_mut();
    own.insert(headers::TUS_RESUMABLE, HeaderValue::from_static(headers::VERSION));
    own.insert(headers::TUS_VERSION, HeaderValue::from_static(headers::VERSION));
    own.insert(headers::TUS_EXTENSION, HeaderValue::from_static(headers::EXTENSIONS));
    own.insert(headers::TUS_CHECKSUM_ALGORITHM, HeaderValue::from_static(headers::CHECKSUM));
    own.insert(headers::TUS_MAX_SIZE, most);
    answer
}

/// Creates an upload; the same file with the same digest finds the upload it had.
#[utoipa::path(post, path = "/v1/uploads", tag = "materials", security(("resident" = [])),
    responses((status = 201, description = "`Location` is the upload; `Upload-Offset` says how much is there")))]
async fn create(State(state): State<AppState>, who: Resident, head: HeaderMap, body: Body) -> Result<Response> {
    if let Some(refusal) = other_version(&head) {
        return Ok(refusal);
    }
    let wanted = describe(&state, who, &head).await?;
    let mut upload = open(&state, wanted).await?;
    if has_octets(&head) && upload.stored < upload.bytes {
        let checksum = headers::checksum(&head)?;
        upload = take(&state, upload, body, checksum).await?;
    }
    let location = HeaderValue::try_from(format!("/v1/uploads/{}", upload.id))
        .map_err(|_| Error::internal("an id is no header"))?;
    let mut answer = match information_of(&upload) {
        Some(done) => (StatusCode::CREATED, Json(done)).into_response(),
        None => StatusCode::CREATED.into_response(),
    };
    mark(&mut answer, &upload);
    answer.headers_mut().insert(header::LOCATION, location);
    Ok(answer)
}

/// How much is safe.
#[utoipa::path(head, path = "/v1/uploads/{upload_id}", tag = "materials", security(("resident" = [])), params(("upload_id" = String, Path)),
    responses((status = 200, description = "`Upload-Offset`, `Upload-Length`, `Upload-Expires`")))]
async fn offset(
    State(state): State<AppState>,
    who: Resident,
    Path(id): Path<String>,
    head: HeaderMap,
) -> Result<Response> {
    if let Some(refusal) = other_version(&head) {
        return Ok(refusal);
    }
    let id = upload_id(&id)?;
    // Entering the lane ends a hanging writer, so that the answer is the last word.
    let _held = state.uploads.lanes.enter(id).await;
    let mut upload = find(&state, who, id).await?;
    if upload.state == UploadState::Receiving && upload.stored == upload.bytes {
        finish(&state, &upload).await?;
        upload = find(&state, who, id).await?;
    }
    let mut answer = StatusCode::OK.into_response();
    mark(&mut answer, &upload);
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// What a complete upload turned out to be.
#[utoipa::path(get, path = "/v1/uploads/{upload_id}", tag = "materials", security(("resident" = [])), params(("upload_id" = String, Path)),
    responses((status = 200, body = UploadInfo)))]
async fn information(State(state): State<AppState>, who: Resident, Path(id): Path<String>) -> Result<Json<UploadInfo>> {
    let upload = find(&state, who, upload_id(&id)?).await?;
    information_of(&upload).map(Json).ok_or_else(|| ProblemCode::NotAllowedNow.into())
}

/// More bytes, from the offset on.
#[utoipa::path(patch, path = "/v1/uploads/{upload_id}", tag = "materials", security(("resident" = [])), params(("upload_id" = String, Path)),
    responses((status = 204), (status = 409, description = "`Upload-Offset` does not fit"), (status = 460, description = "digest does not fit")))]
async fn append(
    State(state): State<AppState>,
    who: Resident,
    Path(id): Path<String>,
    head: HeaderMap,
    body: Body,
) -> Result<Response> {
    if let Some(refusal) = other_version(&head) {
        return Ok(refusal);
    }
    if !has_octets(&head) {
        let problem = Problem::new(ProblemCode::BadRequest).with("what", header::CONTENT_TYPE);
        return Ok((StatusCode::UNSUPPORTED_MEDIA_TYPE, Json(problem)).into_response());
    }
    let (from, checksum) = (headers::bytes(&head, &headers::UPLOAD_OFFSET)?, headers::checksum(&head)?);
    let upload = find(&state, who, upload_id(&id)?).await?;
    let upload = take_from(&state, upload, from, body, checksum).await?;
    let mut answer = StatusCode::NO_CONTENT.into_response();
    mark(&mut answer, &upload);
    Ok(answer)
}

/// The client no longer wants it.
#[utoipa::path(delete, path = "/v1/uploads/{upload_id}", tag = "materials", security(("resident" = [])), params(("upload_id" = String, Path)),
    responses((status = 204)))]
async fn terminate(
    State(state): State<AppState>,
    who: Resident,
    Path(id): Path<String>,
    head: HeaderMap,
) -> Result<Response> {
    if let Some(refusal) = other_version(&head) {
        return Ok(refusal);
    }
    let id = upload_id(&id)?;
    let _held = state.uploads.lanes.enter(id).await;
    if find(&state, who, id).await?.state == UploadState::Attached || !forget(&state, id).await? {
        return Err(ProblemCode::NotAllowedNow.into());
    }
    let version = [(headers::TUS_RESUMABLE, HeaderValue::from_static(headers::VERSION))];
    Ok((StatusCode::NO_CONTENT, version).into_response())
}

async fn take(state: &AppState, upload: Upload, body: Body, checksum: Option<[u8; 32]>) -> Result<Upload> {
    let from = upload.stored;
    take_from(state, upload, from, body, checksum).await
}

/// Takes bytes in a task of its own: when the line breaks the request is dropped, but what came must still count.
async fn take_from(
    state: &AppState,
    upload: Upload,
    from: u64,
    body: Body,
    checksum: Option<[u8; 32]>,
) -> Result<Upload> {
    let state = state.clone();
    let work = tokio::spawn(async move {
        let held = state.uploads.lanes.enter(upload.id).await;
        let who = upload.party;
        let again =
            || async { rows::find(&state.store, who, upload.id).await?.ok_or(Error::from(ProblemCode::NotFound)) };
        let now = again().await?;
        if from != now.stored {
            return Err(Problem::new(ProblemCode::UploadOffset).with("offset", now.stored).into());
        }
        if now.state == UploadState::Receiving {
            // All bytes may be here already, and only the look at the whole was cut off.
            let missing = now.stored < now.bytes;
            let offset = if missing { receive(&state, &held, &now, body, checksum).await? } else { now.stored };
            if offset == now.bytes {
                finish(&state, &Upload { stored: offset, ..now }).await?;
            }
        }
        again().await
    });
    work.await.map_err(|_| Error::internal("the receiving task ended"))?
}

/// Finds the upload of a file or makes it.
async fn open(state: &AppState, wanted: Upload) -> Result<Upload> {
    let allowance = state.uploads.allowance;
    forget_if_over(state, &wanted).await?;
    let mut tx = state.store.write().await?;
    if let Some(known) = rows::find_file(&mut tx, wanted.party, wanted.file).await? {
        let same = known.sha256 == wanted.sha256 && known.bytes == wanted.bytes && known.slot == wanted.slot;
        return if same { Ok(known) } else { Err(ProblemCode::KeyReused.into()) };
    }
    let (files, bytes) = rows::held_by(&mut tx, wanted.party).await?;
    if files >= allowance.files || bytes + wanted.bytes > allowance.bytes {
        return Err(Problem::new(ProblemCode::TooMany).with("what", "uploads").into());
    }
    rows::insert(&mut tx, &wanted, state.clock.now()).await?;
    tx.commit().await?;
    Ok(wanted)
}

/// An upload whose time is over makes room for a new one of the same file.
async fn forget_if_over(state: &AppState, wanted: &Upload) -> Result<()> {
    let mut connection = state.store.reader().acquire().await?;
    let known = rows::find_file(&mut connection, wanted.party, wanted.file).await?;
    drop(connection);
    if let Some(known) = known.filter(|known| known.is_over(state.clock.now())) {
        let _held = state.uploads.lanes.enter(known.id).await;
        forget(state, known.id).await?;
    }
    Ok(())
}

/// Limits of a slot today, else as an earlier version of the item had them: a running case and a draft that waits in
/// an outbox keep their version.
async fn limit_of(state: &AppState, item: Option<&str>, slot: &str) -> Result<Option<UploadLimit>> {
    let pack = state.catalogue.current();
    let today = limits::of_slot(&pack.pack.items, item, slot);
    let (None, Some(code)) = (&today, item) else { return Ok(today) };
    let mut connection = state.store.reader().acquire().await?;
    let earlier = crate::intake::earlier_versions(&mut connection, code).await?;
    Ok(limits::of_slot(&earlier, item, slot))
}

/// The upload that a creation asks for.
async fn describe(state: &AppState, who: Resident, head: &HeaderMap) -> Result<Upload> {
    let bytes = headers::bytes(head, &headers::UPLOAD_LENGTH)?;
    let metadata = headers::metadata(head)?;
    let sha256 = named(&metadata, "sha256")?.to_ascii_lowercase();
    if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(malformed("sha256").into());
    }
    let slot = named(&metadata, "slot")?;
    let item = metadata.get("item").cloned();
    let limit = limit_of(state, item.as_deref(), &slot).await?.ok_or_else(|| malformed("slot"))?;
    let most = limit.max_bytes.min(limits::MOST_BYTES);
    if bytes > most {
        return Err(Problem::new(ProblemCode::FileTooLarge).with("max", most).into());
    }
    if bytes == 0 {
        return Err(Problem::new(ProblemCode::FileUnreadable).with("why", "empty").into());
    }
    let now = state.clock.now();
    Ok(Upload {
        id: UploadId::new(now.millis(), random_bytes(state.random.as_ref())),
        party: who.party_id,
        file: FileId::from_str(&named(&metadata, "file_id")?).map_err(|_| malformed("file_id"))?,
        draft: DraftId::from_str(&named(&metadata, "draft_id")?).map_err(|_| malformed("draft_id"))?,
        item,
        slot,
        sha256,
        bytes,
        max_pages: limit.max_pages,
        kinds: limit.kinds,
        keep_metadata: limit.keep_metadata,
        stored: 0,
        state: UploadState::Receiving,
        kind: None,
        pages: 0,
        has_metadata: false,
        expires_at: now.plus_millis(state.uploads.allowance.days * 86_400_000),
        scan: ScanStanding::Unscanned,
    })
}

async fn find(state: &AppState, who: Resident, id: UploadId) -> Result<Upload> {
    let found = rows::find(&state.store, who.party_id, id).await?;
    found.filter(|upload| !upload.is_over(state.clock.now())).ok_or_else(|| ProblemCode::NotFound.into())
}

fn upload_id(text: &str) -> Result<UploadId> {
    UploadId::from_str(text).map_err(|_| ProblemCode::NotFound.into())
}

fn named(metadata: &BTreeMap<String, String>, key: &str) -> Result<String, Problem> {
    metadata.get(key).filter(|value| !value.is_empty()).cloned().ok_or_else(|| malformed(key))
}

fn malformed(what: &str) -> Problem {
    Problem::new(ProblemCode::BadRequest).with("what", format!("upload-metadata {what}"))
}

fn has_octets(head: &HeaderMap) -> bool {
    headers::text(head, &header::CONTENT_TYPE) == Some(headers::OFFSET_OCTETS)
}

/// A client of another version is told which one is spoken here.
fn other_version(head: &HeaderMap) -> Option<Response> {
    if headers::text(head, &headers::TUS_RESUMABLE) == Some(headers::VERSION) {
        return None;
    }
    let spoken = [(headers::TUS_VERSION, HeaderValue::from_static(headers::VERSION))];
    let problem = Problem::new(ProblemCode::BadRequest).with("what", headers::TUS_RESUMABLE);
    Some((StatusCode::PRECONDITION_FAILED, spoken, Json(problem)).into_response())
}

fn mark(answer: &mut Response, upload: &Upload) {
    let own = answer.headers_mut();
    own.insert(headers::TUS_RESUMABLE, HeaderValue::from_static(headers::VERSION));
    own.insert(headers::UPLOAD_OFFSET, HeaderValue::from(upload.stored));
    own.insert(headers::UPLOAD_LENGTH, HeaderValue::from(upload.bytes));
    if upload.state != UploadState::Attached {
        own.insert(headers::UPLOAD_EXPIRES, headers::expires(upload.expires_at));
    }
}

fn information_of(upload: &Upload) -> Option<UploadInfo> {
    let kind = upload.kind?;
    Some(UploadInfo {
        upload_id: upload.id,
        file_id: upload.file,
        kind,
        bytes: upload.bytes,
        sha256: upload.sha256.clone(),
    })
}
