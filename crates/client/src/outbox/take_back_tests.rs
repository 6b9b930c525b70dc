//! Editing and giving up, at every moment of a transfer.

use haoban_domain::{
    ids::{DraftId, OutboxId},
    text::LocalText,
};
use haoban_wire::{
    Problem, ProblemCode,
    http::SubmitCase,
    ui::{DraftOpen, DraftRestore, OutboxDiscard, OutboxEdit, OutboxEdited, OutboxPause, OutboxState},
};
use reqwest::Method;
use serde_json::json;

use super::{
    control::entry,
    take_back::take_back,
    tests::{case_of, empty, ready_to_send, send, state},
    *,
};
use crate::{
    Client,
    drafts::{self, Standing},
    fixture::{Fault, Platform, save, until},
};

async fn wedged(client: &Client) -> Option<ProblemCode> {
    match state(client).await {
        Some(OutboxState::Wedged { problem }) => Some(problem.code),
        _ => None,
    }
}

fn sent_name(platform: &Platform) -> serde_json::Value {
    let inside = platform.0.lock();
    assert_eq!(inside.cases.len(), 1, "one case");
    let body: SubmitCase = serde_json::from_slice(inside.cases.values().next().unwrap()).unwrap();
    body.answers["name"].clone()
}

fn what(problem: &Problem) -> (ProblemCode, Option<&str>) {
    (problem.code, problem.params.get("what").map(String::as_str))
}

/// The first try hangs on the line and its answer is given up; the worker stands still from then on.
async fn sent_into_nowhere(client: &Client, platform: &Platform, id: DraftId, revision: u64) -> OutboxId {
    platform.fault_at(Method::POST, "/v1/cases", Fault::Late);
    // Should it be tried again before the worker stands still.
    for _ in 0..3 {
        platform.fault_at(Method::POST, "/v1/cases", Fault::Lost);
    }
    let outbox_id = send(client, id, revision).await;
    until(client, || async { !platform.0.lock().late_is_empty() }).await;
    client.pause().await;
    let entry = entry(client, outbox_id).await.unwrap();
    assert!(entry.act_step().unwrap().content.in_doubt);
    outbox_id
}

#[tokio::test]
async fn nothing_is_taken_back_while_it_is_on_its_way() {
    let (_device, client, platform, id, revision) = ready_to_send().await;
    platform.fault_at(Method::POST, "/v1/cases", Fault::Held);
    let outbox_id = send(&client, id, revision).await;
    until(&client, || async {
        let entry = entry(&client, outbox_id).await.unwrap();
        client.outbox().is_running(&entry.act_step().unwrap().id)
    })
    .await;
    let busy = (ProblemCode::NotAllowedNow, Some("sending"));
    assert_eq!(what(&edit(&client, OutboxEdit { outbox_id }).await.unwrap_err().into()), busy);
    // Paused, it is on its way all the same: its answer will come.
    pause(&client, OutboxPause { outbox_id, paused: true }).await.unwrap();
    assert_eq!(what(&edit(&client, OutboxEdit { outbox_id }).await.unwrap_err().into()), busy);
    assert_eq!(what(&discard(&client, OutboxDiscard { outbox_id }).await.unwrap_err().into()), busy);
    assert!(drafts::open(&client, DraftOpen { draft_id: id }).await.unwrap().frozen);
    platform.let_go();
    until(&client, || empty(&client)).await;
    assert_eq!(sent_name(&platform), "Luo");
    assert!(drafts::rows(&client).await.is_empty(), "it is a case now");
}

#[tokio::test]
async fn edited_and_sent_again_it_is_one_case_with_the_new_answers() {
    let (_device, client, platform, id, revision) = ready_to_send().await;
    platform.fault_at(Method::POST, "/v1/cases", Fault::Refuse(ProblemCode::Invalid));
    let outbox_id = send(&client, id, revision).await;
    until(&client, || async { wedged(&client).await == Some(ProblemCode::Invalid) }).await;
    let received = platform.0.lock().bytes_received;
    edit(&client, OutboxEdit { outbox_id }).await.unwrap();
    let shown = drafts::open(&client, DraftOpen { draft_id: id }).await.unwrap();
    assert!(!shown.frozen && shown.files.len() == 2 && shown.answers["name"] == "Luo");
    let revision = save(&client, id, shown.revision, &[("name", json!("Luo Ming"))]).await;
    let again = send(&client, id, revision).await;
    assert_ne!(again, outbox_id, "a new try");
    until(&client, || empty(&client)).await;
    assert_eq!(sent_name(&platform), "Luo Ming");
    let inside = platform.0.lock();
    assert!(!inside.seen.iter().any(|(method, _)| *method == Method::DELETE), "its files are needed again");
    assert!(inside.bytes_received >= received);
}

