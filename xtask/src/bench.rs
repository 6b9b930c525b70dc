//! `cargo xtask bench`: prints each figure as a ratio to a floor measured in the same run.

use crate::{install, place, shell, test, ui};

/// Benches by crate and name.
const BENCHES: &[(&str, &str)] = &[
    ("haoban-domain", "form"),
    ("haoban-domain", "search"),
    ("haoban-client", "autosave"),
    ("haoban-server", "platform"),
    ("haoban-tests", "window"),
];

/// Runs all benches, or only those whose name is given.
pub fn bench(wanted: &[String]) -> anyhow::Result<()> {
    for name in wanted {
        let known = BENCHES.iter().any(|(_, known)| known == name);
        let names: Vec<&str> = BENCHES.iter().map(|(_, name)| *name).collect();
        anyhow::ensure!(known, "there is no bench `{name}`; there are: {}", names.join(" "));
    }
    for (package, name) in BENCHES {
        if !wanted.is_empty() && !wanted.iter().any(|word| word == name) {
            continue;
        }
        if *name == "window" {
            window()?;
        } else {
            shell::must(&place::cargo(), &["bench", "--quiet", "-p", package, "--bench", name])?;
        }
    }
    Ok(())
}

/// The window needs the programs themselves, a display and a driver.
fn window() -> anyhow::Result<()> {
    install::packages(install::WINDOW)?;
    install::packages(install::TESTS)?;
    ui::build()?;
    let cargo = place::cargo();
    let build = ["build", "--quiet", "--release"];
    shell::must(&cargo, &[&build[..], &["-p", "haoban-app", "--bin", "haoban", "--example", "blank"]].concat())?;
    shell::must(&cargo, &[&build[..], &["-p", "haoban-server"]].concat())?;
    let mut command = shell::command(&cargo);
    command.args(["bench", "--quiet", "-p", "haoban-tests", "--bench", "window"]);
    shell::must_run(&mut test::in_session(command))
}
