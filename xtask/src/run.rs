//! `cargo xtask run`: from a bare machine to a running app.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::Context;

use crate::{install, place, shell, ui};

const PLATFORM: &str = "127.0.0.1:8420";
const HOST: &str = "127.0.0.1:8430";

/// Installs, builds, starts, waits, ends.
pub fn run() -> anyhow::Result<()> {
    let display = std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some();
    install::packages(if display { install::WINDOW } else { install::CORE })?;
    let listen = setting("HAOBAN_LISTEN", PLATFORM);
    let host = setting("HAOBAN_DEVHOST_LISTEN", HOST);
    free(&listen, "HAOBAN_LISTEN")?;
    if !display {
        free(&host, "HAOBAN_DEVHOST_LISTEN")?;
    }
    ui::build()?;
    let app = if display { "haoban-app" } else { "haoban-devhost" };
    shell::must(&place::cargo(), &["build", "--quiet", "-p", "haoban-server", "-p", app])?;

    let ending = Arc::new(AtomicBool::new(false));
    let flag = ending.clone();
    ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst)).context("signals cannot be heard")?;

    let mut platform = Running::start("the platform", platform(&listen)?)?;
    await_health(&listen, &mut platform, &ending)?;
    let mut app = Running::start("the app", if display { window(&listen)? } else { devhost(&listen, &host)? })?;
    tell(&listen, &host, display);
    while !ending.load(Ordering::SeqCst) {
        if let Some(status) = platform.0.try_wait()? {
            anyhow::bail!("the platform ended ({status}); its last words stand above");
        }
        if let Some(status) = app.0.try_wait()? {
            anyhow::ensure!(status.success(), "the app ended ({status}); its last words stand above");
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    eprintln!("· ending");
    app.end();
    platform.end();
    Ok(())
}

fn tell(listen: &str, host: &str, display: bool) {
    let app =
        if display { "the window is open".to_owned() } else { format!("http://{host}  ← open this in a browser") };
    eprintln!(
        "\n  app        {app}\n  desk       http://{listen}/desk\n  messages   http://{listen}/demo/messages   (SMS of the demo city)\n\n  \
         residents  13800000001 … 13800000004, officers desk-gjj-center, desk-police-district, …\n  \
         password   haoban-demo-2026\n\n  Ctrl-C ends everything.\n"
    );
}

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).ok().filter(|value| !value.is_empty()).unwrap_or_else(|| default.to_owned())
}

fn free(address: &str, name: &str) -> anyhow::Result<()> {
    TcpListener::bind(address).map(drop).map_err(|error| {
        anyhow::anyhow!("{address} cannot be used ({error}). Is the app running already? Else set {name} to another address, e.g. {name}=127.0.0.1:18420")
    })
}

fn platform(listen: &str) -> anyhow::Result<Command> {
    let mut command = shell::command(&place::program("haoban-server")?.to_string_lossy());
    command
        .arg("serve")
        .env("HAOBAN_LISTEN", listen)
        .env("HAOBAN_DATA_DIR", data("platform")?)
        .env("HAOBAN_CITY", std::env::var("HAOBAN_CITY").unwrap_or_else(|_| "cities/zhengzhou".to_owned()))
        .env("HAOBAN_DEMO", "true")
        .env("HAOBAN_WATCH_CITY", "on")
        .env("HAOBAN_DESK_DIR", place::root().join("ui/dist-desk"));
    Ok(command)
}

fn window(listen: &str) -> anyhow::Result<Command> {
    let mut command = shell::command(&place::program("haoban")?.to_string_lossy());
    command.env("HAOBAN_PLATFORM_URL", format!("http://{listen}"));
    Ok(command)
}

fn devhost(listen: &str, host: &str) -> anyhow::Result<Command> {
    let mut command = shell::command(&place::program("haoban-devhost")?.to_string_lossy());
    command
        .env("HAOBAN_DEVHOST_LISTEN", host)
        .env("HAOBAN_PLATFORM_URL", format!("http://{listen}"))
        .env("HAOBAN_PROFILE_DIR", data("devhost")?)
        .env("HAOBAN_UI_DIR", place::root().join("ui/dist"));
    Ok(command)
}

fn data(part: &str) -> anyhow::Result<PathBuf> {
    let folder = place::data().join(part);
    std::fs::create_dir_all(&folder).with_context(|| {
        format!(
            "{} cannot be made; is the disk full or read-only? Set HAOBAN_RUN_DIR to another folder",
            folder.display()
        )
    })?;
    Ok(folder)
}

fn await_health(listen: &str, platform: &mut Running, ending: &AtomicBool) -> anyhow::Result<()> {
    for _ in 0..600 {
        if healthy(listen) {
            return Ok(());
        }
        if let Some(status) = platform.0.try_wait()? {
            anyhow::bail!("the platform did not start ({status}); its last words stand above");
        }
        anyhow::ensure!(!ending.load(Ordering::SeqCst), "ended by hand");
        thread::sleep(Duration::from_millis(100));
    }
    anyhow::bail!("the platform gave no answer on {listen} within a minute")
}

/// Asks `/health` by hand: one request is no reason for an HTTP client here.
pub fn healthy(listen: &str) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(listen)?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(stream, "GET /health HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(64 * 1024).read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200"))
    };
    ask().unwrap_or(false)
}

/// A started program that is ended politely, then firmly.
pub struct Running(Child, &'static str);

impl Running {
    /// Starts it.
    pub fn start(name: &'static str, mut command: Command) -> anyhow::Result<Self> {
        Ok(Self(command.spawn().with_context(|| format!("{name} could not be started"))?, name))
    }

    /// Asks it to end, waits ten seconds, then kills it.
    pub fn end(&mut self) {
        if let Ok(Some(_)) = self.0.try_wait() {
            return;
        }
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        for _ in 0..100 {
            if let Ok(Some(_)) = self.0.try_wait() {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        eprintln!("· {} did not end by itself and is killed", self.1);
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
