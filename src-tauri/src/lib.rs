//! The shell: plugins, window, tray and ports around the core. No rules, no network, no storage of its own.

mod commands;
mod dropped;
mod events;
mod ports;
mod settings;
mod thumbs;
mod tray;
mod window;

use std::sync::Arc;

use anyhow::Context;
use haoban_client::{Client, ports::Config};
use haoban_wire::ui::HostAbilities;
use tauri::{AppHandle, Manager};
use tauri_plugin_window_state::StateFlags;

/// Runs the app until its last window is gone and the tray was left.
///
/// # Errors
/// When no runtime, window system or profile folder can be had.
pub fn run() -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_env("HAOBAN_LOG").unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    haoban_client::memory::leave_no_dump();
    window::prefer_safe_rendering();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    tauri::async_runtime::set(runtime.handle().clone());
    let handle = runtime.handle().clone();
    let app = tauri::Builder::default()
        // Registered first: a second start must reach this process before anything is opened twice.
        .plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| window::show(app)))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        // Size and place only: whether it is seen is decided by its first paint.
        .plugin(tauri_plugin_window_state::Builder::default().with_state_flags(remembered()).build())
        .register_asynchronous_uri_scheme_protocol(thumbs::SCHEME, thumbs::answer)
        .invoke_handler(commands::handler())
        .on_window_event(window::on_event)
        .setup(move |app| Ok(setup(app.handle(), &handle)?))
        .build(tauri::generate_context!())
        .context("the window system cannot be used")?;
    app.run(|app, event| {
        if let tauri::RunEvent::Exit = event {
            end(app);
        }
    });
    drop(runtime);
    Ok(())
}

/// Opens the core and the window. The core reports vault troubles on the page, so the window always comes.
fn setup(app: &AppHandle, runtime: &tokio::runtime::Handle) -> anyhow::Result<()> {
    let held = Arc::new(dropped::HeldFiles::default());
    app.manage(held.clone());
    app.manage(settings::ShellSettings::default());
    // The window first: its web process starts while the core opens. No call of the page is answered before this ends.
    window::open(app)?;
    let config = config(app)?;
    let client = runtime
        .block_on(Client::open(config, ports::assemble(app, held), runtime.clone()))
        .context("the core did not open")?;
    let client = Arc::new(client);
    app.manage(client.clone());
    tray::set_up(app, &client);
    events::forward(app, &client, runtime);
    end_on_signals(app, runtime);
    Ok(())
}

/// What the next start takes over from the last window.
fn remembered() -> StateFlags {
    StateFlags::all() - StateFlags::VISIBLE
}

/// Ctrl-C and the end of the desktop session end the app as its menu does: written down and closed.
#[cfg(unix)]
fn end_on_signals(app: &AppHandle, runtime: &tokio::runtime::Handle) {
    use tokio::signal::unix::{SignalKind, signal};
    let app = app.clone();
    runtime.spawn(async move {
        let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            tracing::warn!("signals cannot be heard; the app ends without them");
            return;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        app.exit(0);
    });
}

#[cfg(not(unix))]
fn end_on_signals(_: &AppHandle, _: &tokio::runtime::Handle) {}

fn config(app: &AppHandle) -> anyhow::Result<Config> {
    let profile_dir = match std::env::var_os("HAOBAN_PROFILE_DIR") {
        Some(folder) => folder.into(),
        None => app.path().app_local_data_dir().context("there is no folder for this user's data")?,
    };
    let platform_url = std::env::var("HAOBAN_PLATFORM_URL").unwrap_or_else(|_| "http://127.0.0.1:8420".to_owned());
    Ok(Config {
        profile_dir,
        platform_url,
        version: app.package_info().version.to_string(),
        host: HostAbilities {
            kind: "tauri".to_owned(),
            native_picker: true,
            native_clipboard: true,
            notifications: true,
        },
    })
}

/// Lets the outbox finish its step and closes the store, so that the next start finds everything folded in.
fn end(app: &AppHandle) {
    if let Some(client) = app.try_state::<Arc<Client>>() {
        let client = client.inner().clone();
        tauri::async_runtime::block_on(async move { client.shutdown().await });
    }
}
