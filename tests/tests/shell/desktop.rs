//! What the window and the desktop around it owe each other: one instance, a remembered size, a tray, notifications.

use anyhow::Context;
use haoban_testkit::{Citizen, Platform, copies_case, wait_for};
use haoban_tests::Screen;
use serde_json::json;

use super::window::{Around, Window, go, invoke};

const TRAY: Around = Around { tray: true, language: None };

/// The window on the display, once it can be seen.
async fn seen(window: &Window, screen: &Screen) -> anyhow::Result<u32> {
    let app = window.process()?;
    wait_for("the window", async || {
        let id = screen.window_of(app)?;
        Ok(id.filter(|id| screen.is_seen(*id).unwrap_or(false)))
    })
    .await
}

/// The tray can only bring back what hides; the core tells the shell of it a moment after the start.
async fn close_into_tray(window: &Window, screen: &Screen, id: u32) -> anyhow::Result<()> {
    window.desktop.menu().await?;
    screen.press_close(id)?;
    wait_for("a hidden window", async || Ok((!screen.is_seen(id)?).then_some(()))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_brings_the_first_window_to_the_front_and_ends() -> anyhow::Result<()> {
    let (platform, screen) = (Platform::start().await?, Screen::connect()?);
    let window = Window::open(&platform, &TRAY).await?;
    let (app, id) = (window.process()?, seen(&window, &screen).await?);

    screen.go_elsewhere()?;
    anyhow::ensure!(!screen.has_focus(id)?, "somebody else's window has the focus");
    let second = window.start_once_more().await?;
    anyhow::ensure!(second.code() == Some(0), "the second start ended with {second}");
    wait_for("the focus", async || Ok(screen.has_focus(id)?.then_some(()))).await?;

    // It also comes back from the tray, and is the same one.
    close_into_tray(&window, &screen, id).await?;
    let second = window.start_once_more().await?;
    anyhow::ensure!(second.code() == Some(0), "the second start ended with {second}");
    wait_for("the window again", async || Ok(screen.is_seen(id)?.then_some(()))).await?;
    wait_for("the focus", async || Ok(screen.has_focus(id)?.then_some(()))).await?;
    anyhow::ensure!(window.process()? == app, "the app is another process now");
    window.end_by_signal().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_opens_in_the_size_it_was_left_in() -> anyhow::Result<()> {
    let (platform, screen) = (Platform::start().await?, Screen::connect()?);
    let mut window = Window::open(&platform, &Around::default()).await?;
    let (app, id) = (window.process()?, seen(&window, &screen).await?);
    let first = screen.size(id)?;
    anyhow::ensure!(first == (1120, 800), "a first start opens in {first:?}");
    let left = (932, 716);
    screen.resize(id, left)?;
    wait_for("the page in the new size", async || {
        let inner = window.page.run("return [innerWidth, innerHeight]", &[]).await?;
        Ok((inner == json!([left.0, left.1])).then_some(()))
    })
    .await?;
    // Without a tray, closing ends the app: a hidden window could not be found again.
    screen.press_close(id)?;
    window.ends(app).await?;

    window.open_again().await?;
    let id = seen(&window, &screen).await?;
    let again = screen.size(id)?;
    anyhow::ensure!(again == left, "it was left in {left:?} and opens in {again:?}");
    window.end_by_signal().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tray_speaks_the_language_of_the_app() -> anyhow::Result<()> {
    let (platform, screen) = (Platform::start().await?, Screen::connect()?);
    // The app has a language of its own; the desktop's is another one here.
    let mut window = Window::open(&platform, &Around { language: Some("en_US.UTF-8"), ..TRAY }).await?;
    let (app, id) = (window.process()?, seen(&window, &screen).await?);
    says(&window, &["打开好办", "退出"]).await?;
    anyhow::ensure!(window.desktop.icons() == 1, "{} icons are in the tray", window.desktop.icons());

    let mut settings = invoke(&window.page, "app_start", json!({})).await?["settings"].clone();
    settings["language"] = json!("en");
    invoke(&window.page, "settings_save", json!({ "settings": settings })).await.context("the language")?;
    says(&window, &["Open Haoban", "Quit"]).await?;

    close_into_tray(&window, &screen, id).await?;
    window.desktop.choose("Open Haoban").await?;
    wait_for("the window again", async || Ok(screen.is_seen(id)?.then_some(()))).await?;
    window.desktop.choose("Quit").await?;
    window.ends(app).await?;

    window.open_again().await?;
    let (app, id) = (window.process()?, seen(&window, &screen).await?);
    says(&window, &["Open Haoban", "Quit"]).await?;
    // Who does not want it to stay, closes it.
    settings["stay_in_tray"] = json!(false);
    invoke(&window.page, "settings_save", json!({ "settings": settings })).await.context("staying")?;
    wait_for("the end of the app", async || {
        // The shell hears of the setting a moment later; until then the cross hides the window.
        if window.process().is_ok_and(|process| process == app) {
            let _ = screen.press_close(id);
            return Ok(None);
        }
        Ok(Some(()))
    })
    .await?;
    window.ends(app).await
}

async fn says(window: &Window, words: &[&str]) -> anyhow::Result<()> {
    wait_for(&format!("a menu of {words:?}"), async || Ok((window.desktop.menu().await? == words).then_some(()))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_a_notification_opens_the_case() -> anyhow::Result<()> {
    let (platform, screen) = (Platform::start().await?, Screen::connect()?);
    let window = Window::open(&platform, &TRAY).await?;
    let id = seen(&window, &screen).await?;
    window.page.press("选好了，开始用").await?;
    window.page.find("[role=search] input").await?;
    window.sign_in(&platform, "13800000001").await?;
    go(&window.page, "/").await?;
    window.page.see("王芳").await?;
    close_into_tray(&window, &screen, id).await?;

    // The same resident sends something from another device.
    let elsewhere = Citizen::sign_in(&platform.url(), "13800000001").await?;
    let sent = copies_case(None);
    let (status, answer) = elsewhere.submit(&sent).await?;
    anyhow::ensure!(status == 201, "{status} {answer}");
    let case = sent["draft_id"].as_str().unwrap_or_default().replace("drf_", "cas_");
    let number = answer["case"]["number"].as_str().context("no number")?;

    let told = window.notified("您的申请已收到").await?;
    anyhow::ensure!(told.app == "haoban" && told.body == "点开看详情", "{told:?}");
    anyhow::ensure!(told.entry.as_deref() == Some("haoban"), "it belongs to no desktop entry: {told:?}");
    anyhow::ensure!(told.actions == ["default", "打开好办"], "{told:?}");
    for secret in ["王芳", "13800000001", "档案", number, &case, sent["draft_id"].as_str().unwrap_or_default()] {
        anyhow::ensure!(!told.whole.contains(secret), "the notification tells {secret}: {told:?}");
    }

    // Another one that is closed unread leads nowhere, nor does the click on somebody else's.
    window.desktop.dismiss(told.id + 1_000).await?;
    window.desktop.click(told.id + 1_000, "not-ours").await?;
    anyhow::ensure!(!screen.is_seen(id)?, "a click on another app's notification opened the window");
    // Tokens of X11 carry the moment of the click: by it a window manager lets the window come to the front.
    let clicked = screen.now()?;
    window.desktop.click(told.id, &format!("haoban-test_TIME{clicked}")).await?;
    wait_for("the window again", async || Ok(screen.is_seen(id)?.then_some(()))).await?;
    window.arrives(&format!("/cases/{case}")).await?;
    window.page.see(&number[number.len() - 4..]).await?;
    wait_for("the focus", async || Ok(screen.has_focus(id)?.then_some(()))).await?;
    let time = screen.user_time(id)?;
    anyhow::ensure!(time.is_some_and(|time| time >= clicked), "the desktop's leave did not reach the window: {time:?}");
    window.end_by_signal().await
}
