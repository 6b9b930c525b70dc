//! A case on the desk: answers, files, licences, checks, and what may be done now.

use haoban_domain::{
    case::{CaseEvent, CaseEventKind, CaseState, CaseStatus, allowed, apply},
    form::{Answers, FieldKind, FormState},
    material::{FileKind, MaterialChoice, MaterialRule},
    text::LocalText,
};
use haoban_wire::desk::{
    CheckMark, CorrectionTarget, DeskAct, DeskCase, DeskCheck, DeskFile, DeskMaterial, DeskTask, ScanStanding,
};
use sqlx::Row as _;

use super::tasks::Task;
use crate::{
    AppState, Result,
    identity::Officer,
    joint, licences,
    notices::say,
    publicity,
    workflow::{Dossier, Scene, broken, case_view},
};

/// Everything the review page shows.
pub(super) async fn desk_case(scene: &Scene<'_>, officer: &Officer, case: &Dossier, task: &Task) -> Result<DeskCase> {
    let held = licences::of_party(&scene.state.store, case.party, scene.today).await?;
    let form = case.rules.evaluate(&case.inputs(held, scene.today));
    let workflow = &case.item().workflow;
    let mut connection = scene.state.store.reader().acquire().await?;
    let objections = publicity::objections(&mut connection, case.id).await?;
    let broken_promises = broken(&mut connection, case.party).await?;
    drop(connection);
    let (joint, siblings) = joint::siblings(scene, case).await?;
    Ok(DeskCase {
        case: case_view(scene, case),
        form: case.item().form.clone(),
        facts: case.facts.clone(),
        regions: scene.pack.pack.regions.clone(),
        task: Some(desk_task(officer, case, task)?),
        materials: materials(scene, case).await?,
        checks: checks(case, task)?,
        before_correction: before(case),
        correction_texts: workflow.correction_texts.clone(),
        refusal_reasons: workflow.refusal_reasons.clone(),
        opinions: workflow.opinions.clone(),
        acts: acts(officer, case, task),
        targets: targets(case, &form),
        objections,
        broken_promises,
        joint,
        siblings,
    })
}

fn desk_task(officer: &Officer, case: &Dossier, task: &Task) -> Result<DeskTask> {
    let step = case.step_at(task.step)?;
    Ok(DeskTask {
        id: task.id,
        step: step.id.clone(),
        title: step.title.clone(),
        role: step.role,
        revision: task.revision,
        claimed_by: task.claimed_name.clone(),
        mine: task.is_of(officer),
    })
}

fn checks(case: &Dossier, task: &Task) -> Result<Vec<DeskCheck>> {
    let checks = &case.step_at(task.step)?.checks;
    let marks = task.marks.iter().copied().chain(std::iter::repeat(CheckMark::None));
    Ok(checks
        .iter()
        .zip(marks)
        .map(|(check, mark)| DeskCheck {
            id: check.id.clone(),
            words: check.words.clone(),
            basis: check.basis.clone(),
            mark,
        })
        .collect())
}

/// Answers that the correction changed, as they were before it.
fn before(case: &Dossier) -> Answers {
    let before = case.correction.as_ref().and_then(|notice| notice.answers_before.clone()).unwrap_or_default();
    before.into_iter().filter(|(field, value)| case.answers.get(field) != Some(value)).collect()
}

/// The state that decisions start from: an accepted case is taken up for review by the act itself.
pub(super) fn under_review(machine: &CaseState) -> CaseState {
    match machine.status {
        CaseStatus::Accepted => apply(machine, &CaseEvent::StartReview).map_or(*machine, |(next, _)| next),
        _ => *machine,
    }
}

/// What the machine would take from this officer now.
fn acts(officer: &Officer, case: &Dossier, task: &Task) -> Vec<DeskAct> {
    if !task.open || task.step != case.machine.step {
        return Vec::new();
    }
    if !task.is_of(officer) {
        return if task.claimed_by.is_none() { vec![DeskAct::Claim] } else { Vec::new() };
    }
    let now = allowed(&case.machine);
    let review = allowed(&under_review(&case.machine));
    let can = |kind| now.contains(&kind) || review.contains(&kind);
    let pairs = [
        (CaseEventKind::Accept, DeskAct::Accept),
        (CaseEventKind::NotAccept, DeskAct::NotAccept),
        (CaseEventKind::RequestCorrection, DeskAct::RequestCorrection),
        (CaseEventKind::PassStep, DeskAct::PassStep),
        (CaseEventKind::Grant, DeskAct::Grant),
        (CaseEventKind::Refuse, DeskAct::Refuse),
        (CaseEventKind::Suspend, DeskAct::Suspend),
        (CaseEventKind::AwaitPromised, DeskAct::AwaitPromised),
        (CaseEventKind::Resume, DeskAct::Resume),
        (CaseEventKind::Dismiss, DeskAct::Dismiss),
        (CaseEventKind::Uphold, DeskAct::Uphold),
    ];
    let mut acts = vec![DeskAct::Release];
    acts.extend(pairs.into_iter().filter(|(kind, _)| can(*kind)).map(|(_, act)| act));
    acts
}

