//! A virus scanner that says yes, no, or nothing at all.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use haoban_domain::receipt::digest;
use haoban_server::materials::Clamd;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::support::{City, Resident, new_id, pdf, read};

const TENANT: &str = "13800000001";
/// What the scanner of these tests knows.
const MARK: &[u8] = b"%EICAR-STANDARD-ANTIVIRUS-TEST-FILE";

/// Speaks clamd's INSTREAM as its manual has it; can be told to be down.
struct Scanner {
    address: String,
    down: Arc<AtomicBool>,
    asked: Arc<AtomicU32>,
}

impl Scanner {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("tcp:{}", listener.local_addr().unwrap());
        let (down, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let (is_down, counts) = (down.clone(), asked.clone());
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                counts.fetch_add(1, Ordering::SeqCst);
                if !is_down.load(Ordering::SeqCst) {
                    tokio::spawn(async move { answer(line).await.unwrap() });
                }
            }
        });
        Self { address, down, asked }
    }

    fn clamd(&self) -> Option<Clamd> {
        Clamd::parse(&self.address)
    }
}

async fn answer(mut line: TcpStream) -> std::io::Result<()> {
    let mut command = [0; 10];
    line.read_exact(&mut command).await?;
    assert_eq!(&command, b"zINSTREAM\0");
    let mut whole = Vec::new();
    loop {
        let length = usize::try_from(line.read_u32().await?).unwrap();
        if length == 0 {
            break;
        }
        let at = whole.len();
        whole.resize(at + length, 0);
        line.read_exact(&mut whole[at..]).await?;
    }
    let found = whole.windows(MARK.len()).any(|part| part == MARK);
    line.write_all(if found { b"stream: Eicar-Test-Signature FOUND\0" } else { b"stream: OK\0" }).await
}

fn infected() -> Vec<u8> {
    [&pdf(1)[..], MARK, b"\n"].concat()
}

/// A rent case with this contract; status and answer of the last byte or of the submission.
async fn send(one: &Resident<'_>, contract: &[u8]) -> (u16, Value) {
    let (draft, file) = (new_id("drf"), new_id("fil"));
    let made = one.create(&file, &draft, "lease-contract", contract).send().await.unwrap();
    let at = made.headers()["location"].to_str().unwrap().to_owned();
    let sent = one.patch(&at, 0, contract.to_vec()).send().await.unwrap();
    if sent.status() != StatusCode::NO_CONTENT {
        return (sent.status().as_u16(), sent.json().await.unwrap());
    }
    let mut body = one.rent().await;
    body["draft_id"] = json!(draft);
    body["materials"]["lease-contract"] = json!({"kind": "upload", "files": [file]});
    // The payments follow later: this is about the one file.
    body["materials"]["rent-records"] = json!({"kind": "deferred"});
    body["files"] = json!({file: digest(contract)});
    let (status, answer) = one.submit(&body).await;
    (status.as_u16(), answer)
}

