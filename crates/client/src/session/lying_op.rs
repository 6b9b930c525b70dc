//! Tests only: an OpenID provider that tells one lie at a time.

use std::sync::Arc;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use haoban_domain::{ids::PartyId, item::AudienceKind, person::Applicant};
use haoban_wire::http::Me;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use parking_lot::Mutex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    http::fake::{Answer, Heard},
    rig::{Rig, visit},
};

/// How ID tokens are signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Signing {
    /// As promised.
    #[default]
    True,
    /// By a key that is not published, under the published name.
    OtherKey,
    /// By HMAC with the public key as the secret.
    Hs256,
    /// Not at all.
    None,
    /// By the published key, under a name that is not published.
    UnknownKid,
    /// Without a name.
    NoKid,
}

/// What is not as it should be. The default is an honest provider.
#[derive(Default, Clone)]
pub(super) struct Lies {
    pub(super) metadata: Option<fn(&mut Value)>,
    pub(super) claims: Option<fn(&mut Value)>,
    pub(super) tokens: Option<fn(&mut Value)>,
    pub(super) signing: Signing,
    pub(super) token_status: Option<u16>,
    pub(super) me: u8,
}

/// What the provider knows and may be told while it runs.
#[derive(Default)]
pub(super) struct Book {
    pub(super) nonce: Mutex<String>,
    pub(super) challenge: Mutex<String>,
    /// Refresh tokens given so far; only the last one is good.
    pub(super) generation: Mutex<u32>,
    /// The next refreshes answer this instead.
    pub(super) refresh_answer: Mutex<Option<(u16, String)>>,
    pub(super) person: Mutex<u8>,
    /// The deposited key, if there is one.
    pub(super) deposit: Mutex<Option<String>>,
    /// Deposits are not taken now.
    pub(super) deposits_fail: Mutex<bool>,
    /// The sign-in is too long ago for a release.
    pub(super) old: Mutex<bool>,
}

pub(super) fn person(n: u8) -> Applicant {
    Applicant {
        party: PartyId::new(1, [n; 10]),
        kind: AudienceKind::NaturalPerson,
        name: format!("Person {n}"),
        id_number: "41010519900101123X".into(),
        phone: "13800000001".into(),
    }
}

struct Signer {
    key: EncodingKey,
    public: Vec<u8>,
}

fn signer() -> Signer {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
    Signer { key: EncodingKey::from_ec_der(pkcs8.as_ref()), public: pair.public_key().as_ref().to_vec() }
}

/// A core before a provider with these lies.
pub(super) async fn rig(lies: Lies) -> (Rig, Arc<Book>) {
    let book = Arc::new(Book::default());
    *book.person.lock() = 1;
    let known = book.clone();
    let rig = Rig::start(move |base| {
        let (base, published, hidden) = (base.to_owned(), signer(), signer());
        move |heard: &Heard| answer(heard, &base, &lies, &known, &published, &hidden)
    })
    .await;
    (rig, book)
}

