//! A platform on a free port with the demo city, and people who talk to it.

#[path = "../support/services.rs"]
mod services;
pub use services::{folder as pack_folder, whole_pack};

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use haoban_domain::{ids::FileId, item::ServiceItem, receipt::digest, time::Timestamp};
use haoban_server::{
    AppState, app,
    config::Config,
    ports::{Clock, SystemRandom},
    seed,
};
use reqwest::{Method, RequestBuilder, StatusCode, header, redirect::Policy};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

/// Monday 2026-11-23, ten in the morning.
const MORNING: i64 = 1_795_399_200_000;
const DAY: i64 = 86_400_000;

/// A clock that stands until it is moved.
pub struct Standing(AtomicI64);

impl Standing {
    /// So many days later, the same time.
    pub fn days_later(&self, days: i64) {
        self.0.fetch_add(days * DAY, Ordering::SeqCst);
    }

    /// Ten in the morning of a day.
    pub fn on(&self, day: haoban_domain::time::Date) {
        self.0.store(Timestamp::in_city(day, 600).millis(), Ordering::SeqCst);
    }

    pub fn millis_later(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A seeded data folder that every test copies.
static TEMPLATE: OnceCell<tempfile::TempDir> = OnceCell::const_new();

async fn template() -> &'static Path {
    let made = TEMPLATE.get_or_init(|| async {
        let folder = tempfile::tempdir().unwrap();
        let state = open(folder.path(), "http://127.0.0.1:1", &clock(), |_| {}).await;
        seed::run(&state).await.unwrap();
        state.store.close().await;
        folder
    });
    made.await.path()
}

fn clock() -> Arc<Standing> {
    Arc::new(Standing(AtomicI64::new(MORNING)))
}

async fn open(folder: &Path, public_url: &str, clock: &Arc<Standing>, change: impl FnOnce(&mut Config)) -> AppState {
    let mut config = Config::load(None, []).unwrap();
    config.data_dir = folder.to_owned();
    config.worker = false;
    // Tests of what happens at once must not be sent away.
    config.at_once = 1_000;
    config.public_url = public_url.to_owned();
    change(&mut config);
    let clock: Arc<dyn Clock> = Arc::<Standing>::clone(clock);
    let ports = app::Ports { clock, random: Arc::new(SystemRandom) };
    AppState::with_pack(config, ports, services::whole_pack()).await.unwrap()
}

tokio::task_local! {
    /// The database a promise is kept on, when it is not a file of its own.
    static DATABASE: String;
}

/// Runs a promise on another database.
pub async fn on(database: String, promise: impl Future<Output = ()>) {
    DATABASE.scope(database, promise).await;
}

/// Makes a test of each promise on SQLite, and one that keeps all of them on Postgres where the machine has one.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    super::$name().await;
                }
            )*
        }

        mod on_postgres {
            #[tokio::test(flavor = "multi_thread")]
            async fn all() {
                let Some(server) = crate::postgres::Postgres::start().await else { return };
                $(
                    println!("{}", stringify!($name));
                    crate::support::on(server.database().await, super::$name()).await;
                )*
            }
        }
    };
}
pub(crate) use on_both;

/// The running platform.
pub struct City {
    pub base: String,
    pub state: AppState,
    pub clock: Arc<Standing>,
    pub http: reqwest::Client,
    _folder: tempfile::TempDir,
}

impl City {
    pub async fn start() -> Self {
        if let Ok(database) = DATABASE.try_with(Clone::clone) {
            return Self::start_on(&database).await;
        }
        Self::start_with(|_| {}).await
    }

