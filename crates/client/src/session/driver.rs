//! Does what the machine says.

use std::{sync::atomic::Ordering, time::Duration};

use haoban_domain::person::Applicant;
use haoban_wire::{
    Problem, ProblemCode,
    ui::{ClientEvent, SessionView},
};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};

use super::{
    attempt::Attempt,
    discovery::{self, Provider},
    id_token::{self, Wanted},
    kept,
    loopback::{Expected, Loopback, Visit},
    machine::{self, Effect, Event, State},
    page::Page,
    renewal::Held,
    sign_in_failed,
    tokens::{self, Granted},
};
use crate::{Client, http::problem_from_response};

/// How long the browser may take.
const SIGN_IN_LIMIT: Duration = Duration::from_secs(5 * 60);
/// How long closing the app waits for tokens on their way.
const CLOSING_PATIENCE: Duration = Duration::from_secs(3);

/// Begins a sign-in: the only thing it waits for is what the platform says about itself.
pub(crate) async fn begin(client: &Client) -> Result<SessionView, Problem> {
    let services = client.services();
    if super::is_signed_in(client) {
        return Err(ProblemCode::NotAllowedNow.into());
    }
    let provider = discovery::discover(&services.link).await?;
    *services.session.provider.lock() = Some(provider.clone());
    let door = Loopback::open().await?;
    let attempt = Attempt::new(door.redirect_uri())?;
    let number = services.session.attempts.fetch_add(1, Ordering::Relaxed) + 1;
    let url = attempt.url(&provider, &crate::settings::current(client))?;
    let effects = transition(client, &Event::Begin { attempt: number, url })?;
    perform(client, &effects).await;
    let stop = client.cancelled().child_token();
    *services.session.running.lock() = stop.clone();
    let owned = client.clone();
    client.spawn(async move {
        let wait = tokio::time::timeout(SIGN_IN_LIMIT, door.wait(expected(&owned, &attempt, &provider)));
        let visit = tokio::select! {
            () = stop.cancelled() => return,
            visit = wait => visit.unwrap_or_else(|_| Err(sign_in_failed("timeout"))),
        };
        tokio::select! {
            () = finish(&owned, number, &attempt, &provider, visit) => {}
            () = closing(&owned) => {}
        }
    });
    Ok(super::view(client))
}

/// Ends a little after the core began to shut down: time for tokens on their way, not for a dead network.
pub(super) async fn closing(client: &Client) {
    client.cancelled().cancelled().await;
    tokio::time::sleep(CLOSING_PATIENCE).await;
}

/// Gives a running sign-in up.
pub(crate) async fn cancel(client: &Client) -> SessionView {
    step(client, &Event::Cancel).await;
    super::view(client)
}

/// Signs out. Works without network: the platform is told as soon as there is one.
pub(crate) async fn end(client: &Client) -> SessionView {
    step(client, &Event::End).await;
    super::view(client)
}

/// Another device took this one out: signed out, and the screens say why.
pub(crate) async fn taken_out(client: &Client) {
    step(client, &Event::End).await;
    step(client, &Event::Told { problem: ProblemCode::DeviceRemoved.into() }).await;
}

/// Reads the sealed record after the vault opened.
pub(crate) async fn restore(client: &Client) {
    if super::is_signed_in(client) {
        // Signed in while the vault was closed: now there is a place for the tokens, and something to keep up with.
        perform(client, &[Effect::KeepTokens, Effect::StartSync]).await;
        return;
    }
    // A try begun before the vault opened would leave no room for the session that lies in it.
    step(client, &Event::Cancel).await;
    let kept = match kept::load(client).await {
        Ok(Some(kept)) => kept,
        Ok(None) => return,
        Err(error) => {
            tracing::warn!(%error, "the session could not be read");
            return;
        }
    };
    let usable = kept.refresh.is_some();
    let nobody = matches!(&*client.services().session.state.lock(), State::SignedOut { .. });
    if nobody && let Some(refresh) = kept.refresh {
        let held = Held { party: kept.person.party, access: None, refresh: refresh.into() };
        *client.services().session.tokens.lock() = Some(held);
    }
    step(client, &Event::Restored { person: kept.person, usable }).await;
}

/// One step, when an event that makes no sense now may be passed over.
pub(super) async fn step(client: &Client, event: &Event) {
    if let Ok(effects) = transition(client, event) {
        perform(client, &effects).await;
    }
}

fn transition(client: &Client, event: &Event) -> Result<Vec<Effect>, Problem> {
    let mut state = client.services().session.state.lock();
    let (next, effects) = machine::apply(&state, event).map_err(|_| ProblemCode::NotAllowedNow)?;
    *state = next;
    Ok(effects)
}

async fn perform(client: &Client, effects: &[Effect]) {
    for effect in effects {
        match effect {
            Effect::OpenBrowser => open_browser(client),
            Effect::StopAttempt => client.services().session.running.lock().cancel(),
            Effect::KeepTokens => keep(client).await,
            Effect::DropTokens => drop_tokens(client).await,
            Effect::RevokeAndDestroy => revoke_and_destroy(client).await,
            Effect::ForgetPersonal => crate::services::tell_all_personal(client),
            Effect::StartSync => crate::sync::start(client),
            Effect::StopSync => crate::sync::stop(client),
            Effect::Publish => client.emit(ClientEvent::SessionChanged {}),
        }
    }
}

fn open_browser(client: &Client) {
    if let SessionView::SigningIn { url } = super::view(client)
        && !client.ports().browser.open(&url)
    {
        // The address stands on the screen: it can be opened by hand.
        tracing::warn!("the browser could not be started");
    }
}

