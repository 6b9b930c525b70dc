//! The files of a profile as a whole: made private, set aside, erased.

use std::path::{Path, PathBuf};

use haoban_domain::time::Timestamp;

use super::opening::FILES_DIR;
use crate::store::StoreError;

/// Store, copies made before an upgrade, write-ahead log, shared memory, mark: all begin with this.
const STORE_PREFIX: &str = "store.";
/// The store itself; the last to be moved.
const STORE: &str = "store.db";
const ASIDE_PREFIX: &str = "damaged-";

fn entries(dir: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    entries.flatten().map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect()
}

fn gone(result: std::io::Result<()>) -> Result<(), StoreError> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StoreError::from(error)),
        _ => Ok(()),
    }
}

/// Removes store and sealed files of a profile, and whatever was set aside.
pub(crate) fn erase_profile(dir: &Path) -> Result<(), StoreError> {
    gone(std::fs::remove_dir_all(dir.join(FILES_DIR)))?;
    for (name, path) in entries(dir) {
        if name.starts_with(STORE_PREFIX) {
            gone(std::fs::remove_file(path))?;
        } else if name.starts_with(ASIDE_PREFIX) {
            gone(std::fs::remove_dir_all(path))?;
        }
    }
    Ok(())
}

/// Moves a damaged store with all that belongs to it into a folder of its own beside it.
///
/// The store goes last: cut off in between, the next start still finds it and begins nothing anew by itself.
pub(crate) fn set_aside(dir: &Path, now: Timestamp) -> Result<(), StoreError> {
    let aside = dir.join(format!("{ASIDE_PREFIX}{}", now.millis()));
    create_private_dir(&aside)?;
    let belongs = |name: &str| name.starts_with(STORE_PREFIX) || name == FILES_DIR;
    for (name, path) in entries(dir).into_iter().filter(|(name, _)| belongs(name) && name != STORE) {
        std::fs::rename(path, aside.join(name))?;
    }
    gone(std::fs::rename(dir.join(STORE), aside.join(STORE)))
}

/// Stores that were set aside.
pub(crate) fn set_aside_stores(dir: &Path) -> Vec<PathBuf> {
    let aside = entries(dir).into_iter().filter(|(name, _)| name.starts_with(ASIDE_PREFIX));
    aside.map(|(_, path)| path.join(STORE)).collect()
}

/// Makes a folder only this user can enter.
pub(crate) fn create_private_dir(dir: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(StoreError::from)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700)).map_err(StoreError::from)?;
    }
    Ok(())
}
