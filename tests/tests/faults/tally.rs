//! Short or long, and what a rig did.

use std::process::{Command, Stdio};

/// Whether the long form was asked for.
pub fn long() -> bool {
    std::env::var("HAOBAN_FAULTS").is_ok_and(|wish| wish == "long")
}

/// A number of rounds, short or long.
pub fn rounds(short: usize, long_form: usize) -> usize {
    if long() { long_form } else { short }
}

/// Prints one line of counts. `cargo xtask faults` collects lines that begin like this.
pub fn report(rig: &str, counts: &[(&str, u64)]) {
    let counts: Vec<String> = counts.iter().map(|(name, count)| format!("{name}={count}")).collect();
    eprintln!("rig {rig}: {}", counts.join(" "));
}

/// Whether a program can be run; says so when not.
pub fn has(rig: &str, program: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).stdout(Stdio::null()).status();
    let there = found.is_ok_and(|status| status.success());
    if !there {
        eprintln!("rig {rig}: not run, this machine has no `{program}`");
    }
    there
}

/// Whether this user may mount and make namespaces; says so when not.
pub fn is_root(rig: &str) -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0"));
    if !root {
        eprintln!("rig {rig}: not run, it needs root");
    }
    root
}

/// Runs a program to its end.
pub fn run(program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let output = Command::new(program).args(arguments).output()?;
    let words = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{program} {}: {words}", arguments.join(" "));
    Ok(())
}
