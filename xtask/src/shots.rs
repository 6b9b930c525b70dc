//! `cargo xtask shots`: every page in every mode, as pictures to look at.

use crate::{install, place, shell, test, ui};

/// Starts the product and photographs it into `shots/`, with a contact sheet.
pub fn shots(_wanted: &[String]) -> anyhow::Result<()> {
    install::packages(install::CORE)?;
    install::packages(install::TESTS)?;
    ui::build()?;
    shell::must(&place::cargo(), &["build", "--quiet", "--workspace", "--all-targets"])?;
    let mut command = shell::command(&place::cargo());
    command.args(["test", "--workspace", "--test", "shots", "--", "--ignored", "--nocapture"]);
    shell::must_run(&mut test::in_session(command))
}
