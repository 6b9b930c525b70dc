//! The device's database: many readers, one writer, every write durable before it is acknowledged.
//!
//! Rule for callers: inside a `write()` use only its transaction. A reader would see the state before it,
//! and in a memory-only store it would wait for ever.

mod files;
pub mod records;
#[cfg(test)]
mod tests;

use std::{path::Path, time::Duration};

use haoban_domain::time::Timestamp;
use sqlx::{
    Sqlite, SqlitePool, Transaction,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub(crate) use files::SealedFiles;

use crate::vault::Escrow;

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
        // SQLite result codes: 13 full, 11 corrupt, 26 not a database. The low byte is the primary code.
        let code = match &error {
            sqlx::Error::Database(inner) => {
                inner.code().and_then(|code| code.parse::<i64>().ok()).map(|code| code & 0xff)
            }
            _ => None,
        };
        match code {
            Some(13) => Self::Full,
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

/// What the vault keeps in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VaultMeta {
    pub(crate) profile: String,
    pub(crate) kdf: Option<String>,
    pub(crate) wrapped: Option<Vec<u8>>,
    pub(crate) proof: Vec<u8>,
}

type MetaRow = (String, Option<String>, Option<Vec<u8>>, Vec<u8>);
type EscrowRow = (Option<String>, Option<Vec<u8>>, Option<i64>);

/// An open transaction of the only writer.
pub type Write = Transaction<'static, Sqlite>;

/// The database of a profile.
#[derive(Clone)]
pub struct Store {
    reader: SqlitePool,
    writer: SqlitePool,
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
        if path.exists() {
            prepare_existing(path).await?;
        }
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone().create_if_missing(true))
            .await?;
        restrict(path)?;
        migrate(&writer).await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.create_if_missing(false).pragma("query_only", "on"))
            .await?;
        Ok(Self { reader, writer })
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
        Ok(Self { reader: only.clone(), writer: only })
    }

    /// Begins the only kind of transaction that writes. No network or keychain call inside.
    pub async fn write(&self) -> Result<Write, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
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
            && let Err(error) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await
        {
            tracing::warn!(%error, "checkpoint on close failed");
        }
        self.writer.close().await;
    }

    pub(crate) async fn vault_meta(&self) -> Result<Option<VaultMeta>, StoreError> {
        let row: Option<MetaRow> = sqlx::query_as("SELECT profile, kdf, wrapped, proof FROM vault_meta WHERE id = 1")
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.map(|(profile, kdf, wrapped, proof)| VaultMeta { profile, kdf, wrapped, proof }))
    }

    /// The root key under the recovery code in force, if there is one.
    pub(crate) async fn escrow(&self) -> Result<Option<Escrow>, StoreError> {
        let row: Option<EscrowRow> =
            sqlx::query_as("SELECT recovery_kdf, recovery_wrapped, recovery_made_at FROM vault_meta WHERE id = 1")
                .fetch_optional(&self.reader)
                .await?;
        Ok(row.and_then(|(kdf, wrapped, made_at)| {
            Some(Escrow { kdf: kdf?, wrapped: wrapped?, made_at: Timestamp::from_millis(made_at?) })
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
        write.commit().await?;
        if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await {
            tracing::warn!(%error, "the log still holds the recovery code before this one");
        }
        Ok(())
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
        Ok(write.commit().await?)
    }
}

fn newest_known() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Looks at an existing file read-only; an older schema is copied before it is changed.
async fn prepare_existing(path: &Path) -> Result<(), StoreError> {
    // A reader of a write-ahead log makes files beside it and cannot remove them. Where no log waits, none are needed.
    let log = path.with_file_name(format!("{}-wal", path.file_name().unwrap_or_default().to_string_lossy()));
    let log_waits = std::fs::metadata(log).is_ok_and(|log| log.len() > 0);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .immutable(!log_waits)
        .busy_timeout(Duration::from_secs(5));
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    let found = schema_version(&pool).await;
    pool.close().await;
    let (found, known) = (found?, newest_known());
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    if found > 0 && found < known {
        copy_before_upgrade(path, found).await?;
    }
    Ok(())
}

async fn schema_version(pool: &SqlitePool) -> Result<i64, StoreError> {
    let there: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
        .fetch_one(pool)
        .await?;
    if there == 0 {
        return Ok(0);
    }
    Ok(sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").fetch_one(pool).await?)
}

async fn copy_before_upgrade(path: &Path, from: i64) -> Result<(), StoreError> {
    let copy = path.with_extension(format!("schema-{from}.db"));
    if copy.exists() {
        return Ok(());
    }
    let pool =
        SqlitePoolOptions::new().max_connections(1).connect_with(SqliteConnectOptions::new().filename(path)).await?;
    let copied = sqlx::query("VACUUM INTO $1").bind(copy.to_string_lossy().into_owned()).execute(&pool).await;
    pool.close().await;
    copied?;
    restrict(&copy)
}

async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    MIGRATIONS.run(pool).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::VersionMissing(found) => StoreError::TooNew { found, known: newest_known() },
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
