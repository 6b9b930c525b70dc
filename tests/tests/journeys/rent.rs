//! The main job: rent withdrawal from the search to the money.

use std::collections::BTreeMap;

use haoban_client::commands;
use haoban_domain::case::{Actor, CaseStatus, ClockKind};
use haoban_testkit::{Desk, Device, Platform, pdf, wait_for};
use haoban_tests::{case_in, complete_rent_draft, point, save, submit, work_through};
use haoban_wire::{
    desk::DeskActBody,
    ui::{CaseOpen, CatalogueSearch, CorrectionStart, InboxOpen, ReceiptExport},
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_gets_the_rent_back() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let mut device = Device::new(&platform.url(), "13800000001").await?;
    device.sign_in().await?;

    let draft = complete_rent_draft(&device, pdf(3)).await?;
    let search = commands::catalogue_search(&device.client, CatalogueSearch { query: "gongijjin".to_owned() }).await?;
    assert_eq!(search.hits[0].item.code, "gjj-rent", "one typo is forgiven");
    let headline = draft.state.headline.clone().expect("a ceiling");
    assert_eq!((headline.value, headline.limit.as_str()), (450_000, "cap"), "three months at the cap");

    let case_id = submit(&device, &draft).await?;
    let case = case_in(&device, case_id, CaseStatus::Submitted).await?;
    assert_eq!(case.number.len(), 24);
    let opened = commands::case_open(&device.client, CaseOpen { case_id }).await?;
    assert!(opened.receipt.expect("a receipt").verified, "the receipt fits what was sent");

    ask_for_one_correction(&platform, case_id).await?;
    let case = case_in(&device, case_id, CaseStatus::CorrectionRequested).await?;
    let clock = case.clock.expect("a clock");
    let shown = (clock.kind, clock.paused, clock.waits_for);
    assert_eq!(shown, (ClockKind::Correction, false, Actor::Applicant), "its own days run");
    let notice = case.correction.expect("a notice");
    assert_eq!((notice.points.len(), notice.points[0].target.as_str()), (1, "field:rent_month"));
    assert_eq!((notice.due, notice.answered_at), (clock.due, None));
    wait_for("a notification", async || Ok((!device.notifier.shown().is_empty()).then_some(()))).await?;
    let personal = device.notifier.shown().iter().any(|n| n.body.contains("王芳") || n.title.contains("王芳"));
    assert!(!personal, "notifications name nobody");

    device.restart().await?;
    correct(&device, case_id).await?;
    wait_for("the answered correction", async || {
        let opened = commands::case_open(&device.client, CaseOpen { case_id }).await?;
        Ok(opened.case.and_then(|case| case.correction).and_then(|notice| notice.answered_at))
    })
    .await?;

    let desk = Desk::sign_in(&platform.url(), "gjj-center").await?;
    work_through(&desk, case_id).await?;
    let case = case_in(&device, case_id, CaseStatus::Closed).await?;
    let decision = case.decision.expect("a decision");
    assert!(decision.granted);
    assert_eq!(decision.payment_fen, Some(450_000));

    let inbox = commands::inbox_open(&device.client, InboxOpen {}).await?;
    assert!(inbox.notices.iter().any(|row| row.notice.case_id == Some(case_id)), "the inbox tells of it");
    commands::receipt_export(&device.client, ReceiptExport { case_id }).await?;
    let exported = device.files.exported();
    assert!(exported[0].1.starts_with(b"%PDF"), "the receipt is a PDF");
    Ok(())
}

async fn ask_for_one_correction(platform: &Platform, case: haoban_domain::ids::CaseId) -> anyhow::Result<()> {
    let desk = Desk::sign_in(&platform.url(), "gjj-center").await?;
    desk.act(case, DeskActBody::Claim).await?;
    let opened = desk.open(case).await?;
    let contract = opened.materials.iter().find(|material| material.slot == "lease-contract").expect("the contract");
    assert_eq!(contract.files[0].pages, 3);
    let file = desk.file(case, contract.files[0].id).await?.error_for_status()?.bytes().await?;
    assert_eq!(&file[..], &pdf(3)[..], "the officer sees the very bytes");
    let points = vec![point("field:rent_month", "月租金与合同不一致", "照合同改一下")];
    desk.act(case, DeskActBody::RequestCorrection { points, days: 15 }).await?;
    Ok(())
}

async fn correct(device: &Device, case_id: haoban_domain::ids::CaseId) -> anyhow::Result<()> {
    let draft = commands::correction_start(&device.client, CorrectionStart { case_id }).await?;
    assert_eq!(draft.answers["rent_month"], json!(180_000), "the old answers are there");
    let foreign = BTreeMap::from([("housing".to_owned(), Some(json!("public")))]);
    assert!(save(device, draft.id, draft.revision, foreign).await.is_err(), "only what was asked for may change");
    let changes = BTreeMap::from([("rent_month".to_owned(), Some(json!(190_000)))]);
    save(device, draft.id, draft.revision, changes).await?;
    let open = haoban_wire::ui::DraftOpen { draft_id: draft.id };
    let draft = commands::draft_open(&device.client, open).await?;
    submit(device, &draft).await?;
    Ok(())
}