    /// With other settings.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(template().await).unwrap() {
            let file = file.unwrap();
            if file.file_type().unwrap().is_file() {
                std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
            }
        }
        Self::over(folder, change).await
    }

    /// On another database, which is seeded first.
    pub async fn start_on(database: &str) -> Self {
        let on = |config: &mut Config| config.database_url = database.to_owned();
        let city = Self::over(tempfile::tempdir().unwrap(), on).await;
        seed::run(&city.state).await.unwrap();
        city
    }

    async fn over(folder: tempfile::TempDir, change: impl FnOnce(&mut Config)) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let clock = clock();
        let state = open(folder.path(), &base, &clock, change).await;
        tokio::spawn(app::serve(listener, state.clone()));
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { base, state, clock, http, _folder: folder }
    }

    /// Signs a resident in through the page, as a browser would.
    pub async fn resident(&self, phone: &str) -> Resident<'_> {
        let (verifier, redirect) = ("v".repeat(64), "http://127.0.0.1:49152/callback");
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let query = [
            ("response_type", "code"),
            ("client_id", "haoban-app"),
            ("redirect_uri", redirect),
            ("scope", "openid profile offline_access"),
            ("state", "state-of-the-test"),
            ("nonce", "nonce-of-the-test"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let (mut jar, mut url) = (BTreeMap::new(), format!("{}/oauth/authorize", self.base));
        let mut answer = self.http.get(&url).query(&query).send().await.unwrap();
        let code = loop {
            keep_cookies(&mut jar, &answer);
            let next = answer.headers().get(header::LOCATION).map(|at| at.to_str().unwrap().to_owned());
            if let Some(code) = next.as_deref().and_then(|at| at.strip_prefix(redirect)).and_then(code_in) {
                break code;
            }
            let cookies = jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
            if let Some(next) = next {
                url = if next.starts_with('/') { format!("{}{next}", self.base) } else { next };
                answer = self.http.get(&url).header(header::COOKIE, cookies).send().await.unwrap();
            } else {
                let page = answer.text().await.unwrap();
                let (action, mut fields) = password_form(&page);
                fields.insert("phone".to_owned(), phone.to_owned());
                fields.insert("password".to_owned(), seed::PASSWORD.to_owned());
                let action = format!("{}{action}", self.base);
                let post = self.http.post(&action).header(header::COOKIE, cookies).header(header::ORIGIN, &self.base);
                answer = post.form(&fields).send().await.unwrap();
            }
        };
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", redirect),
            ("client_id", "haoban-app"),
            ("code_verifier", &verifier),
        ];
        let answer = self.http.post(format!("{}/oauth/token", self.base)).form(&form).send().await.unwrap();
        let tokens: Value = answer.json().await.unwrap();
        let token = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        Resident { city: self, token: token("access_token"), refresh: token("refresh_token") }
    }

    /// Signs an officer in.
    pub async fn officer(&self, department: &str) -> Officer<'_> {
        let body = json!({ "account": format!("desk-{department}"), "password": seed::PASSWORD });
        let url = format!("{}/v1/desk/sign-in", self.base);
        let answer = self.http.post(url).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let mut jar = BTreeMap::new();
        keep_cookies(&mut jar, &answer);
        let cookie = jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let me: Value = answer.json().await.unwrap();
        Officer { city: self, cookie, csrf: me["token"].as_str().unwrap().to_owned() }
    }

    /// Works every job that is due.
    pub async fn work(&self) -> usize {
        haoban_server::jobs::run_due_once(&self.state).await.unwrap()
    }
}

impl Drop for City {
    fn drop(&mut self) {
        self.state.stopping.cancel();
    }
}

fn keep_cookies(jar: &mut BTreeMap<String, String>, answer: &reqwest::Response) {
    for cookie in answer.headers().get_all(header::SET_COOKIE) {
        let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        let (name, value) = pair.split_once('=').unwrap();
        jar.insert(name.to_owned(), value.to_owned());
    }
}

fn code_in(query: &str) -> Option<String> {
    query.trim_start_matches('?').split('&').find_map(|pair| pair.strip_prefix("code=")).map(str::to_owned)
}

fn password_form(page: &str) -> (String, BTreeMap<String, String>) {
    let form = page.split("<form").skip(1).find(|form| form.contains("name=\"password\"")).expect("a password form");
    let form = &form[..form.find("</form>").unwrap()];
    let attribute = |tag: &str, name: &str| {
        let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        Some(tag[start..].split('"').next()?.replace("&amp;", "&"))
    };
    let inputs = form.split("<input").skip(1).map(|tag| tag.split('>').next().unwrap());
    let fields =
        inputs.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))).collect();
    (attribute(form.split('>').next().unwrap(), "action").unwrap_or_default(), fields)
}

/// Status and JSON body of an answer.
pub async fn read(request: RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    (status, answer.json().await.unwrap_or(Value::Null))
}

/// A signed-in resident.
pub struct Resident<'a> {
    pub city: &'a City,
    pub token: String,
    pub refresh: String,
}

