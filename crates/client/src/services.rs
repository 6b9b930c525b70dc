//! State of the modules that talk with the platform. Owned by them; the client only holds it.

use std::sync::Arc;

use haoban_domain::person::Applicant;
use haoban_wire::http::Catalogue;
use parking_lot::RwLock;

use crate::{
    Client,
    http::{Request, Response, SendError, Transport},
    ports::{Config, Ports},
};

/// What the platform-facing modules keep in memory.
pub struct Services {
    pub(crate) catalogue: RwLock<Option<Arc<Catalogue>>>,
    pub(crate) person: RwLock<Option<Applicant>>,
    transport: RwLock<Arc<dyn Transport>>,
}

impl Services {
    /// Fresh state; nothing is read yet.
    pub(crate) fn new(_config: &Config, _ports: &Ports) -> Self {
        Self { catalogue: RwLock::default(), person: RwLock::default(), transport: RwLock::new(Arc::new(Unreachable)) }
    }

    /// The way to the platform in the name of one person, and of nobody else.
    pub(crate) fn transport_for(&self, _party: haoban_domain::ids::PartyId) -> Arc<dyn Transport> {
        self.transport.read().clone()
    }

    /// Puts another way to the platform in.
    #[cfg(test)]
    pub(crate) fn set_transport(&self, transport: Arc<dyn Transport>) {
        *self.transport.write() = transport;
    }

    /// Called at start and each time the vault opened or changed: read what is kept, start loops that need it.
    #[allow(clippy::unused_async, reason = "its modules await the store")]
    pub(crate) async fn vault_opened(&self, _client: &Client) {}

    /// Called by `pause` (app in background): close streams, stop timers.
    #[allow(clippy::unused_async, reason = "its modules await their loops")]
    pub(crate) async fn pause(&self, _client: &Client) {}

    /// Called by `resume`.
    #[allow(clippy::unused_async, reason = "its modules await the store")]
    pub(crate) async fn resume(&self, _client: &Client) {}

    /// Called before the store closes.
    #[allow(clippy::unused_async, reason = "its modules await their loops")]
    pub(crate) async fn shutdown(&self, _client: &Client) {}
}

struct Unreachable;

#[async_trait::async_trait]
impl Transport for Unreachable {
    async fn send(&self, _request: Request) -> Result<Response, SendError> {
        Err(SendError::Offline)
    }
}
