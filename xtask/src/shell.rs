//! Running programs, with words when they are missing or fail.

use std::process::{Command, Stdio};

use anyhow::Context;

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
    let status = command.status().with_context(|| format!("{name} could not be started"))?;
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
