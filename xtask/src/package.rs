//! `cargo xtask package`: the .deb.

mod contents;
mod libraries;

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::{install, place, shell, test, ui};

/// Largest package we ship, in bytes.
const LIMIT: u64 = 10 * 1024 * 1024;

/// The profile of `Cargo.toml` that builds for size.
const PROFILE: &str = "shipped";

/// Builds and looks through what residents get; with `--check`, only looks through one made of the debug build.
pub fn package(words: &[String]) -> anyhow::Result<()> {
    match words {
        [] => ship(),
        [word] if word == "--check" => {
            install::packages(install::WINDOW)?;
            ui::build()?;
            test::programs()?;
            check()
        }
        [word, ..] => anyhow::bail!("there is no option `{word}`; there is --check"),
    }
}

/// Builds the release app and its .deb, looks through it and checks its size.
fn ship() -> anyhow::Result<()> {
    install::packages(install::WINDOW)?;
    ui::build()?;
    let mut build = ui::packager()?;
    build.current_dir(place::root().join("src-tauri"));
    shell::must_run(build.args(["build", "--bundles", "deb", "--ci", "--", "--profile", PROFILE]))?;
    let made = place::target()?.join(PROFILE);
    without_failpoints(&made.join("haoban"))?;
    let deb = bundled(&made)?;
    let root = open(&deb)?;
    sound(&root)?;
    pack(&root, &deb)?;
    let bytes = deb.metadata()?.len();
    eprintln!("· {} ({:.1} MB)", deb.display(), bytes as f64 / 1e6);
    fits(bytes)
}

/// All but the size: a release build takes as long as the whole gate, and what stands in the package does not depend on it.
pub fn check() -> anyhow::Result<()> {
    if !shell::has("dpkg-deb") {
        eprintln!("· this is no Debian system; the package is not looked through");
        return Ok(());
    }
    let folder = place::data().join("package");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let made = folder.join("debug");
    std::fs::create_dir_all(&made)?;
    let program = place::program("haoban")?;
    shell::must("strip", &["-o", &made.join("haoban").to_string_lossy(), &program.to_string_lossy()])?;
    let mut bundle = ui::packager()?;
    bundle.current_dir(place::root().join("src-tauri")).env("CARGO_TARGET_DIR", &folder);
    shell::must_run(bundle.args(["bundle", "--debug", "--bundles", "deb", "--ci"]))?;
    sound(&open(&bundled(&made)?)?)?;
    Ok(std::fs::remove_dir_all(&folder)?)
}

/// The package has what it must have, and everything its program needs comes with it.
fn sound(root: &Path) -> anyhow::Result<()> {
    let mut wrong = contents::look_through(root)?;
    let control = std::fs::read_to_string(root.join("DEBIAN/control"))?;
    wrong.extend(libraries::missing(&root.join("usr/bin/haoban"), &control)?);
    anyhow::ensure!(wrong.is_empty(), "the package is not right:\n{}", wrong.join("\n"));
    eprintln!("· the package has its program, entry, icons and licence, and names all it depends on");
    Ok(())
}

fn fits(bytes: u64) -> anyhow::Result<()> {
    anyhow::ensure!(
        bytes <= LIMIT,
        "the package is too large: {:.1} MB of at most {} MB",
        bytes as f64 / f64::from(1 << 20),
        LIMIT >> 20
    );
    Ok(())
}

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

/// The package of this version, as the bundler left it.
fn bundled(made: &Path) -> anyhow::Result<PathBuf> {
    let folder = made.join("bundle/deb");
    let ours = format!("haoban_{}_", env!("CARGO_PKG_VERSION"));
    std::fs::read_dir(&folder)
        .with_context(|| format!("{} is not there", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "deb"))
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&ours)))
        .context("no .deb was made")
}

fn dpkg_deb(arguments: &[&OsStr]) -> anyhow::Result<()> {
    shell::must_run(shell::command("dpkg-deb").args(arguments))
}

/// Unpacks a .deb beside itself.
fn open(deb: &Path) -> anyhow::Result<PathBuf> {
    let root = deb.with_extension("root");
    if root.exists() {
        std::fs::remove_dir_all(&root)?;
    }
    dpkg_deb(&[OsStr::new("--raw-extract"), deb.as_os_str(), root.as_os_str()])?;
    Ok(root)
}

/// Packs it anew with the tightest compression that every Debian reads; the bundler knows only gzip.
fn pack(root: &Path, deb: &Path) -> anyhow::Result<()> {
    let packed = deb.with_extension("packed");
    let build = ["--root-owner-group", "-Zxz", "-z9", "-Sextreme", "--build"].map(OsStr::new);
    dpkg_deb(&[&build[..], &[root.as_os_str(), packed.as_os_str()]].concat())?;
    std::fs::rename(&packed, deb)?;
    Ok(std::fs::remove_dir_all(root)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_megabytes_are_shipped_and_one_byte_more_is_not() {
        fits(LIMIT).unwrap();
        let words = fits(LIMIT + 1).unwrap_err().to_string();
        assert_eq!(words, "the package is too large: 10.0 MB of at most 10 MB");
        assert!(fits(23_466_000).unwrap_err().to_string().contains("22.4 MB of at most 10 MB"));
    }

    #[test]
    fn a_program_with_failpoints_is_not_shipped() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("haoban");
        std::fs::write(&program, b"\x7fELF and nothing else").unwrap();
        without_failpoints(&program).unwrap();
        std::fs::write(&program, b"\x7fELF outbox-before-send\0").unwrap();
        assert!(without_failpoints(&program).unwrap_err().to_string().contains("outbox-before-send"));
    }

    #[test]
    fn the_package_of_another_version_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("bundle/deb");
        std::fs::create_dir_all(&bundle).unwrap();
        std::fs::write(bundle.join("haoban_0.0.9_amd64.deb"), b"").unwrap();
        assert!(bundled(folder.path()).is_err());
        let ours = bundle.join(format!("haoban_{}_amd64.deb", env!("CARGO_PKG_VERSION")));
        std::fs::write(&ours, b"").unwrap();
        assert_eq!(bundled(folder.path()).unwrap(), ours);
    }
}
