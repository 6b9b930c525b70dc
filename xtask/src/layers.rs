//! `cargo xtask layers`: who may import whom (docs/ARCHITECTURE.md), read from the manifests and the page's imports.

use crate::{place, shell};

/// Rooms and what they may not depend on, directly or through others of ours.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("haoban-domain", &["haoban-wire", "haoban-client", "haoban-server", "tokio", "sqlx", "reqwest", "axum", "tauri"]),
    ("haoban-wire", &["haoban-client", "haoban-server", "tokio", "sqlx", "reqwest", "axum", "tauri"]),
    ("haoban-client", &["haoban-server", "haoban-devhost", "tauri", "axum"]),
    ("haoban-server", &["haoban-client", "haoban-devhost", "tauri"]),
    ("haoban-devhost", &["haoban-server", "tauri"]),
    ("haoban-app", &["haoban-server", "haoban-domain", "haoban-devhost", "sqlx", "reqwest", "axum"]),
];
/// Rooms that no product room may depend on.
const TEST_ONLY: &[&str] = &["haoban-testkit", "haoban-tests"];

/// Checks the manifests' direct normal dependencies.
pub fn check() -> anyhow::Result<()> {
    let text = shell::output(&place::cargo(), &["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let Some(text) = text else { anyhow::bail!("cargo metadata failed") };
    let metadata: serde_json::Value = serde_json::from_str(&text)?;
    let mut broken = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let on = dependency["name"].as_str().unwrap_or_default();
            let normal = dependency["kind"].is_null();
            if normal && forbidden(name, on) {
                broken.push(format!("{name} may not use {on}"));
            }
        }
    }
    anyhow::ensure!(broken.is_empty(), "{}", broken.join("\n"));
    eprintln!("· layers: {} packages checked", metadata["packages"].as_array().map_or(0, Vec::len));
    Ok(())
}

fn forbidden(name: &str, on: &str) -> bool {
    let listed = FORBIDDEN.iter().any(|(room, not)| *room == name && not.contains(&on));
    listed || (TEST_ONLY.contains(&on) && !TEST_ONLY.contains(&name))
}
