//! The only kind of transaction that writes.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use parking_lot::Mutex;
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};

use super::{StoreError, mark::Mark};

/// The proof of the root key that this process seals under, once there is one.
pub(super) type KnownProof = Arc<Mutex<Option<Vec<u8>>>>;

/// An open transaction of the only writer. Dropped without a commit, it changes nothing.
pub struct Write {
    inner: Transaction<'static, Sqlite>,
    number: i64,
    mark: Option<Arc<Mark>>,
}

impl Write {
    pub(super) async fn begin(
        writer: &SqlitePool,
        mark: Option<Arc<Mark>>,
        known: &KnownProof,
    ) -> Result<Self, StoreError> {
        let mut inner = writer.begin_with("BEGIN IMMEDIATE").await?;
        let (number, proof): (i64, Option<Vec<u8>>) = sqlx::query_as(
            "UPDATE acknowledged SET number = number + 1 WHERE id = 1 \
             RETURNING number, (SELECT proof FROM vault_meta WHERE id = 1)",
        )
        .fetch_one(&mut *inner)
        .await?;
        // Another process may have changed the root key: what this one sealed nobody could open again.
        {
            let mut known = known.lock();
            if known.is_some() && *known != proof {
                return Err(StoreError::Failed("its root key was changed by another process".to_owned()));
            }
            *known = proof;
        }
        Ok(Self { inner, number, mark })
    }

    /// Makes it durable; acknowledge only after this.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.inner.commit().await?;
        if let Some(mark) = self.mark {
            mark.set(self.number);
        }
        Ok(())
    }
}

impl Deref for Write {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.inner
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.inner
    }
}
