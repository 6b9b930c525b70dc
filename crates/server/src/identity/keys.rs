//! Keys that sign tokens (ES256) and receipts (Ed25519). Private halves lie sealed in the database;
//! public halves of receipts are kept for ever, those of tokens while a token may still live.

use std::{collections::BTreeMap, sync::Arc};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use haoban_domain::time::Timestamp;
use jsonwebtoken::{DecodingKey, EncodingKey};
use parking_lot::{Mutex, RwLock};
use sqlx::Row;

use super::Secret;
use crate::{AppState, Error, Result, ports::Random, ports::random_bytes, store::Store, store::Write};

/// A token key signs for this long, then the next start makes a new one.
const TOKEN_KEY_AGE_MS: i64 = 90 * 24 * 3_600_000;
/// A retired token key stays public for this long, far longer than any token lives.
const OVERLAP_MS: i64 = 24 * 3_600_000;
/// How often the database is asked for a key nobody knows.
const ASK_AGAIN_MS: i64 = 10_000;

const TOKEN: &str = "token";
const RECEIPT: &str = "receipt";

/// A key that signs tokens.
pub struct TokenKey {
    /// `kid`.
    pub id: String,
    /// Uncompressed public point without its first byte: x then y.
    point: Vec<u8>,
    pub(super) signer: EncodingKey,
    pub(super) verifier: DecodingKey,
}

impl TokenKey {
    /// The public half as a JWK.
    #[must_use]
    pub fn jwk(&self) -> serde_json::Value {
        let (x, y) = self.coordinates();
        serde_json::json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id, "x": x, "y": y })
    }

    fn coordinates(&self) -> (String, String) {
        let (x, y) = self.point.split_at(self.point.len() / 2);
        (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y))
    }
}

#[derive(Default)]
struct Keys {
    /// Newest first.
    token: Vec<Arc<TokenKey>>,
    receipt: Option<(String, Arc<Ed25519KeyPair>)>,
    receipt_public: BTreeMap<String, Vec<u8>>,
}

/// The keys in force and the public halves of those before.
pub struct Keyring {
    keys: RwLock<Keys>,
    /// When the database was last asked for an unknown key.
    asked_at: Mutex<i64>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring(..)")
    }
}

impl Keyring {
    /// Opens the keys of the database, making what is missing or too old. A key that does not open with
    /// this secret is an error: silently making a new one would turn every receipt and session invalid.
    pub async fn open(store: &Store, secret: &Secret, random: &dyn Random, now: Timestamp) -> Result<Self> {
        let mut tx = store.write().await?;
        sqlx::query(
            "UPDATE signing_key SET retired_at = $1 WHERE purpose = $2 AND retired_at IS NULL AND created_at < $3",
        )
        .bind(now.millis())
        .bind(TOKEN)
        .bind(now.millis() - TOKEN_KEY_AGE_MS)
        .execute(&mut *tx)
        .await?;
        for purpose in [TOKEN, RECEIPT] {
            let live: i64 =
                sqlx::query_scalar("SELECT COUNT(*) FROM signing_key WHERE purpose = $1 AND retired_at IS NULL")
                    .bind(purpose)
                    .fetch_one(&mut *tx)
                    .await?;
            if live == 0 {
                create(&mut tx, secret, random, purpose, now).await?;
            }
        }
        tx.commit().await?;
        let ring = Self { keys: RwLock::default(), asked_at: Mutex::default() };
        ring.reload(store, secret, now).await?;
        Ok(ring)
    }

    /// Reads the database again: another process may have made a key.
    pub async fn reload(&self, store: &Store, secret: &Secret, now: Timestamp) -> Result<()> {
        let rows = sqlx::query(
            "SELECT id, purpose, sealed, public, retired_at FROM signing_key
             WHERE purpose = $1 OR retired_at IS NULL OR retired_at > $2 ORDER BY created_at DESC, id DESC",
        )
        .bind(RECEIPT)
        .bind(now.millis() - OVERLAP_MS)
        .fetch_all(store.reader())
        .await?;
        let mut keys = Keys::default();
        for row in rows {
            let id: String = row.try_get("id")?;
            let public: Vec<u8> = row.try_get("public")?;
            let sealed: Vec<u8> = row.try_get("sealed")?;
            let live = row.try_get::<Option<i64>, _>("retired_at")?.is_none();
            let plain = secret.open_sealed(&id, &sealed).ok_or_else(lost_secret)?;
            if row.try_get::<String, _>("purpose")? == TOKEN {
                keys.token.push(Arc::new(token_key(id, public, &plain)?));
            } else {
                if live && keys.receipt.is_none() {
                    let pair = Ed25519KeyPair::from_pkcs8(&plain).map_err(|_| damaged())?;
                    keys.receipt = Some((id.clone(), Arc::new(pair)));
                }
                keys.receipt_public.insert(id, public);
            }
        }
        *self.keys.write() = keys;
        Ok(())
    }

