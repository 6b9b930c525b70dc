//! A real browser on the loopback host and on the desk: the scripts of `tests/browser` against fresh programs.

use std::time::Duration;

use anyhow::Context;
use haoban_testkit::{Platform, Program, free_port, program_path, repository};
use tokio::process::Command;

/// Starts the platform and the loopback host with empty data and runs one script against them.
async fn run(script: &str) -> anyhow::Result<()> {
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
    for _ in 0..200 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let status = Command::new("node")
        .arg(repository().join("tests/browser").join(script))
        .env("HAOBAN_APP_URL", format!("http://127.0.0.1:{port}"))
        .env("HAOBAN_PLATFORM_URL", platform.url())
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

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_and_an_officer_bring_a_case_to_its_end() -> anyhow::Result<()> {
    run("journey.mjs").await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_accessible_in_every_mode() -> anyhow::Result<()> {
    run("matrix.mjs").await
}
