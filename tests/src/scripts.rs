//! Scripts of `tests/browser`, run by Node against fresh programs.

use std::time::Duration;

use anyhow::Context;
use haoban_testkit::{Platform, Program, free_port, program_path, repository};
use tokio::process::Command;

/// Starts the platform and the loopback host with empty data and runs one script against them.
///
/// # Errors
/// When a program does not start or the script fails; what the programs wrote is part of the error.
pub async fn run_script(script: &str, environment: &[(&str, &str)]) -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let folder = tempfile::Builder::new().prefix("haoban-browser").tempdir()?;
    let port = free_port()?;
    let mut command = Command::new(program_path("haoban-devhost")?);
    command
        .env("HAOBAN_DEVHOST_LISTEN", format!("127.0.0.1:{port}"))
        .env("HAOBAN_PLATFORM_URL", platform.url())
        .env("HAOBAN_PROFILE_DIR", folder.path().join("profile"))
        .env("HAOBAN_UI_DIR", repository().join("ui/dist"));
    let log = folder.path().join("devhost.log");
    let _host = Program::start(&mut command, &log)?;
    await_port(port).await?;
    let status = node(script, &platform)
        .env("HAOBAN_APP_URL", format!("http://127.0.0.1:{port}"))
        .envs(environment.iter().copied())
        .status()
        .await
        .context("node could not be started")?;
    let words = std::fs::read_to_string(&log).unwrap_or_default();
    anyhow::ensure!(
        status.success(),
        "{script} failed; the host said:\n{words}\nthe platform said:\n{}",
        platform.log()
    );
    Ok(())
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
