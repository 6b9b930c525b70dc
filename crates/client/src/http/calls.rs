//! One function per operation of the platform.

use std::collections::BTreeMap;

use haoban_domain::{
    case::CaseView,
    ids::{AppointmentId, CaseId, DeviceId, DraftId, LicenceId, OutboxId, PublicityId},
    licence::{Licence, Presentation},
    person::Applicant,
    text::Language,
};
use haoban_wire::{
    Problem,
    appointments::{Appointment, AppointmentPage, HoldSlot, MoveAppointment, OpenSlot, PaymentPage, SlotPage},
    deposits::KeyDeposit,
    follow::{
        AdmitDevice, AskStanding, DevicePage, DeviceStanding, FollowPage, FollowRow, FollowedDraft, PutDraft,
        RegisterDevice, RemoveDevice,
    },
    http::{
        AccessEntry, AccessPage, CasePage, Catalogue, CorrectCase, EventPage, Health, IDEMPOTENCY_KEY, ItemFacts,
        LicencePage, Me, PaperInfo, PaperPage, Receipt, ReceiptKeys, SubmitCase, Submitted, WithdrawCase,
    },
    publicity::{MakeObjection, Objection, ObjectionPage, PublicityPage},
};
use reqwest::{Method, Response, StatusCode, header};
use serde::de::DeserializeOwned;

use super::{Api, problem_from_response};

/// What `GET /v1/catalogue` said.
pub enum CatalogueAnswer {
    /// The one that was named is still the newest.
    Unchanged,
    /// A new one: parsed, and the bytes as they came.
    New(Box<Catalogue>, bytes::Bytes),
}

impl Api {
    /// `GET /health`: also the way to see whether the platform answers.
    pub async fn health(&self) -> Result<Health, Problem> {
        let response = self.open(self.link.request(Method::GET, "/health")).await?;
        self.json(response).await
    }

    /// `GET /v1/catalogue`; `known` is the version already held.
    pub async fn catalogue(&self, known: Option<&str>) -> Result<CatalogueAnswer, Problem> {
        let mut request = self.link.request(Method::GET, "/v1/catalogue");
        if let Some(version) = known {
            request = request.header(header::IF_NONE_MATCH, format!("\"{version}\""));
        }
        let response = self.link.send(request).await?;
        match response.status() {
            StatusCode::NOT_MODIFIED => Ok(CatalogueAnswer::Unchanged),
            status if status.is_success() => self.catalogue_body(response).await,
            _ => Err(problem_from_response(response).await),
        }
    }

    async fn catalogue_body(&self, response: Response) -> Result<CatalogueAnswer, Problem> {
        let bytes = response.bytes().await.map_err(|error| self.link.lost(&error))?;
        let catalogue = serde_json::from_slice(&bytes).map_err(|_| Problem::new(haoban_wire::ProblemCode::Internal))?;
        Ok(CatalogueAnswer::New(Box::new(catalogue), bytes))
    }

    /// `GET /v1/me`.
    pub async fn me(&self) -> Result<Applicant, Problem> {
        self.get::<Me>("/v1/me".into()).await.map(|me| me.applicant)
    }

    /// `GET /v1/items/{code}/facts`. The platform logs it with the item's purpose.
    pub async fn item_facts(&self, code: &str) -> Result<ItemFacts, Problem> {
        self.get(format!("/v1/items/{}/facts", path_part(code))).await
    }

    /// `POST /v1/cases`. The key is the draft's id, for ever.
    pub async fn submit_case(&self, body: &SubmitCase) -> Result<Submitted, Problem> {
        self.post("/v1/cases".into(), &body.draft_id.to_string(), body).await
    }

    /// `GET /v1/cases`.
    pub async fn cases(&self) -> Result<Vec<CaseView>, Problem> {
        self.get::<CasePage>("/v1/cases".into()).await.map(|page| page.cases)
    }

