//! The tray icon, so that the app can stay and tell of decisions while its window is closed.

use haoban_client::Client;
use tauri::{
    AppHandle, Manager, Wry,
    menu::{Menu, MenuItem},
    tray::{TrayIcon, TrayIconBuilder},
};

use crate::{settings::ShellSettings, window};

/// The icon and the entries of its menu.
struct Tray {
    icon: TrayIcon,
    open: MenuItem<Wry>,
    quit: MenuItem<Wry>,
}

/// Adds the icon where the desktop has a tray; elsewhere closing the window ends the app.
pub(crate) fn set_up(app: &AppHandle, client: &Client) {
    if !desktop_has_tray() {
        tracing::info!("this desktop has no tray; closing the window ends the app");
        return;
    }
    match build(app, client) {
        Ok(tray) => {
            app.manage(tray);
            app.state::<ShellSettings>().tray_is_there();
        }
        Err(error) => tracing::warn!(%error, "no tray icon"),
    }
}

fn build(app: &AppHandle, client: &Client) -> tauri::Result<Tray> {
    let open = MenuItem::with_id(app, "open", client.said("tray.open"), true, None::<&str>)?;
    let quit = MenuItem::with_id(app, "quit", client.said("tray.quit"), true, None::<&str>)?;
    let mut builder = TrayIconBuilder::with_id("main")
        .tooltip(client.said("tray.name"))
        .menu(&Menu::with_items(app, &[&open, &quit])?)
        .on_menu_event(|app, event| match event.id().as_ref() {
            "open" => window::show(app),
            "quit" => app.exit(0),
            _ => {}
        });
    if let Some(icon) = app.default_window_icon() {
        builder = builder.icon(icon.clone());
    }
    Ok(Tray { icon: builder.build(app)?, open, quit })
}

/// Says everything anew: the resident may have chosen the other language.
pub(crate) fn say(app: &AppHandle, client: &Client) {
    let Some(tray) = app.try_state::<Tray>() else { return };
    let said = tray
        .open
        .set_text(client.said("tray.open"))
        .and_then(|()| tray.quit.set_text(client.said("tray.quit")))
        .and_then(|()| tray.icon.set_tooltip(Some(client.said("tray.name"))));
    if let Err(error) = said {
        tracing::warn!(%error, "the tray keeps its old words");
    }
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
