//! Sealed files of a profile: materials and their thumbnails.
//!
//! A file is a row of records `length (u32, big endian) · sealed chunk`. Each chunk is bound to the file's
//! name, its number and whether it is the last, so chunks cannot be swapped, taken from another file, or cut off.

use std::{
    collections::HashMap,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use parking_lot::Mutex;
use zeroize::Zeroizing;

use super::StoreError;
use crate::{
    ClientError,
    vault::{CHUNK_OVERHEAD, Keys, VaultError},
};

/// Plain bytes of a full chunk.
const CHUNK: usize = 64 * 1024;
/// Ending of a file that is being written.
const PART: &str = ".part";
/// Ending of a file that is sealed under the next key.
const NEXT: &str = ".next";
/// Sealed bytes of a full chunk with its length.
const RECORD: usize = 4 + CHUNK + CHUNK_OVERHEAD;

/// Where sealed files lie.
#[derive(Clone)]
pub(crate) enum SealedFiles {
    /// In a folder of the profile.
    Folder(PathBuf),
    /// In memory, for the memory-only vault.
    Memory(Arc<Mutex<HashMap<String, Arc<Vec<u8>>>>>),
}

impl SealedFiles {
    /// Seals and writes a whole file; durable when it returns.
    pub(crate) async fn write(
        &self,
        keys: Arc<Keys>,
        name: &str,
        content: Zeroizing<Vec<u8>>,
    ) -> Result<(), ClientError> {
        let (files, name) = (self.clone(), name.to_owned());
        blocking(move || {
            match &files {
                Self::Folder(dir) => write_file(dir, &name, |out| seal_all(&keys, &name, &content, out))?,
                Self::Memory(map) => {
                    let mut sealed = Vec::new();
                    seal_all(&keys, &name, &content, &mut sealed)?;
                    map.lock().insert(name, Arc::new(sealed));
                }
            }
            Ok(())
        })
        .await
    }

    /// Reads `len` plain bytes from `offset`; fewer at the end of the file.
    pub(crate) async fn read(
        &self,
        keys: Arc<Keys>,
        name: &str,
        offset: u64,
        len: usize,
    ) -> Result<Zeroizing<Vec<u8>>, ClientError> {
        let (files, name) = (self.clone(), name.to_owned());
        blocking(move || match &files {
            Self::Folder(dir) => {
                let mut file = std::fs::File::open(dir.join(&name)).map_err(StoreError::from)?;
                let size = file.metadata().map_err(StoreError::from)?.len();
                open_range(&keys, &name, &mut file, size, offset, len)
            }
            Self::Memory(map) => {
                let sealed = map.lock().get(&name).cloned().ok_or(VaultError::NotGenuine)?;
                let size = sealed.len() as u64;
                open_range(&keys, &name, &mut std::io::Cursor::new(sealed.as_slice()), size, offset, len)
            }
        })
        .await
    }

    /// Removes a file; removing nothing is fine.
    pub(crate) fn remove(&self, name: &str) {
        match self {
            Self::Folder(dir) => match std::fs::remove_file(dir.join(name)) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => tracing::warn!(%error, "a sealed file could not be removed"),
            },
            Self::Memory(map) => {
                map.lock().remove(name);
            }
        }
    }

    /// Names of all files that are whole.
    pub(crate) fn whole(&self) -> Vec<String> {
        let unfinished = |name: &String| name.ends_with(PART) || name.ends_with(NEXT);
        self.names().into_iter().filter(|name| !unfinished(name)).collect()
    }

    /// Seals a file anew beside itself; durable when it returns. The old one stays in its place.
    pub(crate) async fn seal_beside(&self, old: Arc<Keys>, new: Arc<Keys>, name: &str) -> Result<(), ClientError> {
        let content = self.read(old, name, 0, usize::MAX).await?;
        let (files, name) = (self.clone(), name.to_owned());
        blocking(move || match &files {
            Self::Folder(dir) => write_file(dir, &format!("{name}{NEXT}"), |out| seal_all(&new, &name, &content, out)),
            // What lies in memory has no key that outlives the process.
            Self::Memory(_) => Ok(()),
        })
        .await
    }

    /// Puts files that were sealed anew into the places of the old ones; durable when it returns.
    pub(crate) fn move_in(&self) -> Result<(), StoreError> {
        let Self::Folder(dir) = self else { return Ok(()) };
        for name in self.names() {
            if let Some(place) = name.strip_suffix(NEXT) {
                std::fs::rename(dir.join(&name), dir.join(place))?;
                haoban_failpoints::reach("rotate-file-moved");
            }
        }
        #[cfg(unix)]
        if dir.exists() {
            std::fs::File::open(dir)?.sync_all()?;
        }
        Ok(())
    }

    /// Removes files that were sealed anew for nothing.
    pub(crate) fn drop_beside(&self) -> Result<(), StoreError> {
        let Self::Folder(dir) = self else { return Ok(()) };
        for name in self.names().iter().filter(|name| name.ends_with(NEXT)) {
            std::fs::remove_file(dir.join(name))?;
        }
        Ok(())
    }

    /// Names of all files, unfinished ones included.
    pub(crate) fn names(&self) -> Vec<String> {
        match self {
            Self::Folder(dir) => std::fs::read_dir(dir)
                .map(|entries| entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect())
                .unwrap_or_default(),
            Self::Memory(map) => map.lock().keys().cloned().collect(),
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ClientError> + Send + 'static,
) -> Result<T, ClientError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(StoreError::Failed("the file worker stopped".to_owned()).into()),
    }
}

