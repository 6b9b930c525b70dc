//! How long from the start of the process until the home page can be used, beside a bare web view on the same
//! machine. Both are started in turn by the same driver and asked the same way; release builds of both.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::time::{Duration, Instant};

use anyhow::Context;
use haoban_testkit::{Platform, Program, WebDriver, free_port, program_path};
use serde_json::json;
use tokio::process::Command;

const ROUNDS: usize = 7;
/// The home page can be used once its search box is there and its heading was drawn.
const HOME: &str =
    "return document.querySelector('h1') !== null && document.querySelector('main input, header input') !== null";
const BLANK: &str = "return document.querySelector('h1') !== null";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let folder = tempfile::Builder::new().prefix("haoban-bench").tempdir()?;
    let port = free_port()?;
    let mut command = Command::new("WebKitWebDriver");
    command
        .arg(format!("--port={port}"))
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .env("HAOBAN_PROFILE_DIR", folder.path().join("profile"))
        .env("HAOBAN_PLATFORM_URL", platform.url())
        .env("HAOBAN_LOG", "warn");
    let _driver = Program::start(&mut command, &folder.path().join("driver.log"))?;
    let driver = format!("http://127.0.0.1:{port}");
    let app = program_path("haoban")?;
    let blank = app.with_file_name("examples").join("blank");
    anyhow::ensure!(blank.exists(), "{} is not built; run `cargo xtask bench window`", blank.display());

    welcome(&driver, &app).await.context("the first run")?;
    let (mut apps, mut blanks) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        blanks.push(start(&driver, &blank, BLANK).await?);
        apps.push(start(&driver, &app, HOME).await?);
    }
    let (app, blank) = (median(&mut apps), median(&mut blanks));
    println!(
        "window_start home_ms={:.0} blank_ms={:.0} ratio={:.2} rounds={ROUNDS} aim=1.3",
        app.as_secs_f64() * 1e3,
        blank.as_secs_f64() * 1e3,
        app.as_secs_f64() / blank.as_secs_f64(),
    );
    Ok(())
}

/// The first run asks how the app should look; later ones open at home.
async fn welcome(driver: &str, app: &std::path::Path) -> anyhow::Result<()> {
    let page = open(driver, app).await?;
    page.click(".btn.p").await?;
    wait(&page, HOME).await?;
    // The catalogue comes from the platform once; what is measured is the start of an app in use.
    tokio::time::sleep(Duration::from_secs(2)).await;
    page.close().await
}

async fn start(driver: &str, program: &std::path::Path, ready: &str) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let page = open(driver, program).await?;
    wait(&page, ready).await?;
    let took = began.elapsed();
    page.close().await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    Ok(took)
}

async fn open(driver: &str, program: &std::path::Path) -> anyhow::Result<WebDriver> {
    WebDriver::open(driver, json!({ "webkitgtk:browserOptions": { "binary": program, "args": [] } })).await
}

async fn wait(page: &WebDriver, ready: &str) -> anyhow::Result<()> {
    for _ in 0..4000 {
        if page.run(ready, &[]).await.is_ok_and(|value| value == true) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    anyhow::bail!("the page never became usable: {}", page.text().await.unwrap_or_default())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}
