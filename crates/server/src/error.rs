//! Everything that can go wrong in a request, and its one conversion to `wire::Problem`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use haoban_wire::{Problem, ProblemCode};

/// Result of anything a request does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request ended without its answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An expected refusal, told to the caller as it is.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A stored document could not be read or written.
    #[error("document: {0}")]
    Document(#[from] serde_json::Error),
    /// A stored id is not one.
    #[error("stored id: {0}")]
    StoredId(#[from] haoban_domain::ids::IdError),
    /// Files or sockets failed.
    #[error("input or output: {0}")]
    Io(#[from] std::io::Error),
    /// Anything else that is our fault.
    #[error("{0:#}")]
    Internal(#[from] anyhow::Error),
}

impl Error {
    /// An error of ours, in words for the log.
    pub fn internal(words: impl Into<String>) -> Self {
        Self::Internal(anyhow::anyhow!(words.into()))
    }

    /// What the caller is told.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::Problem(problem) => (**problem).clone(),
            Self::Database(error) if is_busy(error) => {
                Problem { retry_after_ms: Some(1_000), ..Problem::new(ProblemCode::Unavailable) }
            }
            Self::Database(_) | Self::Document(_) | Self::StoredId(_) | Self::Io(_) | Self::Internal(_) => {
                Problem::new(ProblemCode::Internal)
            }
        }
    }
}

/// No connection free, or a transaction that lost a race and may simply be sent again.
fn is_busy(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
        sqlx::Error::Database(inner) => matches!(inner.code().as_deref(), Some("5" | "517" | "40001" | "40P01")),
        _ => false,
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<ProblemCode> for Error {
    fn from(code: ProblemCode) -> Self {
        Problem::new(code).into()
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut problem = self.problem();
        problem.request_id = crate::http::current_request_id();
        if problem.code.status() >= 500 {
            tracing::error!(request_id = problem.request_id.as_deref(), error = %self, "request failed");
        }
        problem_response(&problem)
    }
}

/// A problem as an HTTP answer.
#[must_use]
pub fn problem_response(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(problem)).into_response();
    if let Some(millis) = problem.retry_after_ms {
        let seconds = millis.div_ceil(1_000).max(1);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
