//! Correction drafts: a case's answers and materials, of which only the named points may be changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use haoban_domain::{case::CaseView, item::ServiceItem};
use haoban_wire::{
    ProblemCode,
    ui::{DraftOpen, DraftView},
};

use super::{
    CorrectionRecord, DraftRecord, Standing, current_item, holder, may_see, open,
    record::{definition, load_all},
    start::begin,
};
use crate::{Client, ClientError};

/// Begins the correction of a case, or goes on with the one begun before.
pub async fn start_correction(client: &Client, case: &CaseView) -> Result<DraftView, ClientError> {
    let notice =
        case.correction.as_ref().filter(|notice| notice.answered_at.is_none()).ok_or(ProblemCode::NotAllowedNow)?;
    let holder = holder(client);
    let begun = load_all(client).await?.into_iter().find(|draft| {
        matches!(draft.standing, Standing::Open | Standing::Frozen)
            && may_see(draft.record.owner, holder)
            && draft.record.correction.as_ref().is_some_and(|correction| correction.notice.id == notice.id)
    });
    if let Some(draft) = begun {
        return open(client, DraftOpen { draft_id: draft.id }).await;
    }
    let item = match definition(client, &case.item_code, case.item_version).await? {
        Some(item) => item,
        None => current_item(client, &case.item_code).ok_or(ProblemCode::ItemVersion)?,
    };
    begin(client, record_of(client, case, &item)?, &item).await
}

fn record_of(client: &Client, case: &CaseView, item: &Arc<ServiceItem>) -> Result<DraftRecord, ClientError> {
    let notice = case.correction.clone().ok_or(ProblemCode::NotAllowedNow)?;
    let choices: BTreeMap<_, _> =
        case.materials.iter().filter_map(|material| Some((material.slot.clone(), material.choice.clone()?))).collect();
    Ok(DraftRecord {
        owner: holder(client),
        item_code: case.item_code.clone(),
        item_version: case.item_version,
        item_name: case.item_name.clone(),
        icon: item.guide.icon.clone(),
        name: None,
        answers: case.answers.clone(),
        choices: choices.clone(),
        page: None,
        done: 0,
        total: 0,
        upgrade: None,
        correction: Some(CorrectionRecord {
            case_id: case.id,
            case_number: case.number.clone(),
            notice,
            answers: case.answers.clone(),
            choices,
        }),
        collisions: BTreeMap::new(),
        elsewhere: BTreeSet::new(),
        ended_elsewhere: false,
    })
}

/// Targets of the notice that differ from what was handed in before.
pub(crate) fn settled_targets(correction: &CorrectionRecord, record: &DraftRecord) -> Vec<String> {
    let changed = |target: &str| match target.split_once(':') {
        Some(("field", field)) => {
            let answer = record.answers.get(field);
            answer.is_some() && answer != correction.answers.get(field)
        }
        Some(("material", slot)) => {
            let choice = record.choices.get(slot);
            choice.is_some() && choice != correction.choices.get(slot)
        }
        _ => true,
    };
    correction.notice.points.iter().map(|point| point.target.clone()).filter(|target| changed(target)).collect()
}
