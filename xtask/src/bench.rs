//! `cargo xtask bench`: prints each figure as a ratio to a floor measured in the same run.

use crate::{place, shell};

/// Benches by crate and name.
const BENCHES: &[(&str, &str)] =
    &[("haoban-domain", "form"), ("haoban-domain", "search"), ("haoban-client", "autosave")];

/// Runs all benches, or only those whose name is given.
pub fn bench(wanted: &[String]) -> anyhow::Result<()> {
    for (package, name) in BENCHES {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            shell::must(&place::cargo(), &["bench", "--quiet", "-p", package, "--bench", name])?;
        }
    }
    Ok(())
}
