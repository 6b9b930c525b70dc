//! Clocks that jump: the order and the number of acts do not depend on what time it is.

use haoban_client::commands;
use haoban_domain::case::CaseStatus;
use haoban_testkit::{Citizen, Device, Platform, Setup, Trouble, copies_case, pdf, wait_for};
use haoban_tests::{case_in, complete_rent_draft, look_through, submit};
use haoban_wire::ui::{CaseWithdraw, DraftOpen, OutboxList, OutboxRetry};

use super::tally::report;

const TENANT: &str = "13800000001";
const DAY: i64 = 86_400_000;

/// Back a day, ten years on, to the last century and home again.
const JUMPS: [i64; 4] = [-DAY, 3_653 * DAY, -20_000 * DAY, 16_348 * DAY];

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_on_a_device_survives_every_jump_in_order() -> anyhow::Result<()> {
    let (platform, proxy) = Platform::start_behind_proxy().await?;
    let mut device = Device::new(&proxy.url(), TENANT).await?;
    device.sign_in().await?;
    let before = look_through(&platform.database(), &platform.data()).await?;
    let draft = complete_rent_draft(&device, pdf(1)).await?;
    proxy.set(Trouble::Down);
    let case_id = submit(&device, &draft).await?;
    for jump in JUMPS {
        device.move_clock(jump);
        device.restart().await?;
        let outbox = commands::outbox_list(&device.client, OutboxList {}).await?;
        assert_eq!(outbox.entries.len(), 1, "it waits after a jump of {} days", jump / DAY);
        commands::draft_open(&device.client, DraftOpen { draft_id: draft.id }).await?;
    }
    proxy.set(Trouble::None);
    wait_for("an empty outbox", async || {
        let outbox = commands::outbox_retry(&device.client, OutboxRetry { outbox_id: None }).await?;
        Ok(outbox.entries.is_empty().then_some(()))
    })
    .await?;
    case_in(&device, case_id, CaseStatus::Submitted).await?;
    device.move_clock(-3 * DAY);
    commands::case_withdraw(&device.client, CaseWithdraw { case_id, reason: String::new() }).await?;
    case_in(&device, case_id, CaseStatus::Withdrawn).await?;
    let after = look_through(&platform.database(), &platform.data()).await?;
    assert_eq!(after.cases, before.cases + 1);
    report("clock/device", &[("jumps", JUMPS.len() as u64 + 1), ("lost", 0), ("doubled", 0)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_whose_clock_was_set_wrong_keeps_its_books() -> anyhow::Result<()> {
    const RIG: &str = "clock/platform";
    let Some(library) = faketime() else {
        eprintln!("rig {RIG}: not run, this machine has no libfaketime");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let mut bodies = Vec::new();
    let setup = Setup { data: Some(folder.path().join("data")), ..Setup::default() };
    let shifts = ["+0", "-1d", "+40d", "-2d"];
    for shift in shifts {
        // Timers run on the monotonic clock, which no administrator can set.
        let environment =
            [("LD_PRELOAD", library.as_str()), ("FAKETIME", shift), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let mut platform = Platform::start_with(Setup { environment, ..setup.clone() }).await?;
        let citizen = Citizen::sign_in(&platform.url(), TENANT).await?;
        let body = copies_case(None);
        assert_eq!(citizen.submit(&body).await?.0, 201, "at {shift}");
        bodies.push(body);
        for known in &bodies {
            assert!(citizen.submit(known).await?.0 <= 201, "at {shift}");
        }
        let books = look_through(&platform.database(), &platform.data()).await?;
        assert!(books.cases >= i64::try_from(bodies.len())?);
        platform.end().await?;
    }
    report(RIG, &[("jumps", shifts.len() as u64), ("cases", bodies.len() as u64), ("lost", 0), ("doubled", 0)]);
    Ok(())
}

/// The library that turns clocks; its own starter would stand between us and the program.
fn faketime() -> Option<String> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten();
    let mut libraries = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    libraries.find(|library| library.exists()).map(|library| library.display().to_string())
}
