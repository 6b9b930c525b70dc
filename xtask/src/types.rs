//! `cargo xtask gen`: TypeScript from the Rust shapes, the window's permissions from the command list, docs/API.md from
//! the routes.

use std::fs;

use anyhow::Context;

use crate::{place, shell, ui};

/// Writes all generated files.
pub fn generate() -> anyhow::Result<()> {
    // The window's crate does not compile without its page, and one choice of packages keeps one set of features.
    ui::build()?;
    let bindings = place::root().join("ui/src/bindings");
    if bindings.exists() {
        fs::remove_dir_all(&bindings).context("the old bindings cannot be removed")?;
    }
    fs::create_dir_all(&bindings)?;
    let cargo = place::cargo();
    shell::must(&cargo, &["test", "--quiet", "--workspace", "--lib", "export_bindings"])?;
    shell::must(&cargo, &["test", "--quiet", "--workspace", "--lib", "export_", "--", "--ignored"])?;
    permissions()
}

/// The one window may call every command of the list, each granted by name, and listen to events. Nothing else.
fn permissions() -> anyhow::Result<()> {
    let root = place::root();
    let source = fs::read_to_string(root.join("crates/wire/src/commands.rs"))?;
    let mut granted = vec!["core:event:allow-listen".to_owned(), "core:event:allow-unlisten".to_owned()];
    granted.extend(command_names(&source).iter().map(|name| format!("allow-{}", name.replace('_', "-"))));
    let capability = serde_json::json!({
        "$schema": "../gen/schemas/desktop-schema.json",
        "identifier": "main",
        "description": "The one window: every command of the list by name, and the core's events. No remote content.",
        "local": true,
        "windows": ["main"],
        "permissions": granted,
    });
    let text = format!("{}\n", serde_json::to_string_pretty(&capability)?);
    fs::write(root.join("src-tauri/capabilities/main.json"), text)?;
    Ok(())
}

/// Names in the list, read from its one place: lines of the form `name(Request) -> Response;`.
fn command_names(source: &str) -> Vec<String> {
    source
        .lines()
        .map(str::trim)
        .filter(|line| line.ends_with(';') && line.contains(") -> "))
        .filter_map(|line| line.split_once('(').map(|(name, _)| name.to_owned()))
        .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect()
}
