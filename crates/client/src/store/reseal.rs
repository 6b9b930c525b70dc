//! All sealed rows under another root key, in one transaction: before it everything opens under the old key, after it
//! under the new one.

use sqlx::AssertSqlSafe;

use super::{Store, StoreError, VaultMeta, meta::stamp};
use crate::vault::{Keys, VaultError};

/// Rows read at a time.
const BATCH: i64 = 200;
/// Each table of sealed rows and the name its rows are sealed under.
const SEALED: [(&str, &str); 5] = [
    ("sealed_record", "kind || '/' || id"),
    ("draft", "id"),
    ("material", "id"),
    ("outbox_entry", "id"),
    ("outbox_step", "id"),
];

impl Store {
    /// How many rows are sealed.
    pub(crate) async fn sealed_rows(&self) -> Result<u64, StoreError> {
        let mut rows = 0_i64;
        for (table, _) in SEALED {
            let sql = format!("SELECT count(*) FROM {table}");
            rows += sqlx::query_scalar::<_, i64>(AssertSqlSafe(sql)).fetch_one(self.reader()).await?;
        }
        Ok(rows.unsigned_abs())
    }

    /// Seals every row anew and puts the new key in force. What wraps the old root key is destroyed with it: the
    /// recovery code and this device's half of the deposit. `each` hears of every row and may end it by an error.
    pub(crate) async fn reseal(
        &self,
        meta: &VaultMeta,
        old: &Keys,
        new: &Keys,
        mut each: impl FnMut() -> Result<(), VaultError> + Send,
    ) -> Result<(), VaultError> {
        let mut write = self.write().await?;
        for (table, name) in SEALED {
            let select = format!(
                "SELECT rowid, {name}, revision, sealed FROM {table} WHERE rowid > $1 ORDER BY rowid LIMIT {BATCH}"
            );
            let update = format!("UPDATE {table} SET sealed = $1 WHERE rowid = $2");
            let mut last = i64::MIN;
            loop {
                let rows: Vec<(i64, String, i64, Vec<u8>)> = sqlx::query_as(AssertSqlSafe(select.clone()))
                    .bind(last)
                    .fetch_all(&mut *write)
                    .await
                    .map_err(StoreError::from)?;
                let Some((reached, ..)) = rows.last() else { break };
                last = *reached;
                for (rowid, row, revision, sealed) in rows {
                    let revision = revision.cast_unsigned();
                    let plain = old.open(table, &row, revision, &sealed)?;
                    sqlx::query(AssertSqlSafe(update.clone()))
                        .bind(new.seal(table, &row, revision, &plain)?)
                        .bind(rowid)
                        .execute(&mut *write)
                        .await
                        .map_err(StoreError::from)?;
                    each()?;
                }
            }
        }
        sqlx::query(
            "UPDATE vault_meta SET proof = $1, index_sealed = $2, recovery_kdf = NULL, recovery_wrapped = NULL, \
             recovery_made_at = NULL, deposit_wrapped = NULL WHERE id = 1",
        )
        .bind(new.make_proof(&meta.profile)?)
        .bind(new.seal_index(&meta.profile)?)
        .execute(&mut *write)
        .await
        .map_err(StoreError::from)?;
        stamp(&mut write).await?;
        haoban_failpoints::reach("rotate-before-commit");
        write.commit().await?;
        haoban_failpoints::reach("rotate-after-commit");
        Ok(())
    }
}
