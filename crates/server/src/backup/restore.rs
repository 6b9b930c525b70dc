//! Bringing a backup back.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::{Component, Path, PathBuf},
};

use haoban_domain::{ids::UploadId, receipt::digest};
use sqlx::Row as _;

use super::{
    BackupError, DATABASE, FILES, FORMAT, MANIFEST, Manifest, SECRET, blocking, store_in, write::sync_folder_of,
};
use crate::{audit, materials, store::Store};

/// What was brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Cases.
    pub cases: i64,
    /// Files.
    pub files: u64,
    /// Last row of the audit chain.
    pub audit: i64,
    /// Whether the secret came with it; otherwise the platform needs the one it had.
    pub secret: bool,
}

/// Unpacks a backup into a data folder that does not exist yet, checks all of it, and only then gives it its name.
///
/// # Errors
/// When the folder exists, the key does not fit, or anything in the backup is not what its manifest, its database or
/// the audit chain say. The folder does not exist then.
pub async fn restore(file: &Path, identity: &Path, into: &Path) -> Result<Restored, BackupError> {
    if into.exists() {
        return Err(BackupError::InTheWay(into.to_owned()));
    }
    let part = PathBuf::from(format!("{}.part", into.display()));
    if part.exists() {
        return Err(BackupError::InTheWay(part));
    }
    let (from, identity, to) = (file.to_owned(), identity.to_owned(), part.clone());
    let unpacked = blocking(move || unpack(&from, &identity, &to)).await;
    let restored = match unpacked {
        Ok(manifest) => check(&part, &manifest).await,
        Err(error) => Err(error),
    };
    let restored = match restored {
        Ok(restored) => std::fs::rename(&part, into).map_err(BackupError::at(into)).map(|()| restored),
        Err(error) => Err(error),
    };
    if restored.is_err() {
        let _ = std::fs::remove_dir_all(&part);
    }
    let restored = restored?;
    sync_folder_of(into)?;
    Ok(restored)
}

fn unpack(file: &Path, identity: &Path, part: &Path) -> Result<Manifest, BackupError> {
    let text = std::fs::read_to_string(identity).map_err(BackupError::at(identity))?;
    let line = text.lines().map(str::trim).find(|line| line.starts_with("AGE-SECRET-KEY-"));
    let key: age::x25519::Identity =
        line.and_then(|line| line.parse().ok()).ok_or_else(|| BackupError::Identity(identity.to_owned()))?;
    let sealed = |error: age::DecryptError| BackupError::Sealed(error.to_string());
    let input = BufReader::new(File::open(file).map_err(BackupError::at(file))?);
    let opened = age::Decryptor::new(input).map_err(sealed)?;
    let opened = opened.decrypt(std::iter::once(&key as &dyn age::Identity)).map_err(sealed)?;
    create(part)?;
    let mut tar = tar::Archive::new(opened);
    let broken = |error: std::io::Error| BackupError::Sealed(error.to_string());
    let mut manifest = None;
    for entry in tar.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let name = entry.path().map_err(broken)?.into_owned();
        if name == Path::new(MANIFEST) {
            let mut text = String::new();
            entry.read_to_string(&mut text).map_err(broken)?;
            manifest = Some(serde_json::from_str::<Manifest>(&text).map_err(crate::Error::from)?);
            continue;
        }
        let place = place(part, &name)?;
        if let Some(folder) = place.parent() {
            create(folder)?;
        }
        let mut out = private(&place)?;
        std::io::copy(&mut entry, &mut out).map_err(BackupError::at(&place))?;
        out.sync_all().map_err(BackupError::at(&place))?;
    }
    let manifest = manifest.ok_or_else(|| BackupError::Wrong("there is no manifest in it".to_owned()))?;
    if manifest.format != FORMAT {
        let words = format!("the backup has form {}, this program knows {FORMAT}", manifest.format);
        return Err(BackupError::Wrong(words));
    }
    Ok(manifest)
}

/// Only what a backup holds, and nothing outside the folder.
fn place(part: &Path, name: &Path) -> Result<PathBuf, BackupError> {
    let plain = name.components().all(|step| matches!(step, Component::Normal(_)));
    let known = name == Path::new(DATABASE) || name == Path::new(SECRET) || name.starts_with(FILES);
    if plain && known {
        Ok(part.join(name))
    } else {
        Err(BackupError::Wrong(format!("`{}` does not belong into a backup", name.display())))
    }
}

fn create(folder: &Path) -> Result<(), BackupError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(BackupError::at(folder))
}

fn private(path: &Path) -> Result<File, BackupError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(BackupError::at(path))
}

async fn check(part: &Path, manifest: &Manifest) -> Result<Restored, BackupError> {
    let store = store_in(&part.join(DATABASE)).await?;
    let checked = all_of(&store, part, manifest).await;
    store.close().await;
    checked
}

async fn all_of(store: &Store, part: &Path, manifest: &Manifest) -> Result<Restored, BackupError> {
    let sound: String = sqlx::query_scalar("SELECT integrity_check FROM pragma_integrity_check")
        .fetch_one(store.reader())
        .await
        .map_err(crate::Error::from)?;
    if sound != "ok" {
        return Err(BackupError::Wrong(format!("the database in it is damaged: {sound}")));
    }
    let audit = audit::verify(store).await?;
    let audit = audit.map_err(|broken| BackupError::Wrong(format!("its audit chain breaks at row {}", broken.seq)))?;
    let cases: i64 = sqlx::query_scalar("SELECT CAST(COUNT(*) AS BIGINT) FROM cases")
        .fetch_one(store.reader())
        .await
        .map_err(crate::Error::from)?;
    let rows =
        sqlx::query("SELECT id, sha256 FROM upload").fetch_all(store.reader()).await.map_err(crate::Error::from)?;
    let mut files = 0;
    for row in rows {
        let text = |name: &str| row.try_get::<String, _>(name).map_err(crate::Error::from);
        let upload: UploadId = text("id")?.parse().map_err(crate::Error::from)?;
        let path = part.join(FILES).join(materials::name_of(upload));
        let bytes = tokio::fs::read(&path).await.map_err(BackupError::at(&path))?;
        if digest(&bytes) != text("sha256")? {
            return Err(BackupError::Wrong(format!("file `{}` in it is not what was taken in", path.display())));
        }
        files += 1;
    }
    if (cases, files, audit) != (manifest.cases, manifest.files, manifest.audit) {
        return Err(BackupError::Wrong("what is in it is not what its manifest says".to_owned()));
    }
    Ok(Restored { cases, files, audit, secret: part.join(SECRET).exists() })
}
