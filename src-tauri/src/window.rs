//! The one window: opened hidden, shown at its first paint, hidden into the tray or closed.

use tauri::{
    AppHandle, DragDropEvent, Manager, WebviewUrl, WebviewWindowBuilder, Window, WindowEvent, webview::PageLoadEvent,
};

use crate::{dropped, settings::ShellSettings};

const LABEL: &str = "main";

/// Opens the window. It stays hidden until the page is there, so that nobody sees an empty frame.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("\u{597d}\u{529e}")
        .inner_size(1120.0, 800.0)
        .min_inner_size(360.0, 600.0)
        .visible(false)
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Finished
                && let Err(error) = window.show()
            {
                tracing::warn!(%error, "the window was not shown");
            }
        })
        .on_document_title_changed(|window, title| {
            if let Err(error) = window.set_title(&title) {
                tracing::debug!(%error, "the window keeps its title");
            }
        })
        // The page may go nowhere: guides and sign-in open in the system browser.
        .on_navigation(|url| {
            matches!(url.scheme(), "tauri") || url.host_str().is_some_and(|host| host == "tauri.localhost")
        })
        .build()?;
    Ok(())
}

/// Brings the window back to the front.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let shown = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window was not brought back");
    }
}

/// Hands the desktop's leave to come to the front, given with a click, to the window that will ask for it.
#[cfg(target_os = "linux")]
pub(crate) fn allow_front(app: &AppHandle, token: String) {
    use gtk::prelude::GtkWindowExt;
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let asked = window.clone().run_on_main_thread(move || match window.gtk_window() {
        Ok(window) => window.set_startup_id(&token),
        Err(error) => tracing::warn!(%error, "there is no window to come to the front"),
    });
    if let Err(error) = asked {
        tracing::warn!(%error, "the window was given no leave to come to the front");
    }
}

/// Closing hides where the tray can bring the window back; drops are taken in.
pub(crate) fn on_event(window: &Window, event: &WindowEvent) {
    match event {
        WindowEvent::CloseRequested { api, .. } if window.state::<ShellSettings>().hide_on_close() => {
            api.prevent_close();
            if let Err(error) = window.hide() {
                tracing::warn!(%error, "the window was not hidden");
            }
        }
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, position }) => {
            // The page counts in its own pixels.
            let at = position.to_logical::<i32>(window.scale_factor().unwrap_or(1.0));
            dropped::take_in(window.app_handle(), paths, (at.x, at.y));
        }
        _ => {}
    }
}

/// Old WebKitGTK with NVIDIA shows blank windows through DMABUF (architecture.md §6.8).
///
/// Setting a variable of the own process would be unsafe once threads run; a fresh start with it set is not.
pub(crate) fn prefer_safe_rendering() {
    #[cfg(target_os = "linux")]
    {
        const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
        let nvidia = std::path::Path::new("/proc/driver/nvidia/version").exists();
        if !nvidia || std::env::var_os(SWITCH).is_some() {
            return;
        }
        use std::os::unix::process::CommandExt;
        let Ok(program) = std::env::current_exe() else { return };
        let error = std::process::Command::new(program).args(std::env::args_os().skip(1)).env(SWITCH, "1").exec();
        tracing::warn!(%error, "could not start again with safe rendering");
    }
}
