//! Sends a draft: judged whole once more, then frozen and queued in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use haoban_domain::{
    form::{FieldProblem, visible_answers},
    ids::{CaseId, FileId, OutboxId},
    material::{MaterialChoice, MaterialStanding},
};
use haoban_wire::{
    Problem, ProblemCode,
    http::{CorrectCase, SubmitCase, SupplyMaterials},
    ui::{AttachedFile, ClientEvent, CorrectionCause, DraftSubmit, DraftSubmitted, OutboxAct},
};

use super::{CorrectionRecord, OpenDraft, Standing, holder, record, settled_targets};
use crate::{
    Client, ClientError, materials,
    outbox::{self, EntryContent, UploadWork, Work},
};

/// Freezes a draft and puts it into the outbox. Works offline and signed out; it goes when it can.
pub async fn submit(client: &Client, request: DraftSubmit) -> Result<DraftSubmitted, ClientError> {
    let mut slot = client.drafts().lock(request.draft_id).await;
    *slot = None;
    let mut open = OpenDraft::load(client, request.draft_id).await?;
    open.check_editable(Some(request.revision))?;
    if !request.declared {
        return Err(Problem::new(ProblemCode::Invalid).with("what", "declaration").into());
    }
    let collisions = open.stored.record.collisions.len();
    if collisions > 0 {
        return Err(Problem::new(ProblemCode::CollisionOpen).with("count", collisions).into());
    }
    check_complete(&open)?;
    // What a joint service can do without and is not complete stays here; the plan says so.
    if let Some(rest) = open.evaluation.without_stuck() {
        open.stored.record.answers.clone_from(&rest.inputs().answers);
        open.evaluation = rest;
    }
    let files = materials::attached(client, &open.stored.record).await?;
    let (content, case_id, works) = frozen(client, &open, &files)?;

    let now = client.now();
    let outbox_id = OutboxId::new(now.millis(), client.random()?);
    let stored = &mut open.stored;
    stored.record.owner = content.owner;
    stored.standing = Standing::Frozen;
    stored.revision += 1;
    stored.saved_at = now;
    let mut write = client.store()?.write().await?;
    record::update(&mut write, client.vault(), stored).await?;
    outbox::insert(&mut write, client.vault(), (outbox_id, Some(stored.id), case_id, now), &content, works).await?;
    write.commit().await?;
    drop(slot);
    client.emit(ClientEvent::OutboxChanged {});
    client.emit(ClientEvent::DraftChanged { draft_id: request.draft_id });
    outbox::look(client);
    Ok(DraftSubmitted { outbox_id, case_id })
}

/// Refuses with everything that stands in the way.
fn check_complete(open: &OpenDraft) -> Result<(), ClientError> {
    let state = open.state();
    let problems = |wanted: &dyn Fn(&str) -> bool| -> Vec<FieldProblem> {
        let of_fields = state
            .fields
            .iter()
            .filter(|(id, field)| field.visible && wanted(id))
            .flat_map(|(_, field)| &field.problems);
        of_fields
            .chain(state.problems.iter().filter(|_| wanted("")))
            .filter(|problem| !problem.warning)
            .cloned()
            .collect()
    };
    if let Some(correction) = &open.stored.record.correction {
        let settled = settled_targets(correction, &open.stored.record);
        let open_targets: Vec<_> =
            correction.notice.points.iter().filter(|point| !settled.contains(&point.target)).collect();
        let problems = problems(&|id| correction.names(&format!("field:{id}")));
        // Of several promises one may come now and the others later; a notice is answered whole.
        let some = correction.cause == CorrectionCause::Promise && !settled.is_empty();
        if some {
            return Ok(());
        }
        if open_targets.is_empty() && problems.is_empty() {
            return Ok(());
        }
        let open_targets = open_targets.iter().map(|point| point.target.as_str()).collect::<Vec<_>>().join(" ");
        return Err(Problem::new(ProblemCode::Invalid).with("targets", open_targets).with_fields(problems).into());
    }
    if state.complete {
        return Ok(());
    }
    let needed =
        state.materials.iter().filter(|material| material.asked && material.standing == MaterialStanding::Needed);
    let needed = needed.map(|material| material.id.as_str()).collect::<Vec<_>>().join(" ");
    Err(Problem::new(ProblemCode::Invalid).with("materials", needed).with_fields(problems(&|_| true)).into())
}

type Frozen = (EntryContent, CaseId, Vec<Work>);

