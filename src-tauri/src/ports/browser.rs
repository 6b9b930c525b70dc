//! The system browser, where people sign in (RFC 8252).

use haoban_client::ports::Browser;
use tauri::AppHandle;
use tauri_plugin_opener::OpenerExt;

/// Opens addresses outside the window.
pub(crate) struct SystemBrowser {
    app: AppHandle,
}

impl SystemBrowser {
    pub(crate) fn new(app: AppHandle) -> Self {
        Self { app }
    }
}

impl Browser for SystemBrowser {
    fn open(&self, url: &str) -> bool {
        // Only web addresses: the opener would start any program for other schemes.
        if !(url.starts_with("https://") || url.starts_with("http://127.0.0.1:")) {
            return false;
        }
        // Lets a test or a kiosk name the program itself; the address is its only argument.
        if let Some(program) = std::env::var_os("HAOBAN_BROWSER") {
            return std::process::Command::new(program).arg(url).spawn().is_ok();
        }
        self.app.opener().open_url(url, None::<&str>).is_ok()
    }
}
