//! The event stream of one person: connected while signed in, resumed from the cursor.

use std::time::Duration;

use futures_util::StreamExt;
use haoban_domain::ids::PartyId;
use haoban_wire::{Problem, ProblemCode, http::Event};
use sse_stream::{Sse, SseByteStream};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    apply,
    backoff::Backoff,
    cursor::{self, Cursor},
};
use crate::{Client, ClientError, cases, http::api, licences, session};

/// A stream that lived this long was healthy.
const HEALTHY: Duration = Duration::from_secs(60);

/// How a stream ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The platform closed it: token over, or it restarts.
    Closed,
    /// The connection broke, or an effect could not be had.
    Lost,
    /// Nobody (or another person) is signed in.
    SignedOut,
}

/// Follows until stopped.
pub(super) async fn run(client: Client, party: PartyId, stop: CancellationToken) {
    let mut backoff = Backoff::default();
    loop {
        let mut nudges = client.services().sync.nudges.subscribe();
        let began = Instant::now();
        let end = tokio::select! {
            () = stop.cancelled() => return,
            end = follow(&client, party) => end,
        };
        if end == End::SignedOut && session::party(&client) != Some(party) {
            return;
        }
        if began.elapsed() >= HEALTHY {
            backoff.reset();
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(backoff.next()) => {}
            // Resumed, or the network is back: at once.
            _ = nudges.changed() => backoff.reset(),
        }
    }
}

/// One connection, from the cursor to its end.
pub(super) async fn follow(client: &Client, party: PartyId) -> End {
    let after = match cursor::load(client, party).await {
        Ok(cursor) => cursor.seq,
        Err(error) => {
            tracing::warn!(%error, "the place in the event stream could not be read");
            return End::Lost;
        }
    };
    match api(client).for_party(party).event_stream(after).await {
        Ok(Some(response)) => read(client, party, response).await,
        Ok(None) => match start_over(client, party).await {
            Ok(()) => End::Closed,
            Err(_) => End::Lost,
        },
        Err(problem) if problem.code == ProblemCode::SignedOut => End::SignedOut,
        Err(_) => End::Lost,
    }
}

async fn read(client: &Client, party: PartyId, response: reqwest::Response) -> End {
    let mut blocks = SseByteStream::new(response.bytes_stream());
    while let Some(block) = blocks.next().await {
        let Ok(block) = block else {
            // Broken or silent for too long: let the probe find out whether the platform is there at all.
            client.services().link.connectivity().report(false);
            return End::Lost;
        };
        if let Err(problem) = take(client, party, &block).await {
            tracing::debug!(code = problem.code.as_str(), "an event could not be applied yet");
            return End::Lost;
        }
    }
    End::Closed
}

async fn take(client: &Client, party: PartyId, block: &Sse) -> Result<(), Problem> {
    let Some(data) = &block.data else { return Ok(()) };
    match serde_json::from_str::<Event>(data) {
        Ok(event) => apply::event(client, party, &event).await,
        Err(_) => match block.id.as_deref().and_then(|id| id.parse().ok()) {
            Some(seq) => apply::skip(client, party, seq).await,
            None => Ok(()),
        },
    }
}

/// The platform no longer holds events from our cursor on: read the lists anew, then follow from what it still has.
async fn start_over(client: &Client, party: PartyId) -> Result<(), Problem> {
    cases::refresh_all(client, party).await?;
    licences::refresh(client, party).await?;
    let cursor = cursor::load(client, party).await?;
    let mut write = client.store()?.write().await.map_err(ClientError::from)?;
    cursor::put(&mut write, client, party, Cursor { seq: 0, ..cursor }).await?;
    write.commit().await.map_err(ClientError::from)?;
    Ok(())
}
