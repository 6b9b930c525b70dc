//! `cargo xtask run` in trouble: a port that is taken, no Node, a full disk, and Ctrl-C at any moment.

use std::{
    net::TcpListener,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::ExitStatus,
    time::Duration,
};

use anyhow::Context;
use haoban_testkit::{Platform, Program, free_port, program_path, wait_for};
use haoban_tests::look_through;
use tempfile::TempDir;
use tokio::process::Command;

use super::{
    tally::{is_root, report, rounds},
    volumes::Volume,
};

/// How a run is begun.
struct Wanted<'a> {
    data: &'a Path,
    listen: String,
    host: String,
    window: bool,
    built: bool,
    path: Option<PathBuf>,
}

impl<'a> Wanted<'a> {
    /// What was built before, without a window, on free ports.
    fn new(data: &'a Path) -> anyhow::Result<Self> {
        let address = || anyhow::Ok(format!("127.0.0.1:{}", free_port()?));
        Ok(Self { data, listen: address()?, host: address()?, window: false, built: true, path: None })
    }
}

/// A started `cargo xtask run`. Whatever it leaves behind is killed with this value.
struct Run {
    folder: TempDir,
    data: PathBuf,
    listen: String,
    program: Program,
}

impl Run {
    fn start(wanted: &Wanted<'_>) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(program_path("xtask")?);
        command
            .arg("run")
            .args(wanted.built.then_some("--built"))
            .env("HAOBAN_RUN_DIR", wanted.data)
            .env("HAOBAN_LISTEN", &wanted.listen)
            .env("HAOBAN_DEVHOST_LISTEN", &wanted.host)
            .env("HAOBAN_PROFILE_DIR", wanted.data.join("window"))
            // As a terminal does: what is pressed there reaches all of the group.
            .process_group(0);
        if !wanted.window {
            command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        }
        if let Some(path) = &wanted.path {
            command.env("PATH", path);
        }
        let program = Program::start(&mut command, &folder.path().join("log"))?;
        Ok(Self { folder, data: wanted.data.to_owned(), listen: wanted.listen.clone(), program })
    }

    /// One that is expected to end by itself, and what it said.
    async fn refused(wanted: &Wanted<'_>) -> anyhow::Result<String> {
        let mut run = Self::start(wanted)?;
        let status = run.end().await?;
        let words = run.words();
        anyhow::ensure!(status.code() == Some(1), "it ended with {status}: {words}");
        anyhow::ensure!(run.left()?.is_empty(), "it left programs behind: {words}");
        Ok(words)
    }

    fn words(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    async fn says(&mut self, words: &str) -> anyhow::Result<()> {
        wait_for(words, async || {
            let ended = self.program.ended()?;
            anyhow::ensure!(ended.is_none(), "it ended ({ended:?}): {}", self.words());
            Ok(self.words().contains(words).then_some(()))
        })
        .await
        .with_context(|| self.words())
    }

    /// Ctrl-C.
    async fn interrupt(&self) -> anyhow::Result<()> {
        let group = format!("-{}", self.program.id().context("it has ended")?);
        let sent = Command::new("kill").args(["-INT", "--", &group]).status().await?;
        anyhow::ensure!(sent.success(), "the signal did not arrive");
        Ok(())
    }

    async fn end(&mut self) -> anyhow::Result<ExitStatus> {
        wait_for("the end of the run", async || self.program.ended()).await.with_context(|| self.words())
    }

    /// Nobody of the run is left, and its port is free.
    async fn leaves_nothing(&mut self) -> anyhow::Result<()> {
        let status = self.end().await?;
        let words = self.words();
        anyhow::ensure!(status.success(), "Ctrl-C is no failure, but it ended with {status}: {words}");
        anyhow::ensure!(!words.contains("is killed"), "something had to be killed: {words}");
        // Web processes of a window end a moment after it.
        wait_for("the end of all that was started", async || Ok(self.left()?.is_empty().then_some(()))).await?;
        TcpListener::bind(&self.listen).with_context(|| format!("{} is not free", self.listen))?;
        Ok(())
    }

    /// Processes that were given the folder of this run.
    fn left(&self) -> anyhow::Result<Vec<u32>> {
        let mark = format!("HAOBAN_RUN_DIR={}", self.data.display());
        let processes = std::fs::read_dir("/proc")?.flatten();
        let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let ours = |id: &u32| {
            let environment = std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|line| line == mark.as_bytes())
        };
        Ok(ids.filter(ours).collect())
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        for id in self.left().unwrap_or_default() {
            let _ = std::process::Command::new("kill").args(["-KILL", &id.to_string()]).status();
        }
    }
}

