//! The tray icon, so that the app can stay and tell of decisions while its window is closed.

use tauri::{
    AppHandle, Manager,
    menu::{Menu, MenuItem},
    tray::TrayIconBuilder,
};

use crate::{settings::ShellSettings, window};

/// Words of the menu, in the language of the desktop's user; the app's own language is a page matter.
fn words() -> (&'static str, &'static str, &'static str) {
    let chinese = std::env::var("LANG").is_ok_and(|lang| lang.starts_with("zh"));
    if chinese { ("\u{597d}\u{529e}", "\u{6253}\u{5f00}", "\u{9000}\u{51fa}") } else { ("Haoban", "Open", "Quit") }
}

/// Adds the icon where the desktop has a tray; elsewhere closing the window ends the app.
pub(crate) fn set_up(app: &AppHandle) {
    if !desktop_has_tray() {
        tracing::info!("this desktop has no tray; closing the window ends the app");
        return;
    }
    match build(app) {
        Ok(()) => app.state::<ShellSettings>().tray_is_there(),
        Err(error) => tracing::warn!(%error, "no tray icon"),
    }
}

fn build(app: &AppHandle) -> tauri::Result<()> {
    let (name, open, quit) = words();
    let open = MenuItem::with_id(app, "open", open, true, None::<&str>)?;
    let quit = MenuItem::with_id(app, "quit", quit, true, None::<&str>)?;
    let mut tray = TrayIconBuilder::with_id("main")
        .tooltip(name)
        .menu(&Menu::with_items(app, &[&open, &quit])?)
        .on_menu_event(|app, event| match event.id().as_ref() {
            "open" => window::show(app),
            "quit" => app.exit(0),
            _ => {}
        });
    if let Some(icon) = app.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.build(app)?;
    Ok(())
}

/// On Linux an icon without a watcher on the bus is invisible, and a hidden window could not be found again.
#[cfg(target_os = "linux")]
fn desktop_has_tray() -> bool {
    let asked = || -> zbus::Result<bool> {
        let bus = zbus::blocking::Connection::session()?;
        let name = zbus::names::BusName::try_from("org.kde.StatusNotifierWatcher")?;
        Ok(zbus::blocking::fdo::DBusProxy::new(&bus)?.name_has_owner(name)?)
    };
    asked().unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
fn desktop_has_tray() -> bool {
    true
}
