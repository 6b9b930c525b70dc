//! Steps that several suites take.

mod books;
mod canary;
mod desktop;
mod screen;
mod scripts;
mod session;

use std::collections::BTreeMap;

use haoban_client::commands;
use haoban_domain::{
    case::{CaseStatus, CaseView, CorrectionPoint},
    ids::{CaseId, DraftId},
    text::LocalText,
};
use haoban_testkit::{Desk, Device, wait_for};
use haoban_wire::{
    desk::DeskActBody,
    ui::{CaseOpen, DraftSave, DraftStart, DraftSubmit, DraftView, MaterialAttach},
};
use serde_json::{Value, json};

pub use books::{Books, look_through};
pub use canary::{Search, search};
pub use desktop::{Desktop, Shown};
pub use screen::Screen;
pub use scripts::{run_person, run_script, run_script_for};
pub use session::Session;

/// Answers that rent a flat on the market.
#[must_use]
pub fn rent_answers() -> BTreeMap<String, Option<Value>> {
    let answers = json!({
        "housing": "market",
        "who": "self",
        "term": { "from": "2026-03-01", "to": "2027-02-28" },
        "rent_month": 180_000,
        "address": { "region": "410105", "detail": "锦绣苑 3 号楼 602" },
    });
    answers.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), Some(value.clone()))).collect()
}

/// Starts a draft of an item, waiting until the catalogue has come.
///
/// # Errors
/// When the item does not come.
pub async fn start_draft(device: &Device, code: &str) -> anyhow::Result<DraftView> {
    wait_for("the catalogue", async || {
        let request = DraftStart { code: code.to_owned(), ..DraftStart::default() };
        Ok(commands::draft_start(&device.client, request).await.ok())
    })
    .await
}

/// Saves changes and answers the new revision.
///
/// # Errors
/// When the core refuses.
pub async fn save(
    device: &Device,
    draft_id: DraftId,
    revision: u64,
    changes: BTreeMap<String, Option<Value>>,
) -> anyhow::Result<u64> {
    let request = DraftSave { draft_id, revision, changes, page: None };
    Ok(commands::draft_save(&device.client, request).await?.revision)
}

/// A rent draft that is ready to be sent: answers, contract and payments attached.
///
/// # Errors
/// When something is still missing; the problems are part of the error.
pub async fn complete_rent_draft(device: &Device, contract: Vec<u8>) -> anyhow::Result<DraftView> {
    let draft = start_draft(device, "gjj-rent").await?;
    let draft = wait_for("the facts of the registers", async || {
        let open = haoban_wire::ui::DraftOpen { draft_id: draft.id };
        let view = commands::draft_open(&device.client, open).await?;
        let cards = view.state.fields.get("bank_card").map_or(0, |field| field.offered.len());
        Ok((cards > 1).then_some(view))
    })
    .await?;
    let mut answers = rent_answers();
    let card = draft.state.fields["bank_card"].offered[0].value.clone();
    answers.insert("bank_card".to_owned(), Some(json!(card)));
    save(device, draft.id, draft.revision, answers).await?;
    let token = device.files.offer("租赁合同.pdf", contract);
    let slot = "lease-contract".to_owned();
    commands::material_attach(&device.client, MaterialAttach { draft_id: draft.id, slot, tokens: vec![token] }).await?;
    let token = device.files.offer("付租记录.pdf", haoban_testkit::pdf(1));
    let slot = "rent-records".to_owned();
    let view =
        commands::material_attach(&device.client, MaterialAttach { draft_id: draft.id, slot, tokens: vec![token] })
            .await?;
    anyhow::ensure!(view.state.complete, "the draft is not complete: {:#?}", problems(&view));
    Ok(view)
}

/// What still stands in the way of sending, for a test's own words.
#[must_use]
pub fn problems(view: &DraftView) -> Vec<String> {
    let fields = view.state.fields.iter().filter(|(_, field)| field.visible && !field.problems.is_empty());
    let fields = fields.map(|(id, field)| format!("{id}: {}", field.problems[0].message.zh));
    let materials = view.state.materials.iter().map(|material| format!("{}: {:?}", material.id, material.standing));
    fields.chain(view.state.problems.iter().map(|problem| problem.message.zh.clone())).chain(materials).collect()
}

/// A PDF of two pages and exactly so many bytes, so that its upload takes many steps.
#[must_use]
pub fn large_pdf(bytes: usize) -> Vec<u8> {
    let mut file = haoban_testkit::pdf(2);
    file.extend(b"\n% ");
    let room = bytes.saturating_sub(file.len() + 1);
    file.extend((0..room).map(|n| b'a' + u8::try_from(n % 23).unwrap_or(0)));
    file.push(b'\n');
    file
}

/// Sends a draft; answers the case's id.
///
/// # Errors
/// When the core refuses.
pub async fn submit(device: &Device, draft: &DraftView) -> anyhow::Result<CaseId> {
    let request = DraftSubmit { draft_id: draft.id, revision: draft.revision, declared: true };
    Ok(commands::draft_submit(&device.client, request).await?.case_id)
}

/// The case as the device knows it, once it stands as wanted.
///
/// # Errors
/// When it does not get there.
pub async fn case_in(device: &Device, case_id: CaseId, status: CaseStatus) -> anyhow::Result<CaseView> {
    wait_for(&format!("a case in {status:?}"), async || {
        let opened = commands::case_open(&device.client, CaseOpen { case_id }).await?;
        Ok(opened.case.filter(|case| case.status == status))
    })
    .await
}

/// A point of a correction notice.
#[must_use]
pub fn point(target: &str, words: &str, remedy: &str) -> CorrectionPoint {
    let name = LocalText::new(target, target);
    CorrectionPoint { target: target.to_owned(), name, words: words.to_owned(), remedy: remedy.to_owned() }
}

/// Claims, accepts where that is still to be done, passes on and grants, as far as this department's steps go.
///
/// # Errors
/// When the desk refuses an act.
pub async fn work_through(desk: &Desk, case: CaseId) -> anyhow::Result<()> {
    use haoban_wire::desk::DeskAct;
    for _ in 0..8 {
        let opened = desk.open(case).await?;
        let can = |act: DeskAct| opened.acts.contains(&act);
        let opinion = "符合条件".to_owned();
        let act = if opened.task.as_ref().is_some_and(|task| !task.mine) && can(DeskAct::Claim) {
            DeskActBody::Claim
        } else if can(DeskAct::Accept) {
            DeskActBody::Accept
        } else if can(DeskAct::PassStep) {
            DeskActBody::PassStep { opinion }
        } else if can(DeskAct::Grant) {
            DeskActBody::Grant { opinion }
        } else {
            return Ok(());
        };
        let after = desk.act(case, act).await?;
        if after.task.is_none() {
            return Ok(());
        }
    }
    anyhow::bail!("the case goes in circles")
}
