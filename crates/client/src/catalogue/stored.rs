//! The catalogue on disk: the bytes as they came, when they were confirmed, and the built index.

use std::sync::Arc;

use bytes::Bytes;
use haoban_domain::{search::Index, time::Timestamp};
use haoban_wire::{http::Catalogue, ui::ClientEvent};

use super::Loaded;
use crate::{Client, ClientError, store::records};

const KIND: &str = "catalogue";
const BODY: &str = "body";
const INDEX: &str = "index";
const CONFIRMED: &str = "confirmed";

/// Opens what was kept. Parsing and compiling happen off the runtime's threads.
pub(crate) async fn load(client: &Client) {
    if client.services().catalogue.read().is_some() {
        return;
    }
    match read(client).await {
        Ok(Some(loaded)) => {
            *client.services().catalogue.write() = Some(Arc::new(loaded));
            client.emit(ClientEvent::CatalogueChanged {});
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the kept catalogue could not be opened"),
    }
}

async fn read(client: &Client) -> Result<Option<Loaded>, ClientError> {
    let store = client.store()?;
    let Some(body) = records::read_public(store.reader(), KIND, BODY).await? else { return Ok(None) };
    let index = records::read_public(store.reader(), KIND, INDEX).await?;
    let confirmed = records::read_public(store.reader(), KIND, CONFIRMED).await?;
    let at = confirmed
        .and_then(|millis| String::from_utf8(millis).ok()?.parse().ok())
        .map_or_else(|| client.now(), Timestamp::from_millis);
    Ok(blocking(move || open(&body, index.as_deref(), at)).await.flatten())
}

fn open(body: &[u8], index: Option<&[u8]>, at: Timestamp) -> Option<Loaded> {
    // A newer app may have changed the shape: then the catalogue is simply fetched again.
    let catalogue: Catalogue = serde_json::from_slice(body).ok()?;
    let index = index.and_then(|bytes| kept_index(&catalogue.version, bytes));
    Some(Loaded::build(catalogue, at, index))
}

/// The kept index carries the version of the catalogue it was built from in front.
fn kept_index(version: &str, bytes: &[u8]) -> Option<Index> {
    let rest = bytes.strip_prefix(version.as_bytes())?.strip_prefix(b"\n")?;
    Index::from_bytes(rest).ok()
}

/// Takes a new catalogue over: memory first, so that a full disk does not keep it from being used.
pub(super) async fn adopt(client: &Client, catalogue: Catalogue, body: Bytes) {
    let now = client.now();
    let Some(loaded) = blocking(move || Loaded::build(catalogue, now, None)).await else { return };
    let loaded = Arc::new(loaded);
    *client.services().catalogue.write() = Some(loaded.clone());
    if let Err(error) = write(client, &loaded, &body).await {
        tracing::warn!(%error, "the catalogue could not be kept");
    }
}

async fn write(client: &Client, loaded: &Loaded, body: &[u8]) -> Result<(), ClientError> {
    let index = [loaded.catalogue.version.as_bytes(), b"\n", &loaded.index.to_bytes()].concat();
    let now = client.now();
    let mut write = client.store()?.write().await?;
    records::put_public(&mut write, KIND, BODY, body, now).await?;
    records::put_public(&mut write, KIND, INDEX, &index, now).await?;
    records::put_public(&mut write, KIND, CONFIRMED, now.millis().to_string().as_bytes(), now).await?;
    Ok(write.commit().await?)
}

/// The one at hand is still the newest.
pub(super) async fn touch(client: &Client) {
    let now = client.now();
    let confirmed = super::loaded(client).map(|loaded| Arc::new(loaded.confirmed(now)));
    *client.services().catalogue.write() = confirmed;
    let kept = async {
        let mut write = client.store()?.write().await?;
        records::put_public(&mut write, KIND, CONFIRMED, now.millis().to_string().as_bytes(), now).await?;
        Ok::<_, ClientError>(write.commit().await?)
    };
    if let Err(error) = kept.await {
        tracing::debug!(%error, "the time of the catalogue could not be kept");
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}
