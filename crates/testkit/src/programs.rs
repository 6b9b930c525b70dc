//! The built programs, started on free ports and ended with the test.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicU16, Ordering},
};

use anyhow::Context;
use tokio::process::{Child, Command};

/// The checkout.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A program of the build the running test belongs to.
///
/// # Errors
/// When it was not built; `cargo xtask test` builds them first.
pub fn program_path(name: &str) -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.parent().and_then(Path::parent).context("the test lies in no build folder")?;
    let program = folder.join(name);
    anyhow::ensure!(program.exists(), "{} is not built; run `cargo xtask test`", program.display());
    Ok(program)
}

/// Below the ports that systems give to outgoing connections: a program that is started again on its port must not
/// find a connection of another test there.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A port nobody listens on now, and no outgoing connection will take.
///
/// # Errors
/// When the machine gives none.
pub fn free_port() -> anyhow::Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Tests of several processes begin at different places.
    let start = std::process::id().wrapping_mul(397);
    for _ in PORTS {
        let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + u16::try_from(start.wrapping_add(step) % PORTS.len() as u32)?;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    anyhow::bail!("no port is free between {} and {}", PORTS.start, PORTS.end)
}

/// A started program; ended when dropped.
pub struct Program {
    child: Child,
}

impl Program {
    /// Starts a program. Its output goes to a file beside its data, so that a failed test can be read.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        let out = std::fs::OpenOptions::new().create(true).append(true).open(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::from(out.try_clone()?))
            .stderr(Stdio::from(out))
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{:?} could not be started", command.as_std().get_program()))?;
        Ok(Self { child })
    }

    /// `kill -9`, and waits until it is gone; fine when it ended before.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        self.child.kill().await.context("the program could not be killed")
    }

    /// Asks it to end and waits.
    ///
    /// # Errors
    /// When it does not end in ten seconds.
    pub async fn end(&mut self) -> anyhow::Result<std::process::ExitStatus> {
        if let Some(id) = self.child.id() {
            Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
        }
        let ended = tokio::time::timeout(std::time::Duration::from_secs(10), self.child.wait()).await;
        Ok(ended.context("the program did not end")??)
    }

    /// Its exit status if it ended by itself.
    ///
    /// # Errors
    /// When the machine does not say.
    pub fn ended(&mut self) -> anyhow::Result<Option<std::process::ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Its process id, while it runs.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }
}
