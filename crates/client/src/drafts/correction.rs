//! A case opened again: its answers and materials, of which only the named points may be changed. They are those of a
//! correction notice, or the materials that were promised for later.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use haoban_domain::{
    case::{CaseView, CorrectionNotice, CorrectionPoint},
    ids::CorrectionId,
    item::ServiceItem,
    material::MaterialChoice,
};
use haoban_wire::{
    ProblemCode,
    ui::{CorrectionCause, DraftOpen, DraftView},
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
        case.correction.clone().filter(|notice| notice.answered_at.is_none()).ok_or(ProblemCode::NotAllowedNow)?;
    start(client, case, CorrectionCause::Notice, notice).await
}

/// Begins to hand in what was promised for later, or goes on with what was begun before.
pub async fn start_supply(client: &Client, case: &CaseView) -> Result<DraftView, ClientError> {
    let notice = promises(case).ok_or(ProblemCode::NotAllowedNow)?;
    start(client, case, CorrectionCause::Promise, notice).await
}

/// The open promises of a case in the form of a notice. Its id is the case's: there is one such list a case.
fn promises(case: &CaseView) -> Option<CorrectionNotice> {
    let points: Vec<CorrectionPoint> = case
        .promised()
        .map(|promise| CorrectionPoint {
            target: format!("material:{}", promise.slot),
            name: promise.name.clone(),
            words: String::new(),
            remedy: String::new(),
        })
        .collect();
    Some(CorrectionNotice {
        id: CorrectionId::from_uuid(case.id.uuid()),
        due: case.promised().map(|promise| promise.due).min()?,
        points,
        requested_at: case.submitted_at,
        answered_at: None,
        department: case.department.clone(),
    })
}

async fn start(
    client: &Client,
    case: &CaseView,
    cause: CorrectionCause,
    notice: CorrectionNotice,
) -> Result<DraftView, ClientError> {
    let holder = holder(client);
    let begun = load_all(client).await?.into_iter().find(|draft| {
        matches!(draft.standing, Standing::Open | Standing::Frozen)
            && may_see(draft.record.owner, holder)
            && draft
                .record
                .correction
                .as_ref()
                .is_some_and(|known| known.cause == cause && known.notice.id == notice.id)
    });
    if let Some(draft) = begun {
        return open(client, DraftOpen { draft_id: draft.id }).await;
    }
    let item = match definition(client, &case.item_code, case.item_version).await? {
        Some(item) => item,
        None => current_item(client, &case.item_code).ok_or(ProblemCode::ItemVersion)?,
    };
    begin(client, record_of(client, case, cause, notice, &item), &item).await
}

fn record_of(
    client: &Client,
    case: &CaseView,
    cause: CorrectionCause,
    notice: CorrectionNotice,
    item: &Arc<ServiceItem>,
) -> DraftRecord {
    let before: BTreeMap<_, _> =
        case.materials.iter().filter_map(|material| Some((material.slot.clone(), material.choice.clone()?))).collect();
    // A promise that is asked for now is an empty place, not a ticked box.
    let mut choices = before.clone();
    choices.retain(|slot, choice| {
        let named = notice.points.iter().any(|point| point.target.strip_prefix("material:") == Some(slot));
        !(named && *choice == MaterialChoice::Deferred)
    });
    DraftRecord {
        owner: holder(client),
        item_code: case.item_code.clone(),
        item_version: case.item_version,
        item_name: case.item_name.clone(),
        icon: item.guide.icon.clone(),
        name: None,
        answers: case.answers.clone(),
        choices,
        page: None,
        done: 0,
        total: 0,
        upgrade: None,
        correction: Some(CorrectionRecord {
            case_id: case.id,
            case_number: case.number.clone(),
            cause,
            notice,
            answers: case.answers.clone(),
            choices: before,
        }),
        collisions: BTreeMap::new(),
        elsewhere: BTreeSet::new(),
        ended_elsewhere: false,
        edited_at: None,
    }
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
