//! Making a backup.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use haoban_domain::{ids::UploadId, receipt::digest, time::Timestamp};
use sqlx::Row as _;

use super::{BackupError, DATABASE, FILES, FORMAT, MANIFEST, Manifest, SECRET, blocking, store_in};
use crate::{
    audit,
    config::Config,
    materials,
    store::{Dialect, Store},
};

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Cases.
    pub cases: i64,
    /// Files.
    pub files: u64,
    /// Last row of the audit chain.
    pub audit: i64,
    /// Whether the secret is in it; otherwise it is kept by whoever set it.
    pub secret: bool,
    /// Size.
    pub bytes: u64,
}

/// A snapshot beside the database; removed with its value.
struct Snapshot(PathBuf);

impl Drop for Snapshot {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{ending}", self.0.display()));
        }
    }
}

/// Writes a backup of the platform of these settings to a new file, sealed for `recipient` (`age1…`). The platform may
/// be running. Nothing stands at the file's name until all of it is on the disk.
///
/// # Errors
/// When the database is not SQLite, files lie in a bucket, the key is none, a file of a case is missing or damaged, or
/// the disk fails. Nothing is left behind then.
pub async fn write(config: &Config, now: Timestamp, file: &Path, recipient: &str) -> Result<Written, BackupError> {
    let recipient: age::x25519::Recipient =
        recipient.parse().map_err(|_| BackupError::Recipient(recipient.to_owned()))?;
    if config.files.is_some() {
        return Err(BackupError::Bucket);
    }
    if file.exists() {
        return Err(BackupError::InTheWay(file.to_owned()));
    }
    let snapshot = snapshot(config).await?;
    let (manifest, files) = tidy(&snapshot.0, &config.data_dir, now).await?;
    let secret = config.data_dir.join(SECRET);
    let secret = (config.secret.is_none() && secret.exists()).then_some(secret);
    let (part, file) = (PathBuf::from(format!("{}.part", file.display())), file.to_owned());
    blocking(move || {
        let sealed = seal(&part, &recipient, &manifest, &snapshot.0, secret.as_deref(), &files);
        if sealed.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        let bytes = sealed?;
        std::fs::rename(&part, &file).map_err(BackupError::at(&file))?;
        sync_folder_of(&file)?;
        let Manifest { cases, files, audit, .. } = manifest;
        Ok(Written { cases, files, audit, secret: secret.is_some(), bytes })
    })
    .await
}

/// One moment of the database, whatever is written meanwhile.
async fn snapshot(config: &Config) -> Result<Snapshot, BackupError> {
    let address = config.database();
    if Dialect::of_url(&address) == Some(Dialect::Postgres) {
        return Err(BackupError::Postgres(config.data_dir.join(FILES)));
    }
    let place = config.data_dir.join(format!(".backup-{}.db", std::process::id()));
    let snapshot = Snapshot(place.clone());
    drop(Snapshot(place));
    let store = Store::open(&address).await?;
    let taken = store.copy_into(&snapshot.0).await;
    store.close().await;
    taken?;
    Ok(snapshot)
}

/// A whole file, and what it must be.
struct Kept {
    name: String,
    path: PathBuf,
    sha256: String,
}

/// Takes out of the snapshot what a restored platform could not go on with: parts of files that are still coming, and
/// files that were dropped since. Senders of these begin again.
async fn tidy(snapshot: &Path, data: &Path, now: Timestamp) -> Result<(Manifest, Vec<Kept>), BackupError> {
    let store = store_in(snapshot).await?;
    let found = look(&store, data).await;
    let outcome = match found {
        Ok((files, gone)) => forget(&store, &gone).await.map(|()| files),
        Err(error) => Err(error),
    };
    let manifest = match &outcome {
        Ok(files) => Some(manifest(&store, now, files.len() as u64).await),
        Err(_) => None,
    };
    store.close().await;
    let files = outcome?;
    let manifest = manifest.transpose()?.ok_or_else(|| BackupError::Wrong("no manifest".to_owned()))?;
    Ok((manifest, files))
}

