//! While authoring: looks at the pack's folder every two seconds and puts a changed pack in force.
//!
//! A pack with mistakes never replaces one that works: its findings go to the log and the old one stays.

use std::{path::Path, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{LoadedPack, PackSource};
use crate::{AppState, intake, notices};

/// How often the folder is looked at.
const EVERY: Duration = Duration::from_secs(2);

/// Follows the folder until told to stop.
pub async fn watch(state: AppState, stopping: CancellationToken) {
    let folder = state.config.city_dir();
    let mut seen = source_of(&folder).await;
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        let now = source_of(&folder).await;
        if now.is_some() && now != seen {
            reload(&state).await;
            seen = now;
        }
    }
}

/// The texts of the folder; none while it cannot be read, as in the middle of a save.
async fn source_of(folder: &Path) -> Option<PackSource> {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || PackSource::read(&folder).ok()).await.ok().flatten()
}

/// Reads the folder anew and puts it in force; false when the old one stays.
pub async fn reload(state: &AppState) -> bool {
    let folder = state.config.city_dir();
    let read = tokio::task::spawn_blocking(move || super::load(&folder)).await;
    let refused = match read {
        Ok(Ok(pack)) => match put_in_force(state, pack).await {
            Ok(()) => return true,
            Err(reason) => reason,
        },
        Ok(Err(error)) => error.to_string(),
        Err(_) => "reading it failed".to_owned(),
    };
    tracing::warn!("the changed city pack is not used, the old one stays in force:\n{refused}");
    false
}

async fn put_in_force(state: &AppState, pack: LoadedPack) -> Result<(), String> {
    let version = pack.version.clone();
    if version == state.catalogue.current().version {
        return Ok(());
    }
    intake::publish(state, &pack).await.map_err(|error| error.to_string())?;
    state.catalogue.replace(pack);
    if let Err(error) = notices::tell_of_catalogue(state, &version).await {
        // Nothing is lost: apps ask for the catalogue whenever they come back.
        tracing::warn!(%error, "the apps could not be told of the new catalogue");
    }
    tracing::info!(version = &version[..12], "the city pack was read anew");
    Ok(())
}