async fn keep(client: &Client) {
    let refresh = client.services().session.tokens.lock().as_ref().map(|held| held.refresh.clone());
    if let Some(person) = super::person(client)
        && let Err(error) = kept::save(client, &person, refresh.as_ref()).await
    {
        tracing::warn!(%error, "the session could not be kept; it ends with the app");
    }
}

async fn drop_tokens(client: &Client) {
    *client.services().session.tokens.lock() = None;
    if let Some(person) = super::person(client)
        && let Err(error) = kept::save(client, &person, None).await
    {
        tracing::warn!(%error, "the end of the session could not be written down");
    }
}

async fn revoke_and_destroy(client: &Client) {
    let held = client.services().session.tokens.lock().take();
    if !client.vault().is_open() {
        // Tokens that were never kept: nothing of them is in the store, and nobody could note them there.
        if let Some(held) = held {
            revoke_at_once(client, held.refresh);
        }
        return;
    }
    if let Err(error) = kept::destroy(client, held.as_ref().map(|held| &held.refresh)).await {
        tracing::warn!(%error, "the sealed session could not be destroyed");
    }
    if let Some(held) = &held {
        crate::sync::erase_caches(client, held.party).await;
    }
    let owned = client.clone();
    client.spawn(async move {
        let stop = owned.cancelled();
        tokio::select! {
            () = stop.cancelled() => {}
            () = kept::retry_revocations(&owned) => {}
        }
    });
}

fn revoke_at_once(client: &Client, refresh: SecretString) {
    let owned = client.clone();
    client.spawn(async move {
        let told = async {
            let link = &owned.services().link;
            tokens::revoke(link, &discovery::discover(link).await?, &refresh).await
        };
        let stop = owned.cancelled();
        let told = tokio::select! {
            () = stop.cancelled() => return,
            told = told => told,
        };
        if let Err(problem) = told {
            tracing::info!(code = problem.code.as_str(), "tokens of a try end by themselves");
        }
    });
}

fn expected(client: &Client, attempt: &Attempt, provider: &Provider) -> Expected {
    Expected {
        state: attempt.state.clone(),
        issuer: client.services().link.base().to_owned(),
        issuer_required: provider.names_itself,
        language: crate::settings::current(client).language,
    }
}

/// The browser came back, or the time is over.
async fn finish(client: &Client, number: u64, attempt: &Attempt, provider: &Provider, visit: Result<Visit, Problem>) {
    let (code, visit) = match visit {
        Ok(visit) => (visit.code.clone(), Some(visit)),
        Err(problem) => (Err(problem), None),
    };
    let outcome = match code {
        Ok(code) => sign_in(client, attempt, provider, &code).await,
        Err(problem) => Err(problem),
    };
    let page = match outcome {
        Ok((person, granted)) => complete(client, number, person, granted, provider).await,
        Err(problem) => {
            tracing::info!(code = problem.code.as_str(), what = problem.params.get("what"), "sign-in failed");
            step(client, &Event::Failed { attempt: number, problem }).await;
            Page::Failed
        }
    };
    if let Some(visit) = visit {
        visit.answer(page).await;
    }
}

/// Code → tokens → verified ID token → person.
async fn sign_in(
    client: &Client,
    attempt: &Attempt,
    provider: &Provider,
    code: &SecretString,
) -> Result<(Applicant, Granted), Problem> {
    let link = &client.services().link;
    let granted = tokens::exchange(link, provider, attempt, code, client.now()).await?;
    let keys = discovery::keys(link, provider).await?;
    let token = granted.id_token.as_ref().ok_or_else(|| sign_in_failed("id_token"))?;
    let wanted = Wanted { issuer: link.base(), nonce: &attempt.nonce, now: client.now() };
    let party = id_token::verify(token.expose_secret(), &keys, &wanted)?;
    if granted.refresh.is_none() {
        return Err(sign_in_failed("tokens"));
    }
    let request = link.request(Method::GET, "/v1/me").bearer_auth(granted.access.expose_secret());
    let response = link.send(request).await?;
    if !response.status().is_success() {
        return Err(problem_from_response(response).await);
    }
    let bytes = response.bytes().await.map_err(|error| link.lost(&error))?;
    let me: haoban_wire::http::Me = serde_json::from_slice(&bytes).map_err(|_| sign_in_failed("me"))?;
    // The access token must be the same person's as the ID token.
    if me.applicant.party != party {
        return Err(sign_in_failed("sub"));
    }
    Ok((me.applicant, granted))
}

/// Takes the tokens over if this try still counts; else the platform is told to forget them.
async fn complete(client: &Client, number: u64, person: Applicant, granted: Granted, provider: &Provider) -> Page {
    let Some(refresh) = granted.refresh.clone() else { return Page::Failed };
    let held = Held { party: person.party, access: Some(granted), refresh: refresh.clone() };
    let effects = {
        // Both locks together: nobody may see the person without the tokens.
        let session = &client.services().session;
        let mut tokens = session.tokens.lock();
        let effects = transition(client, &Event::Completed { attempt: number, person });
        if effects.is_ok() {
            *tokens = Some(held);
        }
        effects
    };
    match effects {
        Ok(effects) => {
            perform(client, &effects).await;
            Page::Done
        }
        Err(_) => {
            let _ = tokens::revoke(&client.services().link, provider, &refresh).await;
            Page::Failed
        }
    }
}
