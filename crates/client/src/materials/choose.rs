//! Fills a slot otherwise: a held licence, a promise, or nothing.

use std::collections::BTreeMap;

use haoban_domain::{
    ids::{DraftId, FileId},
    material::MaterialChoice,
};
use haoban_wire::{
    Problem, ProblemCode,
    ui::{DraftView, MaterialDefer, MaterialRemove, MaterialUseLicence},
};

use super::{FileChange, attach::check_slot, remove_sealed};
use crate::{
    Client, ClientError,
    drafts::{OpenDraft, store_choices, view},
};

type Choices = BTreeMap<String, MaterialChoice>;

/// Removes a file, or whatever fills the slot.
pub async fn remove(client: &Client, request: MaterialRemove) -> Result<DraftView, ClientError> {
    let slot = request.slot.clone();
    change(client, request.draft_id, &slot, |_, choices| {
        let Some(choice) = choices.get_mut(&request.slot) else { return Ok(()) };
        match (request.file_id, choice) {
            (Some(file), MaterialChoice::Upload { files }) => {
                files.retain(|other| *other != file);
                if files.is_empty() {
                    choices.remove(&request.slot);
                }
            }
            (Some(_), _) => return Err(ProblemCode::NotFound.into()),
            (None, _) => {
                choices.remove(&request.slot);
            }
        }
        Ok(())
    })
    .await
}

/// Uses a held licence for a slot.
pub async fn use_licence(client: &Client, request: MaterialUseLicence) -> Result<DraftView, ClientError> {
    let slot = request.slot.clone();
    change(client, request.draft_id, &slot, |open, choices| {
        let usable = open
            .state()
            .materials
            .iter()
            .any(|state| state.id == request.slot && state.usable_licences.contains(&request.licence_id));
        if !usable {
            return Err(Problem::new(ProblemCode::Invalid).with("what", "licence").with("slot", &request.slot).into());
        }
        choices.insert(request.slot.clone(), MaterialChoice::Licence { licence: request.licence_id });
        Ok(())
    })
    .await
}

/// Promises a slot for later, or takes the promise back.
pub async fn defer(client: &Client, request: MaterialDefer) -> Result<DraftView, ClientError> {
    let slot = request.slot.clone();
    change(client, request.draft_id, &slot, |open, choices| {
        if !request.promised {
            if choices.get(&request.slot) == Some(&MaterialChoice::Deferred) {
                choices.remove(&request.slot);
            }
            return Ok(());
        }
        // A case that is opened again hands in; it promises nothing new.
        let again = open.stored.record.correction.is_some();
        if again || !open.state().materials.iter().any(|state| state.id == request.slot && state.may_defer) {
            return Err(Problem::new(ProblemCode::NotAllowedNow)
                .with("what", "defer")
                .with("slot", &request.slot)
                .into());
        }
        choices.insert(request.slot.clone(), MaterialChoice::Deferred);
        Ok(())
    })
    .await
}

/// Changes the choices of a draft; files that nothing names any more go with the same transaction.
async fn change(
    client: &Client,
    draft: DraftId,
    slot: &str,
    edit: impl FnOnce(&OpenDraft, &mut Choices) -> Result<(), ClientError>,
) -> Result<DraftView, ClientError> {
    let mut held = client.drafts().lock(draft).await;
    let mut open = match held.take() {
        Some(open) => open,
        None => OpenDraft::load(client, draft).await?,
    };
    let mut choices = open.stored.record.choices.clone();
    if let Err(error) = check_slot(&open, slot).map(|_| ()).and_then(|()| edit(&open, &mut choices)) {
        *held = Some(open);
        return Err(error);
    }
    let dropped = dropped(&open.stored.record.choices, &choices);
    store_choices(client, &mut open, choices, FileChange { add: None, remove: dropped.clone() }).await?;
    for file in dropped {
        if super::rows::one(client, file).await?.is_none() {
            remove_sealed(client, &file.to_string());
        }
    }
    let shown = view(client, &open).await;
    *held = Some(open);
    shown
}

fn dropped(before: &Choices, after: &Choices) -> Vec<FileId> {
    let files = |choices: &Choices| -> Vec<FileId> {
        let of = |choice: &MaterialChoice| {
            if let MaterialChoice::Upload { files } = choice { files.clone() } else { Vec::new() }
        };
        choices.values().flat_map(of).collect()
    };
    let kept = files(after);
    files(before).into_iter().filter(|file| !kept.contains(file)).collect()
}