impl Resident<'_> {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.city.http.request(method, format!("{}{path}", self.city.base)).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        read(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, key: &str, body: &Value) -> (StatusCode, Value) {
        read(self.request(Method::POST, path).header("idempotency-key", key).json(body)).await
    }

    /// A tus request: creation, offset, bytes or termination.
    pub fn tus(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).header("tus-resumable", "1.0.0")
    }

    /// Creates an upload of a file.
    pub fn create(&self, file: &str, draft: &str, slot: &str, bytes: &[u8]) -> RequestBuilder {
        let coded = |text: &str| STANDARD.encode(text);
        let metadata = format!(
            "file_id {},draft_id {},slot {},kind {},sha256 {}",
            coded(file),
            coded(draft),
            coded(slot),
            coded("pdf"),
            coded(&digest(bytes))
        );
        let request = self.tus(Method::POST, "/v1/uploads").header("upload-length", bytes.len());
        request.header("upload-metadata", metadata)
    }

    /// Sends bytes from an offset.
    pub fn patch(&self, at: &str, offset: usize, bytes: Vec<u8>) -> RequestBuilder {
        let request = self.tus(Method::PATCH, at).header("upload-offset", offset);
        request.header("content-type", "application/offset+octet-stream").body(bytes)
    }

    /// Uploads a whole file and gives its id.
    pub async fn upload(&self, draft: &str, slot: &str, bytes: &[u8]) -> String {
        let file = new_id("fil");
        let made = self.create(&file, draft, slot, bytes).send().await.unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);
        let at = made.headers()["location"].to_str().unwrap().to_owned();
        let sent = self.patch(&at, 0, bytes.to_vec()).send().await.unwrap();
        assert_eq!(sent.status(), StatusCode::NO_CONTENT);
        file
    }

    /// A withdrawal for rent, complete, with its contract uploaded.
    pub async fn rent(&self) -> Value {
        let draft = new_id("drf");
        let contract = pdf(2);
        let file = self.upload(&draft, "lease-contract", &contract).await;
        let payments = self.upload(&draft, "rent-records", &contract).await;
        json!({
            "draft_id": draft, "item_code": "gjj-rent", "item_version": version_of("gjj-rent"), "declared": true, "channel": "app",
            "answers": {
                "housing": "market", "who": "self", "term": {"from": "2026-03-01", "to": "2027-02-28"},
                "rent_month": 180_000, "address": {"region": "410105", "detail": "No. 3"},
                "bank_card": "6217000000000000004"
            },
            "materials": {
                "lease-contract": {"kind": "upload", "files": [file]},
                "rent-records": {"kind": "upload", "files": [payments]}
            },
            "files": {file: digest(&contract), payments: digest(&contract)}
        })
    }

    /// Sends a body under its own key.
    pub async fn submit(&self, body: &Value) -> (StatusCode, Value) {
        self.post("/v1/cases", body["draft_id"].as_str().unwrap(), body).await
    }

    /// A submission with everything it lacks uploaded: the platform names the slots, the test hands them in.
    pub async fn complete(&self, code: &str, answers: Value) -> Value {
        let version = self.city.state.catalogue.current().item(code).expect("a service").version;
        let mut body = json!({
            "draft_id": new_id("drf"), "item_code": code, "item_version": version, "declared": true, "channel": "app",
            "answers": answers, "materials": {}, "files": {}
        });
        let draft = body["draft_id"].as_str().unwrap().to_owned();
        // What registers know hides questions, and new papers may be asked for once others are there.
        for _ in 0..4 {
            let (status, problem) = self.submit(&body).await;
            if status.is_success() {
                return body;
            }
            let mut mended = 0;
            for error in problem["field_errors"].as_array().unwrap_or_else(|| panic!("{problem}")) {
                let field = error["field"].as_str().unwrap_or_default();
                if error["rule"] == "hidden_field" {
                    body["answers"].as_object_mut().unwrap().remove(field);
                    mended += 1;
                    continue;
                }
                // A part that the rest can do without may stay wrong.
                let Some(slot) = field.strip_prefix("material:") else { continue };
                mended += 1;
                let pack = self.city.state.catalogue.current();
                let bytes = paper(&pack.item(code).expect("a service"), slot);
                let file = self.upload(&draft, slot, &bytes).await;
                body["materials"][slot] = json!({"kind": "upload", "files": [file]});
                body["files"][file] = json!(digest(&bytes));
            }
            assert!(mended > 0, "{problem}");
        }
        panic!("it never gets complete: {body}")
    }

    /// A fresh case for rent: the submission and its case id.
    pub async fn rent_case(&self) -> (Value, String) {
        let body = self.rent().await;
        let (status, answer) = self.submit(&body).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        (body, answer["case"]["id"].as_str().unwrap().to_owned())
    }
}

