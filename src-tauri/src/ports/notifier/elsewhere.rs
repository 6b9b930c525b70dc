//! Where the desktop has no service of its own that tells of clicks: shown, and the record stays in the inbox.

use haoban_client::ports::OsNotification;
use tauri::AppHandle;

/// Shows it.
pub(super) async fn show(_: &AppHandle, notification: OsNotification) -> anyhow::Result<()> {
    let shown = tokio::task::spawn_blocking(move || {
        let mut desktop = notify_rust::Notification::new();
        desktop.appname("haoban").summary(&notification.title).body(&notification.body).show().map(drop)
    });
    Ok(shown.await??)
}
