//! SQLite's one writer, shared: whoever waits while somebody writes joins the same commit.
//!
//! Each writer works inside a savepoint, so it can be undone alone. The first to finish orders the end of the
//! group; the end stands in the same queue as the writers, so everybody who waited by then is let in first.
//! Nobody hears of success before the one commit that carries the whole group.

use std::{sync::Arc, time::Duration};

use sqlx::{Any, AnyConnection, AnyPool, Executor as _, Transaction};
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedMutexGuard, oneshot},
};

use crate::{Error, Result};

/// How long a writer waits for its turn before it is told to come back.
const TURN: Duration = Duration::from_secs(10);

/// What the last writer left behind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Nothing.
    #[default]
    Nothing,
    /// A savepoint that counts.
    Finished,
    /// A savepoint that must be undone: the writer failed, or its request went away.
    Abandoned,
}

#[derive(Debug, Default)]
struct Group {
    /// From the first writer to the commit.
    tx: Option<Transaction<'static, Any>>,
    left: Left,
    /// Its end stands in the queue.
    ending: bool,
    /// Who waits for the commit.
    waiting: Vec<oneshot::Sender<bool>>,
}

impl Group {
    async fn run(&mut self, statement: &'static str) -> Result<()> {
        if let Some(tx) = &mut self.tx {
            (&mut **tx).execute(statement).await?;
        }
        Ok(())
    }

    /// Settles what the last writer left. When that fails the database has undone the whole group by itself.
    async fn tidy(&mut self) -> Result<()> {
        if self.left == Left::Abandoned {
            self.run("ROLLBACK TO member").await?;
        }
        if self.left != Left::Nothing {
            self.run("RELEASE member").await?;
            self.left = Left::Nothing;
        }
        Ok(())
    }

    /// Ends the group: one commit, then everybody hears of it.
    async fn end(&mut self) {
        let tidied = self.tidy().await;
        let committed = match (tidied, self.tx.take()) {
            (Ok(()), Some(tx)) => tx.commit().await.map_err(Error::from),
            (Ok(()), None) if !self.waiting.is_empty() => Err(Error::internal("a group without a transaction")),
            // Dropping a transaction undoes it.
            (tidied, _) => tidied,
        };
        if let Err(error) = &committed {
            tracing::error!(%error, writers = self.waiting.len(), "a group of writers was undone");
        }
        (self.left, self.ending) = (Left::Nothing, false);
        for writer in self.waiting.drain(..) {
            // Whoever went away meanwhile comes back with the same key.
            let _ = writer.send(committed.is_ok());
        }
    }
}

/// The queue of writers.
#[derive(Debug, Clone)]
pub(super) struct Writers {
    pool: AnyPool,
    group: Arc<Mutex<Group>>,
}

impl Writers {
    pub(super) fn new(pool: AnyPool) -> Self {
        Self { pool, group: Arc::default() }
    }

    /// Waits for a turn and joins the group, or begins one.
    pub(super) async fn turn(&self) -> Result<Turn> {
        let waited = tokio::time::timeout(TURN, Arc::clone(&self.group).lock_owned()).await;
        let group = waited.map_err(|_| sqlx::Error::PoolTimedOut)?;
        let mut turn = Turn { group, writers: Arc::clone(&self.group), runtime: Handle::current() };
        turn.begin(&self.pool).await?;
        Ok(turn)
    }
}

/// One writer's turn. Dropping it undoes what it wrote.
#[derive(Debug)]
pub(super) struct Turn {
    group: OwnedMutexGuard<Group>,
    writers: Arc<Mutex<Group>>,
    runtime: Handle,
}

impl Turn {
    async fn begin(&mut self, pool: &AnyPool) -> Result<()> {
        if let Err(error) = self.group.tidy().await {
            self.group.end().await;
            return Err(error);
        }
        if self.group.tx.is_none() {
            self.group.tx = Some(pool.begin_with("BEGIN IMMEDIATE").await?);
        }
        if let Err(error) = self.group.run("SAVEPOINT member").await {
            self.group.end().await;
            return Err(error);
        }
        self.group.left = Left::Abandoned;
        Ok(())
    }

