//! The catalogue: the city pack on this device, parsed once, searched and judged without network.

mod guide;
mod lists;
mod loaded;
mod near;
mod pages;
mod stored;
#[cfg(test)]
mod tests;
mod used;

use std::sync::Arc;

use haoban_wire::{Problem, http::Catalogue, ui::ClientEvent};

use crate::{
    Client,
    http::{CatalogueAnswer, api},
};

pub(crate) use guide::guide_open;
pub use loaded::Loaded;
pub(crate) use pages::{item_count, open, search, tiles};
pub(crate) use stored::load;

/// The catalogue in use; `None` until it was fetched once.
pub fn current(client: &Client) -> Option<Arc<Catalogue>> {
    loaded(client).map(|loaded| loaded.catalogue.clone())
}

/// The same with its index and rules, ready to use.
pub fn loaded(client: &Client) -> Option<Arc<Loaded>> {
    client.services().catalogue.read().clone()
}

/// Asks the platform for a newer one; the version at hand goes along as ETag.
pub(crate) async fn refresh(client: &Client) -> Result<(), Problem> {
    let known = loaded(client).map(|loaded| loaded.catalogue.version.clone());
    match api(client).catalogue(known.as_deref()).await? {
        CatalogueAnswer::Unchanged => stored::touch(client).await,
        CatalogueAnswer::New(catalogue, bytes) => {
            stored::adopt(client, *catalogue, bytes).await;
            client.emit(ClientEvent::CatalogueChanged {});
        }
    }
    Ok(())
}
