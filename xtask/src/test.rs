//! `cargo xtask test`: every test there is.

use std::process::Command;

use crate::{faults, install, place, shell, ui};

/// Suites in the order of what they stand on.
const SUITES: &[&str] = &["rust", "ui", "journeys", "faults", "browser", "shell"];

/// Runs all suites, or only the named ones.
pub fn test(wanted: &[String]) -> anyhow::Result<()> {
    for name in wanted {
        anyhow::ensure!(SUITES.contains(&name.as_str()), "there is no suite `{name}`; there are: {}", SUITES.join(" "));
    }
    install::packages(install::WINDOW)?;
    install::packages(install::TESTS)?;
    ui::build()?;
    for suite in SUITES {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == suite) {
            continue;
        }
        eprintln!("\n── {suite} ──");
        match *suite {
            "rust" => rust()?,
            "ui" => pages()?,
            "journeys" => journeys()?,
            "faults" => faults::short()?,
            "browser" => browser()?,
            _ => window()?,
        }
    }
    Ok(())
}

/// Unit and contract tests of every crate; the window's own crate too.
fn rust() -> anyhow::Result<()> {
    let mut command = shell::command(&place::cargo());
    // To the end: one run names everything that fails.
    command
        .args(["test", "--workspace", "--no-fail-fast", "--exclude", "haoban-tests"])
        .env("HAOBAN_ORACLES", install::oracles()?);
    shell::must_run(&mut in_session(command))
}

/// Types, lints, message files, budgets and unit tests of the pages.
fn pages() -> anyhow::Result<()> {
    for script in ["check", "lint", "test"] {
        shell::must_run(ui::npm().args(["run", "--silent", script]))?;
    }
    Ok(())
}

/// Real core and real platform in one process.
fn journeys() -> anyhow::Result<()> {
    tests_crate("journeys")
}

/// A real browser on the loopback host and on the desk.
fn browser() -> anyhow::Result<()> {
    tests_crate("browser")
}

/// The real window through its driver.
fn window() -> anyhow::Result<()> {
    tests_crate("shell")
}

/// Programs and tests in one build: another choice of packages would unify features differently and build
/// every dependency again.
pub fn programs() -> anyhow::Result<()> {
    shell::must(&place::cargo(), &["build", "--quiet", "--workspace", "--all-targets"])
}

fn tests_crate(test: &str) -> anyhow::Result<()> {
    programs()?;
    let mut command = shell::command(&place::cargo());
    command.args(["test", "--workspace", "--test", test]);
    shell::must_run(&mut in_session(command))
}

/// Wraps a command in a private bus with an unlocked keychain and a virtual display, so that the real ones are used.
pub fn in_session(command: Command) -> Command {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
    // A control folder of its own, or it would unlock the daemon of a session beside this one; and nobody may ask before
    // it is on the bus, or the bus would start a second one, locked.
    let script = format!(
        "mkdir -p \"$XDG_DATA_HOME/control\"; \
         echo | gnome-keyring-daemon --unlock --components=secrets --control-directory=\"$XDG_DATA_HOME/control\" >/dev/null 2>&1; \
         for turn in $(seq 100); do dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
         org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q true && break; sleep 0.1; done; \
         exec {}",
        quoted.join(" ")
    );
    let mut wrapped = shell::command("xvfb-run");
    wrapped
        .args(["-a", "-s", "-screen 0 1400x1000x24", "dbus-run-session", "--", "sh", "-c", &script])
        .env("NO_AT_BRIDGE", "1")
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        // The errors of tests say where they come from; a trace only buries the sentence.
        .env("RUST_LIB_BACKTRACE", "0");
    // A keyring of its own: the user's is never touched.
    wrapped.env("XDG_DATA_HOME", place::data().join("test-session"));
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_keeps_what_its_command_was_told() {
        let mut command = Command::new("true");
        command.env("HAOBAN_FAULTS", "long");
        let wrapped = in_session(command);
        assert!(wrapped.get_envs().any(|(name, value)| name == "HAOBAN_FAULTS" && value == Some("long".as_ref())));
    }
}
