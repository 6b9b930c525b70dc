//! A large file over bad lines: it goes on where it stopped, arrives whole, and little is sent twice.

use std::path::PathBuf;

use haoban_client::commands;
use haoban_domain::{case::CaseStatus, receipt::digest};
use haoban_testkit::{Desk, Device, Platform, Setup, Trouble, repository, wait_for};
use haoban_tests::{case_in, complete_rent_draft, large_pdf, look_through, submit};
use haoban_wire::{desk::DeskActBody, ui::OutboxRetry};

use super::tally::{has, is_root, long, report, run};

const TENANT: &str = "13800000001";
const MEGABYTE: usize = 1024 * 1024;
/// Cuts a file must live through.
const CUTS: u64 = 10;

/// The demo city with room for a very large contract.
fn roomy_city(folder: &tempfile::TempDir) -> anyhow::Result<PathBuf> {
    let city = folder.path().join("zhengzhou");
    run("cp", &["-r", &repository().join("cities/zhengzhou").display().to_string(), &city.display().to_string()])?;
    let file = city.join("items/gjj-rent/materials.yaml");
    let text = std::fs::read_to_string(&file)?;
    let limit = format!("max_bytes: {}", 20 * MEGABYTE);
    anyhow::ensure!(text.contains(&limit), "the limit is no longer in {}", file.display());
    std::fs::write(&file, text.replace(&limit, &format!("max_bytes: {}", 100 * MEGABYTE)))?;
    Ok(city)
}

/// Waits until everything is sent, pressing "try again" as an impatient thumb does.
async fn pressed_until_sent(device: &Device) -> anyhow::Result<()> {
    for _ in 0..10 {
        let sent = wait_for("an empty outbox", async || {
            let outbox = commands::outbox_retry(&device.client, OutboxRetry { outbox_id: None }).await?;
            Ok(outbox.entries.is_empty().then_some(()))
        })
        .await;
        if sent.is_ok() {
            return Ok(());
        }
    }
    anyhow::bail!("it was not sent in five minutes")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_lives_through_ten_cuts_and_a_restart() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (bytes, city) =
        if long() { (100 * MEGABYTE, Some(roomy_city(&folder)?)) } else { (20 * MEGABYTE - 4096, None) };
    let setup = Setup { city, ..Setup::default() };
    let (mut platform, proxy) = Platform::start_behind_proxy_with(setup).await?;
    let device = Device::new(&proxy.url(), TENANT).await?;
    device.sign_in().await?;
    let file = large_pdf(bytes);
    let draft = complete_rent_draft(&device, file.clone()).await?;

    let (carried, cuts) = (proxy.carried(), proxy.cuts());
    let case_id = submit(&device, &draft).await?;
    let mut restarted = false;
    let sent = |proxy: &haoban_testkit::ChaosProxy| proxy.carried() - carried;
    while proxy.cuts() - cuts < CUTS {
        // Uneven lengths, so that cuts meet chunks at different places.
        let nth = proxy.cuts() - cuts;
        let length = bytes as u64 / (CUTS + 3) * (70 + nth * 37 % 60) / 100;
        proxy.set(Trouble::CutAfter(length));
        wait_for("a cut", async || {
            commands::outbox_retry(&device.client, OutboxRetry { outbox_id: None }).await?;
            Ok((proxy.cuts() - cuts > nth).then_some(()))
        })
        .await?;
        if !restarted && sent(&proxy) > bytes as u64 / 2 {
            platform.crash_and_restart().await?;
            restarted = true;
        }
    }
    proxy.set(Trouble::None);
    pressed_until_sent(&device).await?;
    case_in(&device, case_id, CaseStatus::Submitted).await?;

    let again = sent(&proxy).saturating_sub(bytes as u64);
    let percent = again * 100 / bytes as u64;
    let desk = Desk::sign_in(&platform.url(), "gjj-center").await?;
    desk.act(case_id, DeskActBody::Claim).await?;
    let opened = desk.open(case_id).await?;
    let kept = opened.materials.iter().find_map(|material| material.files.first()).expect("a file");
    let there = desk.file(case_id, kept.id).await?.error_for_status()?.bytes().await?;
    assert_eq!(digest(&there), digest(&file), "the very bytes arrived");
    look_through(&platform.database(), &platform.data()).await?;
    let cut = proxy.cuts() - cuts;
    report(
        "upload/cuts",
        &[
            ("megabytes", (bytes / MEGABYTE) as u64),
            ("cuts", cut),
            ("restarts", u64::from(restarted)),
            ("resent-percent", percent),
            ("lost", 0),
        ],
    );
    assert!(restarted && cut >= CUTS);
    assert!(percent <= 15, "{percent} % was sent twice");
    Ok(())
}

/// Runs the test below in a network of its own, where three of ten packets are dropped.
#[test]
fn a_file_arrives_though_three_of_ten_packets_are_lost() -> anyhow::Result<()> {
    const RIG: &str = "upload/packet-loss";
    if !(is_root(RIG) && has(RIG, "nft") && has(RIG, "unshare") && has(RIG, "ip")) {
        return Ok(());
    }
    let own = std::env::current_exe()?;
    let script = format!(
        "ip link set lo up && exec {} --exact uploads::in_a_network_of_its_own --ignored --nocapture",
        own.display()
    );
    let status = std::process::Command::new("unshare").args(["--net", "sh", "-c", &script]).status()?;
    anyhow::ensure!(status.success(), "the rig failed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs inside a network namespace, started by the test above"]
async fn in_a_network_of_its_own() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let device = Device::new(&platform.url(), TENANT).await?;
    device.sign_in().await?;
    let bytes = if long() { 20 * MEGABYTE - 4096 } else { MEGABYTE / 2 };
    let file = large_pdf(bytes);
    let draft = complete_rent_draft(&device, file).await?;
    run("nft", &["add", "table", "inet", "loss"])?;
    run("nft", &["add chain inet loss into { type filter hook input priority 0; }"])?;
    let port = platform.port();
    let rule = format!("add rule inet loss into tcp dport {port} numgen random mod 100 < 30 counter drop");
    run("nft", &[&rule])?;
    let case_id = submit(&device, &draft).await?;
    pressed_until_sent(&device).await?;
    let listed = std::process::Command::new("nft").args(["list", "table", "inet", "loss"]).output()?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let dropped = listed.split("packets ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
    run("nft", &["delete", "table", "inet", "loss"])?;
    case_in(&device, case_id, CaseStatus::Submitted).await?;
    let books = look_through(&platform.database(), &platform.data()).await?;
    let dropped = dropped.unwrap_or(0);
    report(
        "upload/packet-loss",
        &[
            ("kilobytes", bytes as u64 / 1024),
            ("packets-dropped", dropped),
            ("cases", u64::try_from(books.cases)?),
            ("lost", 0),
        ],
    );
    assert!(dropped > 0, "the rule dropped nothing: {listed}");
    Ok(())
}
