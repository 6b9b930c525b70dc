//! Two paths that must keep up with what the disk can do: taking a case in, and taking a file in.
//!
//! Each stands beside a floor measured in the same run on the same disk. Prints figures and ratios.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test may panic")]

#[allow(dead_code, unused_macros, unused_imports, reason = "a bench needs a part of it")]
#[path = "../tests/intake/support.rs"]
mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, body::Body, routing::put};
use futures_util::{StreamExt as _, future::join_all};
use haoban_domain::receipt::canonical_json;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use support::{City, Resident, new_id};
use tokio::io::AsyncWriteExt as _;

const CONNECTIONS: usize = 64;
const WHILE: Duration = Duration::from_secs(8);
const FILE: usize = 19 * 1024 * 1024;
const FILES: usize = 9;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    if wants("submissions") {
        runtime.block_on(submissions());
    }
    if wants("uploads") {
        runtime.block_on(uploads());
    }
}

fn case() -> Value {
    json!({
        "draft_id": new_id("drf"), "item_code": "archive-copies", "item_version": 2, "declared": true, "channel": "app",
        "answers": {"records": "register", "copies": 2, "delivery": "electronic"}, "materials": {}, "files": {}
    })
}

/// Sends from every connection for a while, at most so many a second; done ones and how long each took.
async fn load(one: &Resident<'_>, per_second: Option<f64>) -> (usize, Vec<Duration>) {
    let began = Instant::now();
    let sent = Arc::new(AtomicU64::new(0));
    let lines = (0..CONNECTIONS).map(|_| {
        let sent = sent.clone();
        async move {
            let mut took = Vec::new();
            while began.elapsed() < WHILE {
                let turn = sent.fetch_add(1, Ordering::Relaxed);
                // When it should have been sent counts: a queue before the door is waiting too.
                let due = per_second.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(turn as f64 / rate));
                tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
                let start = if per_second.is_some() { began + due } else { Instant::now() };
                let (status, answer) = one.submit(&case()).await;
                assert_eq!(status, StatusCode::CREATED, "{answer}");
                took.push(start.elapsed());
            }
            took
        }
    });
    let took: Vec<Duration> = join_all(lines).await.concat();
    (took.len(), took)
}

#[allow(clippy::print_stdout, reason = "printing is what it is for")]
async fn submissions() {
    let floor = one_commit_per_row().await;
    let city = City::start().await;
    let one = city.resident("13800000001").await;
    let (done, _) = load(&one, None).await;
    let rate = done as f64 / WHILE.as_secs_f64();
    let one = city.resident("13800000001").await;
    let (_, mut took) = load(&one, Some(rate / 2.0)).await;
    took.sort();
    let at = |part: usize| took[(took.len() * part / 100).min(took.len() - 1)].as_secs_f64() * 1000.0;
    println!("one SQLite commit (WAL, FULL) a row, {CONNECTIONS} tasks: {floor:.0} rows/s");
    println!("submissions over HTTP, {CONNECTIONS} connections: {rate:.0} cases/s, ratio {:.2}", rate / floor);
    println!("submissions at half that load: p50 {:.1} ms, p99 {:.1} ms", at(50), at(99));
}

/// What a plain loop gets out of this disk when every row is a commit of its own.
async fn one_commit_per_row() -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("plain.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    sqlx::query("CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT NOT NULL)").execute(&pool).await.unwrap();
    let (began, body) = (Instant::now(), canonical_json(&case()));
    let lines = (0..CONNECTIONS).map(|_| {
        let (pool, body) = (pool.clone(), body.clone());
        async move {
            let mut rows = 0_u64;
            while began.elapsed() < WHILE {
                sqlx::query("INSERT INTO t (body) VALUES ($1)").bind(body.clone()).execute(&pool).await.unwrap();
                rows += 1;
            }
            rows
        }
    });
    let rows: u64 = join_all(lines).await.iter().sum();
    rows as f64 / WHILE.as_secs_f64()
}

/// A large file that is a real PDF: one page with a scan in it, as phones make them.
fn file(number: usize) -> Vec<u8> {
    let scan: Vec<u8> = (0..FILE).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut out = format!("%PDF-1.4\n% {number}\n").into_bytes();
    let mut places = Vec::new();
    let objects: [(&str, &[u8]); 4] = [
        ("<< /Type /Catalog /Pages 2 0 R >>", b""),
        ("<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b""),
        ("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>", b""),
        ("<< /Length {} >>", &scan),
    ];
    for (at, (head, stream)) in objects.into_iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{}\n", at + 1, head.replace("{}", &stream.len().to_string())).bytes());
        if !stream.is_empty() {
            out.extend([b"stream\n", stream, b"\nendstream\n"].concat());
        }
        out.extend(b"endobj\n");
    }
    let table = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    out.extend(places.iter().flat_map(|place| format!("{place:010} 00000 n \n").into_bytes()));
    out.extend(format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", places.len() + 1).bytes());
    out
}

#[allow(clippy::print_stdout, reason = "printing is what it is for")]
async fn uploads() {
    let city = City::start().await;
    let one = city.resident("13800000001").await;
    let (plain, synced) = (bare(false).await, bare(true).await);
    let mut took = [Vec::new(), Vec::new(), Vec::new()];
    for number in 0..FILES {
        let bytes = file(number);
        // In turns, so that a disk that wanders wanders for all three.
        for (base, times) in [(&plain, 0), (&synced, 1)] {
            let began = Instant::now();
            let answer = city.http.put(format!("{}/{number}", base.0)).body(bytes.clone()).send().await.unwrap();
            assert!(answer.status().is_success());
            took[times].push(began.elapsed());
        }
        let (made, id) = (new_id("drf"), new_id("fil"));
        let began = Instant::now();
        let created = one.create(&id, &made, "lease-contract", &bytes).send().await.unwrap();
        let at = created.headers()["location"].to_str().unwrap().to_owned();
        let sent = one.patch(&at, 0, bytes).send().await.unwrap();
        assert_eq!(sent.status(), StatusCode::NO_CONTENT);
        took[2].push(began.elapsed());
        assert_eq!(one.tus(Method::DELETE, &at).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    }
    let [plain, synced, ours] = took.map(|mut times| {
        times.sort();
        FILE as f64 / 1e6 / times[times.len() / 2].as_secs_f64()
    });
    println!("raw PUT to a bare server, {} MB: {plain:.0} MB/s; with one fsync: {synced:.0} MB/s", FILE / 1_000_000);
    println!("upload with digest, fsync, look inside and its own row: {ours:.0} MB/s");
    println!("ratio to the raw PUT: {:.2}; to the one with fsync: {:.2}", ours / plain, ours / synced);
}

/// A server that writes what it is sent to a file and does nothing else.
async fn bare(sync: bool) -> (String, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_owned();
    let take = move |axum::extract::Path(name): axum::extract::Path<String>, body: Body| {
        let place = place.clone();
        async move {
            let mut file = tokio::fs::File::create(place.join(name)).await.unwrap();
            let mut stream = body.into_data_stream();
            while let Some(chunk) = stream.next().await {
                file.write_all(&chunk.unwrap()).await.unwrap();
            }
            file.flush().await.unwrap();
            if sync {
                file.sync_data().await.unwrap();
            }
        }
    };
    let router = Router::new().route("/{name}", put(take)).layer(axum::extract::DefaultBodyLimit::disable());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (base, folder)
}
