//! Sealed files of a profile: materials and their thumbnails.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use parking_lot::Mutex;

/// Where sealed files lie.
#[derive(Clone)]
pub(crate) enum SealedFiles {
    /// In a folder of the profile.
    Folder(PathBuf),
    /// In memory, for the memory-only vault.
    Memory(Arc<Mutex<HashMap<String, Arc<Vec<u8>>>>>),
}
