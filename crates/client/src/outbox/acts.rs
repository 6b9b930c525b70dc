//! What each step says to the platform, and what its answer means.

use haoban_domain::{
    case::CaseView,
    ids::{CaseId, PartyId},
};
use haoban_wire::{
    Problem, ProblemCode,
    http::{IDEMPOTENCY_KEY, SubmitCase, Submitted, WithdrawCase},
    ui::{ClientEvent, ReceiptView},
};
use reqwest::Method;
use serde::{Serialize, de::DeserializeOwned};
use tokio_util::sync::CancellationToken;

use super::{
    machine::StepState,
    row::{Entry, Step, UploadWork, Work, update_step},
};
use crate::{
    Client, ClientError,
    http::{Request, Response, SendError, transport_for},
    receipt, uploads,
};

/// What came of a transfer.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The platform has it.
    Delivered(Delivery),
    /// No answer, or an answer that says "later".
    Later {
        /// Milliseconds the platform asks for.
        wish: Option<u64>,
    },
    /// The platform said no, and would again.
    Refused(Problem),
    /// No session of the owner.
    SignedOut,
    /// Stopped on this side.
    Interrupted,
}

/// What was delivered.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// A file.
    File,
    /// An act, with the case as the platform answered it.
    Case { case: Box<CaseView>, receipt: Option<ReceiptView> },
}

impl Delivery {
    pub(crate) fn case_id(&self) -> Option<CaseId> {
        match self {
            Self::File => None,
            Self::Case { case, .. } => Some(case.id),
        }
    }
}

impl From<SendError> for Outcome {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Offline => Self::Later { wish: None },
            SendError::SignedOut => Self::SignedOut,
        }
    }
}

/// Runs one step to its outcome.
pub(crate) async fn transfer(client: &Client, entry: &Entry, step: &Step, stop: &CancellationToken) -> Outcome {
    let Some(owner) = entry.content.owner else { return Outcome::SignedOut };
    let ending = client.cancelled();
    let work = async {
        match &step.content.work {
            Work::Upload(upload) => send_file(client, owner, entry, step, upload, stop).await,
            Work::Submit { body } => submit(client, owner, body).await,
            Work::Correct { case_id, key, body } => {
                act(client, owner, format!("/v1/cases/{case_id}/corrections"), key.to_string(), &**body).await
            }
            Work::Supply { case_id, key, body } => {
                act(client, owner, format!("/v1/cases/{case_id}/materials"), key.to_string(), &**body).await
            }
            Work::Withdraw { case_id, reason } => {
                let body = WithdrawCase { reason: reason.clone() };
                act(client, owner, format!("/v1/cases/{case_id}/withdrawal"), entry.id.to_string(), &body).await
            }
        }
    };
    tokio::select! {
        outcome = work => outcome,
        // Every step may be repeated, so the app never waits for the network when it closes.
        () = ending.cancelled() => Outcome::Interrupted,
    }
}

async fn submit(client: &Client, owner: PartyId, body: &SubmitCase) -> Outcome {
    let answer = post::<Submitted>(client, owner, "/v1/cases".to_owned(), body.draft_id.to_string(), body).await;
    let submitted = match answer {
        Ok(submitted) => submitted,
        Err(outcome) => return outcome,
    };
    let verified = match receipt::verify(client, &submitted.receipt, body).await {
        Ok(verified) => verified,
        Err(error) => {
            tracing::warn!(%error, "a receipt could not be verified now");
            false
        }
    };
    let receipt = Some(ReceiptView { receipt: submitted.receipt, verified });
    Outcome::Delivered(Delivery::Case { case: Box::new(submitted.case), receipt })
}

async fn act(client: &Client, owner: PartyId, path: String, key: String, body: &impl Serialize) -> Outcome {
    match post::<CaseView>(client, owner, path, key, body).await {
        Ok(case) => Outcome::Delivered(Delivery::Case { case: Box::new(case), receipt: None }),
        Err(outcome) => outcome,
    }
}

async fn post<T: DeserializeOwned>(
    client: &Client,
    owner: PartyId,
    path: String,
    key: String,
    body: &impl Serialize,
) -> Result<T, Outcome> {
    let body = serde_json::to_vec(body).map_err(|_| Outcome::Refused(ProblemCode::BadRequest.into()))?;
    let request = Request {
        method: Method::POST,
        path,
        headers: vec![("content-type", "application/json".to_owned()), (IDEMPOTENCY_KEY, key)],
        body: body.into(),
    };
    let response = transport_for(client, owner).send(request).await?;
    let response = classify(response)?;
    // A page of a hotel's network also says 200: only our own shape counts.
    serde_json::from_slice(&response.body).map_err(|_| Outcome::Later { wish: None })
}

/// Success, or what the status means.
pub(crate) fn classify(response: Response) -> Result<Response, Outcome> {
    if (200..300).contains(&response.status) {
        return Ok(response);
    }
    let problem: Option<Problem> = serde_json::from_slice(&response.body).ok();
    let header = response.headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let wish = problem
        .as_ref()
        .and_then(|problem| problem.retry_after_ms)
        .or(header.map(|seconds| seconds.saturating_mul(1000)));
    Err(match (response.status, problem) {
        (401, _) => Outcome::SignedOut,
        (408 | 423 | 425 | 429 | 500..=599, _) => Outcome::Later { wish },
        (_, Some(problem)) => Outcome::Refused(problem),
        // Not our platform speaking: a proxy or a sign-in page of a network.
        _ => Outcome::Later { wish },
    })
}

