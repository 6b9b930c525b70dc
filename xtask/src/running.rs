//! Started programs: waited for, and ended politely, then firmly.

use std::{
    process::{Child, Command, ExitStatus},
    thread,
    time::{Duration, Instant},
};

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};

use crate::shell;

/// Longer than the ten seconds that the platform gives to requests which are under way.
const PATIENCE: Duration = Duration::from_secs(15);

/// Somebody ended it by hand: no failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended;

impl std::fmt::Display for Ended {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("ended by hand")
    }
}

impl std::error::Error for Ended {}

/// A started program; ended when dropped.
pub struct Running {
    child: Child,
    name: String,
}

impl Running {
    /// Starts it.
    pub fn start(name: &str, command: &mut Command) -> anyhow::Result<Self> {
        let child = command.spawn().with_context(|| format!("{name} could not be started"))?;
        Ok(Self { child, name: name.to_owned() })
    }

    /// Waits for its end; ends it when somebody wants everything to end.
    pub fn wait(mut self) -> anyhow::Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            anyhow::ensure!(shell::endings() == 0, Ended);
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// How it ended, once it did.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("{} cannot be looked at", self.name))
    }

    /// Asks it to end and waits; kills it when it takes too long, or when somebody asks once more.
    pub fn end(&mut self) {
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        let asked = shell::endings().max(1);
        // It may have ended meanwhile; then there is nothing to ask.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let asked_at = Instant::now();
        while asked_at.elapsed() < PATIENCE && shell::endings() <= asked {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        eprintln!("· {} did not end by itself and is killed", self.name);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Running {
        Running::start("a script", Command::new("sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn waits_for_the_end_and_says_how_it_was() {
        assert_eq!(shell("exit 3").wait().unwrap().code(), Some(3));
    }

    #[test]
    fn asks_before_it_kills() {
        let folder = tempfile::tempdir().unwrap();
        let (heard, ready) = (folder.path().join("heard"), folder.path().join("ready"));
        let script = format!(
            "trap 'touch {}; exit 0' TERM; touch {}; while :; do sleep 0.02; done",
            heard.display(),
            ready.display()
        );
        let mut running = shell(&script);
        while !ready.exists() {
            assert!(running.ended().unwrap().is_none());
            thread::yield_now();
        }
        drop(running);
        assert!(heard.exists(), "it was asked and could tidy up");
    }

    #[test]
    fn a_missing_program_is_named() {
        let Err(error) = Running::start("the platform", &mut Command::new("/nowhere/haoban-server")) else {
            panic!("it cannot be started")
        };
        assert!(format!("{error:#}").starts_with("the platform could not be started"), "{error:#}");
    }
}
