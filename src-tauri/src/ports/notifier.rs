//! Desktop notifications whose click opens the case (architecture.md §6.7).

use std::sync::Arc;

use haoban_client::{
    Client,
    ports::{Notifier, OsNotification},
};
use tauri::{AppHandle, Manager};

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
        #[cfg(debug_assertions)]
        keep_for_test(&notification);
        let app = self.app.clone();
        // The click is reported on the waiting thread, which ends with the notification.
        let shown = std::thread::Builder::new().name("notification".to_owned()).spawn(move || show(&app, notification));
        if let Err(error) = shown {
            tracing::warn!(%error, "no thread for a notification");
        }
    }
}

fn show(app: &AppHandle, notification: OsNotification) {
    let mut desktop = notify_rust::Notification::new();
    desktop.appname("haoban").icon("haoban").summary(&notification.title).body(&notification.body);
    #[cfg(all(unix, not(target_os = "macos")))]
    desktop.action("default", "open");
    match desktop.show() {
        #[cfg(all(unix, not(target_os = "macos")))]
        Ok(handle) => handle.wait_for_action(|action| {
            if action == "default"
                && let Some(client) = app.try_state::<Arc<Client>>()
            {
                client.navigate(&notification.path);
            }
        }),
        #[cfg(not(all(unix, not(target_os = "macos"))))]
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the desktop showed no notification"),
    }
}

/// A test cannot read the desktop's notification area: debug builds write what was shown to a file it names.
#[cfg(debug_assertions)]
fn keep_for_test(notification: &OsNotification) {
    use std::io::Write;
    let Some(path) = std::env::var_os("HAOBAN_NOTIFY_LOG") else { return };
    let OsNotification { title, body, path: page } = notification;
    let line = serde_json::json!({ "title": title, "body": body, "path": page });
    let written =
        std::fs::OpenOptions::new().create(true).append(true).open(path).and_then(|mut file| writeln!(file, "{line}"));
    if let Err(error) = written {
        tracing::warn!(%error, "a notification was not kept");
    }
}