fn answer(heard: &Heard, base: &str, lies: &Lies, book: &Book, published: &Signer, hidden: &Signer) -> Answer {
    match heard.path.split('?').next().unwrap_or_default() {
        "/.well-known/openid-configuration" => Answer::json(&changed(metadata(base), lies.metadata)),
        "/oauth/jwks" => Answer::json(&jwks(published)),
        "/oauth/token" => token(heard, base, lies, book, published, hidden),
        "/oauth/revoke" => Answer::new(200, ""),
        "/v1/me" => Answer::json(&Me { applicant: person(*book.person.lock() + lies.me) }),
        "/v1/licences" => Answer::json(&json!({"licences": []})),
        path if path.starts_with("/v1/key-deposits/") => deposit(heard, path, book),
        _ => Answer::new(404, r#"{"code":"not_found"}"#),
    }
}

fn deposit(heard: &Heard, path: &str, book: &Book) -> Answer {
    if *book.deposits_fail.lock() {
        return Answer::new(503, r#"{"code":"unavailable"}"#);
    }
    let mut held = book.deposit.lock();
    if path.ends_with("/release") {
        return match held.as_ref() {
            _ if *book.old.lock() => Answer::new(403, r#"{"code":"reauth_required"}"#),
            Some(key) => Answer::json(&json!({ "key": key })),
            None => Answer::new(404, r#"{"code":"not_found"}"#),
        };
    }
    // A body is a deposit, none is a withdrawal.
    *held = serde_json::from_str::<Value>(&heard.body).ok().and_then(|body| Some(body["key"].as_str()?.to_owned()));
    Answer::new(204, "")
}

fn changed(mut value: Value, lie: Option<fn(&mut Value)>) -> Value {
    if let Some(lie) = lie {
        lie(&mut value);
    }
    value
}

fn metadata(base: &str) -> Value {
    json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/oauth/authorize"),
        "token_endpoint": format!("{base}/oauth/token"),
        "revocation_endpoint": format!("{base}/oauth/revoke"),
        "jwks_uri": format!("{base}/oauth/jwks"),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    })
}

fn jwks(signer: &Signer) -> Value {
    let (x, y) = signer.public[1..].split_at(32);
    json!({"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "k1",
        "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)}]})
}

fn token(heard: &Heard, base: &str, lies: &Lies, book: &Book, published: &Signer, hidden: &Signer) -> Answer {
    if let Some(status) = lies.token_status {
        return Answer::new(status, r#"{"error":"invalid_grant"}"#);
    }
    if heard.form("grant_type").as_deref() == Some("refresh_token") {
        if let Some((status, body)) = book.refresh_answer.lock().clone() {
            return Answer::new(status, body);
        }
        let wanted = format!("refresh-{}", *book.generation.lock());
        if heard.form("refresh_token") != Some(wanted) {
            return Answer::new(400, r#"{"error":"invalid_grant"}"#);
        }
        return Answer::json(&next_tokens(book));
    }
    let verifier = heard.form("code_verifier").unwrap_or_default();
    if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != *book.challenge.lock() {
        return Answer::new(400, r#"{"error":"invalid_grant"}"#);
    }
    let mut tokens = next_tokens(book);
    tokens["id_token"] = json!(id_token(base, lies, book, published, hidden));
    Answer::json(&changed(tokens, lies.tokens))
}

fn next_tokens(book: &Book) -> Value {
    let mut generation = book.generation.lock();
    *generation += 1;
    json!({"access_token": format!("access-{generation}"), "token_type": "Bearer", "expires_in": 300,
        "refresh_token": format!("refresh-{generation}")})
}

fn id_token(base: &str, lies: &Lies, book: &Book, published: &Signer, hidden: &Signer) -> String {
    let now = 1_795_000_000_i64;
    let claims = json!({"iss": base, "sub": person(*book.person.lock()).party, "aud": "haoban-app",
        "exp": now + 120, "iat": now, "nonce": *book.nonce.lock()});
    let claims = changed(claims, lies.claims);
    let mut header = Header::new(Algorithm::ES256);
    header.kid = match lies.signing {
        Signing::UnknownKid => Some("k9".into()),
        Signing::NoKid => None,
        _ => Some("k1".into()),
    };
    match lies.signing {
        Signing::None => {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}.", part(&json!({"alg": "none", "kid": "k1"})), part(&claims))
        }
        Signing::Hs256 => {
            header.alg = Algorithm::HS256;
            encode(&header, &claims, &EncodingKey::from_secret(&published.public)).unwrap()
        }
        Signing::OtherKey => encode(&header, &claims, &hidden.key).unwrap(),
        _ => encode(&header, &claims, &published.key).unwrap(),
    }
}

/// What the browser was opened with.
pub(super) struct Asked(reqwest::Url);

impl Asked {
    /// The address that was opened last, its secrets told to the provider as the provider would learn them.
    pub(super) fn last(rig: &Rig, book: &Book) -> Self {
        let asked = Self(rig.seen.opened.lock().last().unwrap().parse().unwrap());
        *book.nonce.lock() = asked.get("nonce");
        *book.challenge.lock() = asked.get("code_challenge");
        asked
    }

    pub(super) fn get(&self, name: &str) -> String {
        self.0.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    pub(super) fn port(&self) -> u16 {
        self.get("redirect_uri").parse::<reqwest::Url>().unwrap().port().unwrap()
    }

    /// The honest way back.
    pub(super) fn way_back(&self, rig: &Rig) -> String {
        let iss: String = rig.fake.base.clone();
        format!("{}?code=c1&state={}&iss={iss}", self.get("redirect_uri"), self.get("state"))
    }
}

/// The whole way, honestly, on the browser's side.
pub(super) async fn whole_way(rig: &Rig, book: &Book) -> String {
    super::begin(&rig.client).await.unwrap();
    let asked = Asked::last(rig, book);
    visit(&asked.way_back(rig)).await.1
}
