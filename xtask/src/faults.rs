//! `cargo xtask faults`: the rigs that kill programs, cut lines and power, fill disks and turn clocks.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use anyhow::Context;

use crate::{install, place, shell, test};

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

fn run(long: bool, rigs: &[&String]) -> anyhow::Result<()> {
    if let Err(error) = install::packages(install::FAULTS) {
        eprintln!("· some rigs will not run: {error:#}");
    }
    test::programs()?;
    let mut command = shell::command(&place::cargo());
    command.args(["test", "--workspace", "--test", "faults", "--", "--nocapture", "--test-threads=2"]);
    command.args(rigs).env("HAOBAN_FAULTS", if long { "long" } else { "short" });
    let mut session = test::in_session(command);
    let mut child = session.stderr(Stdio::piped()).spawn().context("the rigs could not be started")?;
    let (mut counted, mut failed) = (Vec::new(), Vec::new());
    for line in BufReader::new(child.stderr.take().context("no output")?).lines() {
        let line = line?;
        if line.starts_with("rig ") {
            counted.push(line.clone());
        }
        // Said again at the end, where somebody who reads the last lines finds it.
        if line.starts_with("Error: ") || line.contains("panicked at") {
            failed.push(line.clone());
        }
        eprintln!("{line}");
    }
    let status = child.wait()?;
    eprintln!("\n── counted ({}) ──", if long { "long" } else { "short" });
    counted.sort();
    for line in &counted {
        eprintln!("{line}");
    }
    for line in &failed {
        eprintln!("{line}");
    }
    anyhow::ensure!(status.success(), "a rig failed ({status})");
    Ok(())
}
