//! Somebody types while the app is killed, and while the power goes: what was acknowledged is there afterwards.

use std::time::{Duration, Instant};

use haoban_testkit::{Host, Platform, wait_for};
use serde_json::{Value, json};

use super::{
    tally::{has, is_root, report, rounds},
    volumes::Volume,
};

/// What a power cut may cost: acknowledged saves reach the disk within a quarter of a second.
const ON_DISK_WITHIN: Duration = Duration::from_millis(250);
/// How late the machine of a test may be with that.
const LATE: Duration = Duration::from_millis(250);
/// Saves between two changes of the page.
const PAGE_EVERY: u64 = 12;

/// To and fro between these.
const PAGES: [&str; 2] = ["term", "rent"];

/// A draft somebody types into, and what was acknowledged of it.
struct Typist {
    draft: Value,
    /// The last rent that was tried.
    tried: u64,
    /// Rents that were acknowledged, when, and whether the page changed with them.
    kept: Vec<(u64, Instant, bool)>,
}

impl Typist {
    async fn begin(host: &Host) -> anyhow::Result<Self> {
        let start = json!({ "code": "gjj-rent" });
        let draft = wait_for("the catalogue", async || Ok(host.rpc("draft_start", start.clone()).await.ok())).await?;
        Ok(Self { draft: draft["id"].clone(), tried: 0, kept: Vec::new() })
    }

    async fn open(&self, host: &Host) -> anyhow::Result<Value> {
        host.rpc("draft_open", json!({ "draft_id": self.draft })).await
    }

    /// Types until the app answers no more.
    async fn type_on(&mut self, host: &Host) -> anyhow::Result<()> {
        let mut revision = self.open(host).await?["revision"].clone();
        loop {
            self.tried += 1;
            let turns = self.tried.is_multiple_of(PAGE_EVERY);
            let save = json!({
                "draft_id": self.draft, "revision": revision, "changes": { "rent_month": self.tried * 100 },
                "page": turns.then_some(PAGES[usize::from((self.tried / PAGE_EVERY).is_multiple_of(2))]),
            });
            let Ok(saved) = host.rpc("draft_save", save).await else { return Ok(()) };
            revision = saved["revision"].clone();
            self.kept.push((self.tried, Instant::now(), turns));
        }
    }

    /// The rent that is there after a new start.
    async fn there(&self, host: &Host) -> anyhow::Result<u64> {
        let rent = self.open(host).await?["answers"]["rent_month"].as_u64().unwrap_or_default() / 100;
        anyhow::ensure!(rent <= self.tried, "{rent} was never typed");
        Ok(rent)
    }
}

/// Moments that look like chance and are the same in every run.
fn moment(round: usize) -> Duration {
    Duration::from_millis(120 + (round as u64 * 97) % 410)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_typing_loses_no_acknowledged_key() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let mut host = Host::start(&platform.url()).await?;
    let mut typist = Typist::begin(&host).await?;
    let kills = rounds(5, 200);
    for round in 0..kills {
        let (typed, killed) = tokio::join!(typist.type_on(&host), async {
            tokio::time::sleep(moment(round)).await;
            host.signal("KILL").await
        });
        typed?;
        killed?;
        host.restart("").await?;
        let last = typist.kept.last().map_or(0, |(rent, ..)| *rent);
        let there = typist.there(&host).await?;
        anyhow::ensure!(there >= last, "{last} was acknowledged, {there} is there");
    }
    let keys = typist.kept.len() as u64;
    assert!(keys > kills as u64, "nothing was typed");
    report("app/typing-kills", &[("kills", kills as u64), ("acknowledged", keys), ("lost", 0)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_while_typing_costs_a_quarter_of_a_second_and_no_page() -> anyhow::Result<()> {
    const RIG: &str = "app/typing-power-cut";
    if !(is_root(RIG) && has(RIG, "mkfs.ext4") && has(RIG, "xfs_io")) {
        return Ok(());
    }
    let platform = Platform::start().await?;
    let volume = Volume::on_loop("ext4", 128)?;
    let mut host = Host::start_in(&platform.url(), volume.place().join("profile")).await?;
    let mut typist = Typist::begin(&host).await?;
    let (cuts, mut missing) = (rounds(3, 60), 0);
    // What was there after a cut is there after every later one.
    let (mut floor, mut owed) = (0, 0);
    for round in 0..cuts {
        let (typed, cut) = tokio::join!(typist.type_on(&host), async {
            tokio::time::sleep(moment(round) + ON_DISK_WITHIN + LATE).await;
            let cut = Instant::now();
            volume.cut()?;
            host.signal("KILL").await?;
            anyhow::Ok(cut)
        });
        typed?;
        let cut = cut?;
        wait_for("the end of the app", async || Ok(host.ended()?.then_some(()))).await?;
        volume.unmount()?;
        volume.mount()?;
        host.restart("").await?;
        // What was acknowledged after the cut began may have been promised by a disk that was gone.
        let before = || typist.kept.iter().filter(|(_, at, _)| *at < cut);
        let due = before().filter(|(_, at, turns)| *turns || *at + ON_DISK_WITHIN + LATE < cut).map(|(rent, ..)| *rent);
        let due = due.max().unwrap_or_default().max(floor);
        owed += u64::from(due > floor);
        let last = before().map(|(rent, ..)| *rent).max().unwrap_or_default();
        let there = typist.there(&host).await?;
        anyhow::ensure!(there >= due, "{due} had to be on the disk, {there} is there");
        missing += last.saturating_sub(there);
        floor = there;
        // What the cut took is typed again from here.
        typist.kept.clear();
    }
    host.kill().await?;
    assert!(owed > 0, "no cut came after anything that had to be on the disk");
    report(RIG, &[("cuts", cuts as u64), ("keys-within-the-quarter", missing), ("lost", 0)]);
    Ok(())
}
