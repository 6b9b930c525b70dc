//! The vault's own row: what is kept in clear so that the rest can be opened.

use haoban_domain::time::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::{SqliteConnection, SqliteExecutor};

use super::{Store, StoreError};
use crate::vault::Escrow;

/// What the vault keeps in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VaultMeta {
    pub(crate) profile: String,
    pub(crate) kdf: Option<String>,
    pub(crate) wrapped: Option<Vec<u8>>,
    pub(crate) proof: Vec<u8>,
    /// The index key, once the root key was changed.
    pub(crate) index: Option<Vec<u8>>,
}

#[derive(sqlx::FromRow)]
pub(super) struct MetaRow {
    profile: String,
    way: String,
    kdf: Option<String>,
    wrapped: Option<Vec<u8>>,
    proof: Vec<u8>,
    recovery_kdf: Option<String>,
    recovery_wrapped: Option<Vec<u8>>,
    recovery_made_at: Option<i64>,
    pub(super) deposit_wrapped: Option<Vec<u8>>,
    pub(super) deposit_by: Option<String>,
    pub(super) deposit_made_at: Option<i64>,
    index_sealed: Option<Vec<u8>>,
    digest: Option<Vec<u8>>,
}

impl MetaRow {
    pub(super) async fn read(from: impl SqliteExecutor<'_>) -> Result<Option<Self>, StoreError> {
        let row: Option<Self> = sqlx::query_as(
            "SELECT profile, way, kdf, wrapped, proof, recovery_kdf, recovery_wrapped, recovery_made_at, \
             deposit_wrapped, deposit_by, deposit_made_at, index_sealed, digest \
             FROM vault_meta WHERE id = 1",
        )
        .fetch_optional(from)
        .await?;
        match row {
            Some(row) if row.digest.as_ref().is_some_and(|digest| *digest != row.digest()) => {
                Err(StoreError::Damaged("the vault's own row is not as it was written".to_owned()))
            }
            row => Ok(row),
        }
    }

    fn digest(&self) -> Vec<u8> {
        let made_at = self.recovery_made_at.map(i64::to_be_bytes);
        let deposited_at = self.deposit_made_at.map(i64::to_be_bytes);
        let mut columns = vec![
            Some(self.profile.as_bytes()),
            Some(self.way.as_bytes()),
            self.kdf.as_deref().map(str::as_bytes),
            self.wrapped.as_deref(),
            Some(self.proof.as_slice()),
            self.recovery_kdf.as_deref().map(str::as_bytes),
            self.recovery_wrapped.as_deref(),
            made_at.as_ref().map(<[u8; 8]>::as_slice),
        ];
        let later = [
            self.deposit_wrapped.as_deref(),
            self.deposit_by.as_deref().map(str::as_bytes),
            deposited_at.as_ref().map(<[u8; 8]>::as_slice),
            self.index_sealed.as_deref(),
        ];
        // Rows from before these columns have a digest without them.
        if later.iter().any(Option::is_some) {
            columns.extend(later);
        }
        let mut digest = Sha256::new();
        for column in columns {
            match column {
                None => digest.update([0]),
                Some(bytes) => {
                    digest.update([1]);
                    digest.update((bytes.len() as u64).to_be_bytes());
                    digest.update(bytes);
                }
            }
        }
        digest.finalize().to_vec()
    }
}

/// Writes the digest of the row as it stands.
pub(super) async fn stamp(write: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE vault_meta SET digest = NULL WHERE id = 1").execute(&mut *write).await?;
    let Some(row) = MetaRow::read(&mut *write).await? else { return Ok(()) };
    sqlx::query("UPDATE vault_meta SET digest = $1 WHERE id = 1").bind(row.digest()).execute(&mut *write).await?;
    Ok(())
}

impl Store {
    pub(crate) async fn vault_meta(&self) -> Result<Option<VaultMeta>, StoreError> {
        Ok(MetaRow::read(self.reader()).await?.map(|row| VaultMeta {
            profile: row.profile,
            kdf: row.kdf,
            wrapped: row.wrapped,
            proof: row.proof,
            index: row.index_sealed,
        }))
    }

    /// The root key under the recovery code in force, if there is one.
    pub(crate) async fn escrow(&self) -> Result<Option<Escrow>, StoreError> {
        Ok(MetaRow::read(self.reader()).await?.and_then(|row| {
            let made_at = Timestamp::from_millis(row.recovery_made_at?);
            Some(Escrow { kdf: row.recovery_kdf?, wrapped: row.recovery_wrapped?, made_at })
        }))
    }

    /// Puts a new recovery code in force; the one before it opens nothing any more, not even the write-ahead log.
    pub(crate) async fn put_escrow(&self, escrow: &Escrow) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE vault_meta SET recovery_kdf = $1, recovery_wrapped = $2, recovery_made_at = $3 WHERE id = 1",
        )
        .bind(&escrow.kdf)
        .bind(&escrow.wrapped)
        .bind(escrow.made_at.millis())
        .execute(&mut *write)
        .await?;
        stamp(&mut write).await?;
        write.commit().await?;
        if let Err(error) = self.empty_log().await {
            tracing::warn!(%error, "the log still holds the recovery code before this one");
        }
        Ok(())
    }

    pub(crate) async fn begin_vault(&self, meta: &VaultMeta, now: Timestamp) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("INSERT INTO vault_meta (id, profile, way, kdf, wrapped, proof, created_at) VALUES (1, $1, $2, $3, $4, $5, $6)")
            .bind(&meta.profile)
            .bind(if meta.kdf.is_some() { "passphrase" } else { "keychain" })
            .bind(&meta.kdf)
            .bind(&meta.wrapped)
            .bind(&meta.proof)
            .bind(now.millis())
            .execute(&mut *write)
            .await?;
        stamp(&mut write).await?;
        write.commit().await
    }

    /// Gives a row of an older schema its digest.
    pub(super) async fn stamp_older(&self) -> Result<(), StoreError> {
        let unstamped: i64 =
            sqlx::query_scalar("SELECT count(*) FROM vault_meta WHERE digest IS NULL").fetch_one(self.reader()).await?;
        if unstamped == 0 {
            return Ok(());
        }
        let mut write = self.write().await?;
        stamp(&mut write).await?;
        write.commit().await
    }
}
