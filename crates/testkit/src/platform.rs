//! The real platform: the built program on a free port with a database of its own.

use std::{
    path::{Path, PathBuf},
    process::ExitStatus,
    sync::Arc,
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

/// How a platform is set up.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// City pack; the demo city when absent. Changes of any other are followed.
    pub city: Option<PathBuf>,
    /// Address it names as its own; its port when absent.
    pub public_url: Option<String>,
    /// Database; SQLite in its own folder when absent.
    pub database_url: Option<String>,
    /// Folder of its data; one of its own when absent.
    pub data: Option<PathBuf>,
    /// Further settings by environment.
    pub environment: Vec<(String, String)>,
    /// A program that starts it, with arguments: `fiu-run …`, `faketime …`.
    pub wrapper: Vec<String>,
}

/// A running platform with the demo city.
pub struct Platform {
    folder: Arc<TempDir>,
    port: u16,
    setup: Setup,
    program: Program,
}

impl Platform {
    /// Starts one and waits until it answers.
    ///
    /// # Errors
    /// When it does not answer within a minute; its log is part of the error.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(Setup::default()).await
    }

    /// Starts one that is set up otherwise.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_with(setup: Setup) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("haoban-platform").tempdir()?;
        Self::launch(Arc::new(folder), free_port()?, setup).await
    }

    /// Starts one on a city pack that is being written: changes of the folder are followed.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_on_city(folder: PathBuf) -> anyhow::Result<Self> {
        Self::start_with(Setup { city: Some(folder), ..Setup::default() }).await
    }

    /// Starts one that is reached through a proxy, and names the proxy's address as its own, as behind a real one.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_behind_proxy() -> anyhow::Result<(Self, ChaosProxy)> {
        Self::start_behind_proxy_with(Setup::default()).await
    }

    /// The same, set up otherwise.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_behind_proxy_with(setup: Setup) -> anyhow::Result<(Self, ChaosProxy)> {
        let port = free_port()?;
        let proxy = ChaosProxy::start(port).await?;
        let folder = tempfile::Builder::new().prefix("haoban-platform").tempdir()?;
        let setup = Setup { public_url: Some(proxy.url()), ..setup };
        Ok((Self::launch(Arc::new(folder), port, setup).await?, proxy))
    }

    /// A second process on the same database and files.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn twin(&self) -> anyhow::Result<Self> {
        let setup = Setup { public_url: Some(self.public_url()), ..self.setup.clone() };
        Self::launch(self.folder.clone(), free_port()?, setup).await
    }

    async fn launch(folder: Arc<TempDir>, port: u16, setup: Setup) -> anyhow::Result<Self> {
        let program = launch(folder.path(), port, &setup)?;
        let mut platform = Self { folder, port, setup, program };
        platform.await_health().await?;
        Ok(platform)
    }

    /// Its address, no slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn public_url(&self) -> String {
        self.setup.public_url.clone().unwrap_or_else(|| self.url())
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Folder of its data.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        data_of(self.folder.path(), &self.setup)
    }

    /// Address of its database.
    #[must_use]
    pub fn database(&self) -> String {
        let own = || format!("sqlite:{}", self.data().join("haoban.db").display());
        self.setup.database_url.clone().unwrap_or_else(own)
    }

    /// `kill -9` and a new start on the same database and port.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn crash_and_restart(&mut self) -> anyhow::Result<()> {
        self.program.kill().await?;
        self.start_again().await
    }

    /// The same, with failpoints armed from the start.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn restart_armed(&mut self, failpoints: &str) -> anyhow::Result<()> {
        self.program.kill().await?;
        let mut armed = self.setup.clone();
        armed.environment.push(("HAOBAN_FAILPOINTS".to_owned(), failpoints.to_owned()));
        self.program = launch(self.folder.path(), self.port, &armed)?;
        self.await_health().await
    }

    /// Its process while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.program.id()
    }

    /// `kill -9` without a new start.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.program.kill().await
    }

    /// Starts it again after [`Self::kill`] or its own end.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn start_again(&mut self) -> anyhow::Result<()> {
        self.program = launch(self.folder.path(), self.port, &self.setup)?;
        self.await_health().await
    }

    /// Ends it politely.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn end(&mut self) -> anyhow::Result<ExitStatus> {
        self.program.end().await
    }

    /// Its exit status if it ended by itself.
    ///
    /// # Errors
    /// When the machine does not say.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.program.ended()
    }

    /// What it wrote to its log so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(log_of(self.folder.path(), self.port)).unwrap_or_default()
    }

    async fn await_health(&mut self) -> anyhow::Result<()> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()?;
        let address = format!("{}/health", self.url());
        for _ in 0..1_200 {
            if client.get(&address).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if let Some(status) = self.program.ended()? {
                anyhow::bail!("the platform ended ({status}); its log:\n{}", self.log());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("the platform gave no answer; its log:\n{}", self.log())
    }
}

fn data_of(folder: &Path, setup: &Setup) -> PathBuf {
    setup.data.clone().unwrap_or_else(|| folder.join("data"))
}

fn log_of(folder: &Path, port: u16) -> PathBuf {
    folder.join(format!("platform-{port}.log"))
}

/// The command that starts a platform.
///
/// # Errors
/// When the program is not built.
pub fn platform_command(data: &Path, port: u16, setup: &Setup) -> anyhow::Result<Command> {
    let program = program_path("haoban-server")?;
    let mut command = match setup.wrapper.split_first() {
        Some((wrapper, arguments)) => {
            let mut command = Command::new(wrapper);
            command.args(arguments).arg(program);
            command
        }
        None => Command::new(program),
    };
    let own = format!("http://127.0.0.1:{port}");
    command
        .arg("serve")
        .current_dir(repository())
        .env("HAOBAN_LISTEN", format!("127.0.0.1:{port}"))
        .env("HAOBAN_PUBLIC_URL", setup.public_url.as_ref().unwrap_or(&own))
        .env("HAOBAN_DATA_DIR", data)
        .env("HAOBAN_CITY", setup.city.as_deref().unwrap_or(Path::new("cities/zhengzhou")))
        .env("HAOBAN_WATCH_CITY", if setup.city.is_some() { "on" } else { "off" })
        .env("HAOBAN_DEMO", "true")
        .envs(setup.environment.iter().cloned());
    if let Some(database) = &setup.database_url {
        command.env("HAOBAN_DATABASE_URL", database);
    }
    Ok(command)
}

fn launch(folder: &Path, port: u16, setup: &Setup) -> anyhow::Result<Program> {
    let mut command = platform_command(&data_of(folder, setup), port, setup)?;
    Program::start(&mut command, &log_of(folder, port)).context("the platform")
}
