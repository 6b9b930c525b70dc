//! The device's database: many readers, one writer, every write durable before it is acknowledged.
//!
//! Rule for callers: inside a `write()` use only its transaction. A reader would see the state before it,
//! and in a memory-only store it would wait for ever.

mod deposit;
mod files;
mod inspect;
mod mark;
mod meta;
pub mod records;
#[cfg(test)]
mod released;
mod reseal;
pub(crate) mod sealed_log;
#[cfg(test)]
mod tests;
mod write;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sqlx::{
    Connection, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub(crate) use files::SealedFiles;
use mark::Mark;
pub(crate) use meta::VaultMeta;
pub use write::Write;

use crate::vault::Keys;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");
const READERS: u32 = 3;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Written by a newer app; nothing was changed.
    #[error("the store has schema {found}, this app knows {known}")]
    TooNew {
        /// Schema of the file.
        found: i64,
        /// Newest schema this app knows.
        known: i64,
    },
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The file is damaged or not a store.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Anything else.
    #[error("the store failed: {0}")]
    Failed(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        // Tables and queries are this app's own: a value of another kind was not written by it.
        if matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) {
            return Self::Damaged(error.to_string());
        }
        // SQLite result codes: 13 full, 11 corrupt, 26 not a database. The low byte is the primary code.
        let extended = match &error {
            sqlx::Error::Database(inner) => inner.code().and_then(|code| code.parse::<i64>().ok()),
            _ => None,
        };
        let code = extended.map(|code| code & 0xff);
        match code {
            Some(13) => Self::Full,
            // The index of the write-ahead log could not grow.
            _ if extended == Some(4874) => Self::Full,
            Some(11 | 26) => Self::Damaged(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull { Self::Full } else { Self::Failed(error.to_string()) }
    }
}

/// The database of a profile.
#[derive(Clone)]
pub struct Store {
    reader: SqlitePool,
    writer: SqlitePool,
    /// None in memory.
    mark: Option<Arc<Mark>>,
    proof: write::KnownProof,
}

impl Store {
    /// Opens (or makes) the file, brings its schema up to date; refuses a newer one before writing anything.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(true)
            .pragma("secure_delete", "on")
            .pragma("fullfsync", "on")
            .pragma("checkpoint_fullfsync", "on");
        if std::fs::metadata(path).is_ok_and(|file| file.len() > 0) {
            let found = inspect::inspect(path).await?;
            if found.schema > 0 && found.schema < newest_known() {
                copy_before_upgrade(path, found.schema).await?;
            }
        }
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            // SQLite rolls back by itself when the disk is full; the driver then believes for ever that it is inside.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect_with(options.clone().create_if_missing(true))
            .await?;
        restrict(path)?;
        migrate(&writer).await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.create_if_missing(false).pragma("query_only", "on"))
            .await?;
        let store =
            Self { reader, writer, mark: Some(Arc::new(Mark::open(path))), proof: write::KnownProof::default() };
        store.stamp_older().await?;
        Ok(store)
    }

    /// A store that is gone with the process.
    pub async fn in_memory() -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().in_memory(true).foreign_keys(true);
        let only = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await?;
        migrate(&only).await?;
        Ok(Self { reader: only.clone(), writer: only, mark: None, proof: write::KnownProof::default() })
    }

    /// Begins the only kind of transaction that writes. No network or keychain call inside.
    pub async fn write(&self) -> Result<Write, StoreError> {
        Write::begin(&self.writer, self.mark.clone(), &self.proof).await
    }

    /// Whether another process has written since this was last asked.
    pub(crate) fn was_written_elsewhere(&self) -> bool {
        self.mark.as_ref().is_some_and(|mark| mark.moved_elsewhere())
    }

    /// Connections that can only read.
    #[must_use]
    pub fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    /// Empties the write-ahead log and closes.
    pub async fn close(&self) {
        self.reader.close().await;
        if !self.writer.is_closed()
            && let Err(error) = self.empty_log().await
        {
            tracing::warn!(%error, "checkpoint on close failed");
        }
        self.writer.close().await;
    }

    async fn empty_log(&self) -> Result<(), StoreError> {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await?;
        Ok(())
    }

    /// Opens every sealed row with the keys of the vault: damage that no page check finds.
    pub(crate) async fn verify(&self, keys: &Keys) -> Result<(), StoreError> {
        inspect::verify(&self.reader, keys).await
    }

    /// No vault and nothing sealed: the file was made, but its first row was not.
    pub(crate) async fn is_blank(&self) -> Result<bool, StoreError> {
        let rows: i64 = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM sealed_record) + (SELECT count(*) FROM draft) + (SELECT count(*) FROM outbox_entry)",
        )
        .fetch_one(&self.reader)
        .await?;
        Ok(rows == 0)
    }
}

/// Whether a store was there and had acknowledged something, though its file may be gone.
pub(crate) fn was_used(store: &Path) -> bool {
    mark::read(store).is_some_and(|number| number > 0)
}

/// The write-ahead log of a store.
pub(crate) fn log_of(store: &Path) -> PathBuf {
    store.with_file_name(format!("{}-wal", store.file_name().unwrap_or_default().to_string_lossy()))
}

fn newest_known() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Keeps the store as it was. The copy has its name only when all of it is on the disk: half a one would be trusted later.
async fn copy_before_upgrade(path: &Path, from: i64) -> Result<(), StoreError> {
    let copy = path.with_extension(format!("schema-{from}.db"));
    if copy.exists() {
        return Ok(());
    }
    let part = path.with_extension(format!("schema-{from}.part"));
    if part.exists() {
        std::fs::remove_file(&part)?;
    }
    let pool =
        SqlitePoolOptions::new().max_connections(1).connect_with(SqliteConnectOptions::new().filename(path)).await?;
    let copied = sqlx::query("VACUUM INTO $1").bind(part.to_string_lossy().into_owned()).execute(&pool).await;
    pool.close().await;
    copied?;
    restrict(&part)?;
    std::fs::File::open(&part)?.sync_all()?;
    haoban_failpoints::reach("store-copied");
    std::fs::rename(&part, &copy)?;
    #[cfg(unix)]
    if let Some(folder) = copy.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    MIGRATIONS.run(pool).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::VersionMissing(found) => StoreError::TooNew { found, known: newest_known() },
        sqlx::migrate::MigrateError::VersionMismatch(_) | sqlx::migrate::MigrateError::Dirty(_) => {
            StoreError::Damaged("its list of migrations is not the one it was made with".to_owned())
        }
        sqlx::migrate::MigrateError::Execute(error) => error.into(),
        other => StoreError::Failed(other.to_string()),
    })
}

/// Only this user may read the file.
fn restrict(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
