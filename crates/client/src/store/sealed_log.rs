//! An append-only log of sealed records: one write each, numbered without a gap.
//!
//! A record is `length (u32) · number (u64) · check (u32) · sealed content`, big endian; the number is bound to the
//! seal, the check covers length and number, so a damaged length is told from a record that was cut off. A record is
//! in the kernel when [`SealedLog::append`] returns, and on the disk after [`SealedLog::sync`].

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::StoreError;
use crate::vault::{Keys, VaultError};

const LENGTH_BYTES: usize = 4;
const NUMBER_BYTES: usize = 8;
const CHECK_BYTES: usize = 4;
const HEAD: usize = LENGTH_BYTES + NUMBER_BYTES + CHECK_BYTES;
const CONTEXT: &[u8] = b"haoban log";

/// What a log held.
#[derive(Default)]
pub(crate) struct Reading {
    /// Genuine records in order, with their numbers.
    pub(crate) records: Vec<(u64, Zeroizing<Vec<u8>>)>,
    /// Where the last of them ends; what comes after was being written when the process ended.
    pub(crate) end: u64,
    /// Something that was written whole can no longer be read.
    pub(crate) damaged: bool,
}

fn check(length: [u8; LENGTH_BYTES], number: [u8; NUMBER_BYTES]) -> [u8; CHECK_BYTES] {
    let digest = Sha256::new().chain_update(CONTEXT).chain_update(length).chain_update(number).finalize();
    std::array::from_fn(|at| digest[at])
}

/// Length of the content and number, if a genuine head begins here.
fn head(bytes: &[u8]) -> Option<(usize, u64)> {
    let length = bytes.get(..LENGTH_BYTES)?.try_into().ok()?;
    let number = bytes.get(LENGTH_BYTES..LENGTH_BYTES + NUMBER_BYTES)?.try_into().ok()?;
    (bytes.get(HEAD - CHECK_BYTES..HEAD)? == check(length, number))
        .then(|| (u32::from_be_bytes(length) as usize, u64::from_be_bytes(number)))
}

/// Reads all that can be read. Nothing is changed.
pub(crate) fn read(path: &Path, keys: &Keys) -> Result<Reading, StoreError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(parse(&bytes, keys)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Reading::default()),
        Err(error) => Err(error.into()),
    }
}

fn parse(bytes: &[u8], keys: &Keys) -> Reading {
    let mut reading = Reading::default();
    let (mut at, mut sound) = (0, 0);
    while at < bytes.len() {
        let left = &bytes[at..];
        let Some((length, number)) = head(left) else {
            // Cut off inside a head, or a file that grew before its content came: nothing whole is lost with either.
            if left.len() < HEAD || left.iter().all(|byte| *byte == 0) {
                break;
            }
            reading.damaged = true;
            let Some(next) = (1..left.len()).find(|next| head(&left[*next..]).is_some()) else { break };
            at += next;
            continue;
        };
        let Some(sealed) = left.get(HEAD..HEAD + length) else { break };
        at += HEAD + length;
        match keys.open_log(number, sealed) {
            Ok(content) => {
                reading.records.push((number, content));
                sound = at;
            }
            Err(_) => reading.damaged = true,
        }
    }
    reading.end = sound as u64;
    reading
}

/// A log that is being written; only one process holds it at a time.
pub(crate) struct SealedLog {
    path: PathBuf,
    file: File,
    end: u64,
    next: u64,
    /// A write failed and could not be taken back.
    broken: bool,
}

impl SealedLog {
    /// Opens the log to go on after what was read; `None` while another process holds it.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, StoreError> {
        let file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
        super::restrict(path)?;
        match file.try_lock() {
            Ok(()) => {
                let end = file.metadata()?.len();
                Ok(Some(Self { path: path.to_owned(), file, end, next: 1, broken: false }))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// What it holds now.
    pub(crate) fn read(&mut self, keys: &Keys) -> Result<Reading, StoreError> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_end(&mut bytes)?;
        Ok(parse(&bytes, keys))
    }

    /// The number the next record gets.
    pub(crate) fn go_on_from(&mut self, next: u64) {
        self.next = next;
    }

    /// Keeps a copy of the whole file beside it, durable.
    pub(crate) fn copy_to(&self, name: &str) -> Result<(), StoreError> {
        let copy = self.path.with_file_name(name);
        std::fs::copy(&self.path, &copy)?;
        super::restrict(&copy)?;
        Ok(File::open(&copy)?.sync_all()?)
    }

    /// Appends a record; it survives the end of this process from then on. On failure the log is as before.
    pub(crate) fn append(&mut self, keys: &Keys, content: &[u8]) -> Result<u64, VaultError> {
        if self.broken {
            return Err(StoreError::Failed("the log is closed after a failed write".to_owned()).into());
        }
        let number = self.next;
        let sealed = keys.seal_log(number, content)?;
        let length = u32::try_from(sealed.len())
            .map_err(|_| StoreError::Failed("a record too long for the log".to_owned()))?
            .to_be_bytes();
        let mut record = Vec::with_capacity(HEAD + sealed.len());
        record.extend_from_slice(&length);
        record.extend_from_slice(&number.to_be_bytes());
        record.extend_from_slice(&check(length, number.to_be_bytes()));
        record.extend_from_slice(&sealed);
        if let Err(error) = self.file.write_all(&record) {
            self.broken = self.file.set_len(self.end).is_err();
            return Err(StoreError::from(error).into());
        }
        self.end += record.len() as u64;
        self.next += 1;
        Ok(number)
    }

    /// Empties it; its records are elsewhere.
    pub(crate) fn clear(&mut self) -> Result<(), StoreError> {
        self.file.set_len(0)?;
        self.end = 0;
        self.broken = false;
        Ok(())
    }

    /// Cuts off what is not a whole record.
    pub(crate) fn cut(&mut self, end: u64) -> Result<(), StoreError> {
        self.file.set_len(end)?;
        self.end = end;
        Ok(())
    }

    /// A second handle, to sync without holding the log.
    pub(crate) fn handle(&self) -> Result<File, StoreError> {
        Ok(self.file.try_clone()?)
    }

    /// Bytes in it.
    pub(crate) fn len(&self) -> u64 {
        self.end
    }
}

#[cfg(test)]
mod tests;
