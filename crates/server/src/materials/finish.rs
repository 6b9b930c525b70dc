//! A whole file: digest, content, then its place in the object store.

use std::path::Path;

use haoban_domain::{ids::UploadId, receipt};
use haoban_wire::{Problem, ProblemCode};
use object_store::{ObjectStoreExt as _, path::Path as ObjectPath};

use super::{Uploads, inspect, inspect::Found, rows, rows::Upload};
use crate::{AppState, Error, Result};

/// Where a whole file lies. The name says nothing about its owner.
pub(super) fn place(id: UploadId) -> ObjectPath {
    let name = id.uuid().simple().to_string();
    // The last characters of a UUIDv7 are random, so folders fill evenly.
    let folder = name.get(30..).unwrap_or_default().to_owned();
    ObjectPath::from_iter([folder.as_str(), name.as_str()])
}

/// Judges a whole file. A file that does not pass is forgotten, and its sender is told why.
pub(super) async fn finish(state: &AppState, upload: &Upload) -> Result<()> {
    let uploads = &state.uploads;
    let bytes = tokio::fs::read(uploads.part(upload.id)).await?;
    let (bytes, judged) = judge(uploads, bytes, upload).await?;
    let found = match judged {
        Ok(found) => found,
        Err(problem) => {
            forget(state, upload.id).await?;
            return Err(problem.into());
        }
    };
    uploads.files.put(&place(upload.id), bytes.into()).await.map_err(stored)?;
    let mut tx = state.store.write().await?;
    rows::complete(&mut tx, upload.id, found.kind, found.pages).await?;
    tx.commit().await?;
    uploads.drop_part(upload.id).await;
    Ok(())
}

type Judged = (Vec<u8>, std::result::Result<Found, Problem>);

async fn judge(uploads: &Uploads, bytes: Vec<u8>, upload: &Upload) -> Result<Judged> {
    let _turn = uploads.inspections.acquire().await.map_err(|_| Error::internal("inspections ended"))?;
    let (wanted, kinds, pages) = (upload.sha256.clone(), upload.kinds.clone(), upload.max_pages);
    let work = tokio::task::spawn_blocking(move || {
        let judged = if receipt::digest(&bytes) == wanted {
            inspect::inspect(&bytes, &kinds, pages)
        } else {
            Err(Problem::new(ProblemCode::UploadChecksum))
        };
        (bytes, judged)
    });
    // A parser that gives up on hostile bytes refuses that file and nothing else.
    Ok(work.await.unwrap_or_else(|_| (Vec::new(), Err(ProblemCode::FileUnreadable.into()))))
}

/// Forgets an upload that no case uses: row, part and file.
pub(super) async fn forget(state: &AppState, id: UploadId) -> Result<bool> {
    let mut tx = state.store.write().await?;
    let was_there = rows::delete(&mut tx, id).await?;
    tx.commit().await?;
    if was_there {
        state.uploads.drop_part(id).await;
        match state.uploads.files.delete(&place(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => tracing::warn!(upload = %id, %error, "a file could not be removed"),
        }
    }
    Ok(was_there)
}

impl Uploads {
    /// The bytes of a whole file.
    pub async fn read(&self, upload: &Upload) -> Result<bytes::Bytes> {
        self.files.get(&place(upload.id)).await.map_err(stored)?.bytes().await.map_err(stored)
    }

    /// Folder of the parts.
    pub(super) fn staging(&self) -> &Path {
        &self.staging
    }
}

fn stored(error: object_store::Error) -> Error {
    Error::internal(format!("object store: {error}"))
}
