//! How many transactions were acknowledged, told beside the store.
//!
//! SQLite takes a damaged frame of its write-ahead log for the torn end of an unfinished write and goes on
//! without it and all that follow. The number kept inside the store is then lower than the one kept here. The mark is
//! written after the commit, so after a power cut it may be too low, never too high: it raises no false alarm.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use parking_lot::Mutex;
use sha2::{Digest, Sha256};

const CONTEXT: &[u8] = b"haoban acknowledged transactions";
const NUMBER_BYTES: usize = 8;
const CHECK_BYTES: usize = 8;
const MARK_BYTES: usize = NUMBER_BYTES + CHECK_BYTES;

/// The mark of one store.
pub(crate) struct Mark {
    state: Mutex<State>,
}

struct State {
    file: Option<File>,
    /// What this process wrote or read last.
    known: Option<i64>,
}

/// Where the mark of a store lies.
pub(crate) fn path_of(store: &Path) -> PathBuf {
    store.with_extension("mark")
}

fn written(number: i64) -> [u8; MARK_BYTES] {
    let number = number.to_be_bytes();
    let check = Sha256::new().chain_update(CONTEXT).chain_update(number).finalize();
    let mut mark = [0; MARK_BYTES];
    mark[..NUMBER_BYTES].copy_from_slice(&number);
    mark[NUMBER_BYTES..].copy_from_slice(&check[..CHECK_BYTES]);
    mark
}

/// The number marked; nothing where there is no mark or it is no longer whole.
pub(crate) fn read(store: &Path) -> Option<i64> {
    read_from(&mut File::open(path_of(store)).ok()?)
}

fn read_from(file: &mut File) -> Option<i64> {
    let mut mark = [0; MARK_BYTES];
    file.seek(SeekFrom::Start(0)).ok()?;
    file.read_exact(&mut mark).ok()?;
    let number = i64::from_be_bytes(mark[..NUMBER_BYTES].try_into().ok()?);
    (written(number) == mark).then_some(number)
}

impl Mark {
    /// Opens the mark of a store. Without one the store works all the same: it only watches less closely.
    pub(crate) fn open(store: &Path) -> Self {
        let file = OpenOptions::new().create(true).read(true).write(true).truncate(false).open(path_of(store));
        if let Err(error) = &file {
            tracing::warn!(%error, "acknowledged transactions cannot be marked");
        }
        let mut file = file.ok();
        let known = file.as_mut().and_then(read_from);
        Self { state: Mutex::new(State { file, known }) }
    }

    /// Marks a transaction as acknowledged.
    pub(crate) fn set(&self, number: i64) {
        let mut state = self.state.lock();
        let Some(file) = state.file.as_mut() else { return };
        match file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(&written(number))) {
            Ok(()) => state.known = Some(number),
            Err(error) => {
                // A half-written mark is told from a whole one by its check; better none than an old one for ever.
                tracing::warn!(%error, "an acknowledged transaction could not be marked");
                state.file = None;
            }
        }
    }

    /// Whether another process has marked a transaction since this was last asked.
    pub(crate) fn moved_elsewhere(&self) -> bool {
        let mut state = self.state.lock();
        let Some(number) = state.file.as_mut().and_then(read_from) else { return false };
        state.known.replace(number) != Some(number)
    }
}
