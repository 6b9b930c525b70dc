//! Builds the pages.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::Context;

use crate::{place, shell};

/// Node that the pages' tools accept.
const NODE: (u32, u32) = (20, 19);

/// Installs the locked npm packages when the lock file changed, and builds both pages when a source did.
pub fn build() -> anyhow::Result<()> {
    install()?;
    let ui = place::root().join("ui");
    for (script, folder) in [("build", "dist"), ("build:desk", "dist-desk")] {
        if fresh(&ui, &ui.join(folder).join(if folder == "dist" { "index.html" } else { "desk.html" })) {
            continue;
        }
        shell::must_run(npm().args(["run", "--silent", script]))?;
    }
    Ok(())
}

/// Installs the locked npm packages.
pub fn install() -> anyhow::Result<()> {
    node_is_there()?;
    let ui = place::root().join("ui");
    let stamp = ui.join("node_modules/.package-lock.json");
    if newer(&ui.join("package-lock.json"), &stamp) {
        shell::must_run(npm().args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]))?;
    }
    Ok(())
}

/// npm in the pages' folder.
pub fn npm() -> std::process::Command {
    let mut command = shell::command("npm");
    command.current_dir(place::root().join("ui"));
    command
}

/// The packaging tool of the locked packages.
pub fn packager() -> anyhow::Result<std::process::Command> {
    let tool = place::root().join("ui/node_modules/.bin/tauri");
    anyhow::ensure!(tool.exists(), "the packaging tool is missing; run `npm ci` in ui/");
    Ok(shell::command(&tool.to_string_lossy()))
}

/// Whether there is a Node that the pages' tools accept, with words when not.
pub fn node_is_there() -> anyhow::Result<()> {
    fit(shell::output("node", &["--version"]).as_deref())?;
    let words = "npm is missing; please install Node with its npm (https://nodejs.org) and start again";
    shell::output("npm", &["--version"]).map(drop).context(words)
}

fn fit(version: Option<&str>) -> anyhow::Result<()> {
    let (major, minor) = NODE;
    let version = version.with_context(|| {
        format!("Node is missing; please install Node {major}.{minor} or newer (https://nodejs.org) and start again")
    })?;
    let mut parts = version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    anyhow::ensure!(
        found >= NODE,
        "Node {version} is too old; please install Node {major}.{minor} or newer (https://nodejs.org) and start again"
    );
    Ok(())
}

fn fresh(ui: &Path, product: &Path) -> bool {
    let sources = ["src", "index.html", "desk.html", "vite.config.ts", "package-lock.json", "scripts", "public"];
    let Some(built) = modified(product) else {
        return false;
    };
    sources.iter().all(|source| latest(&ui.join(source)).is_none_or(|changed| changed <= built))
}

fn newer(source: &Path, product: &Path) -> bool {
    match (modified(source), modified(product)) {
        (Some(source), Some(product)) => source > product,
        _ => true,
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|meta| meta.modified()).ok()
}

fn latest(path: &PathBuf) -> Option<SystemTime> {
    if !path.is_dir() {
        return modified(path);
    }
    let entries = fs::read_dir(path).ok()?;
    entries.flatten().filter_map(|entry| latest(&entry.path())).max()
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn a_missing_or_old_node_is_said_with_the_one_that_is_needed() {
        for good in ["v20.19.0", "v20.19.5", "v22.1.0", "v100.0.0"] {
            fit(Some(good)).unwrap();
        }
        let words = fit(None).unwrap_err().to_string();
        assert!(words.starts_with("Node is missing; please install Node 20.19 or newer"), "{words}");
        // What Debian 12 itself has, and what answers no version at all.
        for old in ["v18.20.4", "v20.18.3", "", "nonsense"] {
            let words = fit(Some(old)).unwrap_err().to_string();
            assert!(words.contains("too old") && words.contains("20.19"), "{old}: {words}");
        }
    }
}
