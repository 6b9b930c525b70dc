use std::{collections::HashSet, sync::Arc};

use haoban_domain::{
    ids::{CaseId, DraftId, FileId, OutboxId},
    material::FileKind,
    text::LocalText,
    time::Timestamp,
};
use haoban_wire::{
    Problem, ProblemCode,
    ui::{
        DraftOpen, DraftSubmit, OutboxAct, OutboxDiscard, OutboxEdit, OutboxEdited, OutboxPause, OutboxRetry,
        OutboxState,
    },
};
use proptest::prelude::*;
use reqwest::Method;
use serde_json::json;

use super::{
    machine::{Effect, StepEvent as E, StepState as S, apply},
    plan::plan,
    row::{Entry, Step, StepContent},
    *,
};
use crate::{
    Client, drafts,
    fixture::{Device, Fault, Platform, attach, begin, pdf, save, until},
    session::tests::{session_ends, sign_in_directly},
};

fn problem() -> Problem {
    Problem::new(ProblemCode::Invalid)
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn states() -> Vec<S> {
    vec![
        S::Ready,
        S::Sending,
        S::Backoff { until: at(5) },
        S::Paused,
        S::NeedsSignIn,
        S::Wedged { problem: problem() },
        S::Done,
    ]
}

fn events() -> Vec<E> {
    vec![
        E::Started,
        E::Delivered,
        E::Failed { until: at(9) },
        E::Refused { problem: problem() },
        E::SignedOut,
        E::SignedIn,
        E::Paused,
        E::Resumed,
        E::Retried,
        E::Due,
        E::Interrupted,
    ]
}

/// Rows: states as above; columns: events as above. `.` is refused.
const TABLE: [&str; 7] = [
    // Started Delivered Failed Refused SignedOut SignedIn Paused Resumed Retried Due Interrupted
    "sending done . wedged . . paused . . . .",
    ". done backoff wedged needs_sign_in . paused . . . ready",
    ". . . . . . paused . ready ready .",
    ". done paused wedged paused . . ready . . paused",
    ". . . . . ready paused . ready . .",
    ". . . . . . . . ready . .",
    ". . . . . . . . . . .",
];

#[test]
fn every_state_and_event_does_what_the_table_says() {
    for (state, line) in states().iter().zip(TABLE) {
        for (event, expected) in events().iter().zip(line.split(' ')) {
            let next = apply(state, event).map_or(".", |(next, _)| next.as_str());
            assert_eq!(next, expected, "{state:?} on {event:?}");
        }
    }
}

#[test]
fn pausing_stops_and_failing_counts() {
    assert!(apply(&S::Sending, &E::Paused).unwrap().1.contains(&Effect::Stop));
    assert!(apply(&S::Sending, &E::Failed { until: at(1) }).unwrap().1.contains(&Effect::CountFailure));
    assert!(apply(&S::Wedged { problem: problem() }, &E::Retried).unwrap().1.contains(&Effect::ForgetFailures));
}

proptest! {
    #[test]
    fn whatever_happens_a_step_can_still_arrive_and_done_is_for_ever(path in prop::collection::vec(prop::sample::select(events()), 0..60)) {
        let mut state = S::Ready;
        for event in path {
            let before = state.clone();
            if let Ok((next, effects)) = apply(&state, &event) {
                prop_assert!(before != S::Done, "nothing leaves done");
                prop_assert_eq!(effects.contains(&Effect::Transfer), next == S::Sending && before == S::Ready);
                prop_assert_eq!(next == S::Done, event == E::Delivered);
                prop_assert_eq!(matches!(next, S::Wedged { .. }), matches!(event, E::Refused { .. }));
                state = next;
            }
        }
        for event in [E::Resumed, E::Retried, E::Started, E::Delivered] {
            if let Ok((next, _)) = apply(&state, &event) {
                state = next;
            }
        }
        prop_assert_eq!(state, S::Done);
    }

    #[test]
    fn waits_are_bounded_and_respect_the_platforms_wish(failures in 0_u32..1000, wish in prop::option::of(0_u64..10_000_000), random in any::<u64>()) {
        let wait = wait_millis(failures, wish, random);
        prop_assert!((200..=2 * 3_600_000).contains(&wait));
        prop_assert!(wait >= wish.unwrap_or(0).min(3_600_000));
        if failures == 0 && wish.is_none() {
            prop_assert!(wait <= 1_000);
        }
    }
}

fn upload(n: u8) -> Work {
    let (file_id, draft_id) = (FileId::new(1, [n; 10]), DraftId::new(1, [1; 10]));
    Work::Upload(UploadWork {
        file_id,
        draft_id,
        item_code: "i".into(),
        slot: "s".into(),
        kind: FileKind::Pdf,
        bytes: 1,
        sha256: String::new(),
        path: None,
    })
}

fn entry(n: u8, lane: u8, states: &[S]) -> Entry {
    let id = OutboxId::new(i64::from(n), [n; 10]);
    let case_id = CaseId::new(1, [lane; 10]);
    let last = states.len() - 1;
    let steps = states.iter().enumerate().map(|(position, state)| Step {
        id: format!("{n}.{position}"),
        state: state.clone(),
        attempts: 0,
        revision: 1,
        needs: if position == last { (0..last).map(|needed| format!("{n}.{needed}")).collect() } else { vec![] },
        content: StepContent {
            work: if position == last { Work::Withdraw { case_id, reason: String::new() } } else { upload(n) },
            problem: None,
            in_doubt: false,
        },
    });
    let content = EntryContent { act: OutboxAct::Submit, owner: None, item_name: LocalText::default(), deadline: None };
    Entry { id, draft_id: None, case_id, revision: 1, content, queued_at: at(0), steps: steps.collect() }
}

#[test]
fn acts_wait_for_their_files_and_two_files_go_at_once() {
    let entries = [entry(1, 1, &[S::Ready, S::Ready, S::Ready, S::Ready])];
    assert_eq!(plan(&entries, &HashSet::new(), at(0)).start, ["1.0", "1.1"]);
    assert!(plan(&entries, &HashSet::from(["1.0".to_owned(), "1.1".to_owned()]), at(0)).start.is_empty());
    let entries = [entry(1, 1, &[S::Done, S::Wedged { problem: problem() }, S::Ready])];
    assert!(plan(&entries, &HashSet::new(), at(0)).start.is_empty());
    let entries = [entry(1, 1, &[S::Done, S::Done, S::Ready])];
    assert_eq!(plan(&entries, &HashSet::new(), at(0)).start, ["1.2"]);
}

#[test]
fn one_case_goes_in_order_and_never_holds_another_up() {
    let entries = [
        entry(1, 1, &[S::Wedged { problem: problem() }]),
        entry(2, 1, &[S::Ready]),
        entry(3, 2, &[S::Ready]),
        entry(4, 3, &[S::Backoff { until: at(50) }]),
    ];
    let planned = plan(&entries, &HashSet::new(), at(10));
    assert_eq!((planned.start, planned.next), (vec!["3.0".to_owned()], Some(at(50))));
    assert_eq!(plan(&entries, &HashSet::new(), at(50)).due, ["4.0"]);
}

/// A signed-in device with a complete draft of two files (3 MiB and small), and its platform.
pub(super) async fn ready_to_send() -> (Device, Client, Arc<Platform>, DraftId, u64) {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let platform = Arc::new(Platform::default());
    client.services().set_transport(platform.clone());
    sign_in_directly(&client).await;
    let id = begin(&client).await.id;
    save(&client, id, 1, &[("name", json!("Luo")), ("married", json!(false))]).await;
    attach(&device, &client, id, "lease", "a.pdf", pdf(1, 3 << 20, "w")).await.unwrap();
    attach(&device, &client, id, "lease", "b.pdf", pdf(1, 100, "v")).await.unwrap();
    let later = haoban_wire::ui::MaterialDefer { draft_id: id, slot: "later".into(), promised: true };
    let shown = crate::materials::defer(&client, later).await.unwrap();
    (device, client, platform, id, shown.revision)
}

pub(super) async fn send(client: &Client, draft_id: DraftId, revision: u64) -> OutboxId {
    drafts::submit(client, DraftSubmit { draft_id, revision, declared: true }).await.unwrap().outbox_id
}

pub(super) async fn empty(client: &Client) -> bool {
    rows(client).await.is_empty()
}

pub(super) async fn state(client: &Client) -> Option<OutboxState> {
    rows(client).await.into_iter().next().map(|row| row.state)
}

pub(super) fn case_of(draft: DraftId) -> CaseId {
    CaseId::from_uuid(draft.uuid())
}

#[tokio::test]
async fn files_go_first_then_the_case_and_the_device_keeps_it() {
    let (_device, client, platform, id, revision) = ready_to_send().await;
    send(&client, id, revision).await;
    until(&client, || empty(&client)).await;
    {
        let inside = platform.0.lock();
        assert_eq!((inside.uploads.len(), inside.cases.len()), (2, 1));
        assert!(inside.metadata.values().all(|pairs| pairs["slot"] == "lease" && pairs["draft_id"] == id.to_string()));
        assert!(inside.seen.iter().filter(|(method, _)| *method == Method::PATCH).count() >= 4, "chunks of a mebibyte");
    }
    assert!(crate::cases::mirror(&client, case_of(id)).await.unwrap().is_some());
    assert!(drafts::rows(&client).await.is_empty(), "a sent draft is a case now");
    assert!(client.files().unwrap().names().iter().all(|name| name.ends_with(".thumb")), "originals are gone");
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_case() {
    let (_device, client, platform, id, revision) = ready_to_send().await;
    platform.fault(Method::HEAD, Fault::Lost);
    send(&client, id, revision).await;
    until(&client, || async {
        matches!(state(&client).await, Some(OutboxState::Waiting | OutboxState::Backoff { .. }))
            && platform.0.lock().uploads.len() == 2
    })
    .await;
    platform.fault(Method::PATCH, Fault::AnswerLost);
    until(&client, || async {
        wake(&client);
        empty(&client).await
    })
    .await;
    assert_eq!(platform.0.lock().cases.len(), 1);
}

#[tokio::test]
async fn a_submission_whose_answer_was_lost_is_found_again_and_not_taken_back() {
    let (_device, client, platform, id, revision) = ready_to_send().await;
    platform.fault_at(Method::POST, "/v1/cases", Fault::AnswerLost);
    platform.fault_at(Method::GET, "", Fault::Lost);
    let outbox_id = send(&client, id, revision).await;
    until(&client, || async {
        platform.0.lock().cases.len() == 1 && !matches!(state(&client).await, Some(OutboxState::Sending))
    })
    .await;
    let refused = Problem::from(discard(&client, OutboxDiscard { outbox_id }).await.unwrap_err());
    assert_eq!(refused.code, ProblemCode::Offline, "in doubt and nobody answers: nothing is taken back");
    let refused = Problem::from(discard(&client, OutboxDiscard { outbox_id }).await.unwrap_err());
    assert_eq!((refused.code, refused.params["what"].as_str()), (ProblemCode::NotAllowedNow, "sent"));
    assert!(empty(&client).await);
    assert!(crate::cases::mirror(&client, case_of(id)).await.unwrap().is_some());
    assert_eq!(platform.0.lock().cases.len(), 1);
}

#[tokio::test]
async fn an_upload_goes_on_where_it_stopped_after_a_restart() {
    let (device, client, platform, id, revision) = ready_to_send().await;
    let total: u64 =
        drafts::open(&client, DraftOpen { draft_id: id }).await.unwrap().files.iter().map(|file| file.bytes).sum();
    platform.fault(Method::PATCH, Fault::AnswerLost);
    platform.fault(Method::PATCH, Fault::Lost);
    send(&client, id, revision).await;
    until(&client, || async { platform.0.lock().bytes_received > 0 }).await;
    client.shutdown().await;
    let client = device.open().await;
    client.services().set_transport(platform.clone());
    sign_in_directly(&client).await;
    until(&client, || async {
        wake(&client);
        empty(&client).await
    })
    .await;
    let inside = platform.0.lock();
    assert_eq!(inside.cases.len(), 1);
    assert!(inside.bytes_received as u64 <= total + (1 << 20), "{} of {total}", inside.bytes_received);
}

#[tokio::test]
async fn a_refusal_is_shown_and_the_draft_can_be_edited_again() {
    let (_device, client, platform, id, revision) = ready_to_send().await;
    platform.fault(Method::HEAD, Fault::Refuse(ProblemCode::FileTooLarge));
    let outbox_id = send(&client, id, revision).await;
    until(&client, || async { matches!(state(&client).await, Some(OutboxState::Wedged { .. })) }).await;
    assert!(platform.0.lock().cases.is_empty());
    let shown = drafts::open(&client, DraftOpen { draft_id: id }).await.unwrap();
    assert!(shown.frozen);
    until(&client, || async {
        platform.0.lock().seen.iter().filter(|(method, _)| *method == Method::POST).count() == 2
    })
    .await;
    let edited = edit(&client, OutboxEdit { outbox_id }).await.unwrap();
    assert_eq!(edited, OutboxEdited::Draft { draft_id: id, correction_of: None });
    assert!(empty(&client).await);
    let shown = drafts::open(&client, DraftOpen { draft_id: id }).await.unwrap();
    assert!(!shown.frozen && shown.files.len() == 2);
    assert_eq!((&shown.answers["name"], &shown.answers["married"]), (&json!("Luo"), &json!(false)));
    let revision = save(&client, id, shown.revision, &[("name", json!("Luo Ming"))]).await;
    send(&client, id, revision).await;
    until(&client, || empty(&client)).await;
    assert_eq!(platform.0.lock().cases.len(), 1);
}

#[tokio::test]
async fn signed_out_it_waits_for_a_sign_in_and_retry_alone_does_not_send() {
    let (_device, client, platform, id, revision) = ready_to_send().await;
    session_ends(&client);
    platform.fault(Method::POST, Fault::SignedOut);
    platform.fault(Method::POST, Fault::SignedOut);
    platform.fault(Method::POST, Fault::SignedOut);
    let outbox_id = send(&client, id, revision).await;
    until(&client, || async { state(&client).await == Some(OutboxState::NeedsSignIn) }).await;
    retry(&client, OutboxRetry { outbox_id: Some(outbox_id) }).await.unwrap();
    sign_in_directly(&client).await;
    until(&client, || async {
        wake(&client);
        empty(&client).await
    })
    .await;
    assert_eq!(platform.0.lock().cases.len(), 1);
}

#[tokio::test]
async fn an_owner_who_signed_in_while_the_no_was_on_its_way_is_not_asked_again() {
    let (_device, client, platform, id, revision) = ready_to_send().await;
    for _ in 0..2 {
        platform.fault(Method::POST, Fault::SignedOut);
    }
    send(&client, id, revision).await;
    until(&client, || async {
        let now = state(&client).await;
        assert_ne!(now, Some(OutboxState::NeedsSignIn), "nobody would come to press the button");
        wake(&client);
        empty(&client).await
    })
    .await;
    assert_eq!(platform.0.lock().cases.len(), 1);
}

#[tokio::test]
async fn offline_it_stays_and_survives_restarts_and_paused_it_does_not_move() {
    let (device, client, platform, id, revision) = ready_to_send().await;
    for _ in 0..4 {
        platform.fault(Method::POST, Fault::Lost);
    }
    let outbox_id = send(&client, id, revision).await;
    until(&client, || async {
        platform.0.lock().seen.is_empty()
            && matches!(state(&client).await, Some(OutboxState::Waiting | OutboxState::Backoff { .. }))
    })
    .await;
    pause(&client, OutboxPause { outbox_id, paused: true }).await.unwrap();
    client.shutdown().await;
    let client = device.open().await;
    client.services().set_transport(platform.clone());
    sign_in_directly(&client).await;
    assert_eq!(state(&client).await, Some(OutboxState::Paused));
    pause(&client, OutboxPause { outbox_id, paused: false }).await.unwrap();
    until(&client, || async {
        wake(&client);
        empty(&client).await
    })
    .await;
    assert_eq!(platform.0.lock().cases.len(), 1);
}

#[tokio::test]
async fn a_withdrawal_waits_behind_the_submission_of_its_case() {
    let (_device, client, platform, id, revision) = ready_to_send().await;
    client.pause().await;
    send(&client, id, revision).await;
    let one = queue_withdrawal(&client, case_of(id), LocalText::default(), "r".into()).await.unwrap();
    assert_eq!(
        one,
        queue_withdrawal(&client, case_of(id), LocalText::default(), "r".into()).await.unwrap(),
        "asked twice, queued once"
    );
    client.resume().await;
    until(&client, || empty(&client)).await;
    let seen = platform.0.lock().seen.clone();
    let at = |end: &str| seen.iter().position(|(method, path)| *method == Method::POST && path.ends_with(end)).unwrap();
    assert!(at("/v1/cases") < at("/withdrawal"));
}