    /// `GET /v1/cases/{id}`.
    pub async fn case(&self, id: CaseId) -> Result<CaseView, Problem> {
        self.get(format!("/v1/cases/{id}")).await
    }

    /// `GET /v1/cases/{id}/receipt`.
    pub async fn case_receipt(&self, id: CaseId) -> Result<Receipt, Problem> {
        self.get(format!("/v1/cases/{id}/receipt")).await
    }

    /// `POST /v1/cases/{id}/corrections`. The key is the correction draft's id.
    pub async fn correct_case(&self, id: CaseId, key: DraftId, body: &CorrectCase) -> Result<CaseView, Problem> {
        self.post(format!("/v1/cases/{id}/corrections"), &key.to_string(), body).await
    }

    /// `POST /v1/cases/{id}/withdrawal`. The key is the outbox entry's id.
    pub async fn withdraw_case(&self, id: CaseId, key: OutboxId, body: &WithdrawCase) -> Result<CaseView, Problem> {
        self.post(format!("/v1/cases/{id}/withdrawal"), &key.to_string(), body).await
    }

    /// `GET /v1/receipt-keys`.
    pub async fn receipt_keys(&self) -> Result<BTreeMap<String, String>, Problem> {
        let response = self.open(self.link.request(Method::GET, "/v1/receipt-keys")).await?;
        self.json::<ReceiptKeys>(response).await.map(|keys| keys.keys)
    }

    /// `GET /v1/catalogue/items/{code}/papers`; open to anybody.
    pub async fn papers(&self, code: &str, language: Language) -> Result<Vec<PaperInfo>, Problem> {
        let path = format!("/v1/catalogue/items/{}/papers?lang={}", path_part(code), language.tag());
        let response = self.open(self.link.request(Method::GET, &path)).await?;
        self.json::<PaperPage>(response).await.map(|page| page.papers)
    }

    /// `GET /v1/catalogue/items/{code}/papers/{paper}`: a page of its own, kept as a file.
    pub async fn paper(&self, code: &str, paper: &str, language: Language) -> Result<String, Problem> {
        let paper: String = paper.split('.').map(path_part).collect::<Vec<_>>().join(".");
        let path = format!("/v1/catalogue/items/{}/papers/{paper}?lang={}", path_part(code), language.tag());
        let response = self.open(self.link.request(Method::GET, &path)).await?;
        response.text().await.map_err(|error| self.link.lost(&error))
    }

    /// `GET /v1/licences`.
    pub async fn licences(&self) -> Result<Vec<Licence>, Problem> {
        self.get::<LicencePage>("/v1/licences".into()).await.map(|page| page.licences)
    }

    /// `POST /v1/licences/{id}/presentations`.
    pub async fn present_licence(&self, id: LicenceId) -> Result<Presentation, Problem> {
        let path = format!("/v1/licences/{id}/presentations");
        let response = self.authorized(|link| link.request(Method::POST, &path)).await?;
        self.json(response).await
    }

    /// `GET /v1/appointments/slots`.
    pub async fn slots(&self, schedule: &str, place: &str) -> Result<Vec<OpenSlot>, Problem> {
        let path = format!("/v1/appointments/slots?schedule={}&place={}", path_part(schedule), path_part(place));
        self.get::<SlotPage>(path).await.map(|page| page.slots)
    }

    /// `POST /v1/appointments/holds`.
    pub async fn hold_slot(&self, key: &str, body: &HoldSlot) -> Result<Appointment, Problem> {
        self.post("/v1/appointments/holds".into(), key, body).await
    }

    /// `GET /v1/appointments`.
    pub async fn appointments(&self) -> Result<Vec<Appointment>, Problem> {
        self.get::<AppointmentPage>("/v1/appointments".into()).await.map(|page| page.appointments)
    }

