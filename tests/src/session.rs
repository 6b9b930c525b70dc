//! A desktop session of its own: a bus with a keyring on it, and nothing else.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::Context;
use haoban_testkit::wait_for;

/// Ended with its value.
pub struct Session {
    bus: Child,
    daemon: Child,
    address: String,
}

impl Session {
    /// Starts one whose keyring lies in a folder, and waits until it is on the bus. `unlocked` with an empty password,
    /// as a login without one does.
    ///
    /// # Errors
    /// When the machine has no bus or no keyring.
    pub async fn start(keyring: &Path, unlocked: bool) -> anyhow::Result<Self> {
        let session = Self::launch(keyring, unlocked)?;
        wait_for("the keyring", async || {
            let asked = Command::new("dbus-send")
                .arg(format!("--bus={}", session.address))
                .args(["--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"])
                .args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"])
                .output()?;
            Ok(String::from_utf8_lossy(&asked.stdout).contains("boolean true").then_some(()))
        })
        .await?;
        Ok(session)
    }

    fn launch(keyring: &Path, unlocked: bool) -> anyhow::Result<Self> {
        let mut bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("dbus-daemon")?;
        let mut address = String::new();
        BufReader::new(bus.stdout.take().context("no output")?).read_line(&mut address)?;
        let address = address.trim().to_owned();
        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets"]);
        if unlocked {
            command.arg("--unlock");
        }
        let control = keyring.join("control");
        std::fs::create_dir_all(&control)?;
        let mut daemon = command
            .arg(format!("--control-directory={}", control.display()))
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            .env("XDG_DATA_HOME", keyring)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("gnome-keyring-daemon")?;
        daemon.stdin.take().context("no input")?.write_all(b"\n")?;
        Ok(Self { bus, daemon, address })
    }

    /// Where its bus listens: the value of `DBUS_SESSION_BUS_ADDRESS`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for process in [&mut self.daemon, &mut self.bus] {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
