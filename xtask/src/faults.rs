//! `cargo xtask faults`: the rigs that kill programs, cut lines and power, fill disks and turn clocks.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use anyhow::Context;

use crate::{install, place, shell, test};

/// Rigs that stand beside what they test and run with its suite. The long form gives them more: name, tests, variable
/// and value.
const BESIDE: [(&str, &[&str], (&str, &str)); 3] = [
    ("simulation", &["--lib", "--", "outbox::simulation"], ("HAOBAN_SEEDS", "1000000")),
    ("salvage", &["--lib", "--", "salvage::tests"], ("HAOBAN_FLIPS", "500")),
    ("soak", &["--test", "intake", "--", "soak"], ("HAOBAN_SOAK", "220")),
];

/// The short forms, as the gate runs them.
pub fn short() -> anyhow::Result<()> {
    run(false, &[])
}

/// The rigs, or only those whose name contains one of the words.
pub fn faults(words: &[String]) -> anyhow::Result<()> {
    let long = words.iter().any(|word| word == "--long");
    let rigs: Vec<&String> = words.iter().filter(|word| !word.starts_with("--")).collect();
    if let Some(strange) = words.iter().find(|word| word.starts_with("--") && *word != "--long") {
        anyhow::bail!("there is no option `{strange}`; there is --long");
    }
    install::packages(install::TESTS)?;
    run(long, &rigs)
}

/// What the rigs said.
#[derive(Default)]
struct Said {
    counted: Vec<String>,
    failed: Vec<String>,
}

fn run(long: bool, rigs: &[&String]) -> anyhow::Result<()> {
    if let Err(error) = install::packages(install::FAULTS) {
        eprintln!("· some rigs will not run: {error:#}");
    }
    test::programs()?;
    let mut said = Said::default();
    let mut good = true;
    let beside: Vec<_> = BESIDE.iter().filter(|(name, ..)| long && wanted(name, rigs)).collect();
    // A word that names only rigs beside their rules would run all of `faults` for nothing.
    if rigs.is_empty() || rigs.iter().any(|rig| !BESIDE.iter().any(|(name, ..)| name == rig)) {
        let mut command = tests(&["--test", "faults", "--"], &["--test-threads=2"]);
        command.args(rigs).env("HAOBAN_FAULTS", if long { "long" } else { "short" });
        good &= listen(test::in_session(command), &mut said)?;
    }
    for (name, which, (variable, value)) in beside {
        eprintln!("\n── {name} ──");
        let mut command = tests(which, &[]);
        command.env(variable, value);
        good &= listen(command, &mut said)?;
    }
    eprintln!("\n── counted ({}) ──", if long { "long" } else { "short" });
    said.counted.sort();
    for line in said.counted.iter().chain(&said.failed) {
        eprintln!("{line}");
    }
    anyhow::ensure!(good, "a rig failed");
    Ok(())
}

fn wanted(name: &str, rigs: &[&String]) -> bool {
    rigs.is_empty() || rigs.iter().any(|rig| name.contains(rig.as_str()))
}

fn tests(which: &[&str], more: &[&str]) -> Command {
    let mut command = shell::command(&place::cargo());
    command.args(["test", "--workspace"]).args(which).arg("--nocapture").args(more);
    command
}

/// Runs tests to their end, says what they say and keeps their counts; whether they passed.
fn listen(mut command: Command, said: &mut Said) -> anyhow::Result<bool> {
    let mut child = command.stderr(Stdio::piped()).spawn().context("the rigs could not be started")?;
    for line in BufReader::new(child.stderr.take().context("no output")?).lines() {
        let line = line?;
        if line.starts_with("rig ") {
            said.counted.push(line.clone());
        }
        // Said again at the end, where somebody who reads the last lines finds it.
        if line.starts_with("Error: ") || line.contains("panicked at") {
            said.failed.push(line.clone());
        }
        eprintln!("{line}");
    }
    Ok(child.wait()?.success())
}
