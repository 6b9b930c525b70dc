//! How long until a save is acknowledged, beside one plain durable SQLite insert of the same size.
//!
//! Both take turns in one run, so a machine that wanders wanders for both. Prints medians and their ratio.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "../src/fixture/item.rs"]
mod item;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use haoban_client::{
    Client, drafts,
    ports::{
        Browser, Clock, Config, FileSource, FileSourceError, Keychain, KeychainError, KeychainStatus, Notifier,
        OsNotification, PickedFile, Ports, Wanted,
    },
    store::{Store, records},
};
use haoban_domain::time::Timestamp;
use haoban_wire::ui::{DraftSave, DraftStart, HostAbilities};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use zeroize::Zeroizing;

const ROUNDS: usize = 400;

#[derive(Default)]
struct Machine(parking_lot::Mutex<HashMap<String, Vec<u8>>>);

#[async_trait]
impl Keychain for Machine {
    async fn load(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        Ok(self.0.lock().get(account).cloned().map(Zeroizing::new))
    }
    async fn store(&self, account: &str, secret: &[u8]) -> Result<(), KeychainError> {
        self.0.lock().insert(account.to_owned(), secret.to_vec());
        Ok(())
    }
    async fn delete(&self, account: &str) -> Result<(), KeychainError> {
        self.0.lock().remove(account);
        Ok(())
    }
    async fn status(&self) -> KeychainStatus {
        KeychainStatus::Ready
    }
}

#[async_trait]
impl FileSource for Machine {
    async fn pick(&self, _: Wanted<'_>) -> Result<Vec<PickedFile>, FileSourceError> {
        Err(FileSourceError::NotSupported)
    }
    async fn take(&self, _: &str) -> Result<PickedFile, FileSourceError> {
        Err(FileSourceError::NotSupported)
    }
    async fn paste(&self) -> Result<PickedFile, FileSourceError> {
        Err(FileSourceError::NotSupported)
    }
    async fn export(&self, name: &str, _: Vec<u8>) -> Result<String, FileSourceError> {
        Ok(name.to_owned())
    }
}

impl Browser for Machine {
    fn open(&self, _: &str) -> bool {
        false
    }
}

impl Notifier for Machine {
    fn notify(&self, _: OsNotification) {}
}

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_795_000_000_000)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure())
}

async fn measure() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir_in(std::env::current_dir()?)?;
    let machine = Arc::new(Machine::default());
    let open = || {
        let config = Config {
            profile_dir: folder.path().join("p"),
            platform_url: "http://127.0.0.1:9".into(),
            version: "bench".into(),
            host: HostAbilities {
                kind: "bench".into(),
                native_picker: false,
                native_clipboard: false,
                notifications: false,
            },
        };
        let ports = Ports {
            keychain: machine.clone(),
            notifier: machine.clone(),
            browser: machine.clone(),
            clock: machine.clone(),
            files: machine.clone(),
        };
        Client::open(config, ports, tokio::runtime::Handle::current())
    };
    open().await?.shutdown().await;
    keep_catalogue(&folder.path().join("p/store.db")).await?;
    let client = open().await?;
    let draft = drafts::start(&client, DraftStart { code: "gjj-rent".into(), ..DraftStart::default() }).await?;
    let plain = plain_sqlite(&folder.path().join("plain.db")).await?;
    let (mut saves, mut inserts, mut revision) = (Vec::new(), Vec::new(), draft.revision);
    for round in 0..ROUNDS {
        let text = format!("round {round} {}", "words ".repeat(120));
        let changes = [("note".to_owned(), Some(serde_json::Value::from(text.clone())))].into();
        let began = Instant::now();
        revision =
            drafts::save(&client, DraftSave { draft_id: draft.id, revision, changes, page: None }).await?.revision;
        saves.push(began.elapsed());
        let began = Instant::now();
        sqlx::query("INSERT INTO t (content) VALUES ($1)").bind(text).execute(&plain).await?;
        inserts.push(began.elapsed());
    }
    report(saves, inserts);
    client.shutdown().await;
    plain.close().await;
    Ok(())
}

async fn keep_catalogue(path: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::open(path).await?;
    let mut write = store.write().await?;
    records::put_public(&mut write, "catalogue", "body", &item::catalogue(1), Timestamp::from_millis(0)).await?;
    write.commit().await?;
    store.close().await;
    Ok(())
}

async fn plain_sqlite(path: &std::path::Path) -> Result<sqlx::SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    sqlx::query("CREATE TABLE t (id INTEGER PRIMARY KEY, content TEXT NOT NULL)").execute(&pool).await?;
    Ok(pool)
}

#[allow(clippy::print_stdout, reason = "printing is what it is for")]
fn report(mut saves: Vec<Duration>, mut inserts: Vec<Duration>) {
    saves.sort();
    inserts.sort();
    let at =
        |times: &[Duration], part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
    println!("autosave acknowledged: p50 {:.3} ms, p99 {:.3} ms", at(&saves, 50), at(&saves, 99));
    println!("plain SQLite insert (WAL, FULL): p50 {:.3} ms, p99 {:.3} ms", at(&inserts, 50), at(&inserts, 99));
    println!(
        "ratio at p50: {:.2}, at p99: {:.2}",
        at(&saves, 50) / at(&inserts, 50),
        at(&saves, 99) / at(&inserts, 99)
    );
}
