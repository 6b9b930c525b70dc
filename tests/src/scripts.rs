//! Scripts of `tests/browser`, run by Node against fresh programs.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use haoban_testkit::{Platform, Program, free_port, program_path, repository};
use tokio::process::Command;

/// Starts the platform and the loopback host with empty data and runs one script against them.
///
/// # Errors
/// When a program does not start or the script fails; what the programs wrote is part of the error.
pub async fn run_script(script: &str, environment: &[(&str, &str)]) -> anyhow::Result<()> {
    run_script_for(1, script, environment).await
}

/// As [`run_script`], with a device of their own for each of several people (`HAOBAN_APP_URLS`).
///
/// # Errors
/// As [`run_script`].
pub async fn run_script_for(people: usize, script: &str, environment: &[(&str, &str)]) -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let folder = tempfile::Builder::new().prefix("haoban-browser").tempdir()?;
    let mut hosts = Vec::new();
    for person in 0..people {
        hosts.push(Host::start(&platform, &folder.path().join(person.to_string())).await?);
    }
    let addresses: Vec<&str> = hosts.iter().map(|host| host.address.as_str()).collect();
    let status = node(script, &platform)
        .env("HAOBAN_APP_URL", addresses.first().copied().unwrap_or_default())
        .env("HAOBAN_APP_URLS", addresses.join(","))
        .env("HAOBAN_PLATFORM_PID", platform.pid().map(|pid| pid.to_string()).unwrap_or_default())
        .envs(environment.iter().copied())
        .status()
        .await
        .context("node could not be started")?;
    let words: Vec<String> = hosts.iter().map(Host::log).collect();
    anyhow::ensure!(
        status.success(),
        "{script} failed; the hosts said:\n{}\nthe platform said:\n{}",
        words.join("\n"),
        platform.log()
    );
    Ok(())
}

/// The loopback host of one device.
struct Host {
    address: String,
    log: PathBuf,
    _program: Program,
}

impl Host {
    async fn start(platform: &Platform, folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let port = free_port()?;
        let mut command = Command::new(program_path("haoban-devhost")?);
        command
            .env("HAOBAN_DEVHOST_LISTEN", format!("127.0.0.1:{port}"))
            .env("HAOBAN_PLATFORM_URL", platform.url())
            .env("HAOBAN_PROFILE_DIR", folder.join("profile"))
            .env("HAOBAN_UI_DIR", repository().join("ui/dist"));
        let log = folder.join("devhost.log");
        let program = Program::start(&mut command, &log)?;
        await_port(port).await?;
        Ok(Self { address: format!("http://127.0.0.1:{port}"), log, _program: program })
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// A person in Chromium beside a test: runs a script with arguments to its end.
///
/// # Errors
/// When it cannot be started or fails.
pub async fn run_person(
    platform: &Platform,
    script: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> anyhow::Result<()> {
    let status = node(script, platform)
        .args(arguments)
        .envs(environment.iter().copied())
        .status()
        .await
        .context("node could not be started")?;
    anyhow::ensure!(
        status.success(),
        "{script} {} failed; the platform said:\n{}",
        arguments.join(" "),
        platform.log()
    );
    Ok(())
}

fn node(script: &str, platform: &Platform) -> Command {
    let mut command = Command::new("node");
    command.arg(repository().join("tests/browser").join(script)).env("HAOBAN_PLATFORM_URL", platform.url());
    command
}

/// Waits until somebody listens.
///
/// # Errors
/// When nobody does within twenty seconds.
async fn await_port(port: u16) -> anyhow::Result<()> {
    for _ in 0..400 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("nobody listens on port {port}")
}
