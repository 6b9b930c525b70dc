//! Carries the core's events to the page.

use std::sync::Arc;

use haoban_client::Client;
use haoban_wire::ui::ClientEvent;
use tauri::{AppHandle, Emitter, Manager};
use tokio::sync::broadcast::error::RecvError;

use crate::{settings::ShellSettings, tray, window};

/// Name of the event the page listens to.
pub(crate) const NAME: &str = "client-event";

/// Forwards until the core is gone.
pub(crate) fn forward(app: &AppHandle, client: &Arc<Client>, runtime: &tokio::runtime::Handle) {
    let (app, client) = (app.clone(), client.clone());
    runtime.spawn(async move {
        let mut events = client.events();
        read_settings(&app, &client);
        loop {
            match events.recv().await {
                Ok(event) => tell(&app, &client, &event),
                // Events are hints; a page that missed some re-reads at the next one.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => break,
            }
        }
    });
}

fn tell(app: &AppHandle, client: &Client, event: &ClientEvent) {
    match event {
        ClientEvent::Navigate { .. } => window::show(app),
        ClientEvent::SettingsChanged {} => read_settings(app, client),
        _ => {}
    }
    if let Err(error) = app.emit(NAME, event) {
        tracing::warn!(%error, "the page was not told");
    }
}

fn read_settings(app: &AppHandle, client: &Client) {
    app.state::<ShellSettings>().update(&haoban_client::settings::current(client));
    tray::say(app, client);
}
