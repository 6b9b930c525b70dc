//! Who may not see what.

use haoban_client::commands;
use haoban_domain::case::CaseStatus;
use haoban_testkit::{Desk, Device, Platform, pdf, wait_for};
use haoban_tests::{case_in, complete_rent_draft, submit};
use haoban_wire::ui::{AccessLogOpen, CaseList, DraftList, SessionEnd};

#[tokio::test(flavor = "multi_thread")]
async fn another_department_sees_nothing_and_every_look_is_told() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let device = Device::new(&platform.url(), "13800000001").await?;
    device.sign_in().await?;
    let draft = complete_rent_draft(&device, pdf(1)).await?;
    let case_id = submit(&device, &draft).await?;
    let case = case_in(&device, case_id, CaseStatus::Submitted).await?;

    let stranger = Desk::sign_in(&platform.url(), "tax").await?;
    let answer = stranger.try_open(case_id).await?;
    assert_eq!(answer.status().as_u16(), 404);
    let text = answer.text().await?;
    assert!(!text.contains("王芳") && !text.contains(&case.number), "a refusal carries no data: {text}");
    assert!(stranger.queue("open").await?.rows.is_empty());

    Desk::sign_in(&platform.url(), "gjj-center").await?.open(case_id).await?;
    wait_for("the look in the resident's own log", async || {
        let log = commands::access_log_open(&device.client, AccessLogOpen {}).await?;
        Ok(log.entries.iter().any(|entry| entry.case_number.as_ref() == Some(&case.number)).then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_person_on_a_device_sees_nothing_of_the_first() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let device = Device::new(&platform.url(), "13800000001").await?;
    device.sign_in().await?;
    complete_rent_draft(&device, pdf(1)).await?;
    commands::session_end(&device.client, SessionEnd {}).await?;
    device.hand_to("13800000003");
    device.sign_in().await?;
    let drafts = commands::draft_list(&device.client, DraftList {}).await?;
    assert!(drafts.drafts.is_empty(), "her own list is empty");
    assert!(commands::case_list(&device.client, CaseList {}).await?.cases.is_empty());
    Ok(())
}