/// Asks whether the platform has an act whose answer was lost. `Ok(None)`: it does not.
pub(super) async fn look_up(client: &Client, owner: PartyId, entry: &Entry) -> Result<Option<Delivery>, ClientError> {
    let Some(step) = entry.act_step() else { return Ok(None) };
    let path = format!("/v1/cases/{}", entry.case_id);
    let Some(case) = get::<CaseView>(client, owner, path).await? else { return Ok(None) };
    let taken = match &step.content.work {
        Work::Submit { .. } => true,
        Work::Correct { body, .. } => case
            .correction
            .as_ref()
            .is_some_and(|notice| notice.id == body.correction_id && notice.answered_at.is_some()),
        Work::Supply { body, .. } => {
            let came = |slot: &String| case.promises.iter().any(|one| one.slot == *slot && one.handed_in.is_some());
            body.materials.keys().all(came)
        }
        Work::Withdraw { .. } => case.status == haoban_domain::case::CaseStatus::Withdrawn,
        Work::Upload(_) => false,
    };
    if !taken {
        return Ok(None);
    }
    let receipt = match &step.content.work {
        Work::Submit { body } => match get(client, owner, format!("/v1/cases/{}/receipt", entry.case_id)).await? {
            Some(receipt) => {
                // A used-up key: the receipt is of what was sent before, not of what this device holds now.
                let verified = match &step.state {
                    StepState::Wedged { .. } => receipt::verify_alone(client, &receipt, entry.case_id).await,
                    _ => receipt::verify(client, &receipt, body).await,
                };
                Some(ReceiptView { verified: verified.unwrap_or(false), receipt })
            }
            None => None,
        },
        _ => None,
    };
    Ok(Some(Delivery::Case { case: Box::new(case), receipt }))
}

async fn get<T: DeserializeOwned>(client: &Client, owner: PartyId, path: String) -> Result<Option<T>, ClientError> {
    let request = Request { method: Method::GET, path, headers: Vec::new(), body: bytes::Bytes::new() };
    let response = transport_for(client, owner).send(request).await?;
    if response.status == 404 {
        return Ok(None);
    }
    match classify(response) {
        Ok(response) => Ok(Some(serde_json::from_slice(&response.body).map_err(|_| ProblemCode::Offline)?)),
        Err(Outcome::SignedOut) => Err(ProblemCode::SignedOut.into()),
        Err(Outcome::Refused(problem)) => Err(problem.into()),
        Err(_) => Err(ProblemCode::Unavailable.into()),
    }
}

async fn send_file(
    client: &Client,
    owner: PartyId,
    entry: &Entry,
    step: &Step,
    work: &UploadWork,
    stop: &CancellationToken,
) -> Outcome {
    let (outbox, total) = (client.outbox(), totals(entry));
    let others: u64 = entry.steps.iter().filter(|other| other.id != step.id).map(|other| sent_of(client, other)).sum();
    let progress = |sent: u64| {
        outbox.set_bytes_sent(&step.id, sent);
        client.emit(ClientEvent::UploadProgress { outbox_id: entry.id, sent: others + sent, total });
    };
    let mut step = step.clone();
    let transport = transport_for(client, owner);
    let mut upload = uploads::Upload { client, transport: &*transport, work: work.clone(), stop, progress: &progress };
    loop {
        let before = upload.work.path.clone();
        let outcome = upload.run().await;
        if upload.work.path != before {
            // Remember where the platform keeps it before anything is sent there: a restart goes on at that place.
            step.content.work = Work::Upload(upload.work.clone());
            haoban_failpoints::reach("outbox-upload-created");
            if let Err(error) = remember(client, &step).await {
                tracing::error!(%error, "the place of an upload could not be written down");
                return Outcome::Later { wish: None };
            }
        }
        match outcome {
            uploads::Progress::Created => {}
            uploads::Progress::Ended(outcome) => return outcome,
        }
    }
}

async fn remember(client: &Client, step: &Step) -> Result<(), ClientError> {
    let _rows = client.outbox().rows.lock().await;
    let fresh = super::worker::unfinished(client)
        .await?
        .into_iter()
        .flat_map(|entry| entry.steps)
        .find(|other| other.id == step.id);
    let Some(mut fresh) = fresh else { return Ok(()) };
    fresh.content.work = step.content.work.clone();
    let mut write = client.store()?.write().await?;
    update_step(&mut write, client.vault(), &mut fresh).await?;
    Ok(write.commit().await?)
}

/// Bytes of all files of an entry.
pub(super) fn totals(entry: &Entry) -> u64 {
    entry.steps.iter().map(|step| if let Work::Upload(upload) = &step.content.work { upload.bytes } else { 0 }).sum()
}

/// Bytes of a step that the platform has.
pub(super) fn sent_of(client: &Client, step: &Step) -> u64 {
    match &step.content.work {
        Work::Upload(upload) if step.state == StepState::Done => upload.bytes,
        Work::Upload(upload) => client.outbox().bytes_sent(&step.id).min(upload.bytes),
        _ => 0,
    }
}

/// A file arrived.
pub(crate) fn file_delivered() -> Outcome {
    Outcome::Delivered(Delivery::File)
}
