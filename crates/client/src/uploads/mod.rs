//! Sends one file by tus 1.0.0: creation, offset asked after every failure, checksummed chunks.
//!
//! Header names stand in this file only, so that the IETF successor can be added here.

#[cfg(test)]
mod tests;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use haoban_wire::{Problem, ProblemCode};
use reqwest::Method;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::{
    Client,
    http::{Request, Response, Transport},
    outbox::{Outcome, UploadWork, classify, file_delivered},
};

/// Bytes of one chunk. A cut costs half of one on average; each costs the platform one sync.
pub(crate) const CHUNK: u64 = 256 * 1024;
/// A file that is damaged on the way this often is damaged here.
const DAMAGED_MOST: u32 = 3;
const TUS_VERSION: (&str, &str) = ("tus-resumable", "1.0.0");

/// How far a run came.
#[derive(Debug)]
pub(crate) enum Progress {
    /// The platform made a place for it; write that down and run again.
    Created,
    /// There is an outcome.
    Ended(Outcome),
}

/// One file on its way.
pub(crate) struct Upload<'a> {
    pub(crate) client: &'a Client,
    pub(crate) transport: &'a dyn Transport,
    pub(crate) work: UploadWork,
    pub(crate) stop: &'a CancellationToken,
    pub(crate) progress: &'a (dyn Fn(u64) + Sync),
}

impl Upload<'_> {
    /// Creates the upload, or goes on with it until there is an outcome.
    pub(crate) async fn run(&mut self) -> Progress {
        if self.stop.is_cancelled() {
            return Progress::Ended(Outcome::Interrupted);
        }
        let result = match self.work.path.clone() {
            None => self.create().await.map(|()| Progress::Created),
            Some(path) => self.go_on(&path).await,
        };
        result.unwrap_or_else(Progress::Ended)
    }

    async fn create(&mut self) -> Result<(), Outcome> {
        let work = &self.work;
        let metadata = [
            ("file_id", work.file_id.to_string()),
            ("kind", work.kind.media_type().to_owned()),
            ("sha256", work.sha256.clone()),
            ("item", work.item_code.clone()),
            ("slot", work.slot.clone()),
            ("draft_id", work.draft_id.to_string()),
        ];
        let metadata: Vec<String> =
            metadata.iter().map(|(key, value)| format!("{key} {}", BASE64.encode(value))).collect();
        let headers = vec![("upload-length", work.bytes.to_string()), ("upload-metadata", metadata.join(","))];
        let response = classify(self.send(Method::POST, "/v1/uploads", headers, Bytes::new()).await?)?;
        self.work.path = Some(place(&response).ok_or(Outcome::Later { wish: None })?);
        Ok(())
    }

    async fn go_on(&mut self, path: &str) -> Result<Progress, Outcome> {
        let mut damaged = 0;
        let Some(mut offset) = self.offset(path).await? else { return Ok(self.begin_anew()) };
        loop {
            (self.progress)(offset);
            if offset >= self.work.bytes {
                return Ok(Progress::Ended(file_delivered()));
            }
            if self.stop.is_cancelled() {
                return Err(Outcome::Interrupted);
            }
            let response = self.patch(path, offset).await?;
            match response.status {
                200..=299 => {
                    offset =
                        header_offset(&response).filter(|next| *next > offset).ok_or(Outcome::Later { wish: None })?
                }
                // Our idea of the offset is old: ask.
                409 => match self.offset(path).await? {
                    Some(asked) if asked != offset => offset = asked,
                    Some(_) => return Err(Outcome::Later { wish: None }),
                    None => return Ok(self.begin_anew()),
                },
                404 | 410 => return Ok(self.begin_anew()),
                460 => {
                    damaged += 1;
                    if damaged == DAMAGED_MOST {
                        return Err(Outcome::Refused(Problem::new(ProblemCode::UploadChecksum)));
                    }
                    match self.offset(path).await? {
                        Some(asked) => offset = asked,
                        None => return Ok(self.begin_anew()),
                    }
                }
                _ => {
                    classify(response)?;
                }
            }
        }
    }

    /// The platform no longer knows the upload (it expired): make another.
    fn begin_anew(&mut self) -> Progress {
        self.work.path = None;
        (self.progress)(0);
        Progress::Created
    }

    /// How much the platform has; `None` when it does not know the upload.
    async fn offset(&self, path: &str) -> Result<Option<u64>, Outcome> {
        let response = self.send(Method::HEAD, path, Vec::new(), Bytes::new()).await?;
        if matches!(response.status, 404 | 410) {
            return Ok(None);
        }
        let response = classify(response)?;
        header_offset(&response).map(Some).ok_or(Outcome::Later { wish: None })
    }

    async fn patch(&self, path: &str, offset: u64) -> Result<Response, Outcome> {
        let chunk = self.chunk(offset).await?;
        let headers = vec![
            ("content-type", "application/offset+octet-stream".to_owned()),
            ("upload-offset", offset.to_string()),
            ("upload-checksum", format!("sha256 {}", BASE64.encode(Sha256::digest(&chunk)))),
        ];
        self.send(Method::PATCH, path, headers, chunk).await
    }

    async fn chunk(&self, offset: u64) -> Result<Bytes, Outcome> {
        let len = usize::try_from((self.work.bytes - offset).min(CHUNK)).unwrap_or(usize::MAX);
        let read = async {
            let (files, keys) = (self.client.files()?, self.client.vault().keys()?);
            files.read(keys, &self.work.file_id.to_string(), offset, len).await
        };
        match read.await {
            Ok(chunk) if chunk.len() == len => Ok(Bytes::copy_from_slice(&chunk)),
            Ok(_) => Err(unreadable()),
            Err(error) => {
                tracing::error!(%error, "a sealed file cannot be read");
                Err(unreadable())
            }
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        mut headers: Vec<(&'static str, String)>,
        body: Bytes,
    ) -> Result<Response, Outcome> {
        headers.push((TUS_VERSION.0, TUS_VERSION.1.to_owned()));
        Ok(self.transport.send(Request { method, path: path.to_owned(), headers, body }).await?)
    }
}

fn unreadable() -> Outcome {
    Outcome::Refused(Problem::new(ProblemCode::FileUnreadable))
}

fn header_offset(response: &Response) -> Option<u64> {
    response.headers.get("upload-offset")?.to_str().ok()?.parse().ok()
}

/// Path of the created upload. Only places below `/v1/uploads/` of our own platform are followed.
fn place(response: &Response) -> Option<String> {
    let location = response.headers.get("location")?.to_str().ok()?;
    let start = location.find("/v1/uploads/")?;
    let id = location[start + "/v1/uploads/".len()..].split(['?', '#']).next()?;
    let clean = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    clean.then(|| format!("/v1/uploads/{id}"))
}
