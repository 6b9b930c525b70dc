//! Bytes of one request into the staging file.

use std::{fs::TryLockError, io::SeekFrom, path::PathBuf, time::Duration};

use axum::body::Body;
use futures_util::StreamExt as _;
use haoban_domain::ids::UploadId;
use haoban_wire::{Problem, ProblemCode};
use sha2::{Digest as _, Sha256};
use tokio::{
    fs::{File, OpenOptions},
    io::{AsyncSeekExt as _, AsyncWriteExt as _},
};

use super::{Uploads, lanes::Held, rows, rows::Upload};
use crate::{AppState, Result};

/// A sender that is silent for so long is gone.
const SILENCE: Duration = Duration::from_secs(60);

impl Uploads {
    /// Where the parts of an upload gather.
    pub(super) fn part(&self, id: UploadId) -> PathBuf {
        self.staging.join(id.to_string())
    }

    /// Forgets the parts of an upload.
    pub(super) async fn drop_part(&self, id: UploadId) {
        if let Err(error) = tokio::fs::remove_file(self.part(id)).await
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(upload = %id, %error, "a part could not be removed");
        }
    }
}

/// How a stream of bytes ended.
enum End {
    /// The sender was done.
    Whole,
    /// The line broke, the sender fell silent, or a newer request took over. What came is kept.
    Cut,
}

/// Takes the bytes of one request and counts them once they are synced. Gives the new offset.
///
/// With a checksum nothing counts unless all of it fits; without one, what came before the line broke counts.
pub(super) async fn receive(
    state: &AppState,
    held: &Held,
    upload: &Upload,
    body: Body,
    checksum: Option<[u8; 32]>,
) -> Result<u64> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(state.uploads.part(upload.id)).await?;
    let mut file = alone(state, file, upload).await?;
    // Bytes behind the counted ones were never acknowledged.
    file.set_len(upload.stored).await?;
    file.seek(SeekFrom::Start(upload.stored)).await?;
    let mut digest = checksum.map(|_| Sha256::new());
    let (taken, end) = copy(&mut file, body, upload.bytes - upload.stored, digest.as_mut(), held).await?;
    if let (Some(wanted), Some(digest)) = (checksum, digest) {
        if matches!(end, End::Cut) {
            return Ok(upload.stored);
        }
        if digest.finalize().as_slice() != wanted {
            return Err(ProblemCode::UploadChecksum.into());
        }
    }
    file.flush().await?;
    file.sync_data().await?;
    haoban_failpoints::reach("upload-synced");
    let offset = upload.stored + taken;
    let mut tx = state.store.write().await?;
    if !rows::advance(&mut tx, upload.id, upload.stored, offset).await? {
        return Err(ProblemCode::UploadOffset.into());
    }
    tx.commit().await?;
    haoban_failpoints::reach("upload-counted");
    Ok(offset)
}

/// Keeps other processes on the same folder out for as long as the file is open, and looks again: one of them may have
/// gone on meanwhile, and what it was promised must not be cut off.
async fn alone(state: &AppState, file: File, upload: &Upload) -> Result<File> {
    let file = file.into_std().await;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(Problem { retry_after_ms: Some(1_000), ..ProblemCode::Unavailable.into() }.into());
        }
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    let now = rows::find_any(&state.store, upload.id).await?.ok_or(ProblemCode::NotFound)?;
    if now.stored != upload.stored {
        return Err(Problem::new(ProblemCode::UploadOffset).with("offset", now.stored).into());
    }
    let there = file.metadata()?.len();
    if there < now.stored {
        // Counted bytes are gone (a disk that was put back): saying so costs the sender these bytes, filling the gap
        // with nothing would cost the file.
        tracing::error!(upload = %upload.id, there, counted = now.stored, "a part is shorter than what was counted");
        let mut tx = state.store.write().await?;
        rows::advance(&mut tx, upload.id, now.stored, there).await?;
        tx.commit().await?;
        return Err(Problem::new(ProblemCode::UploadOffset).with("offset", there).into());
    }
    Ok(File::from_std(file))
}

async fn copy(
    file: &mut File,
    body: Body,
    room: u64,
    mut digest: Option<&mut Sha256>,
    held: &Held,
) -> Result<(u64, End)> {
    let mut stream = body.into_data_stream();
    let mut taken = 0_u64;
    loop {
        let next = tokio::select! {
            next = tokio::time::timeout(SILENCE, stream.next()) => next,
            () = held.ended.cancelled() => return Ok((taken, End::Cut)),
        };
        let chunk = match next {
            Ok(None) => return Ok((taken, End::Whole)),
            Ok(Some(Ok(chunk))) => chunk,
            Ok(Some(Err(_))) | Err(_) => return Ok((taken, End::Cut)),
        };
        let length = chunk.len() as u64;
        if taken + length > room {
            return Err(Problem::new(ProblemCode::FileTooLarge).with("max", room).into());
        }
        if let Some(digest) = digest.as_deref_mut() {
            digest.update(&chunk);
        }
        file.write_all(&chunk).await?;
        taken += length;
    }
}
