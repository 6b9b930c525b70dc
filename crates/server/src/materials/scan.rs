//! Looks for malware. A file is shown to nobody until the scanner has passed it; a scanner that does not
//! answer passes nothing.

use std::{fmt::Debug, path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use clamav_client::tokio::{Socket, Tcp, scan_buffer};
use haoban_domain::ids::{CaseId, UploadId};
use haoban_wire::desk::ScanStanding;
use sqlx::{AnyConnection, Row as _};

use super::{
    finish::forget,
    rows::{self, UploadState},
};
use crate::{
    AppState, Result,
    audit::{self, Act},
    jobs::Outcome,
};

/// A scanner that says nothing for so long is down.
const PATIENCE: Duration = Duration::from_secs(30);
/// A file that waits for the scanner is tried again after this.
const AGAIN_MS: i64 = 60_000;

/// What a scanner says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing known was found.
    Clean,
    /// Malware.
    Harmful,
    /// No answer now.
    NoAnswer,
    /// There is no scanner; nothing is claimed.
    NoScanner,
}

/// The side that knows malware.
#[async_trait]
pub trait Scanner: Debug + Send + Sync + 'static {
    /// Looks at a whole file.
    async fn scan(&self, bytes: &Bytes) -> Verdict;
}

/// A platform without a scanner. Files are taken, and the desk says that nobody looked.
#[derive(Debug, Clone, Copy)]
pub struct NoScanner;

#[async_trait]
impl Scanner for NoScanner {
    async fn scan(&self, _: &Bytes) -> Verdict {
        Verdict::NoScanner
    }
}

/// Where `clamd` listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clamd {
    /// `unix:<path>`.
    Socket(PathBuf),
    /// `tcp:<host>:<port>`.
    Tcp(String),
}

impl Clamd {
    /// Reads the setting.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (way, place) = text.split_once(':')?;
        match way {
            "unix" if place.starts_with('/') => Some(Self::Socket(PathBuf::from(place))),
            "tcp" if place.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) => {
                Some(Self::Tcp(place.to_owned()))
            }
            _ => None,
        }
    }
}

#[async_trait]
impl Scanner for Clamd {
    async fn scan(&self, bytes: &Bytes) -> Verdict {
        let asked = async {
            match self {
                Self::Socket(path) => scan_buffer(bytes, Socket { socket_path: path }, None).await,
                Self::Tcp(address) => scan_buffer(bytes, Tcp { host_address: address.as_str() }, None).await,
            }
        };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(reply)) => verdict(&reply),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the virus scanner cannot be reached");
                Verdict::NoAnswer
            }
            Err(_) => {
                tracing::warn!("the virus scanner does not answer");
                Verdict::NoAnswer
            }
        }
    }
}

/// Only a plain yes passes a file.
fn verdict(reply: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(reply);
    let text = text.trim_matches(['\0', '\n', ' ']);
    if text == "stream: OK" {
        Verdict::Clean
    } else if text.starts_with("stream: ") && text.ends_with(" FOUND") {
        Verdict::Harmful
    } else {
        tracing::warn!("the virus scanner gave no verdict");
        Verdict::NoAnswer
    }
}

/// The scanner of the settings.
#[must_use]
pub fn scanner(clamd: Option<&Clamd>) -> Arc<dyn Scanner> {
    match clamd {
        Some(clamd) => Arc::new(clamd.clone()),
        None => Arc::new(NoScanner),
    }
}

/// Asks again about a file whose scanner was down.
pub(crate) async fn scan_again(state: &AppState, id: UploadId) -> Result<Outcome> {
    let _held = state.uploads.lanes.enter(id).await;
    let Some(upload) = rows::find_any(&state.store, id).await? else { return Ok(Outcome::Done) };
    if upload.scan != ScanStanding::Pending || upload.state == UploadState::Receiving {
        return Ok(Outcome::Done);
    }
    let scan = match state.uploads.scanner.scan(&state.uploads.read(&upload).await?).await {
        Verdict::NoAnswer => return Ok(Outcome::Again(state.clock.now().plus_millis(AGAIN_MS))),
        Verdict::Clean => ScanStanding::Clean,
        Verdict::NoScanner => ScanStanding::Unscanned,
        Verdict::Harmful => ScanStanding::Harmful,
    };
    if scan == ScanStanding::Harmful && upload.state == UploadState::Complete {
        forget(state, id).await?;
        return Ok(Outcome::Done);
    }
    let mut tx = state.store.write().await?;
    rows::scanned(&mut tx, id, scan).await?;
    if scan == ScanStanding::Harmful {
        let act = Act {
            at: state.clock.now(),
            actor: "system:scanner".to_owned(),
            department: None,
            action: "file.harmful",
            subject: id.to_string(),
            case_id: None,
            detail: serde_json::json!({}),
        };
        audit::record(&mut tx, act).await?;
    }
    tx.commit().await?;
    Ok(Outcome::Done)
}

/// Whether a case has files that nobody may decide on yet: not scanned, or harmful.
pub(crate) async fn holds_up(connection: &mut AnyConnection, case: CaseId) -> Result<bool> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS files FROM case_file f JOIN upload u ON u.id = f.upload_id \
         WHERE f.case_id = $1 AND f.current = 1 AND u.scan IN ('pending', 'harmful')",
    )
    .bind(case.to_string())
    .fetch_one(connection)
    .await?;
    Ok(row.try_get::<i64, _>("files")? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("unix:/run/clamav/clamd.ctl", true)]
    #[case("tcp:127.0.0.1:3310", true)]
    #[case("tcp:[::1]:3310", true)]
    #[case("tcp:127.0.0.1", false)]
    #[case("unix:clamd.ctl", false)]
    #[case("/run/clamav/clamd.ctl", false)]
    fn addresses(#[case] text: &str, #[case] taken: bool) {
        assert_eq!(Clamd::parse(text).is_some(), taken, "{text}");
    }

    #[test]
    fn only_a_plain_yes_passes() {
        assert_eq!(verdict(b"stream: OK\0"), Verdict::Clean);
        assert_eq!(verdict(b"stream: Eicar-Test-Signature FOUND\0"), Verdict::Harmful);
        for unclear in [&b""[..], b"INSTREAM size limit exceeded. ERROR\0", b"OK", b"stream: OK FOUND maybe", b"\xff"] {
            assert_eq!(verdict(unclear), Verdict::NoAnswer);
        }
    }

    #[tokio::test]
    async fn nobody_at_the_socket_is_no_answer() {
        let gone = Clamd::parse("unix:/nonexistent/clamd.ctl").unwrap();
        assert_eq!(gone.scan(&Bytes::from_static(b"x")).await, Verdict::NoAnswer);
        assert_eq!(NoScanner.scan(&Bytes::from_static(b"x")).await, Verdict::NoScanner);
    }
}
