//! Forgets uploads whose time is over, and parts that belong to nothing.

use super::{finish::forget, rows};
use crate::{AppState, Result};

/// Removes what expired. Gives how many uploads went.
pub async fn sweep(state: &AppState) -> Result<usize> {
    let mut gone = 0;
    for upload in rows::expired(&state.store, state.clock.now()).await? {
        let _held = state.uploads.lanes.enter(upload.id).await;
        gone += usize::from(forget(state, upload.id).await?);
    }
    let mut parts = tokio::fs::read_dir(state.uploads.staging()).await?;
    while let Some(part) = parts.next_entry().await? {
        let name = part.file_name().to_string_lossy().into_owned();
        if !rows::exists(&state.store, &name).await? {
            tokio::fs::remove_file(part.path()).await?;
        }
    }
    Ok(gone)
}
