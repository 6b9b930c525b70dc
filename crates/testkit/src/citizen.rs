//! A resident who speaks to the platform's own API: for what a well-behaved app would never send.

use std::time::Duration;

use anyhow::Context;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use haoban_domain::{
    ids::{DraftId, FileId},
    receipt::digest,
};
use reqwest::{Method, RequestBuilder, redirect::Policy};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::sign_in::sign_in_to;

const CALLBACK: &str = "http://127.0.0.1:49152/callback";

/// A signed-in resident.
#[derive(Clone)]
pub struct Citizen {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Citizen {
    /// Signs in through the pages, as a browser would.
    ///
    /// # Errors
    /// When the platform refuses.
    pub async fn sign_in(platform_url: &str, phone: &str) -> anyhow::Result<Self> {
        let verifier = "v".repeat(64);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let scope = "openid%20profile%20offline_access";
        let url = format!(
            "{platform_url}/oauth/authorize?response_type=code&client_id=haoban-app&scope={scope}\
             &redirect_uri={CALLBACK}&state=state-of-the-test&nonce=nonce-of-the-test\
             &code_challenge={challenge}&code_challenge_method=S256"
        );
        let landed = sign_in_to(&url, phone, crate::PASSWORD, CALLBACK).await?;
        let code = landed.query_pairs().find(|(name, _)| name == "code").context("no code came back")?.1.into_owned();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("client_id", "haoban-app"),
            ("code_verifier", &verifier),
        ];
        let http =
            reqwest::Client::builder().no_proxy().redirect(Policy::none()).timeout(Duration::from_secs(60)).build()?;
        let answer = http.post(format!("{platform_url}/oauth/token")).form(&form).send().await?.error_for_status()?;
        let tokens: Value = answer.json().await?;
        let token = tokens["access_token"].as_str().context("no token")?.to_owned();
        Ok(Self { http, base: platform_url.to_owned(), token })
    }

    /// The same person and token, towards another address of the platform.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// The bearer token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A request in this person's name.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    /// One act: status and body.
    ///
    /// # Errors
    /// When no whole answer comes.
    pub async fn post(&self, path: &str, key: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
        read(self.request(Method::POST, path).header("idempotency-key", key).json(body)).await
    }

    /// Reads something.
    ///
    /// # Errors
    /// When no whole answer comes.
    pub async fn get(&self, path: &str) -> anyhow::Result<(u16, Value)> {
        read(self.request(Method::GET, path)).await
    }

    /// Sends a body under its own key.
    ///
    /// # Errors
    /// When no whole answer comes.
    pub async fn submit(&self, body: &Value) -> anyhow::Result<(u16, Value)> {
        self.post("/v1/cases", body["draft_id"].as_str().unwrap_or_default(), body).await
    }

    /// A tus request.
    pub fn tus(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).header("tus-resumable", "1.0.0")
    }

    /// Uploads a whole file from wherever the platform has got to; the same file twice is one upload.
    ///
    /// # Errors
    /// When an answer does not come or says no.
    pub async fn upload(&self, draft: &str, file: &str, slot: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let coded = |text: &str| STANDARD.encode(text);
        let metadata = format!(
            "file_id {},draft_id {},slot {},sha256 {}",
            coded(file),
            coded(draft),
            coded(slot),
            coded(&digest(bytes))
        );
        let create = self.tus(Method::POST, "/v1/uploads").header("upload-length", bytes.len());
        let made = create.header("upload-metadata", metadata).send().await?.error_for_status()?;
        let at = made.headers().get("location").and_then(|at| at.to_str().ok()).context("no location")?.to_owned();
        let asked = self.tus(Method::HEAD, &at).send().await?.error_for_status()?;
        let offset = asked.headers().get("upload-offset").and_then(|offset| offset.to_str().ok()).unwrap_or("0");
        let offset: usize = offset.parse()?;
        if offset < bytes.len() {
            let patch = self.tus(Method::PATCH, &at).header("upload-offset", offset);
            let patch = patch.header("content-type", "application/offset+octet-stream");
            patch.body(bytes[offset..].to_vec()).send().await?.error_for_status()?;
        }
        Ok(())
    }
}

/// Status and JSON body of an answer.
async fn read(request: RequestBuilder) -> anyhow::Result<(u16, Value)> {
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    Ok((status, answer.json().await?))
}

/// A withdrawal for rent with its contract, as the API takes it: the body and what has to be uploaded first.
pub struct RentCase {
    /// Body of the submission.
    pub body: Value,
    /// Id of the draft.
    pub draft: String,
    /// Ids of the contract and of the record of payments.
    pub files: [String; 2],
    /// The bytes of both.
    pub contract: Vec<u8>,
}

impl RentCase {
    /// A fresh one.
    #[must_use]
    pub fn new(contract: Vec<u8>) -> Self {
        let file = || FileId::new(now_millis(), random()).to_string();
        let (draft, files) = (fresh_draft(), [file(), file()]);
        let body = json!({
            "draft_id": draft, "item_code": "gjj-rent", "item_version": version_of("gjj-rent"), "declared": true, "channel": "app",
            "answers": {
                "housing": "market", "who": "self", "term": {"from": "2026-03-01", "to": "2027-02-28"},
                "rent_month": 180_000, "address": {"region": "410105", "detail": "No. 3"},
                "bank_card": "6217000000000000004"
            },
            "materials": {
                "lease-contract": {"kind": "upload", "files": [files[0]]},
                "rent-records": {"kind": "upload", "files": [files[1]]}
            },
            "files": {files[0].clone(): digest(&contract), files[1].clone(): digest(&contract)}
        });
        Self { body, draft, files, contract }
    }

    /// Uploads what is needed.
    ///
    /// # Errors
    /// When the platform does not take it.
    pub async fn upload(&self, citizen: &Citizen) -> anyhow::Result<()> {
        citizen.upload(&self.draft, &self.files[0], "lease-contract", &self.contract).await?;
        citizen.upload(&self.draft, &self.files[1], "rent-records", &self.contract).await
    }
}

/// The version of a service of the demo city that is in force, as its author wrote it.
///
/// # Panics
/// When the demo city has no such service.
#[must_use]
pub fn version_of(code: &str) -> u32 {
    let item = crate::repository().join(format!("cities/zhengzhou/items/{code}/item.yaml"));
    let text = std::fs::read_to_string(item).unwrap_or_default();
    let version = text.lines().find_map(|line| line.strip_prefix("version: ")?.trim().parse().ok());
    version.unwrap_or_else(|| panic!("the demo city has no service {code}"))
}

/// A request for two copies from the archive, sent electronically: a case without files that costs ten yuan.
#[must_use]
pub fn copies_case(visit: Option<Value>) -> Value {
    let mut answers = json!({"records": "register", "copies": 2, "delivery": "electronic"});
    if let Some(visit) = visit {
        answers["delivery"] = json!("pickup");
        answers["visit"] = visit;
    }
    json!({
        "draft_id": fresh_draft(), "item_code": "archive-copies", "item_version": version_of("archive-copies"), "declared": true, "channel": "app",
        "answers": answers, "materials": {}, "files": {}
    })
}

/// Id of a new draft.
#[must_use]
pub fn fresh_draft() -> String {
    DraftId::new(now_millis(), random()).to_string()
}

fn random() -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&uuid::Uuid::new_v4().as_bytes()[..10]);
    bytes
}

#[allow(clippy::disallowed_methods, reason = "an id of a real program's test needs no other clock")]
fn now_millis() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
