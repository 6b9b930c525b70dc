//! A look at a store before anything is written to it: whether it is one, is whole, and is not newer than this app.

use std::{io::Read, path::Path, time::Duration};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::{MIGRATIONS, Store, StoreError, log_of, mark, newest_known};
use crate::vault::Keys;

const HEADER: usize = 100;

/// What was found. Nothing was changed.
pub(super) struct Found {
    /// Newest migration; 0 for a file that was made and never filled.
    pub(super) schema: i64,
}

/// Looks at an existing file.
pub(super) async fn inspect(path: &Path) -> Result<Found, StoreError> {
    check_header(path)?;
    // A reader of a write-ahead log makes files beside it and cannot remove them. Where no log waits, none are needed.
    let log_waits = std::fs::metadata(log_of(path)).is_ok_and(|log| log.len() > 0);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .immutable(!log_waits)
        .busy_timeout(Duration::from_secs(5));
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    let found = look(&pool, path).await;
    pool.close().await;
    found
}

/// The fields of the file's header that are the same in every store (format, section 1.3). SQLite believes most of
/// them without a check: a wrong one would turn into words about something else, or into a store that cannot be written.
fn check_header(path: &Path) -> Result<(), StoreError> {
    let mut header = [0; HEADER];
    let mut file = std::fs::File::open(path)?;
    if file.read_exact(&mut header).is_err() {
        return Err(damaged("the file is shorter than its header"));
    }
    let page_size = [0x10, 0x00];
    let sound = header.starts_with(b"SQLite format 3\0")
        && header[16..18] == page_size
        && matches!(header[18], 1 | 2)
        && matches!(header[19], 1 | 2)
        && header[20..24] == [0, 64, 32, 32]
        && header[44..47] == [0; 3]
        && header[47] <= 4
        && header[52..59] == [0; 7]
        // Not yet set where everything still lies in the log.
        && header[59] <= 1
        && header[72..92] == [0; 20];
    if sound { Ok(()) } else { Err(damaged("its header is not that of a store")) }
}

fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(what.to_owned())
}

async fn look(pool: &SqlitePool, path: &Path) -> Result<Found, StoreError> {
    let there: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
        .fetch_one(pool)
        .await?;
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(pool).await?;
    if there == 0 {
        check_acknowledged(pool, path).await?;
        return if tables == 0 { Ok(Found { schema: 0 }) } else { Err(damaged("its list of migrations is gone")) };
    }
    let versions: Vec<i64> =
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations ORDER BY version").fetch_all(pool).await?;
    let known: Vec<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    let shared = versions.len().min(known.len());
    if versions[..shared] != known[..shared] {
        return Err(damaged("its list of migrations has a gap"));
    }
    let schema = versions.last().copied().unwrap_or(0);
    if schema > newest_known() {
        return Err(StoreError::TooNew { found: schema, known: newest_known() });
    }
    let whole: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(pool).await?;
    if whole != "ok" {
        return Err(StoreError::Damaged(whole));
    }
    if schema == newest_known() {
        check_tables(pool).await?;
    }
    check_acknowledged(pool, path).await?;
    Ok(Found { schema })
}

/// Names and kinds of all columns must be those this app makes.
async fn check_tables(pool: &SqlitePool) -> Result<(), StoreError> {
    let sound = Store::in_memory().await?;
    let wanted = tables(sound.reader()).await?;
    sound.close().await;
    if tables(pool).await? == wanted { Ok(()) } else { Err(damaged("its tables are not those of a store")) }
}

type Column = (String, String, String, i64, i64);

async fn tables(pool: &SqlitePool) -> Result<Vec<Column>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT m.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_schema m, pragma_table_info(m.name) c \
         WHERE m.type = 'table' ORDER BY m.name, c.cid",
    )
    .fetch_all(pool)
    .await?)
}

/// A store that says less than its mark has lost transactions; one that does not say how many are there, all of them.
async fn check_acknowledged(pool: &SqlitePool, path: &Path) -> Result<(), StoreError> {
    let counted: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'acknowledged'").fetch_one(pool).await?;
    let number: Option<i64> = if counted == 0 {
        None
    } else {
        sqlx::query_scalar("SELECT number FROM acknowledged WHERE id = 1").fetch_optional(pool).await?
    };
    if number.unwrap_or(0) < mark::read(path).unwrap_or(0) {
        return Err(damaged("acknowledged transactions are missing"));
    }
    Ok(())
}

/// Each table of sealed rows, and its rows: the name each is sealed under, its revision, its content.
const SEALED: [(&str, &str); 5] = [
    ("sealed_record", "SELECT kind || '/' || id, revision, sealed FROM sealed_record"),
    ("draft", "SELECT id, revision, sealed FROM draft"),
    ("material", "SELECT id, revision, sealed FROM material"),
    ("outbox_entry", "SELECT id, revision, sealed FROM outbox_entry"),
    ("outbox_step", "SELECT id, revision, sealed FROM outbox_step"),
];

/// Opens every sealed row: pages can be whole and a row in them not.
pub(super) async fn verify(pool: &SqlitePool, keys: &Keys) -> Result<(), StoreError> {
    for (table, query) in SEALED {
        let rows: Vec<(String, i64, Vec<u8>)> = sqlx::query_as(query).fetch_all(pool).await?;
        for (row, revision, sealed) in rows {
            if keys.open(table, &row, revision.cast_unsigned(), &sealed).is_err() {
                return Err(StoreError::Damaged(format!("a sealed row of {table} is not genuine")));
            }
        }
    }
    Ok(())
}
