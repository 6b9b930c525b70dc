//! Attaches files: taken as a stream, cleaned, sealed, noted with the draft in one transaction.

use haoban_domain::{
    ids::{DraftId, FileId},
    material::{MaterialChoice, MaterialRule, UploadLimit},
};
use haoban_wire::{
    Problem, ProblemCode,
    ui::{AttachedFile, ClientEvent, DraftView, MaterialAttach, MaterialPaste, MaterialPick},
};
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;
use zeroize::Zeroizing;

use super::{FileChange, clean, remove_sealed, thumb_name};
use crate::{
    Client, ClientError,
    drafts::{OpenDraft, store_choices, view},
    ports::{FileSourceError, PickedFile, Wanted},
};

/// Most characters of a file's name that are kept.
const NAME_MOST: usize = 120;

/// Opens the host's picker for a slot. Cancelling changes nothing.
pub async fn pick(client: &Client, request: MaterialPick) -> Result<DraftView, ClientError> {
    let limit = limit_of(client, request.draft_id, &request.slot).await?;
    let files = client.ports().files.pick(Wanted::Materials(&limit.kinds)).await?;
    take_all(client, request.draft_id, &request.slot, files).await
}

/// Attaches files the host holds under tokens.
pub async fn attach(client: &Client, request: MaterialAttach) -> Result<DraftView, ClientError> {
    let mut files = Vec::with_capacity(request.tokens.len());
    for token in &request.tokens {
        files.push(client.ports().files.take(token).await?);
    }
    take_all(client, request.draft_id, &request.slot, files).await
}

/// Attaches the picture on the clipboard.
pub async fn paste(client: &Client, request: MaterialPaste) -> Result<DraftView, ClientError> {
    let file = client.ports().files.paste().await?;
    take_all(client, request.draft_id, &request.slot, vec![file]).await
}

/// Attaches what can be attached; the first problem is told, and the screen re-reads what did arrive.
async fn take_all(
    client: &Client,
    draft: DraftId,
    slot: &str,
    files: Vec<PickedFile>,
) -> Result<DraftView, ClientError> {
    let mut first_problem = None;
    for file in files {
        if let Err(error) = take(client, draft, slot, file).await {
            first_problem.get_or_insert(error);
        }
    }
    if let Some(error) = first_problem {
        client.emit(ClientEvent::DraftChanged { draft_id: draft });
        return Err(error);
    }
    shown(client, draft).await
}

async fn shown(client: &Client, draft: DraftId) -> Result<DraftView, ClientError> {
    let mut slot = client.drafts().lock(draft).await;
    let open = match slot.take() {
        Some(open) => open,
        None => OpenDraft::load(client, draft).await?,
    };
    let shown = view(client, &open).await;
    *slot = Some(open);
    shown
}

/// The slot's limits, if a file may be added to it now.
async fn limit_of(client: &Client, draft: DraftId, slot: &str) -> Result<UploadLimit, ClientError> {
    let mut held = client.drafts().lock(draft).await;
    let open = match held.take() {
        Some(open) => open,
        None => OpenDraft::load(client, draft).await?,
    };
    let limit = check_slot(&open, slot).and_then(|rule| check_room(&open, rule).map(|()| rule.upload.clone()));
    *held = Some(open);
    limit
}

/// The slot of an editable draft; in a correction only named slots.
pub(super) fn check_slot<'a>(open: &'a OpenDraft, slot: &str) -> Result<&'a MaterialRule, ClientError> {
    open.check_editable(None)?;
    let rule = open.item.materials.iter().find(|rule| rule.id == slot).ok_or(ProblemCode::NotFound)?;
    if let Some(correction) = &open.stored.record.correction
        && !correction.names(&format!("material:{slot}"))
    {
        return Err(Problem::new(ProblemCode::NotAllowedNow).with("what", "correction").with("slot", slot).into());
    }
    Ok(rule)
}

