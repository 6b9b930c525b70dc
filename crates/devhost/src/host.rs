//! The host: router, life and end.

use std::{path::PathBuf, sync::Arc};

use anyhow::Context;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use haoban_client::{Client, ports::Config};
use haoban_wire::ui::HostAbilities;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{pages, ports};

/// How a host is set up.
#[derive(Debug, Clone)]
pub struct Host {
    /// Folder of the profile.
    pub profile_dir: PathBuf,
    /// Base address of the platform.
    pub platform_url: String,
    /// Folder of the built page (`ui/dist`).
    pub ui_dir: PathBuf,
}

/// What handlers share.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) client: Arc<Client>,
    pub(crate) ports: Arc<ports::HostPorts>,
    pub(crate) incoming: PathBuf,
    pub(crate) ending: CancellationToken,
}

/// Largest file a page may post; the slot's own limit is smaller and decides.
const MAX_POSTED_BYTES: usize = 256 * 1024 * 1024;

/// Serves until `ending` is cancelled, then closes the core.
///
/// # Errors
/// When the core cannot open for reasons other than the vault (those are shown on the page), or the listener fails.
pub async fn serve(host: Host, listener: TcpListener, ending: CancellationToken) -> anyhow::Result<()> {
    let ports = Arc::new(ports::HostPorts::default());
    let config = Config {
        profile_dir: host.profile_dir.clone(),
        platform_url: host.platform_url.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        host: HostAbilities {
            kind: "devhost".to_owned(),
            native_picker: false,
            native_clipboard: false,
            notifications: false,
        },
    };
    let client = Client::open(config, ports::assemble(&ports), tokio::runtime::Handle::current())
        .await
        .context("the core did not open")?;
    let incoming = host.profile_dir.join("incoming");
    tokio::fs::create_dir_all(&incoming).await.context("the folder for posted files could not be made")?;
    let state = State { client: Arc::new(client), ports, incoming, ending: ending.clone() };
    let router = router(&state, &host.ui_dir);
    axum::serve(listener, router).with_graceful_shutdown(ending.clone().cancelled_owned()).await?;
    state.client.shutdown().await;
    Ok(())
}

fn router(state: &State, ui_dir: &std::path::Path) -> Router {
    Router::new()
        .route("/rpc/{command}", post(pages::rpc))
        .route("/host/events", get(pages::events))
        .route("/host/files", post(pages::post_file).layer(DefaultBodyLimit::max(MAX_POSTED_BYTES)))
        .route("/host/thumb/{file}", get(pages::thumb))
        .route("/host/exports/{token}", get(pages::export))
        .route("/host/notifications", get(pages::notifications))
        .fallback_service(pages::static_pages(ui_dir))
        .layer(axum::middleware::from_fn(pages::loopback_only))
        .with_state(state.clone())
}
