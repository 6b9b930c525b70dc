//! The machine of the database dies, its standby takes over: whatever was acknowledged is there, once, and writing goes on.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use anyhow::Context;
use futures_util::future::try_join_all;
use haoban_testkit::{ChaosProxy, Citizen, Platform, Setup, Trouble, copies_case, free_port, wait_for};
use haoban_tests::look_through;
use serde_json::Value;
use sqlx::Row as _;

use super::{
    postgres::{as_postgres, give_to_postgres, programs},
    tally::{report, rounds},
};

const TENANT: &str = "13800000001";
const RIG: &str = "platform/failover";
const SENDERS: usize = 8;
const DATABASE: &str = "city";

/// One of the two machines.
struct Machine {
    data: PathBuf,
    port: u16,
    process: Child,
}

impl Machine {
    async fn start(programs: &Path, data: PathBuf, settings: &[&str]) -> anyhow::Result<Self> {
        let port = free_port()?;
        let sockets = data.parent().context("a folder above")?.to_owned();
        let mut command = as_postgres(&programs.join("postgres"));
        command.arg("-D").arg(&data).arg("-k").arg(sockets).arg("-p").arg(port.to_string());
        for setting in ["listen_addresses=127.0.0.1", "logging_collector=off"].iter().chain(settings) {
            command.args(["-c", setting]);
        }
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let machine = Self { data, port, process };
        wait_for("Postgres", async || Ok(machine.pool("postgres").await.ok())).await?.close().await;
        Ok(machine)
    }

    async fn pool(&self, database: &str) -> Result<sqlx::AnyPool, sqlx::Error> {
        sqlx::AnyPool::connect(&format!("postgres://haoban@127.0.0.1:{}/{database}", self.port)).await
    }

    async fn say(&self, sql: &'static str) -> anyhow::Result<()> {
        let pool = self.pool("postgres").await?;
        sqlx::query(sql).execute(&pool).await?;
        pool.close().await;
        Ok(())
    }

    /// As if its power went: no process of it gets to say anything more.
    fn die(&mut self) -> anyhow::Result<()> {
        let file = std::fs::read_to_string(self.data.join("postmaster.pid"))?;
        let id = file.lines().next().context("no process id")?.to_owned();
        let own = Command::new("pgrep").args(["-P", &id]).output()?;
        let mut all: Vec<String> = String::from_utf8(own.stdout)?.lines().map(str::to_owned).collect();
        all.insert(0, id);
        Command::new("kill").arg("-KILL").args(&all).stderr(Stdio::null()).status()?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.die();
    }
}