/// Its log was folded into the database: it was closed, not cut off.
fn closed(database: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(database.exists(), "{} is not there", database.display());
    let left = std::fs::metadata(format!("{}-wal", database.display())).map_or(0, |log| log.len());
    anyhow::ensure!(left == 0, "{} was not closed: {left} bytes are left in its log", database.display());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_named_before_anything_is_made() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let holder = TcpListener::bind(("127.0.0.1", free_port()?))?;
    let taken = holder.local_addr()?.to_string();
    for (name, wanted) in [
        ("HAOBAN_LISTEN", Wanted { listen: taken.clone(), ..Wanted::new(&data)? }),
        ("HAOBAN_DEVHOST_LISTEN", Wanted { host: taken.clone(), ..Wanted::new(&data)? }),
    ] {
        let words = Run::refused(&wanted).await?;
        anyhow::ensure!(words.contains(&format!("{taken} is taken by another program")), "{words}");
        anyhow::ensure!(words.contains(&format!("{name}=127.0.0.1:")), "no way out is shown: {words}");
    }
    let platform = Platform::start().await?;
    let listen = format!("127.0.0.1:{}", platform.port());
    let words = Run::refused(&Wanted { listen, ..Wanted::new(&data)? }).await?;
    anyhow::ensure!(words.contains("Haoban already runs on 127.0.0.1:"), "{words}");
    anyhow::ensure!(!data.exists(), "something was made although nothing could be started");
    report("run/taken-port", &[("refused", 3)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_fitting_node_it_says_which_to_install() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (data, path) = (folder.path().join("data"), folder.path().join("bin"));
    std::fs::create_dir(&path)?;
    // Everything else this machine has; where two folders have a program, the first one counts.
    for folder in std::env::split_paths(&std::env::var_os("PATH").context("no PATH")?) {
        for program in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = program.file_name();
            if !["node", "nodejs", "npm", "npx"].iter().any(|one| name == *one) {
                let _ = symlink(program.path(), path.join(name));
            }
        }
    }
    let wanted = Wanted { built: false, path: Some(path.clone()), ..Wanted::new(&data)? };
    let words = Run::refused(&wanted).await?;
    anyhow::ensure!(words.contains("Node is missing; please install Node 20.19 or newer"), "{words}");

    std::fs::write(path.join("node"), "#!/bin/sh\necho v18.20.4\n")?;
    std::fs::set_permissions(path.join("node"), std::fs::Permissions::from_mode(0o755))?;
    let words = Run::refused(&wanted).await?;
    anyhow::ensure!(words.contains("Node v18.20.4 is too old; please install Node 20.19 or newer"), "{words}");
    anyhow::ensure!(!words.contains("installing") && !data.exists(), "it began before it asked for Node: {words}");
    report("run/no-node", &[("refused", 2)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_before_anything_is_made() -> anyhow::Result<()> {
    const RIG: &str = "run/full-disk";
    if !is_root(RIG) {
        return Ok(());
    }
    let volume = Volume::in_memory(16)?;
    let data = volume.place().join("data");
    let words = Run::refused(&Wanted::new(&data)?).await?;
    anyhow::ensure!(words.contains(&format!("the disk of the data ({}) is full", data.display())), "{words}");
    anyhow::ensure!(words.contains("set HAOBAN_RUN_DIR to a folder on another disk"), "{words}");
    anyhow::ensure!(!data.exists(), "it made a folder on a full disk");
    report(RIG, &[("refused", 1)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_everything() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    for round in 0..2 {
        let mut run = Run::start(&Wanted::new(&data)?)?;
        run.says("Ctrl-C ends everything").await?;
        // A browser keeps its connection; that must hold nobody up.
        let browser = tokio::net::TcpStream::connect(&run.listen).await?;
        run.interrupt().await?;
        run.leaves_nothing().await.with_context(|| format!("round {round}: {}", run.words()))?;
        drop(browser);
        closed(&data.join("platform/haoban.db"))?;
    }
    report("run/ctrl-c", &[("runs", 2), ("left", 0)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_the_window_too() -> anyhow::Result<()> {
    const RIG: &str = "run/ctrl-c-window";
    if std::env::var_os("DISPLAY").is_none() {
        eprintln!("rig {RIG}: not run, there is no display");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let mut run = Run::start(&Wanted { window: true, ..Wanted::new(&data)? })?;
    run.says("the window is open").await?;
    let store = data.join("window/store.db");
    wait_for("the app's store", async || Ok(store.exists().then_some(()))).await.with_context(|| run.words())?;
    run.interrupt().await?;
    run.leaves_nothing().await?;
    closed(&store)?;
    closed(&data.join("platform/haoban.db"))?;
    report(RIG, &[("runs", 1), ("left", 0)]);
    Ok(())
}

/// Tables, keys and people of a first start are there or not; the next start finds no half of them.
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_at_any_moment_of_a_first_start_leaves_no_half_of_it() -> anyhow::Result<()> {
    let mut begun = 0_u64;
    let rounds = rounds(6, 60);
    for round in 0..rounds {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let mut run = Run::start(&Wanted::new(&data)?)?;
        // Not at once: a program that does not hear signals yet ends by them, which is clean too, but shows nothing.
        // Every other round waits for the database: reading the city comes before it and takes most of the time.
        let begin = if round % 2 == 0 { data.clone() } else { data.join("platform/haoban.db") };
        wait_for("a first file", async || Ok(begin.exists().then_some(()))).await?;
        let moment = Duration::from_millis((round as u64 * 389) % 2_000);
        tokio::time::sleep(moment).await;
        run.interrupt().await?;
        run.leaves_nothing().await.with_context(|| format!("after {moment:?}: {}", run.words()))?;
        begun += u64::from(data.join("platform/haoban.db").exists());
        let mut again = Run::start(&Wanted::new(&data)?)?;
        again.says("Ctrl-C ends everything").await.with_context(|| format!("after {moment:?}"))?;
        let database = format!("sqlite:{}", data.join("platform/haoban.db").display());
        look_through(&database, &data.join("platform")).await?;
        again.interrupt().await?;
        again.leaves_nothing().await?;
    }
    assert!(begun > 0, "no round got as far as a database");
    report("run/ctrl-c-first-start", &[("ended", rounds as u64), ("begun", begun), ("lost", 0)]);
    Ok(())
}
