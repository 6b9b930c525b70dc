//! Files dropped on the window: the path stays here, the page only gets a single-use token.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

use haoban_wire::ui::ClientEvent;
use parking_lot::Mutex;
use tauri::{AppHandle, Emitter, Manager};

/// Paths by token.
#[derive(Default)]
pub(crate) struct HeldFiles {
    paths: Mutex<HashMap<String, PathBuf>>,
    next: AtomicU64,
}

impl HeldFiles {
    fn hold(&self, path: PathBuf) -> String {
        let token = format!("drop-{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.paths.lock().insert(token.clone(), path);
        token
    }

    /// Hands a path out, once.
    pub(crate) fn take(&self, token: &str) -> Option<PathBuf> {
        self.paths.lock().remove(token)
    }
}

/// Keeps what was dropped and tells the page. Folders are left out: a slot takes files.
///
/// What an earlier drop left is let go: a page that wanted it has taken it.
pub(crate) fn take_in(app: &AppHandle, paths: &[PathBuf], (x, y): (i32, i32)) {
    let held = app.state::<std::sync::Arc<HeldFiles>>();
    held.paths.lock().clear();
    let tokens: Vec<String> = paths.iter().filter(|path| path.is_file()).map(|path| held.hold(path.clone())).collect();
    if tokens.is_empty() {
        return;
    }
    if let Err(error) = app.emit(crate::events::NAME, ClientEvent::FilesDropped { tokens, x, y }) {
        tracing::warn!(%error, "the page was not told of dropped files");
    }
}
