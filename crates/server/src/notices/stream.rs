//! `GET /v1/events`: a page as JSON, or a stream that goes on from the table.

use std::{convert::Infallible, time::Duration};

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event as SseEvent, KeepAlive},
    },
};
use futures_util::Stream;
use haoban_domain::ids::PartyId;
use haoban_wire::http::EventPage;
use serde::Deserialize;
use tokio::{sync::watch, time::Instant};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::rows::{page, sane_cursor};
use crate::{AppState, Result, http::QueryOf, identity::Resident};

/// A comment line shows that the line is alive.
const COMMENT_EVERY: Duration = Duration::from_secs(15);
/// What a client waits before it comes back, unless it has its own rule.
const RETRY: Duration = Duration::from_secs(2);
/// Another process may have written: look even when nobody woke us.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Routes of events.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(events))
}

/// Where to go on.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct After {
    /// Last number that was seen.
    after: Option<i64>,
}

/// What changed for the signed-in party.
#[utoipa::path(get, path = "/v1/events", tag = "notices", security(("resident" = [])), params(After),
    responses((status = 200, body = EventPage, description = "JSON page, or `text/event-stream` without `Accept: application/json`")))]
async fn events(
    State(state): State<AppState>,
    who: Resident,
    QueryOf(query): QueryOf<After>,
    head: HeaderMap,
) -> Result<Response> {
    let text = |name: HeaderName| head.get(name).and_then(|value| value.to_str().ok());
    let resumed = text(HeaderName::from_static("last-event-id")).and_then(|id| id.parse().ok());
    let after = sane_cursor(&state.store, who.party_id, resumed.or(query.after).unwrap_or(0)).await?;
    if text(header::ACCEPT).is_some_and(|accept| accept.contains("application/json")) {
        return Ok(Json(page(&state.store, who.party_id, after).await?).into_response());
    }
    let left = who.expires_at.millis().saturating_sub(state.clock.now().millis());
    let ends = Instant::now() + Duration::from_millis(u64::try_from(left).unwrap_or(0));
    let cursor = Cursor::new(state, who.party_id, after, ends);
    let mut answer = Sse::new(follow(cursor)).keep_alive(KeepAlive::new().interval(COMMENT_EVERY)).into_response();
    let own = answer.headers_mut();
    own.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    own.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(answer)
}

/// A reader of one party's events.
struct Cursor {
    state: AppState,
    party: PartyId,
    after: i64,
    ready: std::collections::VecDeque<SseEvent>,
    woken: watch::Receiver<()>,
    ends: Instant,
}

impl Cursor {
    fn new(state: AppState, party: PartyId, after: i64, ends: Instant) -> Self {
        // Listening begins before the first look, so that nothing falls between.
        let woken = state.notices.listen(party);
        let hello = SseEvent::default().retry(RETRY).comment("haoban");
        Self { state, party, after, ready: [hello].into(), woken, ends }
    }

    /// Fills what is ready. False at the end of the stream.
    async fn fill(&mut self) -> bool {
        while self.ready.is_empty() {
            if self.state.stopping.is_cancelled() || Instant::now() >= self.ends {
                return false;
            }
            self.woken.mark_unchanged();
            // A failing database ends the stream; the client comes back with its cursor.
            let Ok(found) = page(&self.state.store, self.party, self.after).await else { return false };
            if self.state.store.settled().await.is_err() {
                return false;
            }
            for event in found.events {
                self.after = event.seq;
                let Ok(message) = SseEvent::default().id(event.seq.to_string()).event("change").json_data(&event)
                else {
                    return false;
                };
                self.ready.push_back(message);
            }
            if self.ready.is_empty() {
                self.wait().await;
            }
        }
        true
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.woken.changed() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = tokio::time::sleep_until(self.ends) => {}
            () = self.state.stopping.cancelled() => {}
        }
    }
}

fn follow(cursor: Cursor) -> impl Stream<Item = Result<SseEvent, Infallible>> {
    futures_util::stream::unfold(cursor, |mut cursor| async move {
        if !cursor.fill().await {
            return None;
        }
        let event = cursor.ready.pop_front()?;
        Some((Ok(event), cursor))
    })
}
