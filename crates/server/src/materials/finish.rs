//! A whole file: digest, content, then its place in the object store.

use std::path::Path;

use haoban_domain::{ids::UploadId, receipt};
use haoban_wire::{Problem, ProblemCode, desk::ScanStanding};
use object_store::{ObjectStoreExt as _, path::Path as ObjectPath};

use super::{Uploads, inspect, inspect::Found, rows, rows::Upload, scan::Verdict};
use crate::{
    AppState, Error, Result,
    jobs::{self, JobKind},
};

/// Where a whole file lies. The name says nothing about its owner.
pub(super) fn place(id: UploadId) -> ObjectPath {
    let name = id.uuid().simple().to_string();
    // The last characters of a UUIDv7 are random, so folders fill evenly.
    let folder = name.get(30..).unwrap_or_default().to_owned();
    ObjectPath::from_iter([folder.as_str(), name.as_str()])
}

/// The same as a path below the folder of files.
pub(crate) fn name_of(id: UploadId) -> String {
    place(id).to_string()
}

/// Judges a whole file. A file that does not pass is forgotten, and its sender is told why. One that the virus
/// scanner did not look at stays closed until it has.
pub(super) async fn finish(state: &AppState, upload: &Upload) -> Result<()> {
    let uploads = &state.uploads;
    // Whole files are in memory here: only so many at once.
    let _turn = uploads.inspections.acquire().await.map_err(|_| Error::internal("inspections ended"))?;
    let bytes = uploads.whole_part(upload).await?;
    let (bytes, judged) = judge(bytes, upload).await;
    let bytes = bytes::Bytes::from(bytes);
    let passed = match judged {
        Ok(found) => match uploads.scanner.scan(&bytes).await {
            Verdict::Clean => Ok((found, ScanStanding::Clean)),
            Verdict::NoScanner => Ok((found, ScanStanding::Unscanned)),
            Verdict::NoAnswer => Ok((found, ScanStanding::Pending)),
            Verdict::Harmful => Err(ProblemCode::FileHarmful.into()),
        },
        Err(problem) => Err(problem),
    };
    let (found, scan) = match passed {
        Ok(passed) => passed,
        Err(problem) => {
            forget(state, upload.id).await?;
            return Err(problem.into());
        }
    };
    haoban_failpoints::reach("upload-before-store");
    uploads.keep(upload.id, bytes).await?;
    haoban_failpoints::reach("upload-before-complete");
    let mut tx = state.store.write().await?;
    rows::complete(&mut tx, upload.id, found, scan).await?;
    if scan == ScanStanding::Pending {
        jobs::put(&mut tx, JobKind::ScanUpload, &upload.id.to_string(), state.clock.now()).await?;
    }
    tx.commit().await?;
    haoban_failpoints::reach("upload-complete");
    uploads.drop_part(upload.id).await;
    Ok(())
}

async fn judge(bytes: Vec<u8>, upload: &Upload) -> (Vec<u8>, std::result::Result<Found, Problem>) {
    let (wanted, kinds, pages) = (upload.sha256.clone(), upload.kinds.clone(), upload.max_pages);
    let keep_metadata = upload.keep_metadata;
    let work = tokio::task::spawn_blocking(move || {
        let judged = if receipt::digest(&bytes) == wanted {
            inspect::inspect(&bytes, &kinds, pages).and_then(|found| match found.notes {
                Some(notes) if !keep_metadata => Err(Problem::new(ProblemCode::FileMetadata).with("found", notes)),
                _ => Ok(found),
            })
        } else {
            Err(Problem::new(ProblemCode::UploadChecksum))
        };
        (bytes, judged)
    });
    // A parser that gives up on hostile bytes refuses that file and nothing else.
    work.await.unwrap_or_else(|_| (Vec::new(), Err(ProblemCode::FileUnreadable.into())))
}

/// Forgets an upload that no case uses: its row now, its bytes by a job, so that a crash in between leaves no
/// file behind that nobody knows.
pub(super) async fn forget(state: &AppState, id: UploadId) -> Result<bool> {
    let mut tx = state.store.write().await?;
    let was_there = rows::delete(&mut tx, id).await?;
    if was_there {
        jobs::put(&mut tx, JobKind::DropFile, &id.to_string(), state.clock.now()).await?;
    }
    tx.commit().await?;
    Ok(was_there)
}

/// Removes the bytes of an upload that was forgotten; those that are gone are fine.
pub(crate) async fn drop_file(state: &AppState, id: UploadId) -> Result<()> {
    state.uploads.drop_part(id).await;
    match state.uploads.files.delete(&place(id)).await {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(stored(error)),
    }
}

impl Uploads {
    /// The bytes of a part that is whole, or of the file it was moved to before a crash.
    async fn whole_part(&self, upload: &Upload) -> Result<Vec<u8>> {
        match tokio::fs::read(self.part(upload.id)).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(self.read(upload).await?.into()),
            read => Ok(read?),
        }
    }

    /// Puts a whole file where files are kept, durably.
    async fn keep(&self, id: UploadId, bytes: bytes::Bytes) -> Result<()> {
        let (part, Some(folder)) = (self.part(id), self.folder.clone()) else {
            self.files.put(&place(id), bytes.into()).await.map_err(stored)?;
            return Ok(());
        };
        let file = place(id).parts().fold(folder.clone(), |path, name| path.join(name.as_ref()));
        let work = tokio::task::spawn_blocking(move || move_durably(&part, &file, &folder));
        work.await.map_err(|_| Error::internal("moving a file ended"))??;
        Ok(())
    }

    /// The bytes of a whole file.
    pub async fn read(&self, upload: &Upload) -> Result<bytes::Bytes> {
        self.files.get(&place(upload.id)).await.map_err(stored)?.bytes().await.map_err(stored)
    }

    /// Folder of the parts.
    pub(super) fn staging(&self) -> &Path {
        &self.staging
    }
}

/// The bytes of the part are synced already; here its new name is.
fn move_durably(part: &Path, file: &Path, folder: &Path) -> std::io::Result<()> {
    let parent = file.parent().unwrap_or(folder);
    if !parent.exists() {
        std::fs::create_dir_all(parent)?;
        std::fs::File::open(folder)?.sync_all()?;
    }
    match std::fs::rename(part, file) {
        // Moved before a crash.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && file.exists() => {}
        moved => moved?,
    }
    std::fs::File::open(parent)?.sync_all()
}

fn stored(error: object_store::Error) -> Error {
    Error::internal(format!("object store: {error}"))
}
