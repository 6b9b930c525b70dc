//! Where things lie.

use std::path::{Path, PathBuf};

/// The checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// The folder cargo builds into, wherever the user put it.
pub fn target() -> anyhow::Result<PathBuf> {
    let output = std::process::Command::new(cargo())
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()?;
    anyhow::ensure!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let folder = json["target_directory"].as_str().unwrap_or("target");
    Ok(PathBuf::from(folder))
}

/// A program of the debug build.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    Ok(target()?.join("debug").join(name))
}

/// The cargo that runs us.
pub fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Data of local runs: databases, profiles. Ignored by git.
pub fn data() -> PathBuf {
    std::env::var_os("HAOBAN_RUN_DIR").map_or_else(|| root().join(".data"), PathBuf::from)
}
