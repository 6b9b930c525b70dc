//! What of a session lies in the store, sealed: who it was and the refresh token.

use haoban_domain::{ids::PartyId, person::Applicant};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{discovery, tokens};
use crate::{Client, ClientError, store::records};

/// Kind of the sealed record.
pub(crate) const KIND: &str = "session";
const CURRENT: &str = "current";
const REVOKE: &str = "revoke";

/// The sealed record.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    /// Who.
    pub(super) person: Applicant,
    /// Absent when the session ended by itself.
    pub(super) refresh: Option<String>,
}

/// Whose session a sealed record was, once it is open.
pub(crate) fn party(content: &[u8]) -> Option<PartyId> {
    Some(serde_json::from_slice::<Kept>(content).ok()?.person.party)
}

/// Reads it.
pub(super) async fn load(client: &Client) -> Result<Option<Kept>, ClientError> {
    records::read(client, KIND, CURRENT).await
}

/// Writes it; acknowledged means on disk.
pub(super) async fn save(
    client: &Client,
    person: &Applicant,
    refresh: Option<&SecretString>,
) -> Result<(), ClientError> {
    let kept = Kept { person: person.clone(), refresh: refresh.map(|token| token.expose_secret().to_owned()) };
    records::put_one(client, KIND, CURRENT, &kept).await
}

/// Destroys it. A refresh token that the platform must still be told of moves to its own record first,
/// in the same transaction: a sign-out without network is carried out later.
pub(super) async fn destroy(client: &Client, to_revoke: Option<&SecretString>) -> Result<(), ClientError> {
    let mut write = client.store()?.write().await?;
    records::remove(&mut write, KIND, CURRENT).await?;
    if let Some(token) = to_revoke {
        let id = client.vault().blind(REVOKE, token.expose_secret())?;
        records::put(&mut write, client.vault(), REVOKE, &id, &token.expose_secret(), client.now()).await?;
    }
    Ok(write.commit().await?)
}

/// Revokes what is still to be revoked; called after a sign-out and whenever the network is back.
pub(crate) async fn retry_revocations(client: &Client) {
    let waiting = records::list::<String>(client, REVOKE).await.unwrap_or_default();
    if waiting.is_empty() {
        return;
    }
    let link = &client.services().link;
    let Ok(provider) = discovery::discover(link).await else { return };
    for (id, token) in waiting {
        if tokens::revoke(link, &provider, &SecretString::from(token)).await.is_err() {
            return;
        }
        if let Err(error) = forget(client, &id).await {
            tracing::warn!(%error, "a revoked token could not be forgotten");
        }
    }
}

async fn forget(client: &Client, id: &str) -> Result<(), ClientError> {
    let mut write = client.store()?.write().await?;
    records::remove(&mut write, REVOKE, id).await?;
    Ok(write.commit().await?)
}
