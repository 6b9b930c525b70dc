//! Materials of a draft: files taken as streams, judged by content, cleaned, sealed; licences; promises.

mod attach;
mod choose;
mod clean;
mod rows;
#[cfg(test)]
mod tests;

use haoban_domain::ids::{DraftId, FileId};

pub use attach::{attach, paste, pick};
pub(crate) use attach::{read_limited, shown_name};
pub use choose::{defer, remove, use_licence};
pub use clean::{PixelError, png_from_rgba};
pub(crate) use rows::{FileChange, attached, stored_by};

use crate::{
    Client, ClientError,
    drafts::{holder, load, may_see},
};

/// Name of the sealed picture of a file.
fn thumb_name(file: &str) -> String {
    format!("{file}.thumb")
}

/// Removes the sealed bytes of a file.
pub(crate) fn remove_sealed(client: &Client, file: &str) {
    if let Ok(files) = client.files() {
        files.remove(file);
        files.remove(&thumb_name(file));
    }
}

/// After the platform took a draft its files need not lie here any longer; their small pictures stay.
pub(crate) async fn forget_originals(client: &Client, draft: DraftId) -> Result<(), ClientError> {
    let files = client.files()?;
    for file in stored_by(client, draft).await? {
        files.remove(&file);
    }
    Ok(())
}

/// Removes sealed files no draft knows: the app ended between writing one and noting it.
pub(crate) async fn sweep(client: &Client) -> Result<(), ClientError> {
    let known = rows::all_ids(client).await?;
    let files = client.files()?;
    for name in files.names() {
        let file = name.strip_suffix(".thumb").unwrap_or(&name);
        if !known.contains(file) {
            files.remove(&name);
        }
    }
    Ok(())
}

impl Client {
    /// The small picture of a file: media type and bytes. `None` when there is none, or not for this person.
    pub async fn thumbnail(&self, file: FileId) -> Option<(&'static str, Vec<u8>)> {
        let (draft, attached) = rows::one(self, file).await.ok().flatten()?;
        let owner = load(self, draft).await.ok()?.record.owner;
        if !may_see(owner, holder(self)) || attached.thumb.is_none() {
            return None;
        }
        let (files, keys) = (self.files().ok()?, self.vault().keys().ok()?);
        let picture = files.read(keys, &thumb_name(&file.to_string()), 0, 4 * 1024 * 1024).await.ok()?;
        Some(("image/jpeg", picture.to_vec()))
    }
}