/// The answer of the first try was lost, and its request hangs somewhere: it arrives after the draft was changed.
#[tokio::test]
async fn a_first_try_that_arrives_late_stays_the_only_one() {
    let (_device, client, platform, id, revision) = ready_to_send().await;
    let outbox_id = sent_into_nowhere(&client, &platform, id, revision).await;
    let edited = edit(&client, OutboxEdit { outbox_id }).await.unwrap();
    assert!(matches!(edited, OutboxEdited::Draft { .. }), "asked, and the platform did not have it: {edited:?}");
    let shown = drafts::open(&client, DraftOpen { draft_id: id }).await.unwrap();
    let revision = save(&client, id, shown.revision, &[("name", json!("Luo Ming"))]).await;
    assert_eq!(platform.arrive_late(), [201]);
    client.resume().await;
    let again = send(&client, id, revision).await;
    until(&client, || async {
        wake(&client);
        wedged(&client).await == Some(ProblemCode::KeyReused)
    })
    .await;
    assert_eq!(sent_name(&platform), "Luo", "what came first counts");
    let found = edit(&client, OutboxEdit { outbox_id: again }).await.unwrap();
    assert_eq!(found, OutboxEdited::Sent { case_id: case_of(id) }, "a draft that can never be sent is not opened");
    assert!(empty(&client).await);
    assert!(crate::cases::mirror(&client, case_of(id)).await.unwrap().is_some());
    assert!(drafts::rows(&client).await.is_empty());
}

#[tokio::test]
async fn a_first_try_that_arrives_after_the_second_changes_nothing() {
    let (_device, client, platform, id, revision) = ready_to_send().await;
    let outbox_id = sent_into_nowhere(&client, &platform, id, revision).await;
    edit(&client, OutboxEdit { outbox_id }).await.unwrap();
    let shown = drafts::open(&client, DraftOpen { draft_id: id }).await.unwrap();
    let revision = save(&client, id, shown.revision, &[("name", json!("Luo Ming"))]).await;
    client.resume().await;
    send(&client, id, revision).await;
    until(&client, || async {
        wake(&client);
        empty(&client).await
    })
    .await;
    assert_eq!(platform.arrive_late(), [422]);
    assert_eq!(sent_name(&platform), "Luo Ming");
}

#[tokio::test]
async fn what_arrived_without_an_answer_is_found_and_not_opened() {
    let (_device, client, platform, id, revision) = ready_to_send().await;
    platform.fault_at(Method::POST, "/v1/cases", Fault::AnswerLost);
    let outbox_id = send(&client, id, revision).await;
    until(&client, || async {
        platform.0.lock().cases.len() == 1 && !matches!(state(&client).await, Some(OutboxState::Sending))
    })
    .await;
    let found = edit(&client, OutboxEdit { outbox_id }).await.unwrap();
    assert_eq!(found, OutboxEdited::Sent { case_id: case_of(id) });
    assert!(empty(&client).await && drafts::rows(&client).await.is_empty());
}

#[tokio::test]
async fn what_moved_since_it_was_judged_is_judged_again() {
    let (_device, client, platform, id, revision) = ready_to_send().await;
    platform.fault_at(Method::POST, "/v1/cases", Fault::Refuse(ProblemCode::Invalid));
    client.pause().await;
    let outbox_id = send(&client, id, revision).await;
    let judged = entry(&client, outbox_id).await.unwrap();
    client.resume().await;
    until(&client, || async { wedged(&client).await.is_some() }).await;
    assert!(!take_back(&client, &judged, Standing::Open).await.unwrap(), "it was sent meanwhile");
    assert!(drafts::open(&client, DraftOpen { draft_id: id }).await.unwrap().frozen);
    let now = entry(&client, outbox_id).await.unwrap();
    assert!(take_back(&client, &now, Standing::Open).await.unwrap());
}

#[tokio::test]
async fn what_was_given_up_lies_among_the_deleted_drafts_with_everything_in_it() {
    let (device, client, platform, id, revision) = ready_to_send().await;
    platform.fault_at(Method::POST, "/v1/cases", Fault::Refuse(ProblemCode::NotFound));
    let outbox_id = send(&client, id, revision).await;
    until(&client, || async { wedged(&client).await.is_some() }).await;
    assert!(discard(&client, OutboxDiscard { outbox_id }).await.unwrap().entries.is_empty());
    let both = || platform.0.lock().seen.iter().filter(|(method, _)| *method == Method::DELETE).count() == 2;
    while !both() {
        tokio::task::yield_now().await;
    }
    client.shutdown().await;
    let client = device.open().await;
    crate::session::tests::sign_in_directly(&client).await;
    let list = drafts::list(&client, haoban_wire::ui::DraftList {}).await.unwrap();
    assert_eq!((list.drafts.len(), list.deleted.len()), (0, 1));
    drafts::restore(&client, DraftRestore { draft_id: id }).await.unwrap();
    let shown = drafts::open(&client, DraftOpen { draft_id: id }).await.unwrap();
    assert!(!shown.frozen && shown.files.len() == 2 && shown.answers["name"] == "Luo");
    assert!(platform.0.lock().cases.is_empty());
}

#[tokio::test]
async fn a_withdrawal_has_nothing_to_edit_and_can_be_given_up() {
    let (_device, client, platform, id, revision) = ready_to_send().await;
    send(&client, id, revision).await;
    until(&client, || empty(&client)).await;
    platform.fault_at(Method::POST, "/withdrawal", Fault::Refuse(ProblemCode::NotAllowedNow));
    let outbox_id = queue_withdrawal(&client, case_of(id), LocalText::default(), "r".into()).await.unwrap();
    until(&client, || async { wedged(&client).await.is_some() }).await;
    let refused = Problem::from(edit(&client, OutboxEdit { outbox_id }).await.unwrap_err());
    assert_eq!(what(&refused), (ProblemCode::NotAllowedNow, Some("no_draft")));
    assert!(discard(&client, OutboxDiscard { outbox_id }).await.unwrap().entries.is_empty());
}
