//! Running programs, with words when they are missing or fail.

use std::{
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

use anyhow::Context;

use crate::running::{Ended, Running};

/// How often somebody asked this program to end.
static ENDINGS: AtomicUsize = AtomicUsize::new(0);

/// From now on Ctrl-C, a polite kill and a closed terminal are counted here instead of ending this program on the spot,
/// so that what it started is ended first.
pub fn hear_signals() -> anyhow::Result<()> {
    let count = || {
        ENDINGS.fetch_add(1, Ordering::SeqCst);
    };
    ctrlc::set_handler(count).context("signals cannot be heard")
}

/// How often somebody asked this program to end, since it hears them.
pub fn endings() -> usize {
    ENDINGS.load(Ordering::SeqCst)
}

/// A command in the checkout.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(crate::place::root());
    command
}

/// Runs a program with the terminal's own output; fails when it fails.
pub fn must(program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    must_run(command(program).args(arguments))
}

/// Runs a prepared command; fails when it fails.
pub fn must_run(command: &mut Command) -> anyhow::Result<()> {
    let name = format!("{command:?}");
    eprintln!("· {}", name.replace('"', ""));
    let status = Running::start(&name, command)?.wait()?;
    // The terminal's Ctrl-C reaches the command too, and it ends badly because it was told to.
    anyhow::ensure!(endings() == 0, Ended);
    anyhow::ensure!(status.success(), "{name} failed ({status})");
    Ok(())
}

/// Whether a program can be started at all.
pub fn has(program: &str) -> bool {
    command("sh").args(["-c", &format!("command -v {program} >/dev/null 2>&1")]).status().is_ok_and(|s| s.success())
}

/// The output of a program, trimmed; `None` when it fails or is missing.
pub fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = command(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
