//! The door the browser comes back through: 127.0.0.1, a free port, open for one right visit.
//!
//! Whatever else knocks (another path, another host name, a wrong `state`, an idle pre-connection of
//! the browser) is answered and does not end the wait: a page on the web must not be able to break a
//! sign-in by guessing the port.

use std::{net::Ipv4Addr, time::Duration};

use haoban_domain::text::Language;
use haoban_wire::Problem;
use secrecy::SecretString;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
};

use super::{attempt::same, page::Page, sign_in_failed};

const PATH: &str = "/callback";
const MOST_HEAD: usize = 8 * 1024;
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// Connections that may wait at the same time; browsers open one or two.
const MOST_WAITING: usize = 16;

/// What a right visit must look like.
#[derive(Clone)]
pub(crate) struct Expected {
    /// The `state` of this try.
    pub(crate) state: SecretString,
    /// The issuer, when the redirect names one.
    pub(crate) issuer: String,
    /// The redirect must name the issuer.
    pub(crate) issuer_required: bool,
    /// Language of the pages.
    pub(crate) language: Language,
}

/// The right visit: the code, or why there is none; and the browser that waits for its page.
pub(crate) struct Visit {
    /// The authorization code.
    pub(crate) code: Result<SecretString, Problem>,
    browser: TcpStream,
    language: Language,
}

impl Visit {
    /// Lets the browser show how it ended.
    pub(crate) async fn answer(mut self, page: Page) {
        let _ = reply(&mut self.browser, page.status(), &page.html(self.language)).await;
    }
}

/// The open door.
pub(crate) struct Loopback {
    listener: TcpListener,
    port: u16,
}

impl Loopback {
    /// Opens it on a free port.
    pub(crate) async fn open() -> Result<Self, Problem> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|_| sign_in_failed("loopback"))?;
        let port = listener.local_addr().map_err(|_| sign_in_failed("loopback"))?.port();
        Ok(Self { listener, port })
    }

    /// The address the browser comes back to.
    pub(crate) fn redirect_uri(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// Waits for the right visit, then the door is shut. Time limit and cancelling are the caller's.
    pub(crate) async fn wait(self, expected: Expected) -> Result<Visit, Problem> {
        let (found, mut visits) = mpsc::channel(1);
        let mut waiting = JoinSet::new();
        let host = format!("127.0.0.1:{}", self.port);
        loop {
            tokio::select! {
                Some(visit) = visits.recv() => return Ok(visit),
                Some(_) = waiting.join_next(), if !waiting.is_empty() => {}
                accepted = self.listener.accept(), if waiting.len() < MOST_WAITING => {
                    let (stream, _) = accepted.map_err(|_| sign_in_failed("loopback"))?;
                    let (expected, host, found) = (expected.clone(), host.clone(), found.clone());
                    waiting.spawn(async move {
                        if let Some(visit) = receive(stream, &expected, &host).await {
                            // A second right visit finds the channel closed: one shot.
                            let _ = found.send(visit).await;
                        }
                    });
                }
            }
        }
    }
}

async fn receive(mut stream: TcpStream, expected: &Expected, host: &str) -> Option<Visit> {
    let head = tokio::time::timeout(HEAD_LIMIT, read_head(&mut stream)).await.ok()??;
    match judge(&head, expected, host) {
        Knock::Right(code) => Some(Visit { code, browser: stream, language: expected.language }),
        Knock::Stray(status) => {
            let _ = reply(&mut stream, status, &Page::Stray.html(expected.language)).await;
            None
        }
    }
}

/// What a request is.
enum Knock {
    Right(Result<SecretString, Problem>),
    Stray(u16),
}

fn judge(head: &str, expected: &Expected, host: &str) -> Knock {
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let named = lines.filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("host"));
    // Another name means that a page on the web points a name of its own at this machine.
    if named.is_none_or(|(_, value)| value.trim() != host) {
        return Knock::Stray(421);
    }
    if method != "GET" {
        return Knock::Stray(405);
    }
    let Some(query) = target.strip_prefix(PATH).and_then(|rest| rest.strip_prefix('?')) else {
        return Knock::Stray(404);
    };
    let Ok(url) = reqwest::Url::parse(&format!("http://127.0.0.1/?{query}")) else { return Knock::Stray(400) };
    let one = |name: &str| single(&url, name);
    match one("state") {
        Some(state) if same(&state, &expected.state) => Knock::Right(code(&one, expected)),
        _ => Knock::Stray(400),
    }
}

/// A parameter that stands there exactly once.
fn single(url: &reqwest::Url, name: &str) -> Option<String> {
    let mut all = url.query_pairs().filter(|(key, _)| key == name);
    let value = all.next()?.1.into_owned();
    all.next().is_none().then_some(value)
}

fn code(one: &impl Fn(&str) -> Option<String>, expected: &Expected) -> Result<SecretString, Problem> {
    match one("iss") {
        Some(iss) if iss != expected.issuer => return Err(sign_in_failed("iss")),
        None if expected.issuer_required => return Err(sign_in_failed("iss")),
        _ => {}
    }
    if let Some(error) = one("error") {
        let what = if error == "access_denied" { "denied" } else { "refused" };
        return Err(sign_in_failed(what));
    }
    one("code").filter(|code| !code.is_empty()).map(SecretString::from).ok_or_else(|| sign_in_failed("code"))
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut buffer = [0u8; 1024];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let read = stream.read(&mut buffer).await.ok()?;
        if read == 0 || head.len() + read > MOST_HEAD {
            return None;
        }
        head.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8(head).ok()
}

async fn reply(stream: &mut TcpStream, status: u16, html: &str) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status} \r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\
         cache-control: no-store\r\nreferrer-policy: no-referrer\r\nx-content-type-options: nosniff\r\nx-frame-options: DENY\r\n\
         content-security-policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\n\r\n",
        html.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(html.as_bytes()).await?;
    stream.shutdown().await
}
