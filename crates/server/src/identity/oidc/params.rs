//! Parameters of the provider's requests: each at most once, as the specification demands.

use std::collections::BTreeMap;

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

/// An error of RFC 6749.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthError {
    /// `invalid_request`, `invalid_grant`, ….
    pub code: &'static str,
    /// What exactly, for whoever writes the client.
    pub words: &'static str,
}

impl OAuthError {
    /// Builds one.
    pub fn new(code: &'static str, words: &'static str) -> Self {
        Self { code, words }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = serde_json::json!({ "error": self.code, "error_description": self.words });
        (StatusCode::BAD_REQUEST, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}

/// Parameters by name.
#[derive(Debug, Default)]
pub struct Params(BTreeMap<String, String>);

impl Params {
    /// Reads `a=b&c=d`; the same name twice is an error.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let pairs: Vec<(String, String)> = serde_urlencoded_pairs(text)
            .ok_or_else(|| OAuthError::new("invalid_request", "the parameters are malformed"))?;
        let mut map = BTreeMap::new();
        for (name, value) in pairs {
            if map.insert(name, value).is_some() {
                return Err(OAuthError::new("invalid_request", "a parameter is given twice"));
            }
        }
        Ok(Self(map))
    }

    /// A value that is there and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A value that must be there.
    pub fn need(&self, name: &str, words: &'static str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| OAuthError::new("invalid_request", words))
    }
}

fn serde_urlencoded_pairs(text: &str) -> Option<Vec<(String, String)>> {
    let uri: axum::http::Uri = format!("/?{}", text.trim_start_matches('?')).parse().ok()?;
    axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).ok().map(|query| query.0)
}
