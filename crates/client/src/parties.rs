//! Whose is it? Everything personal on this device is kept under a kind that only its person leads to.

use haoban_domain::ids::PartyId;

use crate::{Client, ClientError};

/// The kind of a person's sealed records. The person's id does not stand in it in clear.
pub(crate) fn kind(client: &Client, kind: &str, party: PartyId) -> Result<String, ClientError> {
    let blind = client.vault().blind("party", &party.to_string())?;
    Ok(format!("{kind}/{blind}"))
}
