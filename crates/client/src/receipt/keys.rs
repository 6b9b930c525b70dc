//! The platform's receipt keys, pinned when first seen. A known id never gets another key: whoever
//! could change an old key could change old receipts.

use std::collections::BTreeMap;

use crate::{Client, ClientError, http::api, store::records};

const KIND: &str = "receipt_keys";
const ALL: &str = "all";

type Keys = BTreeMap<String, String>;

/// The key of an id: the pinned one, else the platform is asked once.
pub(super) async fn key(client: &Client, id: &str) -> Result<Option<String>, ClientError> {
    if let Some(key) = pinned(client).await?.remove(id) {
        return Ok(Some(key));
    }
    pin(client).await?;
    Ok(pinned(client).await?.remove(id))
}

async fn pinned(client: &Client) -> Result<Keys, ClientError> {
    Ok(records::read(client, KIND, ALL).await?.unwrap_or_default())
}

/// Fetches the keys and pins those with new ids.
pub(crate) async fn pin(client: &Client) -> Result<(), ClientError> {
    let published = api(client).receipt_keys().await?;
    let known = pinned(client).await?;
    let merged = merged(known.clone(), published);
    if merged != known {
        records::put_one(client, KIND, ALL, &merged).await?;
    }
    Ok(())
}

pub(super) fn merged(mut known: Keys, published: Keys) -> Keys {
    for (id, key) in published {
        match known.get(&id) {
            Some(pinned) if *pinned != key => {
                tracing::error!(key_id = id, "the platform shows another receipt key under a known id")
            }
            Some(_) => {}
            None => {
                known.insert(id, key);
            }
        }
    }
    known
}
