//! The database: one SQL text, two engines.
//!
//! SQLite keeps a pool of readers and exactly one writer; Postgres shares one pool. Nothing writes
//! except through [`Store::write`].

mod dialect;
mod migrate;
mod open;
mod together;

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

pub use dialect::Dialect;
pub use migrate::MigrateError;
pub use open::OpenError;
use sqlx::{AnyConnection, AnyPool, Transaction};
use together::Together;

use crate::Result;

/// The open database. Cloning shares the pools.
#[derive(Debug, Clone)]
pub struct Store {
    dialect: Dialect,
    readers: AnyPool,
    writer: AnyPool,
    /// None on Postgres, which has its own.
    together: Option<Arc<Together>>,
}

impl Store {
    /// Which engine.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Where to read from: `sqlx::query(…).fetch_one(store.reader())`. On SQLite these connections cannot write.
    #[must_use]
    pub fn reader(&self) -> &AnyPool {
        &self.readers
    }

    /// Starts a writing transaction (`BEGIN IMMEDIATE` on SQLite). Dropping it without [`Write::commit`] undoes it.
    ///
    /// ```ignore
    /// let mut tx = store.write().await?;
    /// sqlx::query("…").bind(id).execute(&mut *tx).await?;
    /// audit::record(&mut tx, entry).await?;
    /// tx.commit().await?;
    /// ```
    ///
    /// Nothing slow may be awaited while it is open: no network, no hashing, no file.
    pub async fn write(&self) -> Result<Write> {
        let tx = match self.dialect {
            Dialect::Sqlite => match self.writer.begin_with("BEGIN IMMEDIATE").await {
                // A full disk makes SQLite undo a transaction by itself, and the connection does not know: it
                // would refuse every write until the next start.
                Err(sqlx::Error::InvalidSavePointStatement) => {
                    self.writer.acquire().await?.close().await?;
                    self.writer.begin_with("BEGIN IMMEDIATE").await?
                }
                begun => begun?,
            },
            Dialect::Postgres => self.writer.begin().await?,
        };
        Ok(Write { tx, dialect: self.dialect, together: self.together.clone() })
    }

    /// Waits until nothing that this process has committed could be undone by a power cut. Whoever answers from what
    /// was read, or tells the outside of it, waits for this first.
    pub async fn settled(&self) -> Result<()> {
        match &self.together {
            Some(together) => Ok(together.settle().await?),
            None => Ok(()),
        }
    }

    /// The same for what another process has committed on the same file.
    pub async fn settled_by_all(&self) -> Result<()> {
        match &self.together {
            Some(together) => Ok(together.settle_all().await?),
            None => Ok(()),
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query_scalar::<_, i64>("SELECT CAST(1 AS BIGINT)").fetch_one(&self.readers).await?;
        Ok(())
    }

    /// Writes one moment of an SQLite database into a new file, while others go on.
    pub(crate) async fn copy_into(&self, file: &std::path::Path) -> Result<()> {
        sqlx::query("VACUUM INTO $1").bind(file.display().to_string()).execute(&self.writer).await?;
        Ok(())
    }

    /// Ends all connections; on SQLite the log is folded into the file first.
    pub async fn close(&self) {
        self.readers.close().await;
        if self.dialect == Dialect::Sqlite {
            // Best effort: an unfolded log is read again at the next start.
            let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await;
        }
        self.writer.close().await;
    }
}

/// A writing transaction. Use `&mut *tx` as executor (`&mut **tx` when `tx` is a `&mut Write`).
#[derive(Debug)]
pub struct Write {
    tx: Transaction<'static, sqlx::Any>,
    dialect: Dialect,
    together: Option<Arc<Together>>,
}

impl Write {
    /// Which engine.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Makes it count: it is on the disk when this returns. After an error it may still be there; the act's key
    /// finds out.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await?;
        if let Some(together) = self.together {
            haoban_failpoints::reach("commit-before-sync");
            together.reach(together.written()).await?;
        }
        Ok(())
    }

    /// Undoes it now instead of at drop.
    pub async fn rollback(self) -> Result<()> {
        Ok(self.tx.rollback().await?)
    }
}

impl Deref for Write {
    type Target = AnyConnection;
    fn deref(&self) -> &AnyConnection {
        &self.tx
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.tx
    }
}