/// Writes beside and renames, so that a name always means a whole file.
fn write_file(
    dir: &Path,
    name: &str,
    fill: impl FnOnce(&mut dyn Write) -> Result<(), ClientError>,
) -> Result<(), ClientError> {
    let part = dir.join(format!("{name}{PART}"));
    let result = (|| {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = std::io::BufWriter::new(options.open(&part).map_err(StoreError::from)?);
        fill(&mut file)?;
        let file = file.into_inner().map_err(|error| StoreError::from(error.into_error()))?;
        file.sync_all().map_err(StoreError::from)?;
        std::fs::rename(&part, dir.join(name)).map_err(StoreError::from)?;
        sync_dir(dir)
    })();
    if result.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    result
}

fn sync_dir(dir: &Path) -> Result<(), ClientError> {
    #[cfg(unix)]
    std::fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(StoreError::from)?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

fn seal_all(keys: &Keys, name: &str, content: &[u8], out: &mut dyn Write) -> Result<(), ClientError> {
    let count = content.len().div_ceil(CHUNK).max(1);
    for number in 0..count {
        let chunk = &content[number * CHUNK..content.len().min((number + 1) * CHUNK)];
        let sealed = keys.seal_chunk(name, number as u64, number + 1 == count, chunk)?;
        let length = u32::try_from(sealed.len()).map_err(|_| VaultError::NotGenuine)?;
        out.write_all(&length.to_be_bytes()).map_err(StoreError::from)?;
        out.write_all(&sealed).map_err(StoreError::from)?;
    }
    Ok(())
}

fn open_range(
    keys: &Keys,
    name: &str,
    source: &mut (impl Read + Seek),
    size: u64,
    offset: u64,
    len: usize,
) -> Result<Zeroizing<Vec<u8>>, ClientError> {
    let count = size.div_ceil(RECORD as u64);
    let mut number = offset / CHUNK as u64;
    let mut skip = usize::try_from(offset % CHUNK as u64).map_err(|_| VaultError::NotGenuine)?;
    let mut plain = Zeroizing::new(Vec::with_capacity(len.min(4 * 1024 * 1024)));
    source.seek(SeekFrom::Start(number * RECORD as u64)).map_err(StoreError::from)?;
    while plain.len() < len && number < count {
        let chunk = keys.open_chunk(name, number, number + 1 == count, &read_record(source)?)?;
        let from = skip.min(chunk.len());
        let to = chunk.len().min(from + len - plain.len());
        plain.extend_from_slice(&chunk[from..to]);
        skip = 0;
        number += 1;
    }
    Ok(plain)
}

fn read_record(source: &mut impl Read) -> Result<Vec<u8>, ClientError> {
    let mut length = [0u8; 4];
    source.read_exact(&mut length).map_err(|_| VaultError::NotGenuine)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > CHUNK + CHUNK_OVERHEAD {
        return Err(VaultError::NotGenuine.into());
    }
    let mut sealed = vec![0u8; length];
    source.read_exact(&mut sealed).map_err(|_| VaultError::NotGenuine)?;
    Ok(sealed)
}
