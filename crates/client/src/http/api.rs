//! Calls with a token: whose it is, and what happens when the platform does not take it.

use std::sync::Arc;

use async_trait::async_trait;
use haoban_domain::ids::PartyId;
use haoban_wire::{Problem, ProblemCode};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use super::{Link, problem_from_response};

/// A token and whose it is.
#[derive(Clone)]
pub(crate) struct AccessToken {
    /// Whose.
    pub(crate) party: PartyId,
    /// The token.
    pub(crate) secret: SecretString,
}

impl AccessToken {
    /// Whether two tokens are the same text.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.secret.expose_secret() == other.secret.expose_secret()
    }
}

/// Where tokens come from: the session.
#[async_trait]
pub(crate) trait TokenSource: Send + Sync {
    /// A token that is good for this call, refreshed beforehand when it is about to end.
    async fn token(&self) -> Result<AccessToken, Problem>;
    /// The platform did not take this one: another, unless another was made meanwhile.
    async fn token_instead_of(&self, rejected: &AccessToken) -> Result<AccessToken, Problem>;
}

/// The platform's `/v1` surface. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    pub(super) link: Link,
    tokens: Arc<dyn TokenSource>,
    /// When set, calls are only made with a token of this person.
    only: Option<PartyId>,
}

impl Api {
    pub(crate) fn new(link: Link, tokens: Arc<dyn TokenSource>) -> Self {
        Self { link, tokens, only: None }
    }

    /// The same calls, but only while this person is signed in: work that was begun for one person
    /// must never go out under another's name, even when the session changes in between.
    #[must_use]
    pub fn for_party(&self, party: PartyId) -> Self {
        Self { only: Some(party), ..self.clone() }
    }

    /// Whether the platform answered last time.
    #[must_use]
    pub fn online(&self) -> bool {
        self.link.connectivity().online()
    }

    /// Sends with a token; after a 401 once more with another one. `make` builds the request anew.
    pub(super) async fn authorized(
        &self,
        make: impl Fn(&Link) -> RequestBuilder + Send + Sync,
    ) -> Result<Response, Problem> {
        success(self.authorized_raw(make).await?).await
    }

    /// The same, whatever the status; a 401 means that the second token was not taken either.
    pub(super) async fn authorized_raw(
        &self,
        make: impl Fn(&Link) -> RequestBuilder + Send + Sync,
    ) -> Result<Response, Problem> {
        let token = self.checked(self.tokens.token().await?)?;
        let response = self.send_with(&make, &token).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        let token = self.checked(self.tokens.token_instead_of(&token).await?)?;
        self.send_with(&make, &token).await
    }

    /// Sends without a token.
    pub(super) async fn open(&self, request: RequestBuilder) -> Result<Response, Problem> {
        success(self.link.send(request).await?).await
    }

    /// Reads a JSON answer.
    pub(super) async fn json<T: DeserializeOwned>(&self, response: Response) -> Result<T, Problem> {
        let bytes = response.bytes().await.map_err(|error| self.link.lost(&error))?;
        serde_json::from_slice(&bytes).map_err(|error| {
            tracing::warn!(line = error.line(), "an answer of the platform could not be read");
            Problem::new(ProblemCode::Internal)
        })
    }

    async fn send_with(
        &self,
        make: &impl Fn(&Link) -> RequestBuilder,
        token: &AccessToken,
    ) -> Result<Response, Problem> {
        self.link.send(make(&self.link).bearer_auth(token.secret.expose_secret())).await
    }

    fn checked(&self, token: AccessToken) -> Result<AccessToken, Problem> {
        match self.only {
            Some(party) if party != token.party => Err(Problem::new(ProblemCode::SignedOut)),
            _ => Ok(token),
        }
    }
}

async fn success(response: Response) -> Result<Response, Problem> {
    if response.status().is_success() {
        return Ok(response);
    }
    Err(problem_from_response(response).await)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::http::fake::{Answer, Fake};

    struct Counting {
        party: PartyId,
        renewals: AtomicUsize,
    }

    #[async_trait]
    impl TokenSource for Counting {
        async fn token(&self) -> Result<AccessToken, Problem> {
            Ok(AccessToken { party: self.party, secret: "old".into() })
        }
        async fn token_instead_of(&self, _: &AccessToken) -> Result<AccessToken, Problem> {
            self.renewals.fetch_add(1, Ordering::SeqCst);
            Ok(AccessToken { party: self.party, secret: "new".into() })
        }
    }

    fn source() -> Arc<Counting> {
        Arc::new(Counting { party: PartyId::new(1, [1; 10]), renewals: AtomicUsize::new(0) })
    }

    #[tokio::test]
    async fn one_more_try_after_a_401_with_the_new_token() {
        let fake = Fake::start(|heard| match heard.header("authorization") {
            Some("Bearer new") => Answer::new(200, r#"{"licences":[]}"#),
            _ => Answer::new(401, r#"{"code":"signed_out"}"#),
        })
        .await;
        let tokens = source();
        let api = Api::new(fake.link(), tokens.clone());
        assert!(api.licences().await.unwrap().is_empty());
        assert_eq!(tokens.renewals.load(Ordering::SeqCst), 1);
        assert_eq!(fake.heard().len(), 2);
    }

    #[tokio::test]
    async fn a_second_401_is_final() {
        let fake = Fake::start(|_| Answer::new(401, r#"{"code":"signed_out"}"#)).await;
        let api = Api::new(fake.link(), source());
        assert_eq!(api.licences().await.unwrap_err().code, ProblemCode::SignedOut);
        assert_eq!(fake.heard().len(), 2);
    }

    #[tokio::test]
    async fn work_of_one_person_never_goes_out_under_another_name() {
        let fake = Fake::start(|_| Answer::new(200, r#"{"licences":[]}"#)).await;
        let api = Api::new(fake.link(), source()).for_party(PartyId::new(2, [2; 10]));
        assert_eq!(api.licences().await.unwrap_err().code, ProblemCode::SignedOut);
        assert!(fake.heard().is_empty());
    }
}
