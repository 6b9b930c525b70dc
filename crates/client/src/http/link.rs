//! The only place that builds an HTTP client.

use std::{sync::Arc, time::Duration};

use reqwest::{RequestBuilder, Response, Url};

use super::{Connectivity, problem_from_error};
use haoban_wire::Problem;

const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Between two reads, not for the whole answer: a total limit would kill event streams.
const READ_LIMIT: Duration = Duration::from_secs(45);
/// For a whole call that is neither a stream nor an upload.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// Why an address of a platform is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not an address, or it carries a user, a query or a fragment.
    #[error("not a platform address")]
    Malformed,
    /// Plain http to another machine.
    #[error("plain http is for this machine only")]
    NotEncrypted,
    /// TLS could not be set up.
    #[error("the HTTP client could not be built")]
    Client,
}

/// One HTTP client and the address it talks to. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Link {
    client: reqwest::Client,
    base: Arc<str>,
    connectivity: Arc<Connectivity>,
}

impl Link {
    /// Checks the address and builds the client: rustls, no redirects, no proxy from the environment.
    pub(crate) fn new(base: &str, version: &str, connectivity: Arc<Connectivity>) -> Result<Self, AddressError> {
        let base = checked_base(base)?;
        let client = reqwest::Client::builder()
            .user_agent(format!("haoban/{version}"))
            .connect_timeout(CONNECT_LIMIT)
            .read_timeout(READ_LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .https_only(base.starts_with("https://"))
            .build()
            .map_err(|_| AddressError::Client)?;
        Ok(Self { client, base: base.into(), connectivity })
    }

    /// The address, without a trailing slash. It is also the issuer of its tokens.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// What is known about the connection.
    pub(crate) fn connectivity(&self) -> &Arc<Connectivity> {
        &self.connectivity
    }

    /// A request to a path of the platform.
    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).timeout(CALL_LIMIT)
    }

    /// A request without a limit for the whole answer: streams and uploads.
    pub(crate) fn long_request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Turns an address that the platform named into one of its paths; another host is refused.
    pub(crate) fn own_path<'a>(&self, address: &'a str) -> Option<&'a str> {
        let path = address.strip_prefix(&*self.base).unwrap_or(address);
        (path.starts_with('/') && !path.starts_with("//")).then_some(path)
    }

    /// Sends and notes whether the platform answered at all.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Response, Problem> {
        match request.send().await {
            Ok(response) => {
                self.connectivity.report(true);
                Ok(response)
            }
            Err(error) => Err(self.lost(&error)),
        }
    }

    /// Names an error of sending or reading and notes a lost connection.
    pub(crate) fn lost(&self, error: &reqwest::Error) -> Problem {
        let problem = problem_from_error(error);
        if problem.code == haoban_wire::ProblemCode::Offline {
            self.connectivity.report(false);
        }
        problem
    }
}

fn checked_base(base: &str) -> Result<String, AddressError> {
    let url = Url::parse(base).map_err(|_| AddressError::Malformed)?;
    let bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if !bare || url.host_str().is_none() {
        return Err(AddressError::Malformed);
    }
    match url.scheme() {
        "https" => Ok(base.trim_end_matches('/').to_owned()),
        "http" if is_loopback(&url) => Ok(base.trim_end_matches('/').to_owned()),
        "http" => Err(AddressError::NotEncrypted),
        _ => Err(AddressError::Malformed),
    }
}

/// Literal loopback addresses and `localhost`; a name that merely resolves to loopback does not count.
fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || literal.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("https://city.example", Ok("https://city.example"))]
    #[case("https://city.example/", Ok("https://city.example"))]
    #[case("http://127.0.0.1:8420", Ok("http://127.0.0.1:8420"))]
    #[case("http://[::1]:8420", Ok("http://[::1]:8420"))]
    #[case("http://localhost:8420", Ok("http://localhost:8420"))]
    #[case("http://city.example", Err(AddressError::NotEncrypted))]
    #[case("http://127.0.0.1.city.example", Err(AddressError::NotEncrypted))]
    #[case("http://192.168.1.4:8420", Err(AddressError::NotEncrypted))]
    #[case("https://user:pass@city.example", Err(AddressError::Malformed))]
    #[case("https://city.example?x=1", Err(AddressError::Malformed))]
    #[case("ftp://city.example", Err(AddressError::Malformed))]
    #[case("city.example", Err(AddressError::Malformed))]
    fn addresses(#[case] given: &str, #[case] wanted: Result<&str, AddressError>) {
        assert_eq!(checked_base(given), wanted.map(str::to_owned));
    }

    #[test]
    fn only_own_paths_are_followed() {
        let clock = Arc::new(crate::http::connectivity::tests::FixedClock::default());
        let link = Link::new("http://127.0.0.1:1", "0", Arc::new(Connectivity::new(clock))).unwrap();
        assert_eq!(link.own_path("http://127.0.0.1:1/v1/x"), Some("/v1/x"));
        assert_eq!(link.own_path("/v1/x"), Some("/v1/x"));
        assert_eq!(link.own_path("http://127.0.0.1:12/v1/x"), None);
        assert_eq!(link.own_path("https://elsewhere.example/v1/x"), None);
        assert_eq!(link.own_path("//elsewhere.example/v1/x"), None);
    }
}
