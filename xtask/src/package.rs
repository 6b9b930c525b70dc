//! `cargo xtask package`: the .deb.

use std::{ffi::OsStr, path::Path};

use anyhow::Context;

use crate::{install, place, shell, ui};

/// Largest package we ship, in bytes.
const LIMIT: u64 = 10 * 1024 * 1024;

/// The profile of `Cargo.toml` that builds for size.
const PROFILE: &str = "shipped";

/// A shipped program has no places where it can be told to end: their names do not stand in it.
fn without_failpoints(program: &Path) -> anyhow::Result<()> {
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
    shell::must_run(command.current_dir(place::root().join("src-tauri")).args([
        "build",
        "--bundles",
        "deb",
        "--ci",
        "--",
        "--profile",
        PROFILE,
    ]))?;
    without_failpoints(&place::target()?.join(PROFILE).join("haoban"))?;
    let folder = place::target()?.join(PROFILE).join("bundle/deb");
    let deb = std::fs::read_dir(&folder)
        .with_context(|| format!("{} is not there", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|ending| ending == "deb"))
        .context("no .deb was made")?;
    tighten(&deb)?;
    let bytes = deb.metadata()?.len();
    eprintln!("· {} ({:.1} MB)", deb.display(), bytes as f64 / 1e6);
    anyhow::ensure!(bytes <= LIMIT, "the package is larger than 10 MB");
    Ok(())
}

/// Packs a .deb anew with the tightest compression that every Debian reads; the bundler knows only gzip.
fn tighten(deb: &Path) -> anyhow::Result<()> {
    let (root, packed) = (deb.with_extension("root"), deb.with_extension("packed"));
    if root.exists() {
        std::fs::remove_dir_all(&root)?;
    }
    let run = |arguments: &[&OsStr]| shell::must_run(shell::command("dpkg-deb").args(arguments));
    run(&[OsStr::new("--raw-extract"), deb.as_os_str(), root.as_os_str()])?;
    let build = ["--root-owner-group", "-Zxz", "-z9", "-Sextreme", "--build"].map(OsStr::new);
    run(&[&build[..], &[root.as_os_str(), packed.as_os_str()]].concat())?;
    std::fs::rename(&packed, deb)?;
    Ok(std::fs::remove_dir_all(&root)?)
}
