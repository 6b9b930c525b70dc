//! Desktop notifications whose click opens the case (architecture.md §6.7).

#[cfg(target_os = "linux")]
#[path = "notifier/session_bus.rs"]
mod desktop;
#[cfg(not(target_os = "linux"))]
#[path = "notifier/elsewhere.rs"]
mod desktop;

use haoban_client::ports::{Notifier, OsNotification};
use tauri::AppHandle;

/// Shows notifications through the desktop's own service.
pub(crate) struct DesktopNotifier {
    app: AppHandle,
}

impl DesktopNotifier {
    pub(crate) fn new(app: AppHandle) -> Self {
        Self { app }
    }
}

impl Notifier for DesktopNotifier {
    fn notify(&self, notification: OsNotification) {
        let app = self.app.clone();
        tauri::async_runtime::spawn(async move {
            if let Err(error) = desktop::show(&app, notification).await {
                tracing::warn!(%error, "the desktop showed no notification");
            }
        });
    }
}