    /// The key that signs tokens now.
    pub fn token_key(&self) -> Result<Arc<TokenKey>> {
        self.keys.read().token.first().cloned().ok_or_else(damaged)
    }

    /// The token key of that id.
    #[must_use]
    pub fn token_key_of(&self, id: &str) -> Option<Arc<TokenKey>> {
        self.keys.read().token.iter().find(|key| key.id == id).cloned()
    }

    /// The same; an id nobody knows may be a key another process just made, so the database is asked,
    /// at most once in ten seconds.
    pub async fn token_key_or_reload(&self, id: &str, state: &AppState) -> Result<Option<Arc<TokenKey>>> {
        if let Some(key) = self.token_key_of(id) {
            return Ok(Some(key));
        }
        let now = state.clock.now();
        {
            let mut asked = self.asked_at.lock();
            if now.millis().saturating_sub(*asked).abs() < ASK_AGAIN_MS {
                return Ok(None);
            }
            *asked = now.millis();
        }
        self.reload(&state.store, &state.secret, now).await?;
        Ok(self.token_key_of(id))
    }

    /// Public halves of the token keys, newest first.
    #[must_use]
    pub fn jwks(&self) -> serde_json::Value {
        let keys: Vec<_> = self.keys.read().token.iter().map(|key| key.jwk()).collect();
        serde_json::json!({ "keys": keys })
    }

    /// Signs a receipt's bytes: id of the key and signature.
    pub fn sign_receipt(&self, body: &[u8]) -> Result<(String, Vec<u8>)> {
        let (id, pair) = self.keys.read().receipt.clone().ok_or_else(damaged)?;
        Ok((id, pair.sign(body).as_ref().to_vec()))
    }

    /// Every receipt key there ever was: raw Ed25519 public keys by id.
    #[must_use]
    pub fn receipt_public_keys(&self) -> BTreeMap<String, Vec<u8>> {
        self.keys.read().receipt_public.clone()
    }
}

fn lost_secret() -> Error {
    Error::internal(
        "the signing keys in the database do not open with this secret: restore secret.key (or HAOBAN_SECRET) of this database",
    )
}

fn damaged() -> Error {
    Error::internal("a signing key in the database is damaged")
}

fn token_key(id: String, public: Vec<u8>, pkcs8: &[u8]) -> Result<TokenKey> {
    let point = public.get(1..).filter(|rest| rest.len() == 64).ok_or_else(damaged)?.to_vec();
    let (x, y) = point.split_at(32);
    let verifier = DecodingKey::from_ec_components(&URL_SAFE_NO_PAD.encode(x), &URL_SAFE_NO_PAD.encode(y))
        .map_err(|_| damaged())?;
    Ok(TokenKey { id, point, signer: EncodingKey::from_ec_der(pkcs8), verifier })
}

async fn create(tx: &mut Write, secret: &Secret, random: &dyn Random, purpose: &str, now: Timestamp) -> Result<()> {
    let id = format!("{purpose}-{}", hex::encode(random_bytes::<8>(random)));
    let rng = SystemRandom::new();
    let failed = |_| Error::internal("no signing key could be made");
    let (private, public) = if purpose == TOKEN {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).map_err(failed)?;
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).map_err(|_| damaged())?;
        (document, pair.public_key().as_ref().to_vec())
    } else {
        let document = Ed25519KeyPair::generate_pkcs8(&rng).map_err(failed)?;
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).map_err(|_| damaged())?;
        (document, pair.public_key().as_ref().to_vec())
    };
    let sealed = secret.seal(&id, private.as_ref()).ok_or_else(damaged)?;
    sqlx::query("INSERT INTO signing_key (id, purpose, sealed, public, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(purpose)
        .bind(sealed)
        .bind(public)
        .bind(now.millis())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
