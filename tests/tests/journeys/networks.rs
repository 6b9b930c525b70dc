//! Cut, swallowed, restarted: nothing is lost and nothing is sent twice.

use haoban_client::commands;
use haoban_domain::case::CaseStatus;
use haoban_testkit::{Desk, Device, Platform, Trouble, pdf, wait_for};
use haoban_tests::{case_in, complete_rent_draft, large_pdf, submit};
use haoban_wire::ui::{OutboxList, OutboxRetry};

async fn everything_sent(device: &Device) -> anyhow::Result<()> {
    wait_for("an empty outbox", async || {
        let outbox = commands::outbox_retry(&device.client, OutboxRetry { outbox_id: None }).await?;
        Ok(outbox.entries.is_empty().then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_offline_goes_by_itself() -> anyhow::Result<()> {
    let (_platform, proxy) = Platform::start_behind_proxy().await?;
    let device = Device::new(&proxy.url(), "13800000001").await?;
    device.sign_in().await?;
    let draft = complete_rent_draft(&device, pdf(1)).await?;

    proxy.set(Trouble::Down);
    let case_id = submit(&device, &draft).await?;
    let outbox = commands::outbox_list(&device.client, OutboxList {}).await?;
    assert_eq!(outbox.entries.len(), 1, "it waits visibly");

    proxy.set(Trouble::None);
    let case = wait_for("the case", async || {
        let opened = commands::case_open(&device.client, haoban_wire::ui::CaseOpen { case_id }).await?;
        Ok(opened.case)
    })
    .await?;
    assert_eq!(case.status, CaseStatus::Submitted);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_came_makes_no_second_case() -> anyhow::Result<()> {
    let (platform, proxy) = Platform::start_behind_proxy().await?;
    let device = Device::new(&proxy.url(), "13800000001").await?;
    device.sign_in().await?;
    let draft = complete_rent_draft(&device, pdf(1)).await?;

    proxy.set(Trouble::SwallowAnswers);
    let case_id = submit(&device, &draft).await?;
    let desk = Desk::sign_in(&platform.url(), "gjj-center").await?;
    // With every answer swallowed the core cannot even learn that its upload began; let some through.
    for _ in 0..20 {
        proxy.set(Trouble::None);
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        proxy.set(Trouble::SwallowAnswers);
        commands::outbox_retry(&device.client, OutboxRetry { outbox_id: None }).await?;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    proxy.set(Trouble::None);
    everything_sent(&device).await?;
    case_in(&device, case_id, CaseStatus::Submitted).await?;
    let queue = desk.queue("open").await?;
    assert_eq!(queue.rows.iter().filter(|row| row.case_id == case_id).count(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_after_cuts_and_a_crash_of_the_platform() -> anyhow::Result<()> {
    let (mut platform, proxy) = Platform::start_behind_proxy().await?;
    let device = Device::new(&proxy.url(), "13800000001").await?;
    device.sign_in().await?;
    let file = large_pdf(6 * 1024 * 1024);
    let draft = complete_rent_draft(&device, file.clone()).await?;

    proxy.set(Trouble::CutAfter(1_500_000));
    let before = proxy.carried();
    let case_id = submit(&device, &draft).await?;
    wait_for("the first bytes", async || {
        commands::outbox_retry(&device.client, OutboxRetry { outbox_id: None }).await?;
        Ok((proxy.carried() - before > 3_000_000).then_some(()))
    })
    .await?;
    platform.crash_and_restart().await?;
    proxy.set(Trouble::None);
    everything_sent(&device).await?;
    case_in(&device, case_id, CaseStatus::Submitted).await?;

    let desk = Desk::sign_in(&platform.url(), "gjj-center").await?;
    desk.act(case_id, haoban_wire::desk::DeskActBody::Claim).await?;
    let opened = desk.open(case_id).await?;
    let id = opened.materials.iter().find(|material| !material.files.is_empty()).expect("a file").files[0].id;
    let there = desk.file(case_id, id).await?.error_for_status()?.bytes().await?;
    assert!(there[..] == file[..], "the very bytes arrived");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_slept_catches_up_without_doubles() -> anyhow::Result<()> {
    let (platform, proxy) = Platform::start_behind_proxy().await?;
    let mut device = Device::new(&proxy.url(), "13800000001").await?;
    device.sign_in().await?;
    let draft = complete_rent_draft(&device, pdf(1)).await?;
    let case_id = submit(&device, &draft).await?;
    case_in(&device, case_id, CaseStatus::Submitted).await?;

    proxy.set(Trouble::Down);
    let desk = Desk::sign_in(&platform.url(), "gjj-center").await?;
    haoban_tests::work_through(&desk, case_id).await?;
    proxy.set(Trouble::None);
    case_in(&device, case_id, CaseStatus::Closed).await?;
    device.restart().await?;
    let case = case_in(&device, case_id, CaseStatus::Closed).await?;
    let inbox = commands::inbox_open(&device.client, haoban_wire::ui::InboxOpen {}).await?;
    let mut ids: Vec<_> = inbox.notices.iter().map(|row| row.notice.id).collect();
    ids.sort();
    let all = ids.len();
    ids.dedup();
    assert_eq!(all, ids.len(), "no message twice");
    assert!(case.decision.expect("a decision").granted);
    Ok(())
}
