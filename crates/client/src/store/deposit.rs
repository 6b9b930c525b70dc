//! The device's half of a key deposit, in the vault's own row.

use haoban_domain::time::Timestamp;

use super::{
    Store, StoreError,
    meta::{MetaRow, stamp},
};
use crate::vault::Deposit;

impl Store {
    /// The deposit, if there is one or one is still to be withdrawn.
    pub(crate) async fn deposit(&self) -> Result<Option<Deposit>, StoreError> {
        Ok(MetaRow::read(self.reader()).await?.and_then(|row| {
            let made_at = Timestamp::from_millis(row.deposit_made_at?);
            Some(Deposit { wrapped: row.deposit_wrapped, by: row.deposit_by?, made_at })
        }))
    }

    /// Keeps this device's half. Call it only after the platform has confirmed its own. False when the root key was
    /// changed meanwhile: what was wrapped is no key any more.
    pub(crate) async fn put_deposit(&self, deposit: &Deposit, proof: &[u8]) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let written = sqlx::query(
            "UPDATE vault_meta SET deposit_wrapped = $1, deposit_by = $2, deposit_made_at = $3 WHERE id = 1 AND proof = $4",
        )
        .bind(&deposit.wrapped)
        .bind(&deposit.by)
        .bind(deposit.made_at.millis())
        .bind(proof)
        .execute(&mut *write)
        .await?;
        stamp(&mut write).await?;
        write.commit().await?;
        Ok(written.rows_affected() == 1)
    }

    /// Destroys this device's half; from then on the platform's opens nothing. It is remembered that one lies there.
    pub(crate) async fn withdraw_deposit(&self) -> Result<(), StoreError> {
        self.change_deposit("UPDATE vault_meta SET deposit_wrapped = NULL WHERE id = 1").await
    }

    /// The platform has removed its half too.
    pub(crate) async fn forget_deposit(&self) -> Result<(), StoreError> {
        self.change_deposit(
            "UPDATE vault_meta SET deposit_wrapped = NULL, deposit_by = NULL, deposit_made_at = NULL WHERE id = 1",
        )
        .await
    }

    async fn change_deposit(&self, sql: &'static str) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(sql).execute(&mut *write).await?;
        stamp(&mut write).await?;
        write.commit().await?;
        if let Err(error) = self.empty_log().await {
            tracing::warn!(%error, "the log still holds the wrapped key");
        }
        Ok(())
    }
}
