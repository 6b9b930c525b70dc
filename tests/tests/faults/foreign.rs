//! Other people's tus: their clients against our platform, our client against their server.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use anyhow::Context;
use haoban_domain::{ids::FileId, receipt::digest};
use haoban_testkit::{
    Citizen, Device, Platform, Program, Setup, Trouble, free_port, fresh_draft, repository, wait_for,
};
use haoban_tests::{complete_rent_draft, large_pdf, submit};
use serde_json::{Value, json};

use super::tally::{report, run};

const TENANT: &str = "13800000001";
const SCRIPTS: &[&str] = &["tus-js-client@4.3.1", "@tus/server@2.4.5", "@tus/file-store@2.1.1"];
const TUSPY: &str = "tuspy==1.1.0";
const BYTES: usize = 3 * 1024 * 1024 + 77;

/// The folder beside the build where foreign packages are kept.
fn folder() -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let target = test.ancestors().nth(3).context("the test lies in no build folder")?;
    let folder = target.join("foreign");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The npm packages, installed once.
fn scripts() -> anyhow::Result<PathBuf> {
    static DONE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let done = DONE.get_or_init(|| install_scripts().map_err(|error| format!("{error:#}")));
    done.clone().map_err(|words| anyhow::anyhow!("the npm registry is needed for this test: {words}"))
}

fn install_scripts() -> anyhow::Result<PathBuf> {
    let folder = folder()?;
    let there = ["tus-js-client", "@tus/server", "@tus/file-store"]
        .iter()
        .all(|name| folder.join("node_modules").join(name).join("package.json").exists());
    if !there {
        std::fs::write(folder.join("package.json"), "{\"private\":true}")?;
        let place = folder.display().to_string();
        let mut arguments = vec!["install", "--prefix", &place, "--no-audit", "--no-fund", "--ignore-scripts"];
        arguments.extend(SCRIPTS);
        run("npm", &arguments)?;
    }
    Ok(folder)
}

/// A Python with tuspy.
fn python() -> anyhow::Result<PathBuf> {
    let venv = folder()?.join("tuspy");
    let python = venv.join("bin/python");
    let there = Command::new(&python).args(["-c", "import tusclient"]).output().is_ok_and(|out| out.status.success());
    if !there {
        run("python3", &["-m", "venv", &venv.display().to_string()])?;
        run(&python.display().to_string(), &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", TUSPY])
            .context("the Python registry is needed for this test")?;
    }
    Ok(python)
}

/// Lets a foreign client send a file through cuts and looks at what arrived.
async fn sends(
    client: &str,
    cut_after: u64,
    command: impl FnOnce(&str, &Path) -> anyhow::Result<Command>,
) -> anyhow::Result<()> {
    let (platform, proxy) = Platform::start_behind_proxy().await?;
    let citizen = Citizen::sign_in(&proxy.url(), TENANT).await?;
    let bytes = large_pdf(BYTES);
    let place = tempfile::tempdir()?;
    let file = place.path().join("lease.pdf");
    std::fs::write(&file, &bytes)?;
    let (id, draft) = (FileId::new(1, [7; 10]).to_string(), fresh_draft());
    let metadata = json!({ "file_id": id, "draft_id": draft, "slot": "lease-contract", "sha256": digest(&bytes) });
    let mut command = command(&format!("{}/v1/uploads", proxy.url()), &file)?;
    command.env("TOKEN", citizen.token()).env("METADATA", metadata.to_string());
    proxy.set(Trouble::CutAfter(cut_after));
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let cuts = proxy.cuts();
    proxy.set(Trouble::None);
    let words = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{client}: {words}\n{}", platform.log());
    // The same creation finds the upload, and says what it is.
    citizen.upload(&draft, &id, "lease-contract", &bytes).await?;
    let books = haoban_tests::look_through(&platform.database(), &platform.data()).await?;
    assert_eq!(books.files, 1, "one file, whole");
    assert!(cuts >= 3, "it was cut {cuts} times");
    report(&format!("foreign/{client}"), &[("kilobytes", BYTES as u64 / 1024), ("cuts", cuts), ("lost", 0)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tus_js_client_sends_to_our_platform() -> anyhow::Result<()> {
    let foreign = scripts()?;
    sends("tus-js-client", 900_000, |endpoint, file| {
        let mut command = Command::new("node");
        command.arg(repository().join("tests/foreign/tus-js-client.mjs")).arg(endpoint).arg(file);
        command.env("FOREIGN", foreign);
        Ok(command)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn tuspy_sends_to_our_platform() -> anyhow::Result<()> {
    // It opens a line for every chunk, so the cut must come within one.
    sends("tuspy", 200_000, |endpoint, file| {
        let mut command = Command::new(python()?);
        command.arg(repository().join("tests/foreign/tuspy_client.py")).arg(endpoint).arg(file);
        Ok(command)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn our_client_sends_to_a_foreign_server() -> anyhow::Result<()> {
    let foreign = scripts()?;
    let port = free_port()?;
    let url = format!("http://127.0.0.1:{port}");
    let platform = Platform::start_with(Setup { public_url: Some(url.clone()), ..Setup::default() }).await?;
    let place = tempfile::tempdir()?;
    let kept = place.path().join("kept");
    std::fs::create_dir(&kept)?;
    let mut command = tokio::process::Command::new("node");
    command
        .arg(repository().join("tests/foreign/tus-server.mjs"))
        .args([port.to_string(), platform.port().to_string()])
        .arg(&kept)
        .env("FOREIGN", foreign);
    let log = place.path().join("server.log");
    let _server = Program::start(&mut command, &log)?;
    wait_for("the foreign server", async || Ok(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok())).await?;
    let device = Device::new(&url, TENANT).await?;
    device.sign_in().await?;
    let bytes = large_pdf(BYTES);
    let draft = complete_rent_draft(&device, bytes.clone()).await?;
    submit(&device, &draft).await?;
    let wanted = digest(&bytes);
    wait_for("the whole file at the foreign server", async || {
        let files = std::fs::read_dir(&kept)?.flatten().filter(|entry| entry.path().extension().is_none());
        let whole = files.filter_map(|entry| std::fs::read(entry.path()).ok()).any(|file| digest(&file) == wanted);
        Ok(whole.then_some(Value::Null))
    })
    .await
    .with_context(|| std::fs::read_to_string(&log).unwrap_or_default())?;
    report("foreign/@tus/server", &[("kilobytes", BYTES as u64 / 1024), ("lost", 0)]);
    Ok(())
}
