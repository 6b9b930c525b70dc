//! Every schema that was ever released opens in this app with everything in it. A kill between two steps of an upgrade
//! leaves one of these schemas too: each step is a transaction of its own.

use std::path::Path;

use haoban_wire::ui::{DraftOpen, VaultView};
use serde_json::json;
use sqlx::{AssertSqlSafe, SqlitePool, migrate::Migrator, sqlite::SqliteConnectOptions};

use super::{MIGRATIONS, newest_known};
use crate::fixture::{Device, attach, begin, pdf, save};

async fn columns(pool: &SqlitePool, base: &str, table: &str) -> Vec<String> {
    let sql = format!("SELECT name FROM pragma_table_info('{table}', '{base}')");
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap()
}

/// The store as the app of that schema would have left it: its tables, with what they can hold of today's rows.
async fn as_of(schema: i64, today: &Path, place: &Path) {
    let options = SqliteConnectOptions::new().filename(place).create_if_missing(true).foreign_keys(false);
    let old = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let first = MIGRATIONS.iter().filter(|migration| migration.version <= schema).cloned().collect();
    Migrator::with_migrations(first).run(&old).await.unwrap();
    sqlx::query("ATTACH DATABASE $1 AS today").bind(today.display().to_string()).execute(&old).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
    )
    .fetch_all(&old)
    .await
    .unwrap();
    for table in tables {
        let (own, todays) = (columns(&old, "main", &table).await, columns(&old, "today", &table).await);
        let shared: Vec<String> = own.into_iter().filter(|name| todays.contains(name)).collect();
        let list = shared.join(", ");
        let sql = format!("INSERT OR REPLACE INTO main.{table} ({list}) SELECT {list} FROM today.{table}");
        sqlx::query(AssertSqlSafe(sql)).execute(&old).await.unwrap();
    }
    old.close().await;
}

#[tokio::test]
async fn every_released_schema_opens_with_all_that_is_in_it() {
    for schema in MIGRATIONS.iter().map(|migration| migration.version).filter(|version| *version < newest_known()) {
        let device = Device::new();
        let client = device.open_with_item(1).await;
        let id = begin(&client).await.id;
        save(&client, id, 1, &[("name", json!("Luo")), ("note", json!("before"))]).await;
        let shown = attach(&device, &client, id, "lease", "a.pdf", pdf(1, 5_000, "w")).await.unwrap();
        client.shutdown().await;
        let (store, old) = (device.dir.join("store.db"), device.dir.join("old.db"));
        as_of(schema, &store, &old).await;
        // What later apps keep beside the store was not there either.
        for entry in std::fs::read_dir(&device.dir).unwrap().flatten() {
            if entry.file_name().to_string_lossy().starts_with("store.") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
        std::fs::rename(&old, &store).unwrap();
        // What a copy that was cut off left behind.
        std::fs::write(device.dir.join(format!("store.schema-{schema}.part")), b"half a copy").unwrap();

        let client = device.open().await;
        assert_eq!(client.vault().view(), VaultView::Open, "schema {schema}");
        let opened = crate::drafts::open(&client, DraftOpen { draft_id: id }).await.unwrap();
        assert_eq!((&opened.answers["name"], &opened.answers["note"]), (&json!("Luo"), &json!("before")));
        assert_eq!(opened.files, shown.files, "schema {schema}");
        let (files, keys) = (client.files().unwrap(), client.vault().keys().unwrap());
        for name in files.whole() {
            assert!(files.read(keys.clone(), &name, 0, usize::MAX).await.is_ok(), "schema {schema}: {name}");
        }
        assert!(!files.whole().is_empty());
        save(&client, id, opened.revision, &[("note", json!("after"))]).await;
        client.shutdown().await;
        let copy = device.dir.join(format!("store.schema-{schema}.db"));
        assert_eq!(&std::fs::read(copy).unwrap()[..15], b"SQLite format 3", "a copy from before is kept");
        assert!(!device.dir.join(format!("store.schema-{schema}.part")).exists());
        let again = device.open().await;
        let opened = crate::drafts::open(&again, DraftOpen { draft_id: id }).await.unwrap();
        assert_eq!(opened.answers["note"], json!("after"), "schema {schema}");
        again.shutdown().await;
    }
}
