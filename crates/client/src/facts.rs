//! What registers answered for an item, as last fetched.

use haoban_wire::http::ItemFacts;

use crate::Client;

/// Facts cached for an item; `None` when they were never fetched for the person signed in.
pub async fn cached(client: &Client, code: &str) -> Option<ItemFacts> {
    let id = client.vault().blind("facts", code).ok()?;
    crate::store::records::read::<ItemFacts>(client, "facts", &id).await.ok().flatten()
}
