//! The only kind of transaction that writes.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};

use super::{StoreError, mark::Mark};

/// An open transaction of the only writer. Dropped without a commit, it changes nothing.
pub struct Write {
    inner: Transaction<'static, Sqlite>,
    number: i64,
    mark: Option<Arc<Mark>>,
}

impl Write {
    pub(super) async fn begin(writer: &SqlitePool, mark: Option<Arc<Mark>>) -> Result<Self, StoreError> {
        let mut inner = writer.begin_with("BEGIN IMMEDIATE").await?;
        let number = sqlx::query_scalar("UPDATE acknowledged SET number = number + 1 WHERE id = 1 RETURNING number")
            .fetch_one(&mut *inner)
            .await?;
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
