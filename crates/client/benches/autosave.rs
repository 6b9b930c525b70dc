//! How long until a key is saved, beside one plain SQLite insert of the same size.
//!
//! A form of forty fields is typed key by key, each key a save. Save, evaluation alone and insert take turns in one
//! run, so a machine that wanders wanders for all. Then the process is killed while it types, and what it had
//! acknowledged is looked for. Prints medians, tails, the ratio and what was lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a measurement may panic and prints")]

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../src/fixture/item.rs"]
mod item;

use std::{
    collections::{BTreeMap, HashMap},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
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
use haoban_domain::{
    calendar::WorkCalendar,
    form::{Evaluator, Inputs},
    item::ServiceItem,
    time::Timestamp,
};
use haoban_wire::ui::{DraftList, DraftOpen, DraftSave, DraftStart, DraftView, HostAbilities};
use serde_json::Value;
use zeroize::Zeroizing;

const FIELDS: usize = 40;
const KEYS: usize = 5_000;
const KILLS: usize = 20;
const CHILD: &str = "HAOBAN_AUTOSAVE_CHILD";

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Ports that do nothing but keep the key, in a file where the next process finds it.
struct Machine {
    keys: parking_lot::Mutex<HashMap<String, Vec<u8>>>,
    file: PathBuf,
}

impl Machine {
    fn at(folder: &Path) -> Arc<Self> {
        let file = folder.join("keys.json");
        let keys = std::fs::read(&file).ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
        Arc::new(Self { keys: parking_lot::Mutex::new(keys), file })
    }
}

#[async_trait]
impl Keychain for Machine {
    async fn load(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        Ok(self.keys.lock().get(account).cloned().map(Zeroizing::new))
    }
    async fn store(&self, account: &str, secret: &[u8]) -> Result<(), KeychainError> {
        let mut keys = self.keys.lock();
        keys.insert(account.to_owned(), secret.to_vec());
        std::fs::write(&self.file, serde_json::to_vec(&*keys).unwrap()).unwrap();
        Ok(())
    }
    async fn delete(&self, account: &str) -> Result<(), KeychainError> {
        self.keys.lock().remove(account);
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

async fn open(folder: &Path) -> Result<Client, Box<dyn std::error::Error>> {
    let machine = Machine::at(folder);
    let config = Config {
        profile_dir: folder.join("p"),
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
        files: machine,
    };
    Ok(Client::open(config, ports, tokio::runtime::Handle::current()).await?)
}

/// The test item, asked for forty lines of text more.
fn form() -> ServiceItem {
    let mut item = item::item(1);
    let page = &mut item.form.pages[0];
    let line = page.fields.iter().find(|field| field.id == "note").expect("the item has a note").clone();
    for number in 0..FIELDS {
        let mut field = line.clone();
        field.id = format!("line_{number}");
        page.fields.push(field);
    }
    item
}

fn fields(item: &ServiceItem) -> Vec<String> {
    let ids = item.form.pages[0].fields.iter().map(|field| field.id.clone());
    ids.filter(|id| id.starts_with("line_")).collect()
}

fn main() -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match std::env::var_os(CHILD) {
        Some(folder) => runtime.block_on(type_until_killed(Path::new(&folder))),
        None => runtime.block_on(measure()),
    }
}

/// A profile that knows the form, and a draft of it.
async fn prepared(folder: &Path) -> Result<(Client, DraftView), Box<dyn std::error::Error>> {
    open(folder).await?.shutdown().await;
    let store = Store::open(&folder.join("p/store.db")).await?;
    let mut write = store.write().await?;
    records::put_public(&mut write, "catalogue", "body", &item::catalogue_of(&form()), Timestamp::from_millis(0))
        .await?;
    write.commit().await?;
    store.close().await;
    let client = open(folder).await?;
    let draft = drafts::start(&client, DraftStart { code: "gjj-rent".into(), ..DraftStart::default() }).await?;
    Ok((client, draft))
}

/// What one key changes: the field it is typed into, with its text so far.
fn typed(fields: &[String], key: usize) -> BTreeMap<String, Option<Value>> {
    let per_field = KEYS / fields.len();
    let field = &fields[key / per_field % fields.len()];
    let text: String = "the rent is paid each month by transfer, ".chars().cycle().take(key % per_field + 1).collect();
    [(field.clone(), Some(Value::from(text)))].into()
}

async fn measure() -> Outcome {
    let folder = tempfile::tempdir_in(std::env::current_dir()?)?;
    let (client, draft) = prepared(folder.path()).await?;
    let item = Arc::new(form());
    let fields = fields(&item);
    let evaluator = Evaluator::new(item, Arc::new(WorkCalendar::new(&[]))).map_err(|error| error.place)?;
    let mut evaluation = evaluator.begin(Inputs::on(client.now().city_date()));
    let plain = Plain::open(&folder.path().join("plain.db"), "normal")?;
    let full = Plain::open(&folder.path().join("full.db"), "full")?;
    let log = folder.path().join("p/store.autosave");
    let (mut saves, mut alone, mut inserts, mut durable) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut revision, mut bytes) = (draft.revision, 0);
    for key in 0..KEYS {
        let changes = typed(&fields, key);
        let request = DraftSave { draft_id: draft.id, revision, changes: changes.clone(), page: None };
        let before = std::fs::metadata(&log).map_or(0, |log| log.len());
        let began = Instant::now();
        let saved = drafts::save(&client, request).await?;
        saves.push(began.elapsed());
        revision = saved.revision;
        bytes += std::fs::metadata(&log).map_or(0, |log| log.len()).saturating_sub(before);
        let sealed_size = serde_json::to_vec(&changes)?;

        let began = Instant::now();
        let state = evaluation.change(changes).clone();
        alone.push(began.elapsed());
        drop(state);

        let began = Instant::now();
        plain.insert(&sealed_size)?;
        inserts.push(began.elapsed());

        let began = Instant::now();
        full.insert(&sealed_size)?;
        durable.push(began.elapsed());
    }
    client.shutdown().await;
    report(saves, alone, inserts, durable, bytes);
    killed()
}

/// Plain SQLite as fast as it goes with a log: a prepared insert, nothing sealed.
struct Plain(rusqlite::Connection);

impl Plain {
    fn open(path: &Path, synchronous: &str) -> rusqlite::Result<Self> {
        let plain = rusqlite::Connection::open(path)?;
        plain.pragma_update(None, "journal_mode", "wal")?;
        plain.pragma_update(None, "synchronous", synchronous)?;
        plain.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, content BLOB NOT NULL)")?;
        Ok(Self(plain))
    }

    fn insert(&self, content: &[u8]) -> rusqlite::Result<()> {
        self.0.prepare_cached("INSERT INTO t (content) VALUES (?1)")?.execute([content])?;
        Ok(())
    }
}

