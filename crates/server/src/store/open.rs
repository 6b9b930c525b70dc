//! Opening the database by its address.

use std::{str::FromStr, sync::Arc, time::Duration};

use sqlx::{AnyPool, Executor, any::AnyConnectOptions, any::AnyPoolOptions};

use super::{Dialect, Store, together::Together};

/// Why the database does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither engine.
    #[error("HAOBAN_DATABASE_URL must begin with `sqlite:` or `postgres:`")]
    Scheme,
    /// Shared memory databases fall apart over several connections.
    #[error("HAOBAN_DATABASE_URL names a database in memory; name a file")]
    Memory,
    /// The engine says no.
    #[error("the database does not open: {0}")]
    Engine(#[from] sqlx::Error),
}

/// Readers beside the one SQLite writer.
const SQLITE_READERS: u32 = 4;
/// Connections to Postgres.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a request waits for a connection before it is told to come back.
const ACQUIRE: Duration = Duration::from_secs(10);

impl Store {
    /// Opens (and on SQLite creates) the database. Does not migrate.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let dialect = Dialect::of_url(url).ok_or(OpenError::Scheme)?;
        match dialect {
            Dialect::Sqlite if url.contains(":memory:") || url.contains("mode=memory") => Err(OpenError::Memory),
            Dialect::Sqlite => {
                let url = creating(url);
                // The writer first: it creates the file and turns the log on before a reader looks.
                let writer = pool(dialect, &url, 1, true).await?;
                let readers = pool(dialect, &url, SQLITE_READERS, false).await?;
                let together = Some(Arc::new(Together::open(&writer).await?));
                Ok(Self { dialect, readers, writer, together })
            }
            Dialect::Postgres => {
                let shared = pool(dialect, url, POSTGRES_CONNECTIONS, true).await?;
                Ok(Self { dialect, readers: shared.clone(), writer: shared, together: None })
            }
        }
    }
}

/// SQLite is asked to create a missing file unless the address says otherwise.
fn creating(url: &str) -> String {
    if url.contains("mode=") {
        return url.to_owned();
    }
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}mode=rwc")
}

async fn pool(dialect: Dialect, url: &str, connections: u32, writes: bool) -> Result<AnyPool, sqlx::Error> {
    let options = AnyConnectOptions::from_str(url)?;
    let mut builder = AnyPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE);
    if dialect == Dialect::Sqlite {
        // A local file has no connection to grow stale.
        builder = builder.idle_timeout(None).max_lifetime(None).test_before_acquire(false);
    }
    builder
        .after_connect(move |connection, _| {
            Box::pin(async move {
                for statement in dialect.on_connect(writes) {
                    connection.execute(*statement).await?;
                }
                Ok(())
            })
        })
        .connect_with(options)
        .await
}
