//! The resident's choice where a question was answered differently on two devices.

use haoban_wire::{
    ProblemCode,
    ui::{DraftChoose, DraftOpen, DraftView},
};

use super::{OpenDraft, open, record};
use crate::{Client, ClientError, follow};

/// Settles one collision; what was not chosen is gone with it.
pub async fn choose(client: &Client, request: DraftChoose) -> Result<DraftView, ClientError> {
    {
        let mut slot = client.drafts().lock(request.draft_id).await;
        *slot = None;
        let mut draft = OpenDraft::load(client, request.draft_id).await?;
        draft.check_editable(None)?;
        let stored = &mut draft.stored;
        let collision = stored.record.collisions.remove(&request.field).ok_or(ProblemCode::NotFound)?;
        if request.theirs {
            match collision.theirs {
                Some(value) => stored.record.answers.insert(request.field, value),
                None => stored.record.answers.remove(&request.field),
            };
        }
        stored.revision += 1;
        stored.saved_at = client.now();
        let mut write = client.store()?.write().await?;
        record::update(&mut write, client.vault(), stored).await?;
        write.commit().await?;
    }
    follow::soon(client);
    open(client, DraftOpen { draft_id: request.draft_id }).await
}
