//! The two other ways of deciding: at once by rules, and two offices in turn.

use std::collections::BTreeMap;

use haoban_client::commands;
use haoban_domain::{
    case::{CaseStatus, ChargeStanding},
    material::MaterialStanding,
};
use haoban_testkit::{Desk, Device, Platform, jpeg_photo, pay_at, wait_for};
use haoban_tests::{case_in, problems, save, start_draft, submit, work_through};
use haoban_wire::ui::{CaseOpen, CasePay, DraftOpen, LicenceList, LicencePresent, MaterialAttach};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn deed_tax_is_set_at_once_and_its_payment_leaves_a_certificate() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let device = Device::new(&platform.url(), "13800000002").await?;
    device.sign_in().await?;
    let draft = start_draft(&device, "deed-tax").await?;
    let draft = wait_for("the purchase contract of the register", async || {
        let view = commands::draft_open(&device.client, DraftOpen { draft_id: draft.id }).await?;
        Ok(view.state.fields.values().any(|field| field.offered.iter().any(|one| one.value.len() > 8)).then_some(view))
    })
    .await?;
    let changes = deed_answers(&draft);
    save(&device, draft.id, draft.revision, changes).await?;
    let draft = commands::draft_open(&device.client, DraftOpen { draft_id: draft.id }).await?;
    anyhow::ensure!(draft.state.complete, "{:#?}", problems(&draft));
    let tax = draft.state.headline.clone().expect("the tax").value;

    let case_id = submit(&device, &draft).await?;
    let waits = case_in(&device, case_id, CaseStatus::AwaitingPayment).await?;
    let charge = waits.charge.expect("the tax order");
    assert_eq!((charge.amount_fen, charge.standing), (tax, ChargeStanding::Due));
    let held = commands::licence_list(&device.client, LicenceList {}).await?.licences;
    assert!(!held.iter().any(|one| one.case_number == Some(waits.number.clone())), "no certificate before the payment");
    let page = commands::case_pay(&device.client, CasePay { case_id }).await?;
    pay_at(&page.url).await?;
    let case = case_in(&device, case_id, CaseStatus::Closed).await?;
    let decision = case.decision.expect("a decision");
    assert!(decision.automatic && decision.granted);
    assert!(!decision.rules.is_empty(), "the rules it rests on are kept");
    assert_eq!(case.headline.expect("the tax").value, tax, "device and platform compute the same");
    let licence = wait_for("the tax certificate", async || {
        let opened = commands::case_open(&device.client, CaseOpen { case_id }).await?;
        Ok(opened.licence)
    })
    .await?;
    assert_eq!(licence.licence_type, "tax-certificate");
    Ok(())
}

/// The contract and the card the registers offer first; the rest as a buyer whose data all agree.
fn deed_answers(draft: &haoban_wire::ui::DraftView) -> BTreeMap<String, Option<serde_json::Value>> {
    let first = |field: &str| draft.state.fields[field].offered.first().map(|option| json!(option.value));
    BTreeMap::from([
        ("contract".to_owned(), first("contract")),
        ("area_same".to_owned(), Some(json!(true))),
        ("homes_agree".to_owned(), Some(json!(true))),
        ("ownership".to_owned(), Some(json!("sole"))),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_residence_permit_passes_two_offices_and_can_be_shown() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let device = Device::new(&platform.url(), "13800000004").await?;
    device.sign_in().await?;
    let draft = start_draft(&device, "residence-permit").await?;
    save(&device, draft.id, draft.revision, residence_answers()).await?;
    let mut draft = wait_for("the months of the social insurance register", async || {
        let view = commands::draft_open(&device.client, DraftOpen { draft_id: draft.id }).await?;
        let known = view.state.materials.iter().any(|one| one.standing == MaterialStanding::WaivedByRegister);
        Ok(known.then_some(view))
    })
    .await?;
    let needed: Vec<String> = draft
        .state
        .materials
        .iter()
        .filter(|material| material.standing == MaterialStanding::Needed)
        .map(|material| material.id.clone())
        .collect();
    for slot in needed {
        let token = device.files.offer("photo.jpg", jpeg_photo());
        let attach = MaterialAttach { draft_id: draft.id, slot, tokens: vec![token] };
        draft = commands::material_attach(&device.client, attach).await?;
    }
    anyhow::ensure!(draft.state.complete, "{:#?}", problems(&draft));
    assert!(draft.files.iter().all(|file| file.metadata_removed), "place and time of photos are gone");

    let case_id = submit(&device, &draft).await?;
    case_in(&device, case_id, CaseStatus::Submitted).await?;
    work_through(&Desk::sign_in(&platform.url(), "police-district").await?, case_id).await?;
    work_through(&Desk::sign_in(&platform.url(), "police-city").await?, case_id).await?;
    case_in(&device, case_id, CaseStatus::Closed).await?;
    let licence = wait_for("the permit in the wallet", async || {
        let list = commands::licence_list(&device.client, LicenceList {}).await?;
        Ok(list.licences.into_iter().find(|licence| licence.licence_type == "residence-permit"))
    })
    .await?;
    let shown = commands::licence_present(&device.client, LicencePresent { licence_id: licence.id }).await?;
    assert_eq!(shown.presentation.digits.len(), 8);
    assert_eq!(shown.qr.len(), (shown.qr_width * shown.qr_width) as usize);
    Ok(())
}

/// The ground of a person with social insurance.
fn residence_answers() -> BTreeMap<String, Option<serde_json::Value>> {
    let answers = json!({
        "ground": "social", "address": { "region": "410105", "detail": "锦绣苑社区 3 号楼 1101" },
        "arrived_on": "2025-09-01", "reason": "work", "delivery": "electronic",
    });
    answers.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), Some(value.clone()))).collect()
}
