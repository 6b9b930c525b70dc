//! The catalogue: the city pack on this device.

use std::sync::Arc;

use haoban_wire::http::Catalogue;

use crate::Client;

/// The catalogue in use; `None` until it was fetched once.
pub fn current(client: &Client) -> Option<Arc<Catalogue>> {
    client.services().catalogue.read().clone()
}
