//! `cargo xtask mutations`: takes each protection away, one at a time, and sees that something notices.
//!
//! Works on the checkout itself, so that nothing is built twice; it must have no changes of its own. Each file is put
//! back before the next one is touched, also after Ctrl-C.

mod protections;

use std::{
    path::PathBuf,
    process::Stdio,
    sync::{Arc, Mutex},
};

use anyhow::Context;
use protections::{PROTECTIONS, Protection, Suite};

use crate::{install, place, shell, test};

/// What is changed now, with what it was.
type Held = Arc<Mutex<Option<(PathBuf, String)>>>;

/// All of them, or those whose name contains one of the words.
pub fn mutations(words: &[String]) -> anyhow::Result<()> {
    let wanted = |one: &&Protection| words.is_empty() || words.iter().any(|word| one.name.contains(word.as_str()));
    let chosen: Vec<&Protection> = PROTECTIONS.iter().filter(wanted).collect();
    anyhow::ensure!(!chosen.is_empty(), "no protection has one of these words in its name");
    let clean = shell::output("git", &["status", "--porcelain", "--untracked-files=no"]);
    anyhow::ensure!(clean.is_some_and(|said| said.is_empty()), "the checkout has changes; commit or stash them first");
    install::packages(install::TESTS)?;
    let held = Held::default();
    put_back_on_signal(&held)?;
    let mut unnoticed = Vec::new();
    for one in chosen {
        let verdict = take_away(one, &held);
        put_back(&held)?;
        let noticed = verdict.with_context(|| one.name.to_owned())?;
        println!("{}: {} ({})", if noticed { "noticed" } else { "NOT NOTICED" }, one.name, one.suite.words());
        if !noticed {
            unnoticed.push(one.name);
        }
    }
    anyhow::ensure!(unnoticed.is_empty(), "nothing noticed the absence of: {}", unnoticed.join(", "));
    Ok(())
}

/// Whether the suite fails without the protection. That it builds is part of the question: a test that does not compile
/// notices nothing.
fn take_away(one: &Protection, held: &Held) -> anyhow::Result<bool> {
    let path = place::root().join(one.file);
    let before = std::fs::read_to_string(&path).with_context(|| one.file.to_owned())?;
    anyhow::ensure!(before.matches(one.from).count() == 1, "{} no longer has this text once: {}", one.file, one.from);
    let after = before.replacen(one.from, one.to, 1);
    *lock(held) = Some((path.clone(), before));
    std::fs::write(&path, after)?;
    let built = match one.suite {
        Suite::Rigs(_) => test::programs(),
        Suite::Units(_) => build(&["--lib"]),
        Suite::Server(name, _) => build(&["--test", name]),
    };
    built.context("it does not build without it")?;
    let mut command = shell::command(&place::cargo());
    command.args(["test", "--quiet", "--workspace"]);
    match one.suite {
        Suite::Rigs(filter) => command.args(["--test", "faults", "--", filter]).env("HAOBAN_FAULTS", "short"),
        Suite::Units(filter) => command.args(["--lib", "--", filter]),
        Suite::Server(name, filter) => command.args(["--test", name, "--", filter]),
    };
    let output = test::in_session(command).stderr(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let ran = said.lines().any(|line| line.starts_with("running ") && !line.starts_with("running 0 "));
    anyhow::ensure!(ran, "no test is called like that: {}", one.suite.words());
    Ok(!output.status.success())
}

fn build(what: &[&str]) -> anyhow::Result<()> {
    let quiet = ["test", "--quiet", "--workspace", "--no-run"];
    shell::must(&place::cargo(), &[&quiet[..], what].concat())
}

fn put_back(held: &Held) -> anyhow::Result<()> {
    if let Some((path, before)) = lock(held).take() {
        std::fs::write(&path, before).with_context(|| format!("{} could not be put back", path.display()))?;
    }
    Ok(())
}

fn put_back_on_signal(held: &Held) -> anyhow::Result<()> {
    let held = Arc::clone(held);
    ctrlc::set_handler(move || {
        if let Err(error) = put_back(&held) {
            eprintln!("{error:#}");
        }
        std::process::exit(130);
    })
    .context("signals cannot be heard")
}

fn lock(held: &Held) -> std::sync::MutexGuard<'_, Option<(PathBuf, String)>> {
    held.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