    /// Makes it count together with the others of the group.
    pub(super) async fn commit(mut self) -> Result<()> {
        let (told, hears) = oneshot::channel();
        self.group.waiting.push(told);
        self.group.left = Left::Finished;
        drop(self);
        match hears.await {
            Ok(true) => Ok(()),
            // The reason stands in the log; the caller may simply try again.
            Ok(false) | Err(_) => Err(sqlx::Error::PoolTimedOut.into()),
        }
    }

    /// The connection of the group, which has one as long as somebody has a turn.
    pub(super) fn connection(&self) -> &AnyConnection {
        self.group.tx.as_deref().unwrap_or_else(|| unreachable!("a turn without a transaction"))
    }

    /// The same, to write through.
    pub(super) fn connection_mut(&mut self) -> &mut AnyConnection {
        self.group.tx.as_deref_mut().unwrap_or_else(|| unreachable!("a turn without a transaction"))
    }
}

impl Drop for Turn {
    /// The first to leave a group orders its end, whether it finished or not.
    fn drop(&mut self) {
        if self.group.tx.is_some() && !self.group.ending {
            self.group.ending = true;
            let writers = Arc::clone(&self.writers);
            self.runtime.spawn(async move { writers.lock().await.end().await });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::future::join_all;
    use sqlx::any::AnyPoolOptions;

    use super::*;

    struct Books {
        writers: Writers,
        pool: AnyPool,
        _folder: tempfile::TempDir,
    }

    async fn books() -> Books {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}?mode=rwc", folder.path().join("t.db").display());
        let writer = AnyPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
        writer.execute("PRAGMA journal_mode = WAL").await.unwrap();
        writer.execute("CREATE TABLE t (n INTEGER PRIMARY KEY CHECK (n < 1000))").await.unwrap();
        let pool = AnyPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
        Books { writers: Writers::new(writer), pool, _folder: folder }
    }

    async fn put(turn: &mut Turn, n: i64) -> Result<()> {
        sqlx::query("INSERT INTO t (n) VALUES ($1)").bind(n).execute(turn.connection_mut()).await?;
        Ok(())
    }

    async fn seen(books: &Books) -> i64 {
        sqlx::query_scalar("SELECT COUNT(*) FROM t").fetch_one(&books.pool).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_waits_shares_a_commit_and_is_there_when_told_so() {
        let books = books().await;
        let early = AtomicU32::new(0);
        let first = books.writers.turn().await.unwrap();
        let writers = (0..50).map(|n| {
            let (books, early) = (&books, &early);
            async move {
                let mut turn = books.writers.turn().await.unwrap();
                put(&mut turn, n).await.unwrap();
                early.fetch_add(u32::from(seen(books).await > n), Ordering::SeqCst);
                turn.commit().await.unwrap();
                let there: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM t WHERE n = $1")
                    .bind(n)
                    .fetch_one(&books.pool)
                    .await
                    .unwrap();
                assert_eq!(there, 1, "told of success before it was there");
            }
        });
        let all = join_all(writers);
        tokio::join!(all, async {
            tokio::task::yield_now().await;
            first.commit().await.unwrap();
        });
        assert_eq!(seen(&books).await, 50);
        assert_eq!(early.load(Ordering::SeqCst), 0, "nobody outside saw a row before its commit");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_that_fails_or_goes_away_takes_nobody_with_it() {
        let books = books().await;
        let writers = (0..30_i64).map(|n| {
            let books = &books;
            async move {
                let mut turn = books.writers.turn().await.unwrap();
                put(&mut turn, n).await.unwrap();
                match n % 3 {
                    0 => turn.commit().await.unwrap(),
                    1 => drop(turn),
                    _ => {
                        assert!(put(&mut turn, 5_000).await.is_err(), "the rule of the table");
                        drop(turn);
                    }
                }
            }
        });
        join_all(writers).await;
        // Another turn stands behind the end of the last group.
        books.writers.turn().await.unwrap().commit().await.unwrap();
        let kept: Vec<i64> = sqlx::query_scalar("SELECT n FROM t ORDER BY n").fetch_all(&books.pool).await.unwrap();
        assert_eq!(kept, (0..30).filter(|n| n % 3 == 0).collect::<Vec<i64>>());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_group_of_nobody_gives_the_database_back() {
        let books = books().await;
        drop(books.writers.turn().await.unwrap());
        for _ in 0..200 {
            if books.writers.group.lock().await.tx.is_none() {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("the transaction of a dropped write stays open");
    }
}
