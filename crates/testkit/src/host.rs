//! The app's core in a program of its own (`haoban-devhost`), so that it can be killed.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::{
    programs::{Program, free_port, program_path, repository},
    sign_in_over_http, wait_for,
};

/// A running host with a profile that outlives it.
pub struct Host {
    folder: TempDir,
    profile: PathBuf,
    platform_url: String,
    port: u16,
    program: Program,
    http: reqwest::Client,
}

impl Host {
    /// Starts one with an empty profile.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn start(platform_url: &str) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("haoban-host").tempdir()?;
        let profile = folder.path().join("profile");
        Self::start_on(platform_url, folder, profile).await
    }

    /// Starts one with its profile in a folder of the test's choice.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn start_in(platform_url: &str, profile: PathBuf) -> anyhow::Result<Self> {
        Self::start_among(platform_url, profile, &[]).await
    }

    /// The same with further environment, such as another session bus.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn start_among(
        platform_url: &str,
        profile: PathBuf,
        environment: &[(&str, String)],
    ) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("haoban-host").tempdir()?;
        Self::start_with(platform_url, folder, profile, environment).await
    }

    async fn start_on(platform_url: &str, folder: TempDir, profile: PathBuf) -> anyhow::Result<Self> {
        Self::start_with(platform_url, folder, profile, &[]).await
    }

    async fn start_with(
        platform_url: &str,
        folder: TempDir,
        profile: PathBuf,
        environment: &[(&str, String)],
    ) -> anyhow::Result<Self> {
        let port = free_port()?;
        let mut command = command(&folder, &profile, platform_url, port, "")?;
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        let program = Program::start(&mut command, &log_of(&folder))?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let host = Self { folder, profile, platform_url: platform_url.to_owned(), port, program, http };
        host.await_start().await?;
        Ok(host)
    }

    /// `kill -9`.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.program.kill().await
    }

    /// `kill -9` if it still runs, and a new start on the same profile, with failpoints armed.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn restart(&mut self, failpoints: &str) -> anyhow::Result<()> {
        self.program.kill().await?;
        self.program = launch(&self.folder, &self.profile, &self.platform_url, self.port, failpoints)?;
        self.await_start().await
    }

    /// Asks it to end, and waits until everything is written down.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn end(&mut self) -> anyhow::Result<()> {
        self.program.end().await.map(drop)
    }

    /// Whether it ended by itself.
    ///
    /// # Errors
    /// When the machine does not say.
    pub fn ended(&mut self) -> anyhow::Result<bool> {
        Ok(self.program.ended()?.is_some())
    }

    /// The folder of all it keeps: profile, log, and whatever else it leaves.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Its process, while it runs.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.program.id()
    }

    /// Sends it a signal, e.g. `ABRT`.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn signal(&self, name: &str) -> anyhow::Result<()> {
        let id = self.process().context("it does not run")?;
        let sent = Command::new("kill").args([&format!("-{name}"), &id.to_string()]).status().await?;
        anyhow::ensure!(sent.success(), "the signal did not arrive");
        Ok(())
    }

    /// Runs a command of the app.
    ///
    /// # Errors
    /// When there is no answer, or the answer is a problem (its JSON is the error's words).
    pub async fn rpc(&self, command: &str, body: Value) -> anyhow::Result<Value> {
        let url = format!("http://127.0.0.1:{}/rpc/{command}", self.port);
        let answer = self.http.post(url).json(&body).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        anyhow::ensure!(status.is_success(), "{command}: {status} {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// Posts a file; answers its token.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn post_file(&self, name: &str, bytes: Vec<u8>) -> anyhow::Result<String> {
        let url = format!("http://127.0.0.1:{}/host/files", self.port);
        let answer = self.http.post(url).header("x-file-name", name).body(bytes).send().await?.error_for_status()?;
        let held: Value = answer.json().await?;
        Ok(held["token"].as_str().context("no token")?.to_owned())
    }

    /// Signs somebody in and waits until it is done.
    ///
    /// # Errors
    /// When nobody is signed in after half a minute.
    pub async fn sign_in(&self, phone: &str) -> anyhow::Result<()> {
        self.rpc("session_begin", json!({})).await?;
        let url = wait_for("the sign-in address", async || {
            let view = self.rpc("app_start", json!({})).await?;
            Ok(found(&view["session"], "url").and_then(|url| url.as_str().map(str::to_owned)))
        })
        .await?;
        sign_in_over_http(&url, phone, crate::PASSWORD).await?;
        wait_for("a sign-in", async || {
            let view = self.rpc("app_start", json!({})).await?;
            Ok(found(&view["session"], "person").map(|_| ()))
        })
        .await
    }

    /// What it wrote to its log.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(log_of(&self.folder)).unwrap_or_default()
    }

    async fn await_start(&self) -> anyhow::Result<()> {
        let answered = wait_for("the host", async || Ok(self.rpc("app_start", json!({})).await.ok())).await;
        answered.map(|_| ()).with_context(|| self.log())
    }
}

/// A value by its name, however deep.
fn found<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Object(map) => map.get(name).or_else(|| map.values().find_map(|inner| found(inner, name))),
        _ => None,
    }
}

fn log_of(folder: &TempDir) -> PathBuf {
    folder.path().join("host.log")
}

fn launch(folder: &TempDir, profile: &PathBuf, platform: &str, port: u16, failpoints: &str) -> anyhow::Result<Program> {
    Program::start(&mut command(folder, profile, platform, port, failpoints)?, &log_of(folder))
}

fn command(
    folder: &TempDir,
    profile: &PathBuf,
    platform: &str,
    port: u16,
    failpoints: &str,
) -> anyhow::Result<Command> {
    let mut command = Command::new(program_path("haoban-devhost")?);
    // Whatever it leaves behind, it leaves in the folder of the test.
    command
        .current_dir(folder.path())
        .env("TMPDIR", folder.path())
        .env("HAOBAN_DEVHOST_LISTEN", format!("127.0.0.1:{port}"))
        .env("HAOBAN_PLATFORM_URL", platform)
        .env("HAOBAN_PROFILE_DIR", profile)
        .env("HAOBAN_UI_DIR", repository().join("ui/dist"))
        .env("HAOBAN_FAILPOINTS", failpoints);
    Ok(command)
}