fn report(
    mut saves: Vec<Duration>,
    mut alone: Vec<Duration>,
    mut inserts: Vec<Duration>,
    mut durable: Vec<Duration>,
    bytes: u64,
) {
    let mut core: Vec<Duration> = saves.iter().zip(&alone).map(|(save, alone)| save.saturating_sub(*alone)).collect();
    for times in [&mut saves, &mut alone, &mut inserts, &mut durable, &mut core] {
        times.sort();
    }
    let at = |times: &[Duration], per_mille: usize| {
        times[(times.len() * per_mille / 1000).min(times.len() - 1)].as_secs_f64() * 1e6
    };
    let line = |what: &str, times: &[Duration]| {
        println!("{what}: p50 {:.1} µs, p99 {:.1} µs, p99.9 {:.1} µs", at(times, 500), at(times, 990), at(times, 999));
    };
    line("save, evaluation included", &saves);
    line("save, evaluation excluded", &core);
    line("evaluation and copy of the form's state", &alone);
    line("plain SQLite insert (WAL, NORMAL)", &inserts);
    line("plain SQLite insert (WAL, FULL)", &durable);
    println!("ratio at p50 to FULL: {:.2} (aim 1.5)", at(&saves, 500) / at(&durable, 500));
    println!(
        "ratio at p50 to NORMAL: {:.2} included, {:.2} excluded (aim 0.3)",
        at(&saves, 500) / at(&inserts, 500),
        at(&core, 500) / at(&inserts, 500)
    );
    println!("bytes a key in the log: {}", bytes / KEYS as u64);
}

/// Kills a process that types and looks for every key it had acknowledged.
fn killed() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (mut acknowledged, mut lost) = (0_u64, 0_u64);
    for round in 0..KILLS {
        let mut child =
            Command::new(std::env::current_exe()?).env(CHILD, folder.path()).stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        let mut last = 0;
        for _ in 0..200 + round * 97 {
            last = lines.next().expect("the child ended by itself")?.parse::<u64>()?;
        }
        child.kill()?;
        child.wait()?;
        last = lines.map_while(Result::ok).filter_map(|line| line.parse().ok()).last().unwrap_or(last);
        let kept = kept(folder.path())?;
        acknowledged = last;
        lost += last.saturating_sub(kept);
    }
    println!("{KILLS} kills, {acknowledged} keys acknowledged, lost = {lost}");
    assert_eq!(lost, 0, "acknowledged keys were lost");
    Ok(())
}

/// The number the profile kept, read by another process as the app would.
fn kept(folder: &Path) -> Result<u64, Box<dyn std::error::Error>> {
    // A runtime cannot be started inside another's thread.
    let folder = folder.to_owned();
    let number = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let client = open(&folder).await.expect("the profile opens");
            let number = number(&client).await.expect("the draft opens").1;
            client.shutdown().await;
            number
        })
    });
    number.join().map_err(|_| "the profile did not open".into())
}

async fn number(client: &Client) -> Result<(DraftView, u64), Box<dyn std::error::Error>> {
    let listed = drafts::list(client, DraftList {}).await?;
    let shown = drafts::open(client, DraftOpen { draft_id: listed.drafts[0].id }).await?;
    let number = shown.answers.get("line_1").and_then(Value::as_str).and_then(|text| text.parse().ok()).unwrap_or(0);
    Ok((shown, number))
}

async fn type_until_killed(folder: &Path) -> Outcome {
    let client = if folder.join("p/store.db").exists() { open(folder).await? } else { prepared(folder).await?.0 };
    let (shown, mut number) = number(&client).await?;
    let mut revision = shown.revision;
    loop {
        number += 1;
        let changes = [("line_1".to_owned(), Some(Value::from(number.to_string())))].into();
        let request = DraftSave { draft_id: shown.id, revision, changes, page: None };
        revision = drafts::save(&client, request).await?.revision;
        println!("{number}");
    }
}
