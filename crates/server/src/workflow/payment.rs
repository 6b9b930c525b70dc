//! Money out and in. A bank or treasury would stand behind [`PaymentGateway`]; here stands a ledger that says what it is.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use haoban_domain::{
    ids::{CaseId, PartyId},
    receipt,
    time::Timestamp,
};
use sqlx::Row as _;

use super::ChargeOrder;
use crate::{
    Result,
    config::Config,
    identity::Secret,
    ports::Clock,
    store::{Store, Write},
};

/// Money to be paid to the applicant's own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentOrder {
    /// Case that grants it; one order a case.
    pub case: CaseId,
    /// Who gets it.
    pub party: PartyId,
    /// How much.
    pub amount_fen: i64,
    /// Account, when the applicant named one.
    pub account: Option<String>,
    /// What it is for.
    pub words: String,
}

/// What the other side says about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// The money is there.
    Paid,
    /// Ask again later.
    Pending,
}

/// The side that moves money. Called by the worker, outside of any transaction; asking twice about one case is harmless.
#[async_trait::async_trait]
pub trait PaymentGateway: Send + Sync + 'static {
    /// Hands an order over, or asks about one that was.
    async fn settle(&self, order: &PaymentOrder) -> Result<Settlement>;
    /// A page on which the payer pays a charge. Each address counts once and not for long; the same key gives
    /// the same address.
    async fn page(&self, charge: &ChargeOrder, key: &str) -> Result<PaymentLink>;
    /// Gives back what was paid, or asks about it.
    async fn refund(&self, charge: &ChargeOrder) -> Result<Settlement>;
}

/// Where a charge is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentLink {
    /// Address for the system browser.
    pub url: String,
    /// It is good until then.
    pub expires_at: Timestamp,
}

/// How long an address of the local gateway is good.
const LINK_MS: i64 = 600_000;

/// The demo city's treasury: a ledger row is the payment, a page of ours the cashier. No money moves anywhere.
pub struct LocalLedger {
    store: Store,
    config: Arc<Config>,
    clock: Arc<dyn Clock>,
    secret: Arc<Secret>,
}

impl LocalLedger {
    /// On the platform's own database.
    pub fn new(store: Store, config: Arc<Config>, clock: Arc<dyn Clock>, secret: Arc<Secret>) -> Self {
        Self { store, config, clock, secret }
    }
}

#[async_trait::async_trait]
impl PaymentGateway for LocalLedger {
    async fn settle(&self, order: &PaymentOrder) -> Result<Settlement> {
        tracing::info!(case = %order.case, "the local ledger books the order as paid");
        Ok(Settlement::Paid)
    }

    async fn page(&self, charge: &ChargeOrder, key: &str) -> Result<PaymentLink> {
        // Made from the key, so that it can be told again though only its digest is kept.
        let secret =
            URL_SAFE_NO_PAD.encode(self.secret.mark("payment page", format!("{}:{key}", charge.case).as_bytes()));
        let digest = receipt::digest(secret.as_bytes());
        let expires_at = self.clock.now().plus_millis(LINK_MS);
        let mut tx = self.store.write().await?;
        sqlx::query("DELETE FROM charge_link WHERE expires_at <= $1")
            .bind(self.clock.now().millis())
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "INSERT INTO charge_link (secret_sha256, case_id, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT (secret_sha256) DO NOTHING",
        )
        .bind(digest.clone())
        .bind(charge.case.to_string())
        .bind(expires_at.millis())
        .execute(&mut *tx)
        .await?;
        let row = sqlx::query("SELECT expires_at FROM charge_link WHERE secret_sha256 = $1").bind(digest);
        let expires_at = Timestamp::from_millis(row.fetch_one(&mut *tx).await?.try_get("expires_at")?);
        tx.commit().await?;
        Ok(PaymentLink { url: format!("{}/demo/pay/{secret}", self.config.public_url), expires_at })
    }

    async fn refund(&self, charge: &ChargeOrder) -> Result<Settlement> {
        tracing::info!(case = %charge.case, "the local ledger books the charge as given back");
        Ok(Settlement::Paid)
    }
}

/// The case a secret of the local gateway's page stands for, while it is good.
pub(crate) async fn linked_case(store: &Store, secret: &str, now: Timestamp) -> Result<Option<CaseId>> {
    let row = sqlx::query("SELECT case_id FROM charge_link WHERE secret_sha256 = $1 AND expires_at > $2")
        .bind(receipt::digest(secret.as_bytes()))
        .bind(now.millis())
        .fetch_optional(store.reader())
        .await?;
    Ok(row.map(|row| row.try_get::<String, _>("case_id")).transpose()?.map(|id| id.parse()).transpose()?)
}

/// Uses a secret up; false when it was used before.
pub(super) async fn use_link(tx: &mut Write, secret: &str) -> Result<bool> {
    let done = sqlx::query("DELETE FROM charge_link WHERE secret_sha256 = $1")
        .bind(receipt::digest(secret.as_bytes()))
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes an order down, in the transaction of the grant.
pub(super) async fn write_order(tx: &mut Write, order: &PaymentOrder, id: String, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO payment_order (id, case_id, party_id, amount_fen, account, words, state, ordered_at) \
         VALUES ($1, $2, $3, $4, $5, $6, 'ordered', $7)",
    )
    .bind(id)
    .bind(order.case.to_string())
    .bind(order.party.to_string())
    .bind(order.amount_fen)
    .bind(order.account.clone())
    .bind(order.words.clone())
    .bind(now.millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
