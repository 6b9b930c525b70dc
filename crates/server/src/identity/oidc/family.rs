//! All tokens that grew from one sign-in: the code, its refresh tokens, its access tokens.

use haoban_domain::{ids::PartyId, time::Timestamp};
use sha2::{Digest, Sha256};
use sqlx::{Row, any::AnyRow};

use super::request::AuthRequest;
use crate::{
    AppState, Result,
    audit::{self, Act},
    identity::accounts::Account,
    ports::random_bytes,
    store::Write,
};

/// Life of a code.
const CODE_MS: i64 = 60_000;

/// How somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Phone and password.
    Password,
    /// Phone and code.
    Sms,
}

impl Method {
    /// `amr` value (RFC 8176).
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::Sms => "sms",
        }
    }
}

/// A family.
#[derive(Debug, Clone)]
pub struct Family {
    /// Id.
    pub id: String,
    /// Party.
    pub party_id: PartyId,
    /// Client.
    pub client_id: String,
    /// Scope.
    pub scope: String,
    /// Nonce of the request.
    pub nonce: Option<String>,
    /// When somebody signed in.
    pub auth_time: Timestamp,
    /// `amr`.
    pub method: String,
    /// When it began.
    pub created_at: Timestamp,
    /// Whether it still counts.
    pub live: bool,
}

/// Columns [`Family::of_row`] reads, with `f` and `a` as names of family and account.
pub const COLUMNS: &str = "f.id AS family_id, f.party_id, f.client_id, f.scope, f.nonce, f.auth_time, f.method, \
                           f.created_at, f.revoked_at, a.disabled";

impl Family {
    /// Reads [`COLUMNS`].
    pub fn of_row(row: &AnyRow) -> Result<Self> {
        Ok(Self {
            id: row.try_get("family_id")?,
            party_id: row.try_get::<String, _>("party_id")?.parse()?,
            client_id: row.try_get("client_id")?,
            scope: row.try_get("scope")?,
            nonce: row.try_get("nonce")?,
            auth_time: Timestamp::from_millis(row.try_get("auth_time")?),
            method: row.try_get("method")?,
            created_at: Timestamp::from_millis(row.try_get("created_at")?),
            live: row.try_get::<Option<i64>, _>("revoked_at")?.is_none() && row.try_get::<i64, _>("disabled")? == 0,
        })
    }

    /// Whether a word stands in the scope.
    #[must_use]
    pub fn has_scope(&self, word: &str) -> bool {
        self.scope.split(' ').any(|given| given == word)
    }
}

/// Begins a family for a finished sign-in and gives its code.
pub async fn issue_code(
    tx: &mut Write,
    state: &AppState,
    request: &AuthRequest,
    account: &Account,
    method: Method,
) -> Result<String> {
    let now = state.clock.now();
    let id = hex::encode(random_bytes::<16>(&*state.random));
    let code = hex::encode(random_bytes::<32>(&*state.random));
    sqlx::query(
        "INSERT INTO token_family (id, account_id, party_id, client_id, scope, nonce, auth_time, method, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id.clone())
    .bind(account.id.clone())
    .bind(account.party_id.to_string())
    .bind(request.client_id.clone())
    .bind(request.scope.clone())
    .bind(request.nonce.clone())
    .bind(now.millis())
    .bind(method.text())
    .bind(now.millis())
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "INSERT INTO auth_code (code_hash, family_id, redirect_uri, code_challenge, expires_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(digest(&code))
    .bind(id.clone())
    .bind(request.redirect_uri.clone())
    .bind(request.code_challenge.clone())
    .bind(now.plus_millis(CODE_MS).millis())
    .execute(&mut **tx)
    .await?;
    let detail = serde_json::json!({ "client": request.client_id, "method": method.text() });
    audit::record(tx, act(now, account.party_id, "identity.signed_in", &id, detail)).await?;
    Ok(code)
}

/// Ends a family: its refresh tokens and access tokens stop working at once.
pub async fn revoke(tx: &mut Write, family: &Family, reason: &'static str, now: Timestamp) -> Result<()> {
    revoke_of(tx, family.party_id, &family.id, reason, now).await
}

/// The same, of a party by the family's id.
pub async fn revoke_of(
    tx: &mut Write,
    party: PartyId,
    family: &str,
    reason: &'static str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("UPDATE token_family SET revoked_at = $2, reason = $3 WHERE id = $1 AND revoked_at IS NULL")
        .bind(family.to_owned())
        .bind(now.millis())
        .bind(reason)
        .execute(&mut **tx)
        .await?;
    let detail = serde_json::json!({ "reason": reason });
    audit::record(tx, act(now, party, "identity.tokens_revoked", family, detail)).await
}

fn act(at: Timestamp, party: PartyId, action: &'static str, family: &str, detail: serde_json::Value) -> Act<'static> {
    Act {
        at,
        actor: format!("party:{party}"),
        department: None,
        action,
        subject: format!("family:{family}"),
        case_id: None,
        detail,
    }
}

/// What stands in the database for a code or a token.
#[must_use]
pub fn digest(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}