/// What a correction notice can name: questions that are on the form now, and materials that are asked.
pub(super) fn targets(case: &Dossier, form: &FormState) -> Vec<CorrectionTarget> {
    let typed = |kind: &FieldKind| {
        !matches!(
            kind,
            FieldKind::Computed { .. }
                | FieldKind::Fact { .. }
                | FieldKind::TextBlock
                | FieldKind::Declaration
                | FieldKind::Material { .. }
        )
    };
    let fields = case.item().form.pages.iter().flat_map(|page| &page.fields);
    let fields = fields
        .filter(|field| typed(&field.kind) && form.fields.get(&field.id).is_some_and(|state| state.visible))
        .map(|field| CorrectionTarget { target: format!("field:{}", field.id), name: field.label.clone() });
    let slots = case.item().materials.iter().filter(|material| case.slots.contains(&material.id));
    let slots = slots
        .map(|material| CorrectionTarget { target: format!("material:{}", material.id), name: material.name.clone() });
    fields.chain(slots).collect()
}

async fn materials(scene: &Scene<'_>, case: &Dossier) -> Result<Vec<DeskMaterial>> {
    let mut shown = Vec::new();
    for material in case.item().materials.iter().filter(|material| case.slots.contains(&material.id)) {
        shown.push(one_material(scene, case, material).await?);
    }
    Ok(shown)
}

async fn one_material(scene: &Scene<'_>, case: &Dossier, material: &MaterialRule) -> Result<DeskMaterial> {
    let choice = case.choices.get(&material.id);
    let licence = match choice {
        Some(MaterialChoice::Licence { licence }) => {
            licences::find(&scene.state.store, case.party, *licence, scene.today).await?
        }
        _ => None,
    };
    let files = match choice {
        Some(MaterialChoice::Upload { files }) => {
            let mut found = files_of(scene.state, case, &material.id).await?;
            found.sort_by_key(|file| files.iter().position(|id| *id == file.id));
            found
        }
        _ => Vec::new(),
    };
    Ok(DeskMaterial {
        slot: material.id.clone(),
        name: material.name.clone(),
        accept: material.accept.clone(),
        standing: standing(choice),
        files,
        licence,
    })
}

fn standing(choice: Option<&MaterialChoice>) -> LocalText {
    match choice {
        Some(MaterialChoice::Upload { .. }) => say!("desk", "by_files"),
        Some(MaterialChoice::Licence { .. }) => say!("desk", "by_licence"),
        Some(MaterialChoice::Deferred) => say!("desk", "deferred"),
        None => say!("desk", "by_register"),
    }
}

async fn files_of(state: &AppState, case: &Dossier, slot: &str) -> Result<Vec<DeskFile>> {
    let rows = sqlx::query(
        "SELECT f.file_id, u.kind, u.bytes, u.pages, u.scan FROM case_file f JOIN upload u ON u.id = f.upload_id \
         WHERE f.case_id = $1 AND f.slot = $2 AND f.current = 1",
    )
    .bind(case.id.to_string())
    .bind(slot.to_owned())
    .fetch_all(state.store.reader())
    .await?;
    rows.iter()
        .map(|row| {
            let kind: String = row.try_get("kind")?;
            let kind: FileKind = serde_json::from_value(kind.into())?;
            Ok(DeskFile {
                id: row.try_get::<String, _>("file_id")?.parse()?,
                kind,
                bytes: u64::try_from(row.try_get::<i64, _>("bytes")?).unwrap_or(0),
                pages: u16::try_from(row.try_get::<i64, _>("pages")?).unwrap_or(1),
                scan: ScanStanding::parse(&row.try_get::<String, _>("scan")?).unwrap_or(ScanStanding::Pending),
            })
        })
        .collect()
}
