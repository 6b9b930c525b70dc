//! Power cuts, full disks and failing system calls under a running platform and a running app.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use haoban_testkit::{Citizen, Host, Platform, RentCase, Setup, copies_case, pdf};
use haoban_tests::look_through;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::{
    tally::{has, is_root, report, rounds, run},
    volumes::{Volume, fill},
};

const TENANT: &str = "13800000001";

/// Sends cases until told to stop; only what was acknowledged before the cut began counts.
struct Senders {
    acknowledged: Arc<Mutex<Vec<Value>>>,
    stop: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Senders {
    fn start(citizen: &Citizen, how_many: usize) -> Self {
        let (acknowledged, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let tasks = (0..how_many)
            .map(|_| {
                let (citizen, acknowledged, stop) = (citizen.clone(), acknowledged.clone(), stop.clone());
                tokio::spawn(async move {
                    while !stop.load(Ordering::SeqCst) {
                        let body = copies_case(None);
                        if citizen.submit(&body).await.is_ok_and(|(status, _)| status < 300) {
                            acknowledged.lock().push(body);
                        }
                    }
                })
            })
            .collect();
        Self { acknowledged, stop, tasks }
    }

    fn so_far(&self) -> Vec<Value> {
        self.acknowledged.lock().clone()
    }

    async fn end(self) -> anyhow::Result<Vec<Value>> {
        self.stop.store(true, Ordering::SeqCst);
        for task in self.tasks {
            task.await?;
        }
        Ok(self.acknowledged.lock().clone())
    }
}

/// Every acknowledged case is known to the platform: sent again, it is not new.
async fn all_known(citizen: &Citizen, bodies: &[Value]) -> anyhow::Result<()> {
    for body in bodies {
        let (status, answer) = citizen.submit(body).await?;
        anyhow::ensure!(status == 200, "an acknowledged case was lost: {status} {answer}");
    }
    Ok(())
}

async fn power_cuts(kind: &str, megabytes: u64, rig: &str) -> anyhow::Result<()> {
    if !(is_root(rig) && has(rig, &format!("mkfs.{kind}")) && has(rig, "xfs_io")) {
        return Ok(());
    }
    let volume = Volume::on_loop(kind, megabytes)?;
    let setup = Setup { data: Some(volume.place().join("data")), ..Setup::default() };
    let mut platform = Platform::start_with(setup).await?;
    let cuts = rounds(2, 60);
    let (mut acknowledged, mut files) = (0, 0);
    for cut in 0..cuts {
        let citizen = Citizen::sign_in(&platform.url(), TENANT).await?;
        let senders = Senders::start(&citizen, 3);
        let rent = RentCase::new(pdf(3));
        rent.upload(&citizen).await?;
        anyhow::ensure!(citizen.submit(&rent.body).await?.0 == 201, "a rent case is taken");
        tokio::time::sleep(Duration::from_millis(250 + (cut as u64 * 173) % 600)).await;
        // What is acknowledged while the cut is under way does not count.
        let counted = senders.so_far();
        volume.cut()?;
        platform.kill().await?;
        senders.end().await?;
        volume.unmount()?;
        volume.mount()?;
        platform.start_again().await?;
        look_through(&platform.database(), &platform.data()).await?;
        let citizen = Citizen::sign_in(&platform.url(), TENANT).await?;
        all_known(&citizen, &counted).await?;
        all_known(&citizen, std::slice::from_ref(&rent.body)).await?;
        acknowledged += counted.len() as u64 + 1;
        files += 1;
    }
    platform.kill().await?;
    let counts = [("cuts", cuts as u64), ("acknowledged", acknowledged), ("files", files), ("lost", 0), ("doubled", 0)];
    report(rig, &counts);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_on_ext4_loses_nothing_acknowledged() -> anyhow::Result<()> {
    power_cuts("ext4", 256, "platform/power-cut-ext4").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_on_xfs_loses_nothing_acknowledged() -> anyhow::Result<()> {
    power_cuts("xfs", 400, "platform/power-cut-xfs").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_under_the_app_loses_no_tap() -> anyhow::Result<()> {
    const RIG: &str = "app/power-cut-ext4";
    if !(is_root(RIG) && has(RIG, "mkfs.ext4") && has(RIG, "xfs_io")) {
        return Ok(());
    }
    let mut platform = Platform::start().await?;
    let before = look_through(&platform.database(), &platform.data()).await?;
    let volume = Volume::on_loop("ext4", 256)?;
    let mut host = Host::start_in(&platform.url(), volume.place().join("profile")).await?;
    host.sign_in(TENANT).await?;
    let cuts = rounds(1, 40);
    for _ in 0..cuts {
        let draft = super::client_kills::ready(&host).await?;
        // The platform is away, so that the tap can only live on this disk.
        platform.kill().await?;
        super::client_kills::tap(&host, &draft).await?;
        volume.cut()?;
        host.kill().await?;
        volume.unmount()?;
        volume.mount()?;
        platform.start_again().await?;
        host.restart("").await?;
        super::client_kills::sent(&host, &draft.0).await?;
    }
    host.kill().await?;
    let after = look_through(&platform.database(), &platform.data()).await?;
    assert_eq!(after.cases - before.cases, i64::try_from(cuts)?);
    report(RIG, &[("cuts", cuts as u64), ("taps", cuts as u64), ("lost", 0), ("doubled", 0)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_under_the_platform_refuses_and_loses_nothing() -> anyhow::Result<()> {
    const RIG: &str = "platform/full-disk";
    if !is_root(RIG) {
        return Ok(());
    }
    let volume = Volume::in_memory(96)?;
    let setup = Setup { data: Some(volume.place().join("data")), ..Setup::default() };
    let mut platform = Platform::start_with(setup).await?;
    let citizen = Citizen::sign_in(&platform.url(), TENANT).await?;
    let (good, rent) = (copies_case(None), RentCase::new(pdf(3)));
    assert_eq!(citizen.submit(&good).await?.0, 201);
    let filler = fill(&volume.place())?;
    let mut waiting = Vec::new();
    let mut refused = 0_u64;
    // The database's log goes on for a while in pages it already owns.
    for _ in 0..2_000 {
        if refused == 5 {
            break;
        }
        let body = copies_case(None);
        let (status, answer) = citizen.submit(&body).await?;
        refused += u64::from(status >= 500);
        anyhow::ensure!(status < 300 || (status >= 500 && answer["code"].is_string()), "{status} {answer}");
        if status >= 500 || waiting.len() < 20 {
            waiting.push(body);
        }
    }
    assert!(refused > 0, "the disk was never full");
    let upload = rent.upload(&citizen).await;
    assert!(upload.is_err(), "no byte counts that is not on the disk");
    assert_eq!(citizen.get("/v1/cases").await?.0, 200, "what is there can be read");
    std::fs::remove_file(filler)?;
    for body in &waiting {
        assert!(citizen.submit(body).await?.0 <= 201, "the same key goes through when there is room");
    }
    rent.upload(&citizen).await?;
    assert_eq!(citizen.submit(&rent.body).await?.0, 201);
    all_known(&citizen, &waiting).await?;
    look_through(&platform.database(), &platform.data()).await?;
    platform.kill().await?;
    report(RIG, &[("refused", refused), ("acts", waiting.len() as u64 + 2), ("lost", 0), ("doubled", 0)]);
    Ok(())
}

/// A first start leaves tables, keys and the demo city or nothing: wherever the disk ends, the next start goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_starts_on_a_full_disk_says_so_and_starts_when_there_is_room() -> anyhow::Result<()> {
    const RIG: &str = "platform/full-disk-at-start";
    if !is_root(RIG) {
        return Ok(());
    }
    let volume = Volume::in_memory(96)?;
    let setup = Setup { data: Some(volume.place().join("data")), ..Setup::default() };
    let mut refused = 0_u64;
    for kilobytes in [0, 16, 128, 512, 1_024, 2_048, 4_096] {
        let filler = fill(&volume.place())?;
        let full = std::fs::metadata(&filler)?.len();
        std::fs::File::options().write(true).open(&filler)?.set_len(full.saturating_sub(kilobytes << 10))?;
        match Platform::start_with(setup.clone()).await {
            Ok(mut platform) => platform.kill().await?,
            Err(error) => {
                let words = format!("{error:#}");
                let said = ["No space left", "disk is full", "Is there room on the disk"]
                    .iter()
                    .any(|one| words.contains(one));
                anyhow::ensure!(said, "with {kilobytes} KiB left it does not say why it ended: {words}");
                anyhow::ensure!(!words.contains("panicked"), "{words}");
                refused += 1;
            }
        }
        std::fs::remove_file(filler)?;
    }
    assert!(refused > 0, "the disk was never full");
    let mut platform = Platform::start_with(setup).await?;
    Citizen::sign_in(&platform.url(), TENANT).await?;
    look_through(&platform.database(), &platform.data()).await?;
    platform.kill().await?;
    report(RIG, &[("refused", refused), ("lost", 0)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_under_the_app_keeps_what_was_there() -> anyhow::Result<()> {
    const RIG: &str = "app/full-disk";
    if !is_root(RIG) {
        return Ok(());
    }
    let platform = Platform::start().await?;
    let volume = Volume::in_memory(48)?;
    let mut host = Host::start_in(&platform.url(), volume.place().join("profile")).await?;
    host.sign_in(TENANT).await?;
    let old = super::client_kills::ready(&host).await?;
    let filler = fill(&volume.place())?;
    let mut refused = 0_u64;
    for _ in 0..20 {
        let token = host.post_file("lease.pdf", pdf(2)).await;
        let tapped = host.rpc("draft_start", json!({ "code": "archive-copies" })).await;
        refused += u64::from(token.is_err()) + u64::from(tapped.is_err());
        if let Err(error) = tapped {
            let words = format!("{error:#}");
            anyhow::ensure!(words.contains("disk_full") || words.contains("store_failed"), "{words}");
        }
    }
    assert!(refused > 0, "the disk was never full");
    host.rpc("draft_open", json!({ "draft_id": old.0 })).await?;
    std::fs::remove_file(filler)?;
    super::client_kills::tap(&host, &old).await?;
    super::client_kills::sent(&host, &old.0).await?;
    host.kill().await?;
    report(RIG, &[("refused", refused), ("lost", 0), ("doubled", 0)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn failing_writes_and_syncs_lose_nothing_acknowledged() -> anyhow::Result<()> {
    const RIG: &str = "platform/failing-calls";
    if !(has(RIG, "fiu-run") && has(RIG, "fiu-ctrl")) {
        return Ok(());
    }
    let pipes = tempfile::tempdir()?;
    let control = pipes.path().join("fiu").display().to_string();
    let wrapper = ["fiu-run", "-x", "-f", &control].map(str::to_owned).to_vec();
    let folder = tempfile::tempdir()?;
    let setup = Setup { data: Some(folder.path().join("data")), ..Setup::default() };
    let mut platform = Platform::start_with(Setup { wrapper, ..setup.clone() }).await?;
    let citizen = Citizen::sign_in(&platform.url(), TENANT).await?;
    // Plain `write` also wakes the runtime's own event loop, which no disk can fail: it is left alone.
    let faults = [("posix/io/rw/pwrite", "28"), ("posix/io/rw/pwrite", "5"), ("posix/io/sync/fdatasync", "5")];
    let (mut acknowledged, mut refused) = (Vec::new(), 0_u64);
    for _ in 0..rounds(1, 10) {
        for (call, errno) in faults {
            let on = format!("enable_random name={call},probability=0.05,failinfo={errno}");
            fiu(&control, &on)?;
            for _ in 0..25 {
                let body = copies_case(None);
                match citizen.submit(&body).await {
                    Ok((status, _)) if status < 300 => acknowledged.push(body),
                    _ => refused += 1,
                }
            }
            anyhow::ensure!(platform.ended()?.is_none(), "it ended by itself: {}", platform.log());
            fiu(&control, &format!("disable name={call}"))?;
        }
    }
    platform.kill().await?;
    let platform = Platform::start_with(setup).await?;
    let books = look_through(&platform.database(), &platform.data()).await?;
    let citizen = Citizen::sign_in(&platform.url(), TENANT).await?;
    all_known(&citizen, &acknowledged).await?;
    let counts = [
        ("acknowledged", acknowledged.len() as u64),
        ("refused", refused),
        ("cases", u64::try_from(books.cases)?),
        ("lost", 0),
        ("doubled", 0),
    ];
    report(RIG, &counts);
    assert!(!acknowledged.is_empty() && refused > 0, "faults came and went");
    Ok(())
}

/// Tells the injector inside the program; its pipes are named after the process.
fn fiu(control: &str, command: &str) -> anyhow::Result<()> {
    let folder = Path::new(control).parent().map_or_else(|| PathBuf::from("/"), Path::to_path_buf);
    let pipes = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path().display().to_string());
    let pipe = pipes.filter_map(|path| path.strip_suffix(".in").map(str::to_owned)).next();
    let pipe = pipe.ok_or_else(|| anyhow::anyhow!("the injector has no pipe"))?;
    let (name, id) = pipe.rsplit_once('-').ok_or_else(|| anyhow::anyhow!("{pipe} names no process"))?;
    // A pipe that nobody reads would hold this up for ever.
    run("timeout", &["10", "fiu-ctrl", "-f", name, "-c", command, id])
}
