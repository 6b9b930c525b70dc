//! Carries the core's events to the page.

use std::sync::Arc;

use haoban_client::Client;
use haoban_wire::ui::{AppStart, ClientEvent};
use tauri::{AppHandle, Emitter, Manager};
use tokio::sync::broadcast::error::RecvError;

use crate::{settings::ShellSettings, window};

/// Name of the event the page listens to.
pub(crate) const NAME: &str = "client-event";

/// Forwards until the core is gone.
pub(crate) fn forward(app: &AppHandle, client: &Arc<Client>, runtime: &tokio::runtime::Handle) {
    let (app, client) = (app.clone(), client.clone());
    runtime.spawn(async move {
        let mut events = client.events();
        read_settings(&app, &client).await;
        loop {
            match events.recv().await {
                Ok(event) => tell(&app, &client, event).await,
                // Events are hints; a page that missed some re-reads at the next one.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => break,
            }
        }
    });
}

async fn tell(app: &AppHandle, client: &Client, event: ClientEvent) {
    match event {
        ClientEvent::Navigate { .. } => window::show(app),
        ClientEvent::SettingsChanged {} => read_settings(app, client).await,
        _ => {}
    }
    if let Err(error) = app.emit(NAME, &event) {
        tracing::warn!(%error, "the page was not told");
    }
}

async fn read_settings(app: &AppHandle, client: &Client) {
    if let Ok(view) = haoban_client::commands::app_start(client, AppStart {}).await {
        app.state::<ShellSettings>().update(&view.settings);
    }
}