async fn contract_of(city: &City, case: &str) -> Value {
    let officer = city.officer("gjj-center").await;
    let (_, opened) = officer.open(case).await;
    let materials = opened["materials"].as_array().unwrap().clone();
    materials.into_iter().find(|material| material["slot"] == "lease-contract").unwrap()["files"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_scanner_finds_is_refused_and_what_it_passes_is_marked_clean() {
    let scanner = Scanner::start().await;
    let city = City::start_with(|config| config.clamd = scanner.clamd()).await;
    let one = city.resident(TENANT).await;
    let (status, problem) = send(&one, &infected()).await;
    assert_eq!((status, &problem["code"]), (422, &json!("file_harmful")));
    let (status, answer) = send(&one, &pdf(2)).await;
    assert_eq!(status, 201, "{answer}");
    let file = contract_of(&city, answer["case"]["id"].as_str().unwrap()).await;
    assert_eq!(file["scan"], "clean");
    assert!(scanner.asked.load(Ordering::SeqCst) >= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_scanner_is_down_nobody_opens_the_file_and_the_case_waits() {
    let scanner = Scanner::start().await;
    scanner.down.store(true, Ordering::SeqCst);
    let city = City::start_with(|config| config.clamd = scanner.clamd()).await;
    let one = city.resident(TENANT).await;
    let (status, answer) = send(&one, &pdf(2)).await;
    assert_eq!(status, 201, "it is taken: {answer}");
    let id = answer["case"]["id"].as_str().unwrap();
    let officer = city.officer("gjj-center").await;
    let file = contract_of(&city, id).await;
    assert_eq!(file["scan"], "pending");
    let path = format!("cases/{id}/files/{}", file["id"].as_str().unwrap());
    for path in [path.clone(), format!("{path}/pages/1")] {
        let (status, problem) = read(officer.request(Method::GET, &path)).await;
        assert_eq!((status, &problem["params"]["why"]), (StatusCode::CONFLICT, &json!("pending")), "{path}: {problem}");
    }
    officer.does(id, json!({"act": "claim"})).await;
    officer.does(id, json!({"act": "accept"})).await;
    let (status, problem) = officer.act(id, json!({"act": "pass_step", "opinion": ""})).await;
    assert_eq!((status, &problem["params"]["why"]), (StatusCode::CONFLICT, &json!("not_scanned")));

    city.work().await;
    assert_eq!(contract_of(&city, id).await["scan"], "pending", "down is down");
    scanner.down.store(false, Ordering::SeqCst);
    city.clock.millis_later(61_000);
    city.work().await;
    assert_eq!(contract_of(&city, id).await["scan"], "clean");
    assert!(officer.request(Method::GET, &path).send().await.unwrap().status().is_success());
    officer.does(id, json!({"act": "pass_step", "opinion": ""})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_later_stays_shut_and_is_written_down() {
    let scanner = Scanner::start().await;
    scanner.down.store(true, Ordering::SeqCst);
    let city = City::start_with(|config| config.clamd = scanner.clamd()).await;
    let one = city.resident(TENANT).await;
    let (_, answer) = send(&one, &infected()).await;
    let id = answer["case"]["id"].as_str().unwrap();
    scanner.down.store(false, Ordering::SeqCst);
    city.clock.millis_later(61_000);
    city.work().await;
    let file = contract_of(&city, id).await;
    assert_eq!(file["scan"], "harmful");
    let officer = city.officer("gjj-center").await;
    let path = format!("cases/{id}/files/{}", file["id"].as_str().unwrap());
    assert_eq!(read(officer.request(Method::GET, &path)).await.0, StatusCode::CONFLICT);
    let rows: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM audit WHERE action = 'file.harmful'")
        .fetch_one(city.state.store.reader())
        .await
        .unwrap();
    assert_eq!(rows, 1);
    assert!(haoban_server::audit::verify(&city.state.store).await.unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_scanner_the_desk_says_that_nobody_looked() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (_, case) = one.rent_case().await;
    assert_eq!(contract_of(&city, &case).await["scan"], "unscanned");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_from_outside_never_become_names_inside() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let long = "n".repeat(300);
    for name in ["../../etc/passwd", "a\0b.pdf", "\u{202e}fdp.exe", "CON", "/absolute", "..", long.as_str()] {
        let bytes = pdf(1);
        let request = one.create(&new_id("fil"), &new_id("drf"), "lease-contract", &bytes);
        let mut request = request.build().unwrap();
        let before = request.headers()["upload-metadata"].to_str().unwrap().to_owned();
        let with_name = format!("{before},filename {}", STANDARD.encode(name));
        request.headers_mut().insert("upload-metadata", with_name.parse().unwrap());
        let made = city.http.execute(request).await.unwrap();
        assert_eq!(made.status(), StatusCode::CREATED, "{name:?}");
        let at = made.headers()["location"].to_str().unwrap().to_owned();
        assert_eq!(one.patch(&at, 0, bytes).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    }
    let mut folders = vec![city.state.config.data_dir.join("files")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            assert!(name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_whose_time_is_over_is_gone_and_can_be_made_anew() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (file, draft, bytes) = (new_id("fil"), new_id("drf"), pdf(1));
    let first = one.create(&file, &draft, "lease-contract", &bytes).send().await.unwrap();
    let at = first.headers()["location"].to_str().unwrap().to_owned();
    city.clock.days_later(8);
    let one = city.resident(TENANT).await;
    assert_eq!(one.tus(Method::HEAD, &at).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(one.patch(&at, 0, bytes.clone()).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    let again = one.create(&file, &draft, "lease-contract", &bytes).send().await.unwrap();
    let anew = again.headers()["location"].to_str().unwrap().to_owned();
    assert_ne!(anew, at);
    assert_eq!(one.patch(&anew, 0, bytes).send().await.unwrap().status(), StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_of_forgotten_uploads_are_removed() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    one.upload(&new_id("drf"), "lease-contract", &pdf(1)).await;
    let kept = || {
        let folders = std::fs::read_dir(city.state.config.data_dir.join("files")).unwrap().flatten();
        folders.map(|folder| std::fs::read_dir(folder.path()).unwrap().count()).sum::<usize>()
    };
    assert_eq!(kept(), 1);
    city.clock.days_later(8);
    assert_eq!(haoban_server::materials::sweep(&city.state).await.unwrap(), 1);
    city.work().await;
    assert_eq!(kept(), 0);
}
