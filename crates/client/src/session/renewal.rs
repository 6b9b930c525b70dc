//! Hands tokens out and renews them, one renewal at a time for the whole app: two at once would use the
//! same rotating refresh token twice, and the platform would have to take that for theft.

use async_trait::async_trait;
use haoban_domain::ids::PartyId;
use haoban_wire::{Problem, ProblemCode};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::oneshot;

use super::{
    discovery::{self, Provider},
    driver, kept,
    machine::{Event, State},
    tokens::{self, Granted, RefreshError},
};
use crate::{
    Client,
    http::{AccessToken, TokenSource},
};

/// Tokens in memory.
pub(super) struct Held {
    pub(super) party: PartyId,
    pub(super) access: Option<Granted>,
    pub(super) refresh: SecretString,
}

/// The session as a source of tokens.
pub(crate) struct SessionTokens(pub(crate) Client);

#[async_trait]
impl TokenSource for SessionTokens {
    async fn token(&self) -> Result<AccessToken, Problem> {
        match current(&self.0) {
            Some(token) => Ok(token),
            None => renew(&self.0, None).await,
        }
    }

    async fn token_instead_of(&self, rejected: &AccessToken) -> Result<AccessToken, Problem> {
        renew(&self.0, Some(rejected.clone())).await
    }
}

/// The access token at hand, if it is still good.
fn current(client: &Client) -> Option<AccessToken> {
    let held = client.services().session.tokens.lock();
    let held = held.as_ref()?;
    let access = held.access.as_ref().filter(|access| access.usable(client.now()))?;
    Some(AccessToken { party: held.party, secret: access.access.clone() })
}

/// Renews in a task of its own: a caller that goes away in the middle must not lose the rotated token.
async fn renew(client: &Client, rejected: Option<AccessToken>) -> Result<AccessToken, Problem> {
    let (done, result) = oneshot::channel();
    let owned = client.clone();
    client.spawn(async move {
        tokio::select! {
            renewed = renew_alone(&owned, rejected) => drop(done.send(renewed)),
            () = super::driver::closing(&owned) => {}
        }
    });
    result.await.unwrap_or_else(|_| Err(ProblemCode::Offline.into()))
}

async fn renew_alone(client: &Client, rejected: Option<AccessToken>) -> Result<AccessToken, Problem> {
    let _alone = client.services().session.refreshing.lock().await;
    if let Some(token) = current(client)
        && rejected.is_none_or(|rejected| !rejected.same_as(&token))
    {
        return Ok(token);
    }
    let (party, used) = match client.services().session.tokens.lock().as_ref() {
        Some(held) => (held.party, held.refresh.clone()),
        None => return Err(ProblemCode::SignedOut.into()),
    };
    let provider = provider(client).await?;
    match tokens::refresh(&client.services().link, &provider, &used, client.now()).await {
        Ok(granted) => adopt(client, party, &used, granted).await,
        Err(RefreshError::Later(problem)) => Err(problem),
        Err(RefreshError::Refused) => {
            if still_held(client, &used) {
                driver::step(client, &Event::Refused).await;
                crate::follow::ask_why_signed_out(client);
            }
            Err(ProblemCode::SignedOut.into())
        }
    }
}

/// Takes new tokens over, unless the person signed out (or another signed in) meanwhile.
async fn adopt(client: &Client, party: PartyId, used: &SecretString, granted: Granted) -> Result<AccessToken, Problem> {
    let token = AccessToken { party, secret: granted.access.clone() };
    let refresh = granted.refresh.clone();
    {
        let mut held = client.services().session.tokens.lock();
        let held = held.as_mut().filter(|held| same(&held.refresh, used)).ok_or(ProblemCode::SignedOut)?;
        if let Some(refresh) = &refresh {
            held.refresh = refresh.clone();
        }
        held.access = Some(granted);
    }
    let person = super::person(client);
    if let (Some(refresh), Some(person)) = (&refresh, person)
        && person.party == party
        && let Err(error) = kept::save(client, &person, Some(refresh)).await
    {
        // The session goes on in memory; the platform's one-step grace may even save it after a restart.
        tracing::warn!(%error, "the renewed session could not be kept");
    }
    Ok(token)
}

fn still_held(client: &Client, used: &SecretString) -> bool {
    let session = &client.services().session;
    let held = session.tokens.lock().as_ref().is_some_and(|held| same(&held.refresh, used));
    held && matches!(&*session.state.lock(), State::SignedIn { .. })
}

fn same(a: &SecretString, b: &SecretString) -> bool {
    a.expose_secret() == b.expose_secret()
}

/// The platform's sign-in, discovered once a run.
async fn provider(client: &Client) -> Result<Provider, Problem> {
    let session = &client.services().session;
    if let Some(known) = session.provider.lock().clone() {
        return Ok(known);
    }
    let found = discovery::discover(&client.services().link).await?;
    *session.provider.lock() = Some(found.clone());
    Ok(found)
}
