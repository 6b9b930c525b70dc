//! `haoban-devhost`: opens the core of the app on loopback for a browser.
//!
//! Settings by environment: `HAOBAN_DEVHOST_LISTEN` (127.0.0.1:8430), `HAOBAN_PLATFORM_URL`
//! (http://127.0.0.1:8420), `HAOBAN_PROFILE_DIR`, `HAOBAN_UI_DIR` (ui/dist).

use std::path::PathBuf;

use anyhow::Context;
use haoban_devhost::{Host, serve};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_env("HAOBAN_LOG").unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    haoban_client::memory::leave_no_dump();
    haoban_failpoints::arm()?;
    let listen = setting("HAOBAN_DEVHOST_LISTEN", "127.0.0.1:8430");
    let listener = TcpListener::bind(&listen).await.with_context(|| {
        format!("{listen} is taken or cannot be used; set HAOBAN_DEVHOST_LISTEN to another loopback address")
    })?;
    let address = listener.local_addr()?;
    anyhow::ensure!(
        address.ip().is_loopback(),
        "{address} is not a loopback address; this host serves one person only"
    );
    let host = Host {
        profile_dir: PathBuf::from(setting("HAOBAN_PROFILE_DIR", ".data/devhost")),
        platform_url: setting("HAOBAN_PLATFORM_URL", "http://127.0.0.1:8420"),
        ui_dir: PathBuf::from(setting("HAOBAN_UI_DIR", "ui/dist")),
    };
    let ending = CancellationToken::new();
    tokio::spawn(end_on_signal(ending.clone()));
    tracing::info!("open http://{address} in a browser");
    serve(host, listener, ending).await
}

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).ok().filter(|value| !value.is_empty()).unwrap_or_else(|| default.to_owned())
}

async fn end_on_signal(ending: CancellationToken) {
    let mut term = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::error!(%error, "signals cannot be heard");
            return;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
    ending.cancel();
}
