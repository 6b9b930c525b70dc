//! A real platform on a free port, its clock in the test's hand, and a small browser.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

pub mod browser;
pub mod postgres;
pub mod services;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use haoban_domain::{ids::PartyId, item::AudienceKind, time::Timestamp};
use haoban_server::{
    AppState, app,
    app::Ports,
    config::Config,
    identity::{accounts, accounts::NewOfficer, accounts::NewParty, facts},
    ports::{Clock, SystemRandom},
};
use tokio::task::JoinHandle;

pub const PHONE: &str = "13900000001";
pub const OTHER_PHONE: &str = "13900000002";
pub const NOBODY: &str = "13900000009";
pub const PASSWORD: &str = "long enough to remember";
/// 2026-11-23 12:00 in the city.
const START: i64 = 1_795_406_400_000;

pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl TestClock {
    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }
}

pub struct Platform {
    pub state: AppState,
    pub clock: Arc<TestClock>,
    pub base: String,
    pub party: PartyId,
    pub http: reqwest::Client,
    serving: JoinHandle<haoban_server::Result<()>>,
    _folder: tempfile::TempDir,
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

impl Platform {
    pub async fn start() -> Self {
        Self::on("").await
    }

    /// On a database; empty: SQLite in the platform's own folder.
    pub async fn on(database: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::load(None, []).unwrap();
        config.listen = "127.0.0.1:0".parse().unwrap();
        config.data_dir = folder.path().join("data");
        config.database_url = database.to_owned();
        let listener = app::listen(&mut config).await.unwrap();
        let base = config.public_url.clone();
        let clock = Arc::new(TestClock(AtomicI64::new(START)));
        let ports = Ports { clock: clock.clone(), random: Arc::new(SystemRandom) };
        let pack = services::pack_with(&services::THREE);
        let state = AppState::with_pack(config, ports, pack).await.unwrap();
        let party = people(&state).await;
        let serving = tokio::spawn(app::serve(listener, state.clone()));
        Self { state, clock, base, party, http: http(), serving, _folder: folder }
    }

    /// Ends the platform as a polite signal would, and waits for it.
    pub async fn end(self) {
        self.state.stopping.cancel();
        self.serving.await.unwrap().unwrap();
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub async fn get_as(&self, token: &str, path: &str) -> reqwest::Response {
        self.http.get(self.url(path)).bearer_auth(token).send().await.unwrap()
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.state.store.reader()).await.unwrap()
    }

    pub async fn run(&self, sql: &'static str) {
        let mut tx = self.state.store.write().await.unwrap();
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn people(state: &AppState) -> PartyId {
    let now = state.clock.now();
    let hash = state.passwords.hash(&*state.random, PASSWORD).await.unwrap();
    let mut tx = state.store.write().await.unwrap();
    let mut first = None;
    for (index, phone) in [PHONE, OTHER_PHONE].into_iter().enumerate() {
        let id = PartyId::new(now.millis(), [u8::try_from(index).unwrap(); 10]);
        let number = format!("41010519491231002{index}");
        let party = NewParty { id, kind: AudienceKind::NaturalPerson, name: "王芳", id_number: &number, phone };
        accounts::add_party(&mut tx, &party, now).await.unwrap();
        accounts::add_account(&mut tx, &format!("acc-{index}"), id, phone, Some(&hash), now).await.unwrap();
        facts::put(&mut tx, id, "gjj.months_paid", &serde_json::json!(38 + index), now).await.unwrap();
        facts::put(&mut tx, id, "secret.thing", &serde_json::json!("never asked for"), now).await.unwrap();
        first.get_or_insert(id);
    }
    let officer = NewOfficer {
        id: "ofc-1",
        account: "desk-gjj-center",
        name: "李敏",
        department: "gjj-center",
        password_hash: &hash,
    };
    accounts::add_officer(&mut tx, &officer, now).await.unwrap();
    tx.commit().await.unwrap();
    first.unwrap()
}
