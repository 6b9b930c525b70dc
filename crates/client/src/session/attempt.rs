//! One try to sign in: its secrets and the address for the browser.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use haoban_domain::text::Language;
use haoban_wire::{
    Problem, ProblemCode,
    http::APP_CLIENT_ID,
    ui::{Mode, Settings},
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::discovery::Provider;

const SCOPE: &str = "openid profile offline_access";

/// What must come back, and what proves that the code is ours.
pub(crate) struct Attempt {
    /// Comes back in the redirect.
    pub(crate) state: SecretString,
    /// Comes back inside the ID token.
    pub(crate) nonce: SecretString,
    /// PKCE: shown only to the token endpoint.
    pub(crate) verifier: SecretString,
    /// Where the browser comes back to.
    pub(crate) redirect_uri: String,
}

impl Attempt {
    /// Fresh secrets, 256 bits each.
    pub(crate) fn new(redirect_uri: String) -> Result<Self, Problem> {
        Ok(Self { state: random()?, nonce: random()?, verifier: random()?, redirect_uri })
    }

    /// The address for the browser; the sign-in page speaks and looks as the app is set.
    pub(crate) fn url(&self, provider: &Provider, settings: &Settings) -> Result<String, Problem> {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.expose_secret()));
        let mut url = reqwest::Url::parse(&provider.authorization_endpoint).map_err(|_| ProblemCode::SignInFailed)?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", APP_CLIENT_ID)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("scope", SCOPE)
            .append_pair("state", self.state.expose_secret())
            .append_pair("nonce", self.nonce.expose_secret())
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("ui_locales", if settings.language == Language::Chinese { "zh-CN" } else { "en" });
        if settings.mode == Mode::Senior {
            url.query_pairs_mut().append_pair("display_mode", "senior");
        }
        Ok(url.into())
    }
}

/// Compares secrets without telling by time how much of them fits.
pub(crate) fn same(given: &str, secret: &SecretString) -> bool {
    given.as_bytes().ct_eq(secret.expose_secret().as_bytes()).into()
}

fn random() -> Result<SecretString, Problem> {
    let mut bytes = zeroize::Zeroizing::new([0u8; 32]);
    getrandom::fill(bytes.as_mut()).map_err(|_| ProblemCode::Internal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes.as_ref()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_carries_the_challenge_and_never_the_verifier() {
        let attempt = Attempt::new("http://127.0.0.1:5/callback".into()).unwrap();
        let provider = Provider {
            authorization_endpoint: "http://127.0.0.1:1/oauth/authorize".into(),
            token_path: "/oauth/token".into(),
            revocation_path: None,
            jwks_path: "/oauth/jwks".into(),
            names_itself: true,
        };
        let url = attempt.url(&provider, &Settings::default()).unwrap();
        assert!(url.contains("code_challenge_method=S256"));
        assert!(!url.contains(attempt.verifier.expose_secret()));
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(attempt.verifier.expose_secret()));
        assert!(url.contains(&challenge));
        assert_eq!(attempt.verifier.expose_secret().len(), 43);
    }

    #[test]
    fn two_attempts_share_nothing() {
        let (a, b) = (Attempt::new(String::new()).unwrap(), Attempt::new(String::new()).unwrap());
        assert!(!same(a.state.expose_secret(), &b.state));
        assert!(!same(a.nonce.expose_secret(), &a.state));
        assert!(same(a.state.expose_secret(), &a.state));
        assert!(!same("", &a.state));
    }
}
