//! Watches the connection: tells the screens, probes while it is gone, and wakes everything when it is back.

use std::time::Duration;

use haoban_wire::ui::ClientEvent;

use super::{backoff::Backoff, came_back, read_public};
use crate::{Client, http::api};

/// A catalogue is asked for this often while the app runs.
const CATALOGUE_EVERY: Duration = Duration::from_secs(6 * 60 * 60);

/// Runs until shutdown.
pub(super) async fn watch(client: Client) {
    let stop = client.cancelled();
    let connectivity = client.services().link.connectivity().clone();
    let mut changes = connectivity.watch();
    let mut nudges = client.services().sync.nudges.subscribe();
    let mut backoff = Backoff::default();
    // Calls may have failed before anybody watched.
    let mut online = true;
    loop {
        if connectivity.online() != online {
            online = connectivity.online();
            client.emit(ClientEvent::ConnectivityChanged { online });
            if online {
                backoff.reset();
                came_back(&client);
                // Our own nudge is for the others.
                nudges.mark_unchanged();
            }
        }
        let pause = if online { CATALOGUE_EVERY } else { backoff.next() };
        tokio::select! {
            () = stop.cancelled() => return,
            _ = changes.changed() => {}
            _ = nudges.changed() => probe(&client, online).await,
            () = tokio::time::sleep(pause) => probe(&client, online).await,
        }
    }
}

/// Looks whether the platform answers; a catalogue question does that too.
async fn probe(client: &Client, online: bool) {
    if online {
        read_public(client);
    } else {
        // The answer itself tells the connectivity.
        let _ = api(client).health().await;
    }
}
