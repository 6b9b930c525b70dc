//! State of the modules that talk with the platform. Owned by them; the client only holds it.

use std::sync::Arc;

use haoban_wire::ui::{ClientEvent, Settings};
use parking_lot::RwLock;

use crate::{
    Client,
    catalogue::{self, Loaded},
    follow::{self, Follow},
    http::{AddressError, Connectivity, Link},
    ports::{Config, Ports},
    session::{self, Session},
    settings,
    sync::Sync,
};

/// What the platform-facing modules keep in memory. Nothing personal but the session itself.
pub struct Services {
    pub(crate) link: Link,
    pub(crate) session: Session,
    pub(crate) settings: RwLock<Settings>,
    pub(crate) catalogue: RwLock<Option<Arc<Loaded>>>,
    pub(crate) sync: Sync,
    pub(crate) follow: Follow,
    #[cfg(test)]
    pub(crate) transport: RwLock<Option<Arc<dyn crate::http::Transport>>>,
}

impl Services {
    /// Fresh state; nothing is read yet.
    pub(crate) fn new(config: &Config, ports: &Ports) -> Result<Self, AddressError> {
        let connectivity = Arc::new(Connectivity::new(ports.clock.clone()));
        Ok(Self {
            link: Link::new(&config.platform_url, &config.version, connectivity)?,
            session: Session::new(),
            settings: RwLock::default(),
            catalogue: RwLock::default(),
            sync: Sync::new(),
            follow: Follow::default(),
            #[cfg(test)]
            transport: RwLock::default(),
        })
    }

    /// Puts another way to the platform in.
    #[cfg(test)]
    pub(crate) fn set_transport(&self, transport: Arc<dyn crate::http::Transport>) {
        *self.transport.write() = Some(transport);
    }

    /// Called at start and each time the vault opened or changed: read what is kept, start loops that need it.
    pub(crate) async fn vault_opened(&self, client: &Client) {
        settings::load(client).await;
        catalogue::load(client).await;
        session::restore(client).await;
        crate::sync::begin(client);
        follow::begin(client);
    }

    /// Called by `pause` (app in background): close streams, stop timers.
    #[allow(clippy::unused_async, reason = "the hook is awaited by the client")]
    pub(crate) async fn pause(&self, client: &Client) {
        crate::sync::stop(client);
    }

    /// Called by `resume`.
    #[allow(clippy::unused_async, reason = "the hook is awaited by the client")]
    pub(crate) async fn resume(&self, client: &Client) {
        if session::is_signed_in(client) {
            crate::sync::start(client);
        }
        crate::sync::nudge(client);
    }

    /// Called before the store closes. Loops end by the client's own token.
    #[allow(clippy::unused_async, reason = "the hook is awaited by the client")]
    pub(crate) async fn shutdown(&self, client: &Client) {
        crate::sync::stop(client);
    }
}

/// Another person than before, or nobody: every personal screen must read again.
pub(crate) fn tell_all_personal(client: &Client) {
    client.emit(ClientEvent::InboxChanged { unread: 0 });
    client.emit(ClientEvent::LicencesChanged {});
    client.emit(ClientEvent::OutboxChanged {});
}
