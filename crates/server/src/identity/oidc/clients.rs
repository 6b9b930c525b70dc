//! The apps that may ask. Both are public: they hold no secret, PKCE stands in its place.

use haoban_wire::http::APP_CLIENT_ID;

/// An app that may ask.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    /// Its public id.
    pub id: &'static str,
    /// Path of its loopback redirect.
    pub loopback_path: &'static str,
}

const CLIENTS: &[Client] = &[Client { id: APP_CLIENT_ID, loopback_path: "/callback" }];

/// The client of that id.
pub fn find(id: &str) -> Option<&'static Client> {
    CLIENTS.iter().find(|client| client.id == id)
}

impl Client {
    /// Whether the answer may go there: `http://127.0.0.1:<port>/callback` or `http://[::1]:<port>/callback`,
    /// any port (RFC 8252 §7.3), nothing else, compared as text.
    #[must_use]
    pub fn allows(&self, redirect: &str) -> bool {
        let Some(rest) = redirect.strip_prefix("http://127.0.0.1:").or_else(|| redirect.strip_prefix("http://[::1]:"))
        else {
            return false;
        };
        let Some(slash) = rest.find('/') else { return false };
        let (port, path) = rest.split_at(slash);
        let plain = !port.is_empty() && !port.starts_with('0') && port.bytes().all(|byte| byte.is_ascii_digit());
        plain && port.parse::<u16>().is_ok() && path == self.loopback_path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("http://127.0.0.1:49152/callback")]
    #[case("http://127.0.0.1:1/callback")]
    #[case("http://[::1]:8080/callback")]
    fn loopback_with_any_port_is_allowed(#[case] uri: &str) {
        assert!(find(APP_CLIENT_ID).unwrap().allows(uri));
    }

    #[rstest]
    #[case("http://127.0.0.1:49152/other")]
    #[case("http://127.0.0.1:49152/callback/")]
    #[case("http://127.0.0.1:49152/callback?x=1")]
    #[case("http://127.0.0.1:49152/callback#x")]
    #[case("http://127.0.0.1:49152/a/../callback")]
    #[case("http://127.0.0.1:49152/%63allback")]
    #[case("http://127.0.0.1/callback")]
    #[case("http://127.0.0.1:0/callback")]
    #[case("http://127.0.0.1:70000/callback")]
    #[case("http://127.0.0.1:80@evil.example/callback")]
    #[case("http://127.0.0.1:80.evil.example/callback")]
    #[case("http://user@127.0.0.1:80/callback")]
    #[case("http://127.0.0.2:80/callback")]
    #[case("http://localhost:80/callback")]
    #[case("https://127.0.0.1:80/callback")]
    #[case("HTTP://127.0.0.1:80/callback")]
    #[case("haoban://callback")]
    #[case("")]
    fn anything_else_is_refused(#[case] uri: &str) {
        assert!(!find(APP_CLIENT_ID).unwrap().allows(uri));
    }
}