    /// `POST /v1/appointments/{id}/change`.
    pub async fn change_appointment(
        &self,
        id: AppointmentId,
        key: &str,
        body: &MoveAppointment,
    ) -> Result<Vec<Appointment>, Problem> {
        let path = format!("/v1/appointments/{id}/change");
        self.post::<AppointmentPage>(path, key, body).await.map(|page| page.appointments)
    }

    /// `POST /v1/appointments/{id}/cancellation`.
    pub async fn cancel_appointment(&self, id: AppointmentId, key: &str) -> Result<Vec<Appointment>, Problem> {
        let path = format!("/v1/appointments/{id}/cancellation");
        self.post::<AppointmentPage>(path, key, &()).await.map(|page| page.appointments)
    }

    /// `GET /v1/publicity`: for everybody.
    pub async fn publicity(&self) -> Result<PublicityPage, Problem> {
        let response = self.open(self.link.request(Method::GET, "/v1/publicity")).await?;
        self.json(response).await
    }

    /// `POST /v1/publicity/{id}/objections`.
    pub async fn object(&self, id: PublicityId, key: &str, body: &MakeObjection) -> Result<Vec<Objection>, Problem> {
        let path = format!("/v1/publicity/{id}/objections");
        self.post::<ObjectionPage>(path, key, body).await.map(|page| page.objections)
    }

    /// `GET /v1/objections`.
    pub async fn objections(&self) -> Result<Vec<Objection>, Problem> {
        self.get::<ObjectionPage>("/v1/objections".into()).await.map(|page| page.objections)
    }

    /// `POST /v1/cases/{id}/payment`.
    pub async fn payment_page(&self, id: CaseId, key: &str) -> Result<PaymentPage, Problem> {
        self.post(format!("/v1/cases/{id}/payment"), key, &()).await
    }

    /// `PUT /v1/key-deposits/{profile}`.
    pub(crate) async fn deposit_key(&self, profile: &str, body: &KeyDeposit) -> Result<(), Problem> {
        let path = format!("/v1/key-deposits/{}", path_part(profile));
        self.authorized(|link| link.request(Method::PUT, &path).json(body)).await.map(drop)
    }

    /// `DELETE /v1/key-deposits/{profile}`.
    pub(crate) async fn withdraw_key(&self, profile: &str) -> Result<(), Problem> {
        let path = format!("/v1/key-deposits/{}", path_part(profile));
        self.authorized(|link| link.request(Method::DELETE, &path)).await.map(drop)
    }

    /// `POST /v1/key-deposits/{profile}/release`.
    pub(crate) async fn release_key(&self, profile: &str) -> Result<KeyDeposit, Problem> {
        let path = format!("/v1/key-deposits/{}/release", path_part(profile));
        let response = self.authorized(|link| link.request(Method::POST, &path)).await?;
        self.json(response).await
    }

    /// `GET /v1/devices`.
    pub(crate) async fn devices(&self) -> Result<DevicePage, Problem> {
        self.get("/v1/devices".into()).await
    }

    /// `PUT /v1/devices/{id}`.
    pub(crate) async fn register_device(&self, id: DeviceId, body: &RegisterDevice) -> Result<(), Problem> {
        let path = format!("/v1/devices/{id}");
        self.authorized(|link| link.request(Method::PUT, &path).json(body)).await.map(drop)
    }

    /// `DELETE /v1/devices/{id}`.
    pub(crate) async fn leave_devices(&self, id: DeviceId) -> Result<(), Problem> {
        let path = format!("/v1/devices/{id}");
        self.authorized(|link| link.request(Method::DELETE, &path)).await.map(drop)
    }

    /// `PUT /v1/devices/{id}/grant`.
    pub(crate) async fn admit_device(&self, id: DeviceId, body: &AdmitDevice) -> Result<(), Problem> {
        let path = format!("/v1/devices/{id}/grant");
        self.authorized(|link| link.request(Method::PUT, &path).json(body)).await.map(drop)
    }

