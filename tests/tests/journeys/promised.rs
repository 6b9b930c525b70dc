//! 容缺后补 on a real device: promised at first, waited for at the desk, handed in, granted.

use haoban_client::commands;
use haoban_domain::case::CaseStatus;
use haoban_testkit::{Desk, Device, Platform, pdf, wait_for};
use haoban_tests::{case_in, complete_rent_draft, submit, work_through};
use haoban_wire::{
    desk::{DeskAct, DeskActBody},
    ui::{CaseList, CorrectionCause, DraftOpen, MaterialAttach, MaterialDefer, MaterialRemove, SupplyStart},
};

const SLOT: &str = "rent-records";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_promised_for_later_is_handed_in_from_the_device() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let mut device = Device::new(&platform.url(), "13800000001").await?;
    device.sign_in().await?;
    let draft = complete_rent_draft(&device, pdf(2)).await?;
    for file in draft.files.iter().filter(|file| file.slot == SLOT) {
        let remove = MaterialRemove { draft_id: draft.id, slot: SLOT.to_owned(), file_id: Some(file.id) };
        commands::material_remove(&device.client, remove).await?;
    }
    let defer = MaterialDefer { draft_id: draft.id, slot: SLOT.to_owned(), promised: true };
    let draft = commands::material_defer(&device.client, defer).await?;
    let case_id = submit(&device, &draft).await?;
    let case = case_in(&device, case_id, CaseStatus::Submitted).await?;
    assert_eq!(case.promised().count(), 1);
    let row = commands::case_list(&device.client, CaseList {}).await?.cases.remove(0);
    assert!(row.waits_for_applicant() && row.promised_by.is_some(), "the list says what is owed: {row:?}");

    let desk = Desk::sign_in(&platform.url(), "gjj-center").await?;
    for act in [
        DeskActBody::Claim,
        DeskActBody::Accept,
        DeskActBody::PassStep { opinion: String::new() },
        DeskActBody::Claim,
        DeskActBody::AwaitPromised,
    ] {
        desk.act(case_id, act).await?;
    }
    case_in(&device, case_id, CaseStatus::Suspended).await?;

    // Begun, interrupted, gone on with: a draft like any other.
    let begun = commands::supply_start(&device.client, SupplyStart { case_id }).await?;
    let context = begun.correction.as_ref().expect("what it answers");
    assert_eq!((context.cause, context.notice.points.len()), (CorrectionCause::Promise, 1));
    assert!(submit(&device, &begun).await.is_err(), "nothing is there yet");
    let defer = MaterialDefer { draft_id: begun.id, slot: SLOT.to_owned(), promised: true };
    assert!(commands::material_defer(&device.client, defer).await.is_err(), "a promise is not kept by another one");
    let token = device.files.offer("付租记录.pdf", pdf(1));
    let attach = MaterialAttach { draft_id: begun.id, slot: SLOT.to_owned(), tokens: vec![token] };
    commands::material_attach(&device.client, attach).await?;
    device.restart().await?;
    let again = commands::supply_start(&device.client, SupplyStart { case_id }).await?;
    let kept = again.files.iter().filter(|file| file.slot == SLOT).count();
    assert_eq!((again.id, kept), (begun.id, 1), "the same draft, with its file");
    let again = commands::draft_open(&device.client, DraftOpen { draft_id: again.id }).await?;
    submit(&device, &again).await?;
    let case = wait_for("the paper at the platform", async || {
        Ok(Some(case_in(&device, case_id, CaseStatus::UnderReview).await?))
    })
    .await?;
    assert_eq!(case.promised().count(), 0);
    assert!(commands::supply_start(&device.client, SupplyStart { case_id }).await.is_err(), "nothing is owed any more");

    let opened = desk.open(case_id).await?;
    assert!(opened.acts.contains(&DeskAct::Grant));
    let paper = opened.materials.iter().find(|one| one.slot == SLOT).expect("the paper");
    let bytes = desk.file(case_id, paper.files[0].id).await?.error_for_status()?.bytes().await?;
    assert_eq!(&bytes[..], &pdf(1)[..], "the very bytes");
    work_through(&desk, case_id).await?;
    case_in(&device, case_id, CaseStatus::Closed).await.map(drop)
}
