//! Extractors that answer bad input with a `wire::Problem` instead of a plain line.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::request::Parts,
};
use haoban_wire::{Problem, ProblemCode};
use serde::de::DeserializeOwned;

use crate::{AppState, Error};

/// A JSON body.
#[derive(Debug, Clone)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for JsonBody<T> {
    type Rejection = Error;
    async fn from_request(request: Request, state: &AppState) -> Result<Self, Error> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(bad("body", &rejection.body_text())),
        }
    }
}

/// Values in the path.
#[derive(Debug, Clone)]
pub struct PathOf<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for PathOf<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            // A path that cannot be one of ours names nothing.
            Err(_) => Err(ProblemCode::NotFound.into()),
        }
    }
}

/// Values behind the question mark.
#[derive(Debug, Clone)]
pub struct QueryOf<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for QueryOf<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Error> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(bad("query", &rejection.body_text())),
        }
    }
}

fn bad(place: &str, words: &str) -> Error {
    Problem::new(ProblemCode::BadRequest).with("where", place).with("what", words).into()
}