fn check_room(open: &OpenDraft, rule: &MaterialRule) -> Result<(), ClientError> {
    let there = match open.stored.record.choices.get(&rule.id) {
        Some(MaterialChoice::Upload { files }) => files.len(),
        _ => 0,
    };
    if there >= usize::from(rule.upload.max_files) {
        return Err(Problem::new(ProblemCode::FileCount).with("max", rule.upload.max_files).into());
    }
    Ok(())
}

async fn take(client: &Client, draft: DraftId, slot: &str, file: PickedFile) -> Result<(), ClientError> {
    let limit = limit_of(client, draft, slot).await?;
    let name = shown_name(&file.name);
    let content = read_limited(file, limit.max_bytes).await?;
    let original_bytes = content.len() as u64;
    // Cleaning may take seconds: the draft stays free for typing meanwhile.
    let cleaned = tokio::task::spawn_blocking(move || clean::clean(content, &limit))
        .await
        .map_err(|_| Problem::new(ProblemCode::FileUnreadable).with("why", "damaged"))??;
    let id = FileId::new(client.now().millis(), client.random()?);
    let attached = AttachedFile {
        id,
        slot: slot.to_owned(),
        name,
        kind: cleaned.kind,
        bytes: cleaned.content.len() as u64,
        original_bytes,
        pages: cleaned.pages,
        metadata_removed: cleaned.metadata_removed,
        thumb: cleaned.thumb.is_some().then(|| format!("thumb/{id}")),
        sha256: hex::encode(Sha256::digest(&*cleaned.content)),
    };
    let (files, keys) = (client.files()?, client.vault().keys()?);
    files.write(keys.clone(), &id.to_string(), cleaned.content).await?;
    let noted = async {
        if let Some(thumb) = cleaned.thumb {
            files.write(keys, &thumb_name(&id.to_string()), thumb).await?;
        }
        note(client, draft, slot, attached).await
    };
    let noted = noted.await;
    if noted.is_err() {
        remove_sealed(client, &id.to_string());
    }
    noted
}

async fn note(client: &Client, draft: DraftId, slot: &str, attached: AttachedFile) -> Result<(), ClientError> {
    let mut held = client.drafts().lock(draft).await;
    let mut open = match held.take() {
        Some(open) => open,
        None => OpenDraft::load(client, draft).await?,
    };
    // Looked at again: meanwhile it may have been sent, or the slot filled.
    if let Err(error) = check_slot(&open, slot).and_then(|rule| check_room(&open, rule)) {
        *held = Some(open);
        return Err(error);
    }
    let mut choices = open.stored.record.choices.clone();
    match choices.get_mut(slot) {
        Some(MaterialChoice::Upload { files }) => files.push(attached.id),
        _ => {
            choices.insert(slot.to_owned(), MaterialChoice::Upload { files: vec![attached.id] });
        }
    }
    store_choices(client, &mut open, choices, FileChange { add: Some(attached), remove: Vec::new() }).await?;
    *held = Some(open);
    Ok(())
}

/// Reads the stream, never more than the slot takes.
pub(crate) async fn read_limited(file: PickedFile, max: u64) -> Result<Zeroizing<Vec<u8>>, ClientError> {
    let too_large = || ClientError::from(Problem::new(ProblemCode::FileTooLarge).with("max", max));
    if file.bytes.is_some_and(|bytes| bytes > max) {
        return Err(too_large());
    }
    let expected = usize::try_from(file.bytes.unwrap_or(256 * 1024).min(max)).unwrap_or(0);
    let mut content = Zeroizing::new(Vec::with_capacity(expected + 1));
    let mut limited = file.content.take(max.saturating_add(1));
    limited.read_to_end(&mut content).await.map_err(|error| FileSourceError::Io(error.to_string()))?;
    if content.len() as u64 > max {
        return Err(too_large());
    }
    Ok(content)
}

/// The name without path, control and direction marks; it is shown, never used as a path.
pub(crate) fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let hidden = |c: &char| {
        c.is_control() || matches!(*c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    last.chars().filter(|c| !hidden(c)).take(NAME_MOST).collect()
}
