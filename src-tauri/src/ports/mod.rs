//! The shell's side of the core's ports.

mod browser;
mod clock;
mod files;
mod notifier;

use std::sync::Arc;

use haoban_client::ports::Ports;
use tauri::AppHandle;

use crate::dropped::HeldFiles;

/// All five.
pub(crate) fn assemble(app: &AppHandle, held: Arc<HeldFiles>) -> Ports {
    Ports {
        keychain: Arc::new(haoban_client::vault::OsKeychain::new()),
        notifier: Arc::new(notifier::DesktopNotifier::new(app.clone())),
        browser: Arc::new(browser::SystemBrowser::new(app.clone())),
        clock: Arc::new(clock::SystemClock),
        files: Arc::new(files::ShellFiles::new(app.clone(), held)),
    }
}
