//! Brings the tables to this binary's version. Migrations are add-only; each says in its first lines
//! whether yesterday's binary can still open the database.

use std::borrow::Cow;

use include_dir::{Dir, include_dir};
use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

use super::{Dialect, Store};

static MIGRATIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

/// Why the tables cannot be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A file in `migrations/` is not named `<number>_<words>.sql` or is not text.
    #[error("migration `{0}` is not named `<number>_<words>.sql`")]
    Name(String),
    /// The tables are there, and the disk does not keep them.
    #[error("the tables could not be put on the disk: {0}")]
    Sync(String),
    /// The engine says no, or the database was written by a newer binary.
    #[error("the tables could not be brought up to date: {0}")]
    Engine(#[from] sqlx::migrate::MigrateError),
}

impl Store {
    /// Runs what has not run yet. A database of a newer binary is refused.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let all = migrations(self.dialect)?;
        // One by one, each in a transaction of its own: an end in between leaves a database the next start goes on with.
        for count in 1..all.len() {
            let mut first = Migrator::with_migrations(all[..count].to_vec());
            first.set_ignore_missing(true).run(&self.writer).await?;
            haoban_failpoints::reach("migrate-step");
        }
        // The whole list refuses what it does not know.
        Migrator::with_migrations(all).run(&self.writer).await?;
        self.settled_by_all().await.map_err(|error| MigrateError::Sync(error.to_string()))?;
        haoban_failpoints::reach("migrate-done");
        Ok(())
    }
}

fn migrations(dialect: Dialect) -> Result<Vec<Migration>, MigrateError> {
    let mut found = Vec::new();
    for file in MIGRATIONS.files() {
        let name = file.path().to_string_lossy().into_owned();
        if !name.ends_with(".sql") {
            continue;
        }
        let bad = || MigrateError::Name(name.clone());
        let (number, words) = name.trim_end_matches(".sql").split_once('_').ok_or_else(bad)?;
        let version: i64 = number.parse().map_err(|_| bad())?;
        let sql = dialect.migration(file.contents_utf8().ok_or_else(bad)?);
        let words = Cow::Owned(words.replace('_', " "));
        found.push(Migration::new(version, words, MigrationType::Simple, AssertSqlSafe(sql).into_sql_str(), false));
    }
    found.sort();
    Ok(found)
}
