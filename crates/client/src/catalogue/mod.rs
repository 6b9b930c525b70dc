//! The catalogue: the city pack on this device, parsed once, searched and judged without network.

mod calculator;
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

use haoban_wire::{Problem, ProblemCode, http::Catalogue, ui::ClientEvent};

use crate::{
    Client,
    http::{CatalogueAnswer, api},
    sync,
};

pub(crate) use calculator::calculator_open;
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

/// What a screen needs to show anything of the catalogue; sees to it that it is on its way when it is missing.
pub(crate) fn required(client: &Client) -> Result<Arc<Loaded>, Problem> {
    loaded(client).ok_or_else(|| {
        sync::read_public(client);
        ProblemCode::CatalogueMissing.into()
    })
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
