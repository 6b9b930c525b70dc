//! Licences held, as last fetched.

use haoban_domain::licence::Licence;

use crate::Client;

/// Licences cached on this device for the person signed in.
pub async fn cached(client: &Client) -> Vec<Licence> {
    crate::store::records::read::<Vec<Licence>>(client, "licences", "all").await.ok().flatten().unwrap_or_default()
}