/// A signed-in officer.
pub struct Officer<'a> {
    pub city: &'a City,
    pub cookie: String,
    csrf: String,
}

impl Officer<'_> {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.city.http.request(method, format!("{}/v1/desk/{path}", self.city.base));
        request.header(header::COOKIE, &self.cookie).header("x-desk-token", &self.csrf)
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        read(self.request(Method::GET, path)).await
    }

    pub async fn open(&self, case: &str) -> (StatusCode, Value) {
        read(self.request(Method::POST, &format!("cases/{case}/open")).json(&json!({"purpose": "handle"}))).await
    }

    /// One act with a key and a revision of one's own choice.
    pub async fn act_as(&self, task: &str, key: &str, revision: u64, act: Value) -> (StatusCode, Value) {
        let body = json!({"key": key, "revision": revision, "act": act});
        read(self.request(Method::POST, &format!("tasks/{task}/act")).json(&body)).await
    }

    /// Opens the case and acts on the task as it is.
    pub async fn act(&self, case: &str, act: Value) -> (StatusCode, Value) {
        let (_, opened) = self.open(case).await;
        let task = &opened["task"];
        let revision = task["revision"].as_u64().expect("a task");
        self.act_as(task["id"].as_str().unwrap(), &new_id("key"), revision, act).await
    }

    /// The same, and it must work.
    pub async fn does(&self, case: &str, act: Value) -> Value {
        let words = act.to_string();
        let (status, answer) = self.act(case, act).await;
        assert_eq!(status, StatusCode::OK, "{words}: {answer}");
        answer["case"].clone()
    }
}

/// The version of a service that is in force, as its author wrote it.
pub fn version_of(code: &str) -> u32 {
    let item = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../cities/zhengzhou/items/{code}/item.yaml"));
    let text = std::fs::read_to_string(item).expect("a service of the demo city");
    let line = text.lines().find_map(|line| line.strip_prefix("version: ")).expect("a version");
    line.trim().parse().expect("a number")
}

/// A random id with a prefix.
pub fn new_id(prefix: &str) -> String {
    let mut random = [0; 10];
    getrandom::fill(&mut random).unwrap();
    FileId::new(MORNING, random).to_string().replace("fil", prefix)
}

/// A small PDF.
pub fn pdf(pages: usize) -> Vec<u8> {
    let mut document = lopdf::Document::with_version("1.5");
    let root = document.new_object_id();
    let kids: Vec<lopdf::Object> = (0..pages)
        .map(|_| document.add_object(lopdf::dictionary! { "Type" => "Page", "Parent" => root }).into())
        .collect();
    let tree = lopdf::dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => i64::try_from(pages).unwrap() };
    document.objects.insert(root, tree.into());
    let catalog = document.add_object(lopdf::dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// A small photo.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, height).write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// Something that a material slot takes.
pub fn paper(item: &ServiceItem, slot: &str) -> Vec<u8> {
    let limit = item.materials.iter().find(|material| material.id == slot).map(|material| &material.upload);
    let takes_pdf = limit.is_none_or(|limit| serde_json::to_value(&limit.kinds).unwrap().to_string().contains("pdf"));
    if takes_pdf { pdf(1) } else { jpeg(600, 800) }
}

/// Pays as a person would: opens the address, presses the button. `amount` is what the page says it costs.
pub async fn pay(one: &Resident<'_>, case: &str, amount: &str) -> (String, StatusCode) {
    let (status, page) = one.post(&format!("/v1/cases/{case}/payment"), &new_id("key"), &Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let url = page["url"].as_str().unwrap().to_owned();
    let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
    let shown = http.get(&url).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains(amount) && shown.contains("不会真的扣款"), "{shown}");
    let paid = http.post(&url).send().await.unwrap().status();
    (url, paid)
}
