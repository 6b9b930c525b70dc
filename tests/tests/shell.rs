//! The real window through WebKitWebDriver: the main job, a kill in the middle of it included.

use std::{path::Path, time::Duration};

use anyhow::Context;
use haoban_domain::ids::CaseId;
use haoban_testkit::{Desk, Platform, Program, WebDriver, free_port, jpeg_photo, pay_at, pdf, program_path, wait_for};
use haoban_tests::{run_person, search};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

/// Where the resident rents; in no service's text, so that it is only where it was typed.
const HOME: &str = "紫竹林 7 号楼 1304";

/// The app under its driver, with a folder for all it keeps.
struct Window {
    folder: TempDir,
    _driver: Program,
    driver_url: String,
    page: WebDriver,
}

impl Window {
    async fn open(platform: &Platform) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("haoban-window").tempdir()?;
        std::fs::write(folder.path().join("contract.pdf"), pdf(2))?;
        std::fs::write(folder.path().join("photo.jpg"), jpeg_photo())?;
        write_browser(folder.path())?;
        let port = free_port()?;
        let mut command = Command::new("WebKitWebDriver");
        let files = [folder.path().join("contract.pdf"), folder.path().join("photo.jpg")];
        for place in ["data", "config", "cache", "state", "tmp"] {
            std::fs::create_dir(folder.path().join(place))?;
        }
        command
            .arg(format!("--port={port}"))
            // Everything that the window's engine keeps lies where it can be looked through.
            .env("XDG_DATA_HOME", folder.path().join("data"))
            .env("XDG_CONFIG_HOME", folder.path().join("config"))
            .env("XDG_CACHE_HOME", folder.path().join("cache"))
            .env("XDG_STATE_HOME", folder.path().join("state"))
            .env("TMPDIR", folder.path().join("tmp"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("HAOBAN_PROFILE_DIR", folder.path().join("profile"))
            .env("HAOBAN_PLATFORM_URL", platform.url())
            .env("HAOBAN_BROWSER", folder.path().join("browser"))
            .env("HAOBAN_PICK_FILES", std::env::join_paths(files)?)
            .env("HAOBAN_NOTIFY_LOG", folder.path().join("notifications"));
        let driver = Program::start(&mut command, &folder.path().join("driver.log"))?;
        let driver_url = format!("http://127.0.0.1:{port}");
        let page = session(&driver_url).await?;
        Ok(Self { folder, _driver: driver, driver_url, page })
    }

    /// `kill -9` of the app's process, then a new start on the same profile.
    async fn kill_and_open_again(&mut self) -> anyhow::Result<()> {
        self.signal("KILL").await?;
        // The driver keeps the dead session until it is ended; that may fail, since its window is gone.
        let dead = std::mem::replace(&mut self.page, WebDriver::detached());
        let _ = tokio::time::timeout(Duration::from_secs(10), dead.close()).await;
        self.page = session(&self.driver_url).await?;
        Ok(())
    }

    /// Sends a signal to this window's app, and to no other that runs here.
    async fn signal(&self, name: &str) -> anyhow::Result<u32> {
        let app = self.process().context("the app does not run")?;
        let sent = Command::new("kill").args([&format!("-{name}"), &app.to_string()]).status().await?;
        anyhow::ensure!(sent.success(), "the signal did not arrive");
        Ok(app)
    }

    /// The process that was given this window's profile and is the app itself, not one of its web processes.
    fn process(&self) -> Option<u32> {
        let profile = format!("HAOBAN_PROFILE_DIR={}", self.folder.path().join("profile").display());
        let processes = std::fs::read_dir("/proc").ok()?.flatten();
        let mut ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        ids.find(|id| {
            let name = std::fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
            let environment = std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            name.trim() == "haoban" && environment.split(|byte| *byte == 0).any(|line| line == profile.as_bytes())
        })
    }

    /// Nothing that was typed, attached or told to this window lies readable in what app and engine keep.
    fn keeps_its_secrets(&self) -> anyhow::Result<()> {
        let secrets = [HOME, "Lease contract, page 1", "王芳"];
        let own = ["contract.pdf", "photo.jpg", "browser", "opened"];
        let looked = search(self.folder.path(), &secrets, &own)?;
        anyhow::ensure!(looked.found.is_empty(), "it can be read: {:?}", looked.found);
        anyhow::ensure!(looked.files > 5, "only {} files were there to be looked at", looked.files);
        Ok(())
    }

    /// The end of a desktop session: the app writes everything down and goes by itself.
    async fn end_by_signal(self) -> anyhow::Result<()> {
        let app = self.signal("TERM").await?;
        wait_for("the end of the app", async || Ok((!Path::new(&format!("/proc/{app}/exe")).exists()).then_some(())))
            .await?;
        let profile = self.folder.path().join("profile");
        anyhow::ensure!(profile.join("store.db").exists(), "the store is where the profile is");
        let left = std::fs::metadata(profile.join("store.db-wal")).map_or(0, |log| log.len());
        anyhow::ensure!(left == 0, "the store was not closed: {left} bytes are left in its log");
        Ok(())
    }

    /// Signs in from the app's own page; Chromium plays the system browser with the address the app opened.
    async fn sign_in(&self, platform: &Platform, phone: &str) -> anyhow::Result<()> {
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

    fn notifications(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("notifications")).unwrap_or_default()
    }
}

async fn session(driver_url: &str) -> anyhow::Result<WebDriver> {
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

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_in_the_real_window() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let mut window = Window::open(&platform).await?;
    begin(&window, &platform).await?;
    answer(&window).await?;
    window.kill_and_open_again().await?;
    let case = attach_and_send(&window).await?;
    window.keeps_its_secrets()?;
    correct(&window, &platform, case).await?;

    run_person(&platform, "as-officer.mjs", &["gjj-center", "grant", &case.to_string()], &[]).await?;
    go(&window.page, &format!("/cases/{case}")).await?;
    window.page.see("已办结").await?;
    go(&window.page, "/inbox").await?;
    window.page.see("公积金").await?;
    let told = wait_for("the notification of the grant", async || {
        Ok(Some(window.notifications()).filter(|told| told.contains("您的事办好了")))
    })
    .await?;
    anyhow::ensure!(told.contains(&case.to_string()), "no notification leads to the case: {told}");
    anyhow::ensure!(!told.contains("王芳"), "a notification names somebody");
    window.keeps_its_secrets()?;
    show_licence(&window, &platform).await?;
    window.end_by_signal().await
}

async fn go(page: &WebDriver, route: &str) -> anyhow::Result<()> {
    page.run("location.hash = arguments[0]", &[json!(format!("#{route}"))]).await.map(drop)
}

/// First run, sign-in by the system browser, search by misspelt pinyin, guide.
async fn begin(window: &Window, platform: &Platform) -> anyhow::Result<()> {
    let page = &window.page;
    page.press("选好了，开始用").await?;
    // The welcome page leaves by itself once the choice is kept; going on before would be undone by that.
    page.find("[role=search] input").await?;
    window.sign_in(platform, "13800000001").await?;
    go(page, "/").await?;
    page.see("王芳").await?;
    let (role, name) = page.role_and_name("main input").await?;
    anyhow::ensure!(role.contains("search") && !name.is_empty(), "the search box is a `{role}` called `{name}`");
    page.fill("main input", "gongijjin").await?;
    page.press("搜索").await?;
    page.click("main a[href*='items/gjj-rent']").await?;
    page.see("您已缴 46 个月").await?;
    page.press("开始办理").await?;
    page.press("开始填").await
}

/// The first three questions; the rest is answered after the kill.
async fn answer(window: &Window) -> anyhow::Result<()> {
    let page = &window.page;
    page.see("哪种房").await?;
    page.press("市场上租的").await?;
    page.find(".save.is-saved").await?;
    page.click("main .btn.p").await?;
    page.press("只提我的").await?;
    page.find(".save.is-saved").await?;
    page.click("main .btn.p").await?;
    page.see("租期").await?;
    for (at, part) in ["2026", "3", "1", "2027", "2", "28"].iter().enumerate() {
        page.fill(&format!("(//main//input)[{}]", at + 1), part).await?;
    }
    page.find(".save.is-saved").await?;
    page.click("main .btn.p").await?;
    page.fill("#f-rent_month", "1800").await?;
    page.find("#q-title").await?;
    wait_for("the last save", async || {
        let line = page.run("return document.querySelector('.save')?.className ?? ''", &[]).await?;
        Ok(line.as_str().is_some_and(|class| class.contains("is-saved")).then_some(()))
    })
    .await
}

async fn attach_and_send(window: &Window) -> anyhow::Result<CaseId> {
    let page = &window.page;
    go(page, "/drafts").await?;
    page.click("main a[href*='/drafts/drf_']").await?;
    page.find("#f-rent_month").await?;
    let rent = page.value("#f-rent_month").await?.replace(',', "");
    anyhow::ensure!(rent.starts_with("1800"), "after the kill the rent is `{rent}`");
    page.run("const s = [...document.querySelectorAll('main select')].at(-1); s.value = '410105'; s.dispatchEvent(new Event('change', { bubbles: true }))", &[]).await?;
    page.fill("(//main//textarea | //main//input[not(@type) or @type='text'])[last()]", HOME).await?;
    page.click("main .btn.p").await?;
    page.see("打到哪张卡").await?;
    page.click("main .opt").await?;
    page.click("main .btn.p").await?;
    page.click("#m-lease-contract-pick").await?;
    page.see("contract.pdf").await?;
    page.see("photo.jpg").await?;
    page.click("#m-rent-records-pick").await?;
    page.find("#m-rent-records .filerow:nth-child(2)").await?;
    page.click("main .btn.p").await?;
    page.find("#declare").await?;
    page.run("document.querySelector('#declare').click()", &[]).await?;
    page.click("main .btn.p").await?;
    page.see("已提交").await?;
    let hash = page.run("return location.hash", &[]).await?;
    let draft = hash.as_str().and_then(|hash| hash.split("drf_").nth(1)).context("no draft in the address")?;
    let id = draft.split('/').next().unwrap_or_default();
    format!("cas_{id}").parse().context("the case's id")
}

async fn correct(window: &Window, platform: &Platform, case: CaseId) -> anyhow::Result<()> {
    let page = &window.page;
    let desk = Desk::sign_in(&platform.url(), "gjj-center").await?;
    wait_for("the case on the desk", async || Ok(desk.open(case).await.ok())).await?;
    run_person(platform, "as-officer.mjs", &["gjj-center", "correct", &case.to_string()], &[]).await?;
    go(page, &format!("/cases/{case}")).await?;
    page.see("等您补").await?;
    go(page, &format!("/cases/{case}/correction")).await?;
    page.fill("#f-rent_month", "1900").await?;
    page.click("h1").await?;
    page.find(".save.is-saved").await?;
    page.run("document.querySelector('main input[type=checkbox]')?.click()", &[]).await?;
    page.press("提交更正").await?;
    wait_for("the answered correction", async || {
        let opened = desk.open(case).await?;
        Ok(opened.case.correction.and_then(|notice| notice.answered_at))
    })
    .await
    .map(drop)
}

/// Another resident on this device: the deed tax is set at once, paid at the gateway, and the certificate comes to the
/// wallet and can be shown. Filling was tried above; here the window's own commands do it.
async fn show_licence(window: &Window, platform: &Platform) -> anyhow::Result<()> {
    let page = &window.page;
    invoke(page, "session_end", json!({})).await?;
    window.sign_in(platform, "13800000002").await?;
    let id = invoke(page, "draft_start", json!({ "code": "deed-tax" })).await?["id"].clone();
    let draft = wait_for("the purchase contract of the register", async || {
        let view = invoke(page, "draft_open", json!({ "draft_id": id })).await?;
        Ok(view["state"]["fields"]["contract"]["offered"][0]["value"].is_string().then_some(view))
    })
    .await?;
    let first = |field: &str| draft["state"]["fields"][field]["offered"][0]["value"].clone();
    let changes = json!({
        "contract": first("contract"), "area_same": true, "homes_agree": true, "ownership": "sole",
    });
    invoke(page, "draft_save", json!({ "draft_id": id, "revision": draft["revision"], "changes": changes })).await?;
    go(page, &format!("/drafts/{}/check", id.as_str().unwrap_or_default())).await?;
    page.find("#declare").await?;
    page.run("document.querySelector('#declare').click()", &[]).await?;
    page.click("main .btn.p").await?;
    page.see("已提交").await?;
    let case = id.as_str().unwrap_or_default().replace("drf_", "cas_");
    go(page, &format!("/cases/{case}")).await?;
    page.see("去缴费").await?;
    // The system browser would open the address; the person at it is played here.
    let started = invoke(page, "case_pay", json!({ "case_id": case })).await?;
    pay_at(started["url"].as_str().context("no address to pay at")?).await?;
    page.see("缴费时间").await?;
    let certificate = wait_for("the certificate in the wallet", async || {
        let held = invoke(page, "licence_list", json!({})).await?;
        let mut licences = held["licences"].as_array().into_iter().flatten();
        Ok(licences.find(|one| one["licence_type"] == "tax-certificate").cloned())
    })
    .await?;
    go(page, &format!("/licences/{}", certificate["id"].as_str().unwrap_or_default())).await?;
    page.see(certificate["number"].as_str().context("no number")?).await?;
    page.click("main .btn.p").await?;
    page.find("dialog .qrno").await.map(drop)
}

/// A command of the core, called as the page calls it.
async fn invoke(page: &WebDriver, command: &str, request: Value) -> anyhow::Result<Value> {
    let script = "return window.__TAURI_INTERNALS__.invoke(arguments[0], { request: arguments[1] })\
                  .catch((problem) => { throw new Error(JSON.stringify(problem)) })";
    page.run(script, &[json!(command), request]).await.with_context(|| format!("the command {command}"))
}
