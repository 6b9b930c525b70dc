//! The real platform: the built program on a free port with a database of its own.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use tempfile::TempDir;
use tokio::process::Command;

use crate::{
    ChaosProxy,
    programs::{Program, free_port, program_path, repository},
};

/// Password of every demo account.
pub const PASSWORD: &str = "haoban-demo-2026";

/// A running platform with the demo city.
pub struct Platform {
    folder: TempDir,
    port: u16,
    public_url: String,
    city: PathBuf,
    program: Program,
}

impl Platform {
    /// Starts one and waits until it answers.
    ///
    /// # Errors
    /// When it does not answer within a minute; its log is part of the error.
    pub async fn start() -> anyhow::Result<Self> {
        let port = free_port()?;
        Self::start_as(port, format!("http://127.0.0.1:{port}"), demo_city()).await
    }

    /// Starts one on a city pack that is being written: changes of the folder are followed.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_on_city(folder: PathBuf) -> anyhow::Result<Self> {
        let port = free_port()?;
        Self::start_as(port, format!("http://127.0.0.1:{port}"), folder).await
    }

    /// Starts one that is reached through a proxy, and names the proxy's address as its own, as behind a real one.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_behind_proxy() -> anyhow::Result<(Self, ChaosProxy)> {
        let port = free_port()?;
        let proxy = ChaosProxy::start(port).await?;
        Ok((Self::start_as(port, proxy.url(), demo_city()).await?, proxy))
    }

    async fn start_as(port: u16, public_url: String, city: PathBuf) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("haoban-platform").tempdir()?;
        let program = launch(folder.path().to_path_buf(), port, &public_url, &city)?;
        let platform = Self { folder, port, public_url, city, program };
        platform.await_health().await?;
        Ok(platform)
    }

    /// Its address, no slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `kill -9` and a new start on the same database and port.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn crash_and_restart(&mut self) -> anyhow::Result<()> {
        self.program.kill().await?;
        self.program = launch(self.folder.path().to_path_buf(), self.port, &self.public_url, &self.city)?;
        self.await_health().await
    }

    /// `kill -9` without a new start.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.program.kill().await
    }

    /// Starts it again after [`Self::kill`].
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn start_again(&mut self) -> anyhow::Result<()> {
        self.program = launch(self.folder.path().to_path_buf(), self.port, &self.public_url, &self.city)?;
        self.await_health().await
    }

    /// What it wrote to its log so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("platform.log")).unwrap_or_default()
    }

    async fn await_health(&self) -> anyhow::Result<()> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()?;
        let address = format!("{}/health", self.url());
        for _ in 0..600 {
            if client.get(&address).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        anyhow::bail!("the platform gave no answer; its log:\n{}", self.log())
    }
}

/// The city most journeys play in.
fn demo_city() -> PathBuf {
    PathBuf::from("cities/zhengzhou")
}

fn launch(folder: PathBuf, port: u16, public_url: &str, city: &Path) -> anyhow::Result<Program> {
    let mut command = Command::new(program_path("haoban-server")?);
    command
        .arg("serve")
        .current_dir(repository())
        .env("HAOBAN_LISTEN", format!("127.0.0.1:{port}"))
        .env("HAOBAN_PUBLIC_URL", public_url)
        .env("HAOBAN_DATA_DIR", folder.join("data"))
        .env("HAOBAN_CITY", city)
        .env("HAOBAN_WATCH_CITY", if city == demo_city() { "off" } else { "on" })
        .env("HAOBAN_DEMO", "true")
        .env("HAOBAN_DESK_DIR", "ui/dist-desk");
    Program::start(&mut command, &folder.join("platform.log")).context("the platform")
}