/// Makes the first machine, and a second one that follows it.
async fn pair(programs: &Path, folder: &Path) -> anyhow::Result<(Machine, Machine)> {
    let (first, second) = (folder.join("first"), folder.join("second"));
    std::fs::create_dir(&first)?;
    give_to_postgres(folder);
    let mut init = as_postgres(&programs.join("initdb"));
    init.args(["-U", "haoban", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C", "-D"]).arg(&first);
    anyhow::ensure!(init.stdout(Stdio::null()).status()?.success(), "initdb failed");
    let primary = Machine::start(programs, first, &["wal_level=replica", "synchronous_commit=on"]).await?;
    primary.say("CREATE DATABASE city").await?;
    let mut copy = as_postgres(&programs.join("pg_basebackup"));
    copy.args(["-h", "127.0.0.1", "-U", "haoban", "-R", "-X", "stream", "-c", "fast", "-p"]);
    let copied = copy.arg(primary.port.to_string()).arg("-D").arg(&second).status()?;
    anyhow::ensure!(copied.success(), "pg_basebackup failed");
    let standby = Machine::start(programs, second, &[]).await?;
    Ok((primary, standby))
}

/// From now on nothing counts on the first machine that the second has not put on its disk.
async fn wait_for_each_other(primary: &Machine) -> anyhow::Result<()> {
    primary.say("ALTER SYSTEM SET synchronous_standby_names = '*'").await?;
    primary.say("SELECT pg_reload_conf()").await?;
    let pool = primary.pool("postgres").await?;
    let asked = "SELECT COUNT(*) AS n FROM pg_stat_replication WHERE sync_state = 'sync'";
    wait_for("the standby", async || {
        Ok((sqlx::query(asked).fetch_one(&pool).await?.try_get::<i64, _>("n")? == 1).then_some(()))
    })
    .await?;
    pool.close().await;
    Ok(())
}

/// Sends case after case, each until it is acknowledged. What was acknowledged and the longest wait for one.
async fn send(citizen: &Citizen, stop: &AtomicBool) -> anyhow::Result<(Vec<(Value, Value)>, Duration)> {
    let (mut taken, mut longest) = (Vec::new(), Duration::ZERO);
    while !stop.load(Ordering::SeqCst) {
        let body = copies_case(None);
        let began = Instant::now();
        let case = wait_for("an acknowledgement", async || match citizen.submit(&body).await {
            Ok((200 | 201, answer)) => Ok(Some(answer["case"]["number"].clone())),
            Ok((status, answer)) if status < 500 && status != 429 => anyhow::bail!("{status} {answer}"),
            Ok(_) | Err(_) => Ok(None),
        })
        .await?;
        longest = longest.max(began.elapsed());
        taken.push((body, case));
    }
    Ok((taken, longest))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_takes_over_and_nothing_acknowledged_is_lost() -> anyhow::Result<()> {
    let Some(programs) = programs().filter(|folder| folder.join("pg_basebackup").is_file()) else {
        eprintln!("rig {RIG}: not run, this machine has no Postgres with pg_basebackup");
        return Ok(());
    };
    sqlx::any::install_default_drivers();
    let folder = tempfile::tempdir()?;
    let (mut primary, standby) = pair(&programs, folder.path()).await?;
    // The address stays, as a virtual one does; behind it another machine answers.
    let address = ChaosProxy::start(primary.port).await?;
    let url = |port: u16| format!("postgres://haoban@127.0.0.1:{port}/{DATABASE}");
    let setup = Setup { database_url: Some(url(address.port())), ..Setup::default() };
    let platform = Platform::start_with(setup).await?;
    let citizen = Citizen::sign_in(&platform.url(), TENANT).await?;
    wait_for_each_other(&primary).await?;
    let before = look_through(&url(primary.port), &platform.data()).await?;

    let stop = AtomicBool::new(false);
    let senders = (0..SENDERS).map(|_| send(&citizen, &stop));
    let trouble = async {
        let calm = Duration::from_millis(1_000 * rounds(1, 20) as u64);
        tokio::time::sleep(calm).await;
        primary.die()?;
        address.set(Trouble::Down);
        let died = Instant::now();
        let mut promote = as_postgres(&programs.join("pg_ctl"));
        let promoted = promote.args(["promote", "-w", "-D"]).arg(&standby.data).stdout(Stdio::null()).status()?;
        anyhow::ensure!(promoted.success(), "the standby was not promoted");
        address.redirect(standby.port);
        address.set(Trouble::None);
        let probe = copies_case(None);
        wait_for("writing", async || {
            let (status, _) = citizen.submit(&probe).await.unwrap_or_default();
            Ok((status == 200 || status == 201).then_some(()))
        })
        .await?;
        let again = died.elapsed();
        tokio::time::sleep(calm).await;
        stop.store(true, Ordering::SeqCst);
        Ok(again)
    };
    let (sent, again) = tokio::try_join!(try_join_all(senders), trouble)?;
    let longest = sent.iter().map(|(_, longest)| *longest).max().unwrap_or_default();
    let taken: Vec<(Value, Value)> = sent.into_iter().flat_map(|(taken, _)| taken).collect();

    let books = look_through(&url(standby.port), &platform.data()).await?;
    let acknowledged = taken.len() as u64;
    // One more was sent to see whether writing goes on.
    anyhow::ensure!(u64::try_from(books.cases - before.cases)? == acknowledged + 1, "{acknowledged} and {books:?}");
    for (body, number) in &taken {
        let (status, answer) = citizen.submit(body).await?;
        anyhow::ensure!(status == 200 && answer["case"]["number"] == *number, "{status} {answer} instead of {number}");
    }
    anyhow::ensure!(again < Duration::from_secs(30), "writing went on only after {again:?}");
    let counts = [
        ("acknowledged", acknowledged),
        ("writing-again-ms", u64::try_from(again.as_millis())?),
        ("longest-wait-ms", u64::try_from(longest.as_millis())?),
        ("lost", 0),
        ("doubled", 0),
    ];
    report(RIG, &counts);
    Ok(())
}