    /// `POST /v1/devices/{id}/removal`.
    pub(crate) async fn remove_device(&self, id: DeviceId, body: &RemoveDevice) -> Result<(), Problem> {
        let path = format!("/v1/devices/{id}/removal");
        self.authorized(|link| link.request(Method::POST, &path).json(body)).await.map(drop)
    }

    /// `POST /v1/devices/standing`, without a session.
    pub(crate) async fn device_standing(&self, id: DeviceId, public_key: &str) -> Result<DeviceStanding, Problem> {
        let body = AskStanding { device_id: id, public_key: public_key.to_owned() };
        let response = self.open(self.link.request(Method::POST, "/v1/devices/standing").json(&body)).await?;
        self.json(response).await
    }

    /// `POST /v1/devices/reset`.
    pub(crate) async fn reset_devices(&self) -> Result<(), Problem> {
        self.authorized(|link| link.request(Method::POST, "/v1/devices/reset")).await.map(drop)
    }

    /// `GET /v1/follow/drafts`.
    pub(crate) async fn followed(&self) -> Result<FollowPage, Problem> {
        self.get("/v1/follow/drafts".into()).await
    }

    /// `GET /v1/follow/drafts/{id}`.
    pub(crate) async fn followed_draft(&self, id: DraftId) -> Result<FollowedDraft, Problem> {
        self.get(format!("/v1/follow/drafts/{id}")).await
    }

    /// `PUT /v1/follow/drafts/{id}`.
    pub(crate) async fn put_followed(&self, id: DraftId, body: &PutDraft) -> Result<FollowRow, Problem> {
        let path = format!("/v1/follow/drafts/{id}");
        let response = self.authorized(|link| link.request(Method::PUT, &path).json(body)).await?;
        self.json(response).await
    }

    /// `GET /v1/access-log`.
    pub async fn access_log(&self) -> Result<Vec<AccessEntry>, Problem> {
        self.get::<AccessPage>("/v1/access-log".into()).await.map(|page| page.entries)
    }

    /// `GET /v1/events` as a page: for hosts that cannot hold a stream.
    pub async fn event_page(&self, after: i64) -> Result<EventPage, Problem> {
        let path = format!("/v1/events?after={after}");
        let response =
            self.authorized(|t| t.request(Method::GET, &path).header(header::ACCEPT, "application/json")).await?;
        self.json(response).await
    }

    /// `GET /v1/events` as a stream that begins after a cursor; `None` when the cursor is too old (410).
    pub(crate) async fn event_stream(&self, after: i64) -> Result<Option<Response>, Problem> {
        let response = self
            .authorized_raw(|link| {
                link.long_request(Method::GET, "/v1/events")
                    .header(header::ACCEPT, "text/event-stream")
                    .header("last-event-id", after.to_string())
            })
            .await?;
        match response.status() {
            StatusCode::GONE => Ok(None),
            status if status.is_success() => Ok(Some(response)),
            _ => Err(problem_from_response(response).await),
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: String) -> Result<T, Problem> {
        let response = self.authorized(|link| link.request(Method::GET, &path)).await?;
        self.json(response).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: String,
        key: &str,
        body: &(impl serde::Serialize + Sync),
    ) -> Result<T, Problem> {
        let response =
            self.authorized(|link| link.request(Method::POST, &path).header(IDEMPOTENCY_KEY, key).json(body)).await?;
        self.json(response).await
    }
}

/// Codes and ids of the pack are lower-case Latin, digits, hyphens and low lines; anything else must not reach a path.
fn path_part(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

#[cfg(test)]
mod tests {
    use super::path_part;

    #[test]
    fn ids_of_the_pack_pass_whole_and_nothing_else_does() {
        assert_eq!(path_part("h1_cardiology-chief"), "h1_cardiology-chief");
        assert_eq!(path_part("a/../b?c=1&d#e%2F"), "abc1de2F");
    }
}
