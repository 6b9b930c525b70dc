//! The raw seam: a request with the session's token and whatever came back. Retrying work (outbox,
//! uploads) looks at statuses itself, and tests put another implementation in.

use async_trait::async_trait;
use bytes::Bytes;
use haoban_wire::ProblemCode;
use reqwest::{Method, header::HeaderMap};

use super::Api;

/// A request below the platform's address.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Path with leading slash, e.g. `/v1/cases`.
    pub path: String,
    /// Extra headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body; empty for none.
    pub body: Bytes,
}

/// What came back, whatever its status.
#[derive(Debug, Clone)]
pub struct Response {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No network, no answer in time, or the answer broke off.
    #[error("the platform cannot be reached")]
    Offline,
    /// No session, it could not be renewed, or another person is signed in.
    #[error("nobody is signed in")]
    SignedOut,
}

/// Sends with the session's token (renews it once on 401). Implemented by [`Api`]; tests put their own in.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends one request.
    async fn send(&self, request: Request) -> Result<Response, SendError>;
}

#[async_trait]
impl Transport for Api {
    async fn send(&self, request: Request) -> Result<Response, SendError> {
        let response = self
            .authorized_raw(|link| {
                let mut builder = link.long_request(request.method.clone(), &request.path);
                for (name, value) in &request.headers {
                    builder = builder.header(*name, value);
                }
                if request.body.is_empty() { builder } else { builder.body(request.body.clone()) }
            })
            .await
            .map_err(|problem| match problem.code {
                ProblemCode::SignedOut | ProblemCode::SignInFailed => SendError::SignedOut,
                _ => SendError::Offline,
            })?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.map_err(|error| {
            self.link.lost(&error);
            SendError::Offline
        })?;
        Ok(Response { status, headers, body })
    }
}
