//! `cargo xtask run`: from a bare machine to a running app.

mod addresses;

use std::{
    io::{Read, Write},
    net::TcpStream,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::Context;

use self::addresses::Addresses;
use crate::{
    install, place,
    room::{self, Place},
    running::{Ended, Running},
    shell, ui,
};

/// What a first build writes, with all that it is made of.
const FIRST_BUILD: u64 = 4 << 30;

/// Installs, builds, starts, waits, ends. With `--built` it starts what was built before.
pub fn run(words: &[String]) -> anyhow::Result<()> {
    let built = match words {
        [] => false,
        [word] if word == "--built" => true,
        [word, ..] => anyhow::bail!("there is no option `{word}`; there is --built"),
    };
    shell::hear_signals()?;
    match from_nothing(built) {
        Err(error) if error.is::<Ended>() => {
            eprintln!("· ended");
            Ok(())
        }
        outcome => outcome,
    }
}

/// What can be said at once comes before what takes minutes.
fn from_nothing(built: bool) -> anyhow::Result<()> {
    let display = std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some();
    let addresses = Addresses::wanted(display);
    addresses.are_free()?;
    let places = places(display, built)?;
    room::enough(&places)?;
    if !built {
        ui::node_is_there()?;
        room::explain(build(display), &places)?;
    }
    room::explain(serve(display, &addresses), &places)
}

/// Where the next minutes write to.
fn places(display: bool, built: bool) -> anyhow::Result<Vec<Place>> {
    let target = place::target()?;
    let first = !built && !target.join("debug/haoban-server").exists();
    let mut places = vec![
        Place { what: "the data", folder: place::data(), variable: "HAOBAN_RUN_DIR", least: room::LEAST },
        Place {
            what: "the build",
            folder: target,
            variable: "CARGO_TARGET_DIR",
            least: if first { FIRST_BUILD } else { room::LEAST },
        },
        Place { what: "temporary files", folder: std::env::temp_dir(), variable: "TMPDIR", least: 1 << 20 },
    ];
    if display && let Some(folder) = profile() {
        places.push(Place { what: "the app", folder, variable: "HAOBAN_PROFILE_DIR", least: room::LEAST });
    }
    Ok(places)
}

/// Where the window keeps what is its user's.
fn profile() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let share = || named("XDG_DATA_HOME").or_else(|| named("HOME").map(|home| home.join(".local/share")));
    named("HAOBAN_PROFILE_DIR").or_else(share)
}

fn build(display: bool) -> anyhow::Result<()> {
    install::packages(if display { install::WINDOW } else { install::CORE })?;
    ui::build()?;
    let app = if display { "haoban-app" } else { "haoban-devhost" };
    shell::must(&place::cargo(), &["build", "--quiet", "-p", "haoban-server", "-p", app])
}

fn serve(display: bool, addresses: &Addresses) -> anyhow::Result<()> {
    let mut platform = Running::start("the platform", &mut platform(addresses)?)?;
    await_health(&addresses.platform, &mut platform)?;
    let mut command = if display { window(addresses)? } else { devhost(addresses)? };
    let mut app = Running::start("the app", &mut command)?;
    eprintln!("{}", addresses.told(display));
    while shell::endings() == 0 {
        if let Some(status) = platform.ended()? {
            anyhow::bail!("the platform ended ({status}); its last words stand above");
        }
        if let Some(status) = app.ended()? {
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

/// A program of ours in a process group of its own: the terminal's Ctrl-C reaches this program only, which then ends
/// the others once and in order. Told twice, the platform would drop what it is doing.
fn program(name: &str) -> anyhow::Result<Command> {
    let path = place::program(name)?;
    anyhow::ensure!(path.exists(), "{} is not built yet; run `cargo xtask run` without --built", path.display());
    let mut command = shell::command(&path.to_string_lossy());
    command.process_group(0).stdin(Stdio::null());
    Ok(command)
}

fn platform(addresses: &Addresses) -> anyhow::Result<Command> {
    let mut command = program("haoban-server")?;
    command
        .arg("serve")
        .env("HAOBAN_LISTEN", &addresses.platform)
        .env("HAOBAN_DATA_DIR", data("platform")?)
        .env("HAOBAN_CITY", std::env::var("HAOBAN_CITY").unwrap_or_else(|_| "cities/zhengzhou".to_owned()))
        .env("HAOBAN_DEMO", "true")
        .env("HAOBAN_WATCH_CITY", "on");
    Ok(command)
}

fn window(addresses: &Addresses) -> anyhow::Result<Command> {
    let mut command = program("haoban")?;
    command.env("HAOBAN_PLATFORM_URL", format!("http://{}", addresses.platform));
    Ok(command)
}

fn devhost(addresses: &Addresses) -> anyhow::Result<Command> {
    let mut command = program("haoban-devhost")?;
    command
        .env("HAOBAN_DEVHOST_LISTEN", &addresses.host)
        .env("HAOBAN_PLATFORM_URL", format!("http://{}", addresses.platform))
        .env("HAOBAN_PROFILE_DIR", data("devhost")?)
        .env("HAOBAN_UI_DIR", place::root().join("ui/dist"));
    Ok(command)
}

fn data(part: &str) -> anyhow::Result<PathBuf> {
    let folder = place::data().join(part);
    std::fs::create_dir_all(&folder).with_context(|| {
        format!("{} cannot be made; set HAOBAN_RUN_DIR to a folder that you may write to", folder.display())
    })?;
    Ok(folder)
}

fn await_health(listen: &str, platform: &mut Running) -> anyhow::Result<()> {
    for _ in 0..600 {
        anyhow::ensure!(shell::endings() == 0, Ended);
        if healthy(listen) {
            return Ok(());
        }
        if let Some(status) = platform.ended()? {
            anyhow::bail!("the platform did not start ({status}); its last words stand above");
        }
        thread::sleep(Duration::from_millis(100));
    }
    anyhow::bail!("the platform gave no answer on {listen} within a minute")
}

/// Asks `/health` by hand: one request is no reason for an HTTP client here.
fn healthy(listen: &str) -> bool {
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