fn frozen(client: &Client, open: &OpenDraft, files: &[AttachedFile]) -> Result<Frozen, ClientError> {
    let record = &open.stored.record;
    let mut content = EntryContent {
        act: OutboxAct::Submit,
        owner: record.owner.or(holder(client)),
        item_name: record.item_name.clone(),
        deadline: None,
    };
    if let Some(correction) = &record.correction {
        content.deadline = Some(correction.notice.due);
        if correction.cause == CorrectionCause::Promise {
            return supplied(open, content, correction, files);
        }
        content.act = OutboxAct::Correct;
        let (works, digests) = uploads(open, &record.choices, &handed_in(correction), files)?;
        let body = CorrectCase {
            correction_id: correction.notice.id,
            answers: record.answers.clone(),
            materials: record.choices.clone(),
            files: digests,
        };
        let act = Work::Correct { case_id: correction.case_id, key: open.stored.id, body: Box::new(body) };
        return Ok((content, correction.case_id, works.into_iter().chain([act]).collect()));
    }
    let choices = settled_choices(open);
    let (works, digests) = uploads(open, &choices, &BTreeSet::new(), files)?;
    let body = SubmitCase {
        draft_id: open.stored.id,
        item_code: record.item_code.clone(),
        item_version: record.item_version,
        answers: visible_answers(open.state(), &record.answers),
        materials: choices,
        files: digests,
        declared: true,
        channel: "app".to_owned(),
    };
    let act = Work::Submit { body: Box::new(body) };
    Ok((content, CaseId::from_uuid(open.stored.id.uuid()), works.into_iter().chain([act]).collect()))
}

/// Only what was promised and is there now goes; the rest of the case stays as it is.
fn supplied(
    open: &OpenDraft,
    mut content: EntryContent,
    correction: &CorrectionRecord,
    files: &[AttachedFile],
) -> Result<Frozen, ClientError> {
    content.act = OutboxAct::Supply;
    let record = &open.stored.record;
    let settled = settled_targets(correction, record);
    let handed = |slot: &str| settled.iter().any(|target| target.strip_prefix("material:") == Some(slot));
    let materials: BTreeMap<_, _> = record
        .choices
        .iter()
        .filter(|(slot, _)| handed(slot))
        .map(|(slot, choice)| (slot.clone(), choice.clone()))
        .collect();
    let (works, digests) = uploads(open, &materials, &BTreeSet::new(), files)?;
    let body = SupplyMaterials { materials, files: digests };
    let act = Work::Supply { case_id: correction.case_id, key: open.stored.id, body: Box::new(body) };
    Ok((content, correction.case_id, works.into_iter().chain([act]).collect()))
}

/// How each asked slot is settled. What a register settles is left out; a licence that settles it by itself is named.
fn settled_choices(open: &OpenDraft) -> BTreeMap<String, MaterialChoice> {
    let chosen = &open.stored.record.choices;
    let mut settled = BTreeMap::new();
    for material in open.state().materials.iter().filter(|material| material.asked) {
        let choice = match material.standing {
            MaterialStanding::Uploaded | MaterialStanding::Deferred => chosen.get(&material.id).cloned(),
            MaterialStanding::WaivedByLicence => match chosen.get(&material.id) {
                Some(choice @ MaterialChoice::Licence { .. }) => Some(choice.clone()),
                _ => material.usable_licences.first().map(|licence| MaterialChoice::Licence { licence: *licence }),
            },
            MaterialStanding::WaivedByRegister | MaterialStanding::Needed | MaterialStanding::NotAsked => None,
        };
        if let Some(choice) = choice {
            settled.insert(material.id.clone(), choice);
        }
    }
    settled
}

/// Files the platform has from the case itself.
fn handed_in(correction: &CorrectionRecord) -> BTreeSet<FileId> {
    correction.choices.values().flat_map(files_of).copied().collect()
}

fn files_of(choice: &MaterialChoice) -> &[FileId] {
    match choice {
        MaterialChoice::Upload { files } => files,
        MaterialChoice::Licence { .. } | MaterialChoice::Deferred => &[],
    }
}

type Uploads = (Vec<Work>, BTreeMap<FileId, String>);

fn uploads(
    open: &OpenDraft,
    choices: &BTreeMap<String, MaterialChoice>,
    known: &BTreeSet<FileId>,
    files: &[AttachedFile],
) -> Result<Uploads, ClientError> {
    let mut works = Vec::new();
    let mut digests = BTreeMap::new();
    for (slot, choice) in choices {
        for id in files_of(choice).iter().filter(|id| !known.contains(id)) {
            let file = files.iter().find(|file| file.id == *id).ok_or(ProblemCode::FileUnreadable)?;
            digests.insert(file.id, file.sha256.clone());
            works.push(Work::Upload(UploadWork {
                file_id: file.id,
                draft_id: open.stored.id,
                item_code: open.stored.record.item_code.clone(),
                slot: slot.clone(),
                kind: file.kind,
                bytes: file.bytes,
                sha256: file.sha256.clone(),
                path: None,
            }));
        }
    }
    Ok((works, digests))
}
