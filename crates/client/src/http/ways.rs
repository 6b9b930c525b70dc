//! How modules get at the platform. Made anew for each piece of work: the client must not hold itself.

use std::sync::Arc;

use haoban_domain::ids::PartyId;

use super::{Api, Transport};
use crate::{Client, session::SessionTokens};

/// The typed API with the tokens of whoever is signed in.
pub(crate) fn api(client: &Client) -> Api {
    Api::new(client.services().link.clone(), Arc::new(SessionTokens(client.clone())))
}

/// The raw seam, only while this very person is signed in.
pub(crate) fn transport_for(client: &Client, party: PartyId) -> Arc<dyn Transport> {
    #[cfg(test)]
    if let Some(transport) = client.services().transport.read().clone() {
        return transport;
    }
    Arc::new(api(client).for_party(party))
}
