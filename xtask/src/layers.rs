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

/// The one room with places where tests end a program. Release builds must have none.
const FAILPOINTS: &str = "haoban-failpoints";

/// Checks the manifests' direct normal dependencies, and that failpoints stay out of release builds.
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
            if on == "fail" && name != FAILPOINTS {
                broken.push(format!("{name} may not use {on} but through {FAILPOINTS}"));
            }
        }
    }
    broken.extend(failpoints_in_release()?);
    anyhow::ensure!(broken.is_empty(), "{}", broken.join("\n"));
    eprintln!("· layers: {} packages checked", metadata["packages"].as_array().map_or(0, Vec::len));
    Ok(())
}

/// Every use of the library stands behind `debug_assertions`, and no release profile turns those on.
fn failpoints_in_release() -> anyhow::Result<Vec<String>> {
    let source = std::fs::read_to_string(place::root().join("crates/failpoints/src/lib.rs"))?;
    let lines = source.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    let mut wrong = Vec::new();
    let (mut depth, mut guarded) = (0_i32, None);
    for line in lines {
        if line == "#[cfg(debug_assertions)]" {
            guarded = Some(depth);
            continue;
        }
        if line.contains("fail::") && guarded.is_none() {
            wrong.push(format!("crates/failpoints: `{line}` also stands in release builds"));
        }
        depth += braces(line);
        // The guarded statement or item ends where its own depth comes back.
        if guarded == Some(depth) && (line.ends_with(';') || line.ends_with('}')) {
            guarded = None;
        }
    }
    let manifest = std::fs::read_to_string(place::root().join("Cargo.toml"))?;
    let release = manifest.split("[profile.release").skip(1).map(|part| part.split("\n[").next().unwrap_or_default());
    if release.into_iter().any(|part| part.contains("debug-assertions = true")) {
        wrong.push("a release profile turns debug assertions on, and failpoints with them".to_owned());
    }
    Ok(wrong)
}

fn braces(line: &str) -> i32 {
    let count = |sign: char| i32::try_from(line.matches(sign).count()).unwrap_or(0);
    count('{') - count('}')
}

fn forbidden(name: &str, on: &str) -> bool {
    let listed = FORBIDDEN.iter().any(|(room, not)| *room == name && not.contains(&on));
    listed || (TEST_ONLY.contains(&on) && !TEST_ONLY.contains(&name))
}
