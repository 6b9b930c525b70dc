//! What the store promises, proved on both engines by the same functions.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use haoban_domain::time::Timestamp;
use haoban_server::{
    Result,
    audit::{self, Act},
    store::{OpenError, Store},
};
use support::postgres::Postgres;

struct Engine {
    postgres: Option<Postgres>,
    folder: tempfile::TempDir,
    made: std::cell::Cell<u32>,
}

impl Engine {
    async fn open(&self) -> Store {
        let store = Store::open(&self.url().await).await.unwrap();
        store.migrate().await.unwrap();
        store
    }

    async fn url(&self) -> String {
        match &self.postgres {
            Some(postgres) => postgres.database().await,
            None => {
                self.made.set(self.made.get() + 1);
                format!("sqlite:{}", self.folder.path().join(format!("{}.db", self.made.get())).display())
            }
        }
    }
}

fn sqlite() -> Engine {
    Engine { postgres: None, folder: tempfile::tempdir().unwrap(), made: 0.into() }
}

async fn all(engine: &Engine) {
    migrations_run_twice(&engine.open().await).await;
    a_dropped_write_leaves_nothing(&engine.open().await).await;
    values_come_back_as_they_went(&engine.open().await).await;
    read_then_write_never_loses_an_update(&engine.open().await).await;
    broken_references_are_refused(&engine.open().await).await;
    the_audit_chain_holds_under_parallel_writers(&engine.open().await).await;
    a_changed_audit_row_is_named(&engine.open().await).await;
    a_cut_audit_tail_is_noticed(&engine.open().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_store_keeps_its_promises_on_sqlite() {
    all(&sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_store_keeps_its_promises_on_postgres() {
    let Some(postgres) = Postgres::start().await else { return };
    all(&Engine { postgres: Some(postgres), ..sqlite() }).await;
}

async fn migrations_run_twice(store: &Store) {
    store.migrate().await.unwrap();
    store.ping().await.unwrap();
}

async fn put(store: &Store, name: &str, value: &str) -> Result<()> {
    let mut tx = store.write().await?;
    haoban_server::identity::accounts::put_setting(&mut tx, name, value).await?;
    tx.commit().await
}

async fn get(store: &Store, name: &str) -> Option<String> {
    haoban_server::identity::accounts::setting(store, name).await.unwrap()
}

async fn a_dropped_write_leaves_nothing(store: &Store) {
    let mut tx = store.write().await.unwrap();
    haoban_server::identity::accounts::put_setting(&mut tx, "a", "1").await.unwrap();
    drop(tx);
    assert_eq!(get(store, "a").await, None);
    put(store, "a", "2").await.unwrap();
    assert_eq!(get(store, "a").await.as_deref(), Some("2"));
}

async fn values_come_back_as_they_went(store: &Store) {
    let bytes = vec![0_u8, 255, 7];
    let mut tx = store.write().await.unwrap();
    sqlx::query(
        "INSERT INTO signing_key (id, purpose, sealed, public, created_at, retired_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind("好".to_owned())
    .bind("token")
    .bind(bytes.clone())
    .bind(Vec::<u8>::new())
    .bind(i64::MAX)
    .bind(None::<i64>)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let row: (String, Vec<u8>, Vec<u8>, i64, Option<i64>) =
        sqlx::query_as("SELECT id, sealed, public, created_at, retired_at FROM signing_key")
            .fetch_one(store.reader())
            .await
            .unwrap();
    assert_eq!(row, ("好".to_owned(), bytes, Vec::new(), i64::MAX, None));
}

async fn read_then_write_never_loses_an_update(store: &Store) {
    put(store, "n", "0").await.unwrap();
    let tasks = (0..16).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            for _ in 0..10 {
                let mut tx = store.write().await.unwrap();
                let lock = tx.dialect().for_update();
                let sql = format!("SELECT value FROM setting WHERE name = $1{lock}");
                let now: String =
                    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind("n").fetch_one(&mut *tx).await.unwrap();
                let next = (now.parse::<u32>().unwrap() + 1).to_string();
                haoban_server::identity::accounts::put_setting(&mut tx, "n", &next).await.unwrap();
                tx.commit().await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert_eq!(get(store, "n").await.as_deref(), Some("160"));
}

async fn broken_references_are_refused(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let outcome = sqlx::query("INSERT INTO account (id, party_id, phone, created_at) VALUES ('a', 'nobody', '1', 0)")
        .execute(&mut *tx)
        .await;
    assert!(outcome.is_err());
}

async fn act(store: &Store, n: u32) {
    let mut tx = store.write().await.unwrap();
    let act = Act {
        at: Timestamp::from_millis(i64::from(n)),
        actor: "system:test".to_owned(),
        department: None,
        action: "test.done",
        subject: format!("thing:{n}"),
        case_id: None,
        detail: serde_json::json!({ "n": n }),
    };
    audit::record(&mut tx, act).await.unwrap();
    tx.commit().await.unwrap();
}

async fn the_audit_chain_holds_under_parallel_writers(store: &Store) {
    assert_eq!(audit::verify(store).await.unwrap(), Ok(0));
    let tasks = (0..8_u32).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            for m in 0..5 {
                act(&store, n * 10 + m).await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert_eq!(audit::verify(store).await.unwrap(), Ok(40));
}

async fn bend(store: &Store, sql: &'static str) {
    let mut tx = store.write().await.unwrap();
    sqlx::query(sql).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_changed_audit_row_is_named(store: &Store) {
    for n in 0..5 {
        act(store, n).await;
    }
    bend(store, "UPDATE audit SET subject = 'thing:9' WHERE seq = 3").await;
    assert_eq!(audit::verify(store).await.unwrap().unwrap_err().seq, 3);
}

async fn a_cut_audit_tail_is_noticed(store: &Store) {
    for n in 0..5 {
        act(store, n).await;
    }
    bend(store, "DELETE FROM audit WHERE seq = 5").await;
    assert_eq!(audit::verify(store).await.unwrap().unwrap_err().seq, 5);
}

#[tokio::test]
async fn readers_of_sqlite_cannot_write() {
    let store = sqlite_store().await;
    let outcome = sqlx::query("INSERT INTO setting (name, value) VALUES ('a', 'b')").execute(store.1.reader()).await;
    assert!(outcome.unwrap_err().to_string().contains("readonly"));
}

#[tokio::test]
async fn sqlite_writes_are_durable_and_checked() {
    let (_engine, store) = sqlite_store().await;
    let mut tx = store.write().await.unwrap();
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *tx).await.unwrap();
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *tx).await.unwrap();
    let keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&mut *tx).await.unwrap();
    // NORMAL: commits are synced together by `store/together.rs`, whose own tests and the power cuts see to that.
    assert_eq!((synchronous, mode.as_str(), keys), (1, "wal", 1));
}

async fn sqlite_store() -> (Engine, Store) {
    let engine = sqlite();
    let store = engine.open().await;
    (engine, store)
}

#[tokio::test]
async fn unusable_addresses_are_told_in_words() {
    assert!(matches!(Store::open("mysql://h/d").await, Err(OpenError::Scheme)));
    assert!(matches!(Store::open("sqlite::memory:").await, Err(OpenError::Memory)));
    assert!(matches!(Store::open("sqlite:/nowhere/at/all.db").await, Err(OpenError::Engine(_))));
}