async fn look(store: &Store, data: &Path) -> Result<(Vec<Kept>, Vec<String>), BackupError> {
    let rows = sqlx::query("SELECT id, state, sha256 FROM upload")
        .fetch_all(store.reader())
        .await
        .map_err(crate::Error::from)?;
    let (mut files, mut gone) = (Vec::new(), Vec::new());
    for row in rows {
        let text = |name: &str| row.try_get::<String, _>(name).map_err(crate::Error::from);
        let (id, state) = (text("id")?, text("state")?);
        let upload: UploadId = id.parse().map_err(crate::Error::from)?;
        let name = materials::name_of(upload);
        let path = data.join(FILES).join(&name);
        if state == "receiving" || (state != "attached" && !path.exists()) {
            gone.push(id);
        } else if path.exists() {
            files.push(Kept { name, path, sha256: text("sha256")? });
        } else {
            return Err(BackupError::Wrong(format!(
                "file `{}` of a case is missing; nothing was written",
                path.display()
            )));
        }
    }
    Ok((files, gone))
}

async fn forget(store: &Store, gone: &[String]) -> Result<(), BackupError> {
    let mut tx = store.write().await?;
    for id in gone {
        sqlx::query("DELETE FROM upload WHERE id = $1")
            .bind(id.clone())
            .execute(&mut *tx)
            .await
            .map_err(crate::Error::from)?;
    }
    Ok(tx.commit().await?)
}

async fn manifest(store: &Store, now: Timestamp, files: u64) -> Result<Manifest, BackupError> {
    let audit = audit::verify(store).await?;
    let audit = audit.map_err(|broken| BackupError::Wrong(format!("the audit chain breaks at row {}", broken.seq)))?;
    let cases = sqlx::query_scalar("SELECT CAST(COUNT(*) AS BIGINT) FROM cases").fetch_one(store.reader()).await;
    Ok(Manifest { format: FORMAT, at: now.millis(), audit, cases: cases.map_err(crate::Error::from)?, files })
}

/// Everything into one file; durable when it returns. Gives its size.
fn seal(
    part: &Path,
    recipient: &age::x25519::Recipient,
    manifest: &Manifest,
    database: &Path,
    secret: Option<&Path>,
    files: &[Kept],
) -> Result<u64, BackupError> {
    let out = File::create(part).map_err(BackupError::at(part))?;
    let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient as &dyn age::Recipient))
        .map_err(|error| BackupError::Sealed(error.to_string()))?;
    let sealed = encryptor.wrap_output(BufWriter::new(out)).map_err(BackupError::at(part))?;
    let mut tar = tar::Builder::new(sealed);
    let text = serde_json::to_vec(manifest).map_err(crate::Error::from)?;
    let mut head = tar::Header::new_gnu();
    head.set_size(text.len() as u64);
    head.set_mode(0o600);
    tar.append_data(&mut head, MANIFEST, text.as_slice()).map_err(BackupError::at(part))?;
    tar.append_path_with_name(database, DATABASE).map_err(BackupError::at(database))?;
    if let Some(secret) = secret {
        tar.append_path_with_name(secret, SECRET).map_err(BackupError::at(secret))?;
    }
    for kept in files {
        let bytes = std::fs::read(&kept.path).map_err(BackupError::at(&kept.path))?;
        if digest(&bytes) != kept.sha256 {
            let words = format!("file `{}` is not what was taken in; nothing was written", kept.path.display());
            return Err(BackupError::Wrong(words));
        }
        let mut head = tar::Header::new_gnu();
        head.set_size(bytes.len() as u64);
        head.set_mode(0o600);
        tar.append_data(&mut head, format!("{FILES}/{}", kept.name), bytes.as_slice())
            .map_err(BackupError::at(part))?;
    }
    let sealed = tar.into_inner().map_err(BackupError::at(part))?;
    let mut out = sealed.finish().map_err(BackupError::at(part))?;
    out.flush().map_err(BackupError::at(part))?;
    let out = out.into_inner().map_err(|error| BackupError::at(part)(error.into_error()))?;
    out.sync_all().map_err(BackupError::at(part))?;
    Ok(out.metadata().map_err(BackupError::at(part))?.len())
}

pub(super) fn sync_folder_of(file: &Path) -> Result<(), BackupError> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(BackupError::at(folder))
}
