//! `cargo xtask package`: the .deb.

use anyhow::Context;

use crate::{install, place, shell, ui};

/// Largest package we ship, in bytes.
const LIMIT: u64 = 10 * 1024 * 1024;

/// A shipped program has no places where it can be told to end: their names do not stand in it.
fn without_failpoints(program: &std::path::Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(program).with_context(|| format!("{} is not there", program.display()))?;
    for name in ["HAOBAN_FAILPOINTS", "outbox-before-commit", "outbox-before-send"] {
        let found = bytes.windows(name.len()).any(|part| part == name.as_bytes());
        anyhow::ensure!(!found, "{} holds the failpoint `{name}`", program.display());
    }
    eprintln!("· no failpoints in {}", program.display());
    Ok(())
}

/// Builds the release app and its .deb and checks its size.
pub fn package() -> anyhow::Result<()> {
    install::packages(install::WINDOW)?;
    ui::build()?;
    let cli = place::root().join("ui/node_modules/.bin/tauri");
    anyhow::ensure!(cli.exists(), "the packaging tool is missing; run `npm ci` in ui/");
    let mut command = shell::command(&cli.to_string_lossy());
    shell::must_run(command.current_dir(place::root().join("src-tauri")).args(["build", "--bundles", "deb", "--ci"]))?;
    without_failpoints(&place::target()?.join("release/haoban"))?;
    let folder = place::target()?.join("release/bundle/deb");
    let deb = std::fs::read_dir(&folder)
        .with_context(|| format!("{} is not there", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|ending| ending == "deb"))
        .context("no .deb was made")?;
    let bytes = deb.metadata()?.len();
    eprintln!("· {} ({:.1} MB)", deb.display(), bytes as f64 / 1e6);
    anyhow::ensure!(bytes <= LIMIT, "the package is larger than 10 MB");
    Ok(())
}
