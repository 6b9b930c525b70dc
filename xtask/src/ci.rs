//! `cargo xtask ci`: what the gate runs, the same steps here as there.

use anyhow::Context;

use crate::{install, layers, package, place, shell, test, types, ui};

/// Formatting, lints, layers, generated files, then every test, then what a package would hold.
pub fn ci() -> anyhow::Result<()> {
    install::packages(install::WINDOW)?;
    let cargo = place::cargo();
    shell::must(&cargo, &["fmt", "--all", "--check"])?;
    layers::check()?;
    types::generate()?;
    shell::must(
        "git",
        &["diff", "--exit-code", "--stat", "--", "ui/src/bindings", "src-tauri/capabilities", "docs/API.md"],
    )
    .context("generated files are not up to date: run `cargo xtask gen` and commit")?;
    ui::build()?;
    shell::must(&cargo, &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    test::test(&[])?;
    package::check()
}
