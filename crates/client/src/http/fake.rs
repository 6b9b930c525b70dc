//! Tests only: a server that says whatever a test wants, one connection a request, plain TCP.

use std::sync::{Arc, atomic::Ordering};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use super::{Connectivity, Link, connectivity::tests::FixedClock};

/// What a test saw.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Heard {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A field of a form body or query, undecoded values are enough here.
    pub(crate) fn form(&self, name: &str) -> Option<String> {
        let url = reqwest::Url::parse(&format!("http://x/?{}", self.body)).ok()?;
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// What the server says.
#[derive(Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    /// Further pieces of the body; the connection stays open until the sender is dropped.
    live: Option<Arc<Mutex<Option<mpsc::Receiver<String>>>>>,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), live: None }
    }

    pub(crate) fn json(body: &impl serde::Serialize) -> Self {
        Self::new(200, serde_json::to_string(body).unwrap()).header("content-type", "application/json")
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A stream that a test feeds.
    pub(crate) fn live(pieces: mpsc::Receiver<String>) -> Self {
        let mut answer = Self::new(200, "").header("content-type", "text/event-stream");
        answer.live = Some(Arc::new(Mutex::new(Some(pieces))));
        answer
    }
}

type Handler = Arc<dyn Fn(&Heard) -> Answer + Send + Sync>;

/// A server on a free port of this machine; gone when dropped.
pub(crate) struct Fake {
    pub(crate) base: String,
    pub(crate) clock: Arc<FixedClock>,
    heard: Arc<Mutex<Vec<Heard>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Fake {
    pub(crate) async fn start(handler: impl Fn(&Heard) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_knowing(|_| handler).await
    }

    /// As `start`, for servers that must know their own address.
    pub(crate) async fn start_knowing<H>(make: impl FnOnce(&str) -> H) -> Self
    where
        H: Fn(&Heard) -> Answer + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let handler: Handler = Arc::new(make(&base));
        let task = tokio::spawn(serve(listener, handler, heard.clone()));
        let clock = Arc::new(FixedClock::default());
        clock.0.store(1_795_000_000_000, Ordering::SeqCst);
        Self { base, clock, heard, task }
    }

    pub(crate) fn link(&self) -> Link {
        Link::new(&self.base, "0.0.0", Arc::new(Connectivity::new(self.clock.clone()))).unwrap()
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().clone()
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        self.heard().into_iter().map(|request| request.path).collect()
    }
}

async fn serve(listener: TcpListener, handler: Handler, heard: Arc<Mutex<Vec<Heard>>>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (handler, heard) = (handler.clone(), heard.clone());
        connections.spawn(async move {
            let _ = one(stream, handler, heard).await;
        });
    }
}

async fn one(mut stream: TcpStream, handler: Handler, log: Arc<Mutex<Vec<Heard>>>) -> std::io::Result<()> {
    let request = read_request(&mut stream).await?;
    log.lock().push(request.clone());
    let answer = handler(&request);
    let mut head = format!("HTTP/1.1 {} X\r\nconnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let pieces = answer.live.as_ref().and_then(|live| live.lock().take());
    if pieces.is_none() {
        head.push_str(&format!("content-length: {}\r\n", answer.body.len()));
    }
    stream.write_all(format!("{head}\r\n{}", answer.body).as_bytes()).await?;
    if let Some(mut pieces) = pieces {
        while let Some(piece) = pieces.recv().await {
            stream.write_all(piece.as_bytes()).await?;
            stream.flush().await?;
        }
    }
    stream.shutdown().await
}

async fn read_request(stream: &mut TcpStream) -> std::io::Result<Heard> {
    let mut bytes = Vec::new();
    let mut buffer = [0u8; 4096];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
        let n = stream.read(&mut buffer).await?;
        if n == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&buffer[..n]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let path = first.nth(1).unwrap_or_default().to_owned();
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, v)| v.parse().ok()).unwrap_or(0);
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        let n = stream.read(&mut buffer).await?;
        if n == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        body.extend_from_slice(&buffer[..n]);
    }
    Ok(Heard { path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}
