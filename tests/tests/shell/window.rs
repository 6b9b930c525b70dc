//! The app under its driver, on a desktop of its own.

use std::{ffi::OsString, path::Path, process::ExitStatus, time::Duration};

use anyhow::Context;
use haoban_testkit::{Platform, Program, WebDriver, free_port, jpeg_photo, pdf, program_path, wait_for};
use haoban_tests::{Desktop, Session, Shown, run_person, search};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    process::Command,
    sync::{Mutex, MutexGuard},
};

/// There is one display, and one window on it has the focus.
static DISPLAY: Mutex<()> = Mutex::const_new(());

/// What the desktop around the window is like.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around {
    /// It has a tray.
    pub tray: bool,
    /// Its language.
    pub language: Option<&'static str>,
}

/// A running app, with a folder for all it keeps.
pub struct Window {
    folder: TempDir,
    environment: Vec<(&'static str, OsString)>,
    _driver: Program,
    driver_url: String,
    pub desktop: Desktop,
    _session: Session,
    pub page: WebDriver,
    _display: MutexGuard<'static, ()>,
}

impl Window {
    pub async fn open(platform: &Platform, around: &Around) -> anyhow::Result<Self> {
        let display = DISPLAY.lock().await;
        let folder = tempfile::Builder::new().prefix("haoban-window").tempdir()?;
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("contract.pdf"), pdf(2))?;
        std::fs::write(at("photo.jpg"), jpeg_photo())?;
        write_browser(folder.path())?;
        for place in ["data", "config", "cache", "state", "tmp"] {
            std::fs::create_dir(at(place))?;
        }
        let session = Session::start(&at("keyring"), true).await?;
        let desktop = Desktop::start(session.address(), around.tray).await?;
        let mut environment: Vec<(&str, OsString)> = vec![
            ("DBUS_SESSION_BUS_ADDRESS", session.address().into()),
            // Everything that the window's engine keeps lies where it can be looked through.
            ("XDG_DATA_HOME", at("data").into()),
            ("XDG_CONFIG_HOME", at("config").into()),
            ("XDG_CACHE_HOME", at("cache").into()),
            ("XDG_STATE_HOME", at("state").into()),
            ("TMPDIR", at("tmp").into()),
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "1".into()),
            ("HAOBAN_PROFILE_DIR", at("profile").into()),
            ("HAOBAN_PLATFORM_URL", platform.url().into()),
            ("HAOBAN_BROWSER", at("browser").into()),
            ("HAOBAN_PICK_FILES", std::env::join_paths([at("contract.pdf"), at("photo.jpg")])?),
        ];
        environment.extend(around.language.map(|language| ("LANG", language.into())));
        let port = free_port()?;
        let mut command = Command::new("WebKitWebDriver");
        command.arg(format!("--port={port}")).env("TAURI_WEBVIEW_AUTOMATION", "true").envs(environment.iter().cloned());
        let driver = Program::start(&mut command, &at("driver.log"))?;
        let driver_url = format!("http://127.0.0.1:{port}");
        let page = open_page(&driver_url).await?;
        Ok(Self {
            folder,
            environment,
            _driver: driver,
            driver_url,
            desktop,
            _session: session,
            page,
            _display: display,
        })
    }

    /// `kill -9` of the app's process, then a new start on the same profile.
    pub async fn kill_and_open_again(&mut self) -> anyhow::Result<()> {
        self.signal("KILL").await?;
        self.open_again().await
    }

    /// A new start after the app ended.
    pub async fn open_again(&mut self) -> anyhow::Result<()> {
        // The driver keeps the dead session until it is ended; that may fail, since its window is gone.
        let dead = std::mem::replace(&mut self.page, WebDriver::detached());
        let _ = tokio::time::timeout(Duration::from_secs(10), dead.close()).await;
        self.page = open_page(&self.driver_url).await?;
        Ok(())
    }

    /// Starts the app once more beside the running one, as a second click on its icon does, and waits for its end.
    pub async fn start_once_more(&self) -> anyhow::Result<ExitStatus> {
        let mut command = Command::new(program_path("haoban")?);
        command.envs(self.environment.iter().cloned());
        let mut second = Program::start(&mut command, &self.folder.path().join("second.log"))?;
        wait_for("the end of the second start", async || second.ended()).await
    }

    /// Sends a signal to this window's app, and to no other that runs here.
    async fn signal(&self, name: &str) -> anyhow::Result<u32> {
        let app = self.process()?;
        let sent = Command::new("kill").args([&format!("-{name}"), &app.to_string()]).status().await?;
        anyhow::ensure!(sent.success(), "the signal did not arrive");
        Ok(app)
    }

    /// The process that was given this window's profile and is the app itself, not one of its web processes.
    pub fn process(&self) -> anyhow::Result<u32> {
        let profile = format!("HAOBAN_PROFILE_DIR={}", self.folder.path().join("profile").display());
        let processes = std::fs::read_dir("/proc")?.flatten();
        let mut ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let ours = |id: &u32| {
            let name = std::fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
            let environment = std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            name.trim() == "haoban" && environment.split(|byte| *byte == 0).any(|line| line == profile.as_bytes())
        };
        ids.find(ours).context("the app does not run")
    }

    /// None of these words lies readable in what app and engine keep.
    pub fn keeps(&self, secrets: &[&str]) -> anyhow::Result<()> {
        let own = ["contract.pdf", "photo.jpg", "browser", "opened"];
        let looked = search(self.folder.path(), secrets, &own)?;
        anyhow::ensure!(looked.found.is_empty(), "it can be read: {:?}", looked.found);
        anyhow::ensure!(looked.files > 5, "only {} files were there to be looked at", looked.files);
        Ok(())
    }

    /// The end of a desktop session: the app writes everything down and goes by itself.
    pub async fn end_by_signal(&self) -> anyhow::Result<()> {
        let app = self.signal("TERM").await?;
        self.ends(app).await
    }

    /// This process ends by itself and has closed its store.
    pub async fn ends(&self, app: u32) -> anyhow::Result<()> {
        wait_for("the end of the app", async || Ok((!Path::new(&format!("/proc/{app}/exe")).exists()).then_some(())))
            .await?;
        let profile = self.folder.path().join("profile");
        anyhow::ensure!(profile.join("store.db").exists(), "the store is where the profile is");
        let left = std::fs::metadata(profile.join("store.db-wal")).map_or(0, |log| log.len());
        anyhow::ensure!(left == 0, "the store was not closed: {left} bytes are left in its log");
        Ok(())
    }

    /// Signs in from the app's own page; Chromium plays the system browser with the address the app opened.
    pub async fn sign_in(&self, platform: &Platform, phone: &str) -> anyhow::Result<()> {
        go(&self.page, "/sign-in").await?;
        self.page.press("用浏览器登录").await?;
        let opened = self.folder.path().join("opened");
        let url = wait_for("the sign-in address", async || {
            Ok(std::fs::read_to_string(&opened).ok().filter(|text| text.ends_with('\n')))
        })
        .await?;
        std::fs::remove_file(&opened)?;
        run_person(platform, "as-browser.mjs", &[phone], &[("HAOBAN_SIGN_IN_URL", url.trim())]).await
    }

    /// The desktop's notification with this headline, once it is there.
    pub async fn notified(&self, title: &str) -> anyhow::Result<Shown> {
        let told = async || Ok(self.desktop.shown().into_iter().rev().find(|shown| shown.title == title));
        wait_for(title, told).await.with_context(|| format!("shown were {:?}", self.desktop.shown()))
    }

    /// The page goes to a route by itself.
    pub async fn arrives(&self, route: &str) -> anyhow::Result<()> {
        let wanted = format!("#{route}");
        wait_for(route, async || {
            let hash = self.page.run("return location.hash", &[]).await?;
            Ok((hash.as_str() == Some(&wanted)).then_some(()))
        })
        .await
    }
}

async fn open_page(driver_url: &str) -> anyhow::Result<WebDriver> {
    let app = program_path("haoban")?;
    WebDriver::open(driver_url, json!({ "webkitgtk:browserOptions": { "binary": app, "args": [] } })).await
}

/// A "browser" that writes down the address it was asked to open.
fn write_browser(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("browser");
    std::fs::write(&path, format!("#!/bin/sh\nprintf '%s\\n' \"$1\" > '{}'\n", folder.join("opened").display()))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700))?;
    Ok(())
}

pub async fn go(page: &WebDriver, route: &str) -> anyhow::Result<()> {
    page.run("location.hash = arguments[0]", &[json!(format!("#{route}"))]).await.map(drop)
}

/// A command of the core, called as the page calls it.
pub async fn invoke(page: &WebDriver, command: &str, request: Value) -> anyhow::Result<Value> {
    let script = "return window.__TAURI_INTERNALS__.invoke(arguments[0], { request: arguments[1] })\
                  .catch((problem) => { throw new Error(JSON.stringify(problem)) })";
    page.run(script, &[json!(command), request]).await.with_context(|| format!("the command {command}"))
}
