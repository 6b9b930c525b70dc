//! Paying out. A bank or treasury would stand behind [`PaymentGateway`]; here stands a ledger that says what it is.

use haoban_domain::{
    ids::{CaseId, PartyId},
    time::Timestamp,
};

use crate::{Result, store::Write};

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
}

/// The demo city's treasury: a ledger row is the payment. No money moves anywhere.
#[derive(Debug, Clone, Copy, Default)]
pub struct LocalLedger;

#[async_trait::async_trait]
impl PaymentGateway for LocalLedger {
    async fn settle(&self, order: &PaymentOrder) -> Result<Settlement> {
        tracing::info!(case = %order.case, "the local ledger books the order as paid");
        Ok(Settlement::Paid)
    }
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
