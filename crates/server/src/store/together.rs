//! Commits that reach the disk together (SQLite).
//!
//! A commit lies in the log beside the database and in the kernel; one sync puts all of them on the disk that were
//! there when it began. So the writer is free for the next transaction while the disk works, and sixty-four waiting
//! requests cost one sync and not sixty-four. Nobody is answered before: [`super::Write::commit`] returns after the sync,
//! and [`super::Store::settled`] holds back answers that rest on what others have committed and not yet synced.

use std::{
    io,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

use sqlx::{AnyPool, Row as _};
use tokio::sync::Mutex;

/// The log of one database.
#[derive(Debug)]
pub(super) struct Together {
    log: PathBuf,
    writer: AnyPool,
    /// Commits that are in the log.
    written: AtomicU64,
    /// Of these, commits that are on the disk.
    synced: AtomicU64,
    /// One sync at a time. True while the log cannot be trusted: a sync failed, and the kernel may since have
    /// dropped what it could not write, so that the next sync would succeed without having written it.
    failed: Mutex<bool>,
}

impl Together {
    /// Begins with a sync: what an earlier process committed and did not sync is answered from now.
    pub(super) async fn open(writer: &AnyPool) -> Result<Self, sqlx::Error> {
        let main = sqlx::query("SELECT file FROM pragma_database_list WHERE name = 'main'").fetch_one(writer).await?;
        let log = PathBuf::from(format!("{}-wal", main.try_get::<String, _>("file")?));
        let (written, synced) = (AtomicU64::new(1), AtomicU64::new(0));
        let together = Self { log, writer: writer.clone(), written, synced, failed: Mutex::new(false) };
        together.settle().await?;
        Ok(together)
    }

    /// A commit is in the log; gives its number.
    pub(super) fn written(&self) -> u64 {
        self.written.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Waits until everything that is in the log now is on the disk.
    pub(super) async fn settle(&self) -> io::Result<()> {
        self.reach(self.written.load(Ordering::SeqCst)).await
    }

    /// The same for what another process may have written: that is not counted here.
    pub(super) async fn settle_all(&self) -> io::Result<()> {
        self.reach(self.written()).await
    }

    /// Waits until a commit is on the disk.
    pub(super) async fn reach(&self, number: u64) -> io::Result<()> {
        if self.synced.load(Ordering::SeqCst) >= number {
            return Ok(());
        }
        let mut failed = self.failed.lock().await;
        // Whoever had the lock before may have synced this one with its own.
        if self.synced.load(Ordering::SeqCst) >= number {
            return Ok(());
        }
        let now = self.written.load(Ordering::SeqCst);
        if !*failed && let Err(error) = sync(self.log.clone()).await {
            tracing::error!(%error, "the database's log could not be synced");
            *failed = true;
        }
        if *failed {
            self.fold().await?;
            *failed = false;
        }
        self.synced.store(now, Ordering::SeqCst);
        Ok(())
    }

    /// Writes all of the log into the database and syncs that: the way that does not need the log's own sync.
    async fn fold(&self) -> io::Result<()> {
        let row = sqlx::query("PRAGMA wal_checkpoint(FULL)").fetch_one(&self.writer).await.map_err(io::Error::other)?;
        match row.try_get::<i64, _>(0).map_err(io::Error::other)? {
            0 => Ok(()),
            _ => Err(io::Error::new(io::ErrorKind::WouldBlock, "the database's log could not be folded")),
        }
    }
}

async fn sync(log: PathBuf) -> io::Result<()> {
    let work = tokio::task::spawn_blocking(move || std::fs::File::open(log)?.sync_data());
    work.await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    async fn opened(folder: &std::path::Path) -> Store {
        let store = Store::open(&format!("sqlite:{}", folder.join("a.db").display())).await.unwrap();
        sqlx::query("CREATE TABLE t (n INTEGER NOT NULL)").execute(&store.writer).await.unwrap();
        store
    }

    async fn insert(store: &Store, number: i64) -> crate::Result<()> {
        let mut tx = store.write().await?;
        sqlx::query("INSERT INTO t (n) VALUES ($1)").bind(number).execute(&mut *tx).await?;
        tx.commit().await
    }

    /// What the database file holds without its log.
    async fn folded(folder: &std::path::Path) -> i64 {
        std::fs::copy(folder.join("a.db"), folder.join("b.db")).unwrap();
        let alone = Store::open(&format!("sqlite:{}", folder.join("b.db").display())).await.unwrap();
        let count = sqlx::query_scalar("SELECT CAST(count(*) AS BIGINT) FROM t").fetch_one(alone.reader()).await;
        alone.close().await;
        count.unwrap_or(0)
    }

    #[tokio::test]
    async fn a_commit_is_counted_synced_when_it_returns() {
        let folder = tempfile::tempdir().unwrap();
        let store = opened(folder.path()).await;
        let together = store.together.clone().unwrap();
        for number in 0..3 {
            insert(&store, number).await.unwrap();
            let written = together.written.load(Ordering::SeqCst);
            assert_eq!(together.synced.load(Ordering::SeqCst), written);
        }
        assert_eq!(folded(folder.path()).await, 0, "they lie in the log");
    }

    #[tokio::test]
    async fn a_log_that_cannot_be_synced_is_folded_before_anybody_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = opened(folder.path()).await;
        let old = store.together.take().unwrap();
        let broken = Together {
            log: folder.path().join("nowhere"),
            writer: old.writer.clone(),
            written: AtomicU64::new(1),
            synced: AtomicU64::new(0),
            failed: Mutex::new(false),
        };
        store.together = Some(std::sync::Arc::new(broken));
        insert(&store, 1).await.unwrap();
        assert_eq!(folded(folder.path()).await, 1);
        // Neither sync nor fold: no answer, and the next one has to make up for it.
        store.together.as_ref().unwrap().writer.close().await;
        assert!(store.settled_by_all().await.is_err());
        assert!(store.settled_by_all().await.is_err());
        assert!(*store.together.as_ref().unwrap().failed.lock().await);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn many_at_once_are_all_there() {
        let folder = tempfile::tempdir().unwrap();
        let store = opened(folder.path()).await;
        futures_util::future::try_join_all((0..200).map(|number| insert(&store, number))).await.unwrap();
        let count: i64 =
            sqlx::query_scalar("SELECT CAST(count(*) AS BIGINT) FROM t").fetch_one(store.reader()).await.unwrap();
        assert_eq!(count, 200);
        store.settled().await.unwrap();
    }
}
