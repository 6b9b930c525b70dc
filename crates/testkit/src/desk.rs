//! An officer who works through the desk's own API.

use haoban_domain::ids::CaseId;
use haoban_wire::desk::{DeskActBody, DeskActDone, DeskActRequest, DeskCase, DeskMe, DeskOpen, DeskQueue};

/// A signed-in officer.
pub struct Desk {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Desk {
    /// Signs an officer of a department in.
    ///
    /// # Errors
    /// When the platform refuses.
    pub async fn sign_in(platform_url: &str, department: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().cookie_store(true).build()?;
        let base = format!("{platform_url}/v1/desk");
        let body = serde_json::json!({ "account": format!("desk-{department}"), "password": crate::PASSWORD });
        http.post(format!("{base}/sign-in")).json(&body).send().await?.error_for_status()?;
        let me: DeskMe = http.get(format!("{base}/me")).send().await?.error_for_status()?.json().await?;
        Ok(Self { http, base, token: me.token })
    }

    /// The queue under a filter.
    ///
    /// # Errors
    /// When the platform refuses.
    pub async fn queue(&self, filter: &str) -> anyhow::Result<DeskQueue> {
        let url = format!("{}/queue?filter={filter}", self.base);
        Ok(self.http.get(url).send().await?.error_for_status()?.json().await?)
    }

    /// The raw answer to opening a case.
    ///
    /// # Errors
    /// When the platform gives no answer at all.
    pub async fn try_open(&self, case: CaseId) -> anyhow::Result<reqwest::Response> {
        let body = DeskOpen { purpose: "handle".to_owned() };
        let url = format!("{}/cases/{case}/open", self.base);
        Ok(self.http.post(url).header("x-desk-token", &self.token).json(&body).send().await?)
    }

    /// Opens a case.
    ///
    /// # Errors
    /// When the platform refuses.
    pub async fn open(&self, case: CaseId) -> anyhow::Result<DeskCase> {
        Ok(self.try_open(case).await?.error_for_status()?.json().await?)
    }

    /// Acts on the department's task of a case.
    ///
    /// # Errors
    /// When the platform refuses; its words are part of the error.
    pub async fn act(&self, case: CaseId, act: DeskActBody) -> anyhow::Result<DeskCase> {
        let task = self.open(case).await?.task.ok_or_else(|| anyhow::anyhow!("the department has no task"))?;
        let request = DeskActRequest { key: uuid::Uuid::new_v4().to_string(), revision: task.revision, act };
        let url = format!("{}/tasks/{}/act", self.base, task.id);
        let answer = self.http.post(url).header("x-desk-token", &self.token).json(&request).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        anyhow::ensure!(status.is_success(), "{status}: {text}");
        Ok(serde_json::from_str::<DeskActDone>(&text)?.case)
    }

    /// Fetches a file's bytes.
    ///
    /// # Errors
    /// When the platform gives no answer at all.
    pub async fn file(&self, case: CaseId, file: haoban_domain::ids::FileId) -> anyhow::Result<reqwest::Response> {
        Ok(self.http.get(format!("{}/cases/{case}/files/{file}", self.base)).send().await?)
    }
}
