use std::{collections::BTreeMap, sync::Arc};

use haoban_domain::{
    case::{CaseStatus, CaseView},
    ids::{CaseId, LicenceId, NoticeId},
    licence::{Licence, LicenceStatus},
    person::Applicant,
    text::LocalText,
    time::Timestamp,
};
use haoban_wire::{
    http::{Change, Event, Notice, NoticeKind},
    ui::ClientEvent,
};
use parking_lot::Mutex;
use serde_json::json;
use tokio::sync::mpsc;

use super::{stream::End, *};
use crate::{
    http::fake::{Answer, Heard},
    inbox,
    rig::Rig,
};

const NOW: i64 = 1_795_000_000_000;

pub(crate) fn licence(n: u8) -> Licence {
    Licence {
        id: LicenceId::new(1, [n; 10]),
        licence_type: "resident-id".into(),
        identifier: String::new(),
        number: String::new(),
        name: LocalText::default(),
        glyph: "x".into(),
        holder: String::new(),
        issuer: LocalText::default(),
        issued_on: "2026-01-01".parse().unwrap(),
        valid_to: None,
        status: LicenceStatus::Valid,
        lines: Vec::new(),
        case_number: None,
    }
}

pub(crate) fn case(n: u8, revision: u64) -> CaseView {
    CaseView {
        id: CaseId::new(1, [n; 10]),
        number: format!("{n:024}"),
        item_code: "gjj-rent".into(),
        item_version: 1,
        item_name: LocalText::default(),
        department: LocalText::new("D", "D"),
        department_phone: String::new(),
        applicant: String::new(),
        status: CaseStatus::UnderReview,
        revision,
        submitted_at: Timestamp::from_millis(NOW),
        clock: None,
        timeline: Vec::new(),
        correction: None,
        charge: None,
        decision: None,
        headline: None,
        answers: BTreeMap::new(),
        materials: Vec::new(),
        promises: Vec::new(),
        may_withdraw: false,
        parts: Vec::new(),
        parent: None,
    }
}

fn notice(n: u8, at: i64) -> Notice {
    Notice {
        id: NoticeId::new(1, [n; 10]),
        kind: NoticeKind::Granted,
        sender: LocalText::default(),
        title: LocalText::new("rent", "rent"),
        body: LocalText::new("body", "body"),
        case_id: Some(CaseId::new(1, [1; 10])),
        opens: None,
        at: Timestamp::from_millis(at),
    }
}

fn event(seq: i64, change: Change) -> Event {
    Event { seq, change, at: Timestamp::from_millis(NOW) }
}

fn block(event: &Event) -> String {
    format!("id: {}\nevent: change\ndata: {}\n\n", event.seq, serde_json::to_string(event).unwrap())
}

/// What the fake platform holds; tests change it while it runs.
#[derive(Default)]
struct Platform {
    cases: Mutex<Vec<CaseView>>,
    /// Streams to hand out, in order; an empty list means a stream that ends at once.
    streams: Mutex<Vec<Answer>>,
    broken: Mutex<bool>,
}

impl Platform {
    fn answer(&self, heard: &Heard) -> Answer {
        if *self.broken.lock() && !heard.path.starts_with("/v1/events") {
            return Answer::new(503, "");
        }
        if heard.path == "/v1/events" {
            let mut streams = self.streams.lock();
            return if streams.is_empty() { Answer::new(200, "") } else { streams.remove(0) };
        }
        if heard.path == "/v1/cases" {
            return Answer::json(&json!({ "cases": *self.cases.lock() }));
        }
        if let Some(id) = heard.path.strip_prefix("/v1/cases/") {
            let found = self.cases.lock().iter().find(|case| case.id.to_string() == id).cloned();
            return found.map_or_else(|| Answer::new(404, ""), |case| Answer::json(&case));
        }
        match heard.path.as_str() {
            "/v1/licences" => Answer::json(&json!({ "licences": [licence(3)] })),
            "/v1/receipt-keys" => Answer::json(&json!({ "keys": {} })),
            _ => Answer::new(404, ""),
        }
    }
}

/// A signed-in core whose stream only runs when a test says so.
async fn signed_in() -> (Rig, Arc<Platform>, PartyId) {
    let platform = Arc::<Platform>::default();
    let known = platform.clone();
    let rig = Rig::start(move |_| move |heard: &Heard| known.answer(heard)).await;
    let person = session::tests::sign_in_directly(&rig.client).await;
    (rig, platform, person.party)
}

async fn seq(client: &Client, party: PartyId) -> i64 {
    cursor::load(client, party).await.unwrap().seq
}

#[tokio::test]
async fn a_notice_reaches_inbox_and_desktop_without_personal_words() {
    let (rig, _, party) = signed_in().await;
    let mut events = rig.client.events();
    apply::event(&rig.client, party, &event(1, Change::Notice { notice: notice(1, NOW + 1) })).await.unwrap();
    let inbox = inbox::open(&rig.client).await.unwrap();
    assert_eq!((inbox.unread, inbox.notices.len()), (1, 1));
    assert_eq!(seq(&rig.client, party).await, 1);
    let told = rig.seen.notified.lock().clone();
    assert_eq!(told.len(), 1);
    assert!(told[0].path.starts_with("/cases/cas_"));
    assert!(!told[0].title.contains("rent") && !told[0].body.contains("body"), "{told:?}");
    let mut heard = Vec::new();
    while let Ok(event) = events.try_recv() {
        heard.push(event);
    }
    assert!(heard.contains(&ClientEvent::InboxChanged { unread: 1 }));
}

#[tokio::test]
async fn the_same_event_twice_is_applied_once() {
    let (rig, _, party) = signed_in().await;
    let same = event(5, Change::Notice { notice: notice(1, NOW + 1) });
    for _ in 0..3 {
        apply::event(&rig.client, party, &same).await.unwrap();
    }
    // The same message under another number, as after a replay of the platform's table.
    apply::event(&rig.client, party, &event(9, Change::Notice { notice: notice(1, NOW + 1) })).await.unwrap();
    assert_eq!(inbox::open(&rig.client).await.unwrap().notices.len(), 1);
    assert_eq!(rig.seen.notified.lock().len(), 1);
    assert_eq!(seq(&rig.client, party).await, 9);
}

#[tokio::test]
async fn a_read_mark_survives_a_duplicate() {
    let (rig, _, party) = signed_in().await;
    apply::event(&rig.client, party, &event(1, Change::Notice { notice: notice(1, NOW + 1) })).await.unwrap();
    inbox::read(&rig.client, &[]).await.unwrap();
    apply::event(&rig.client, party, &event(2, Change::Notice { notice: notice(1, NOW + 1) })).await.unwrap();
    assert_eq!(inbox::open(&rig.client).await.unwrap().unread, 0);
}

#[tokio::test]
async fn an_effect_that_cannot_be_had_leaves_the_cursor() {
    let (rig, platform, party) = signed_in().await;
    *platform.broken.lock() = true;
    let changed = event(3, Change::CaseChanged { case_id: case(1, 2).id, revision: 2 });
    apply::event(&rig.client, party, &changed).await.unwrap_err();
    assert_eq!(seq(&rig.client, party).await, 0);
    *platform.broken.lock() = false;
    platform.cases.lock().push(case(1, 2));
    apply::event(&rig.client, party, &changed).await.unwrap();
    assert_eq!(seq(&rig.client, party).await, 3);
    assert_eq!(cases::mirror(&rig.client, case(1, 2).id).await.unwrap().unwrap().revision, 2);
}

#[tokio::test]
async fn gaps_are_harmless_and_a_known_revision_is_not_read_again() {
    let (rig, platform, party) = signed_in().await;
    platform.cases.lock().push(case(1, 7));
    let id = case(1, 7).id;
    apply::event(&rig.client, party, &event(4, Change::CaseChanged { case_id: id, revision: 2 })).await.unwrap();
    apply::event(&rig.client, party, &event(40, Change::CaseChanged { case_id: id, revision: 7 })).await.unwrap();
    let read = rig.fake.paths().iter().filter(|path| path.starts_with("/v1/cases/cas_")).count();
    assert_eq!((read, seq(&rig.client, party).await), (1, 40));
    // A case that is gone does not stop the stream.
    apply::event(&rig.client, party, &event(41, Change::CaseChanged { case_id: case(9, 1).id, revision: 1 }))
        .await
        .unwrap();
    assert_eq!(seq(&rig.client, party).await, 41);
}

#[tokio::test]
async fn old_history_of_a_new_device_is_no_news() {
    let (rig, _, party) = signed_in().await;
    let day = 24 * 60 * 60 * 1000;
    for (n, at) in [(1, NOW - 30 * day), (2, NOW - day), (3, NOW + 1)] {
        apply::event(&rig.client, party, &event(i64::from(n), Change::Notice { notice: notice(n, at) })).await.unwrap();
    }
    assert_eq!(inbox::open(&rig.client).await.unwrap().unread, 2);
    assert_eq!(rig.seen.notified.lock().len(), 1);
}

#[tokio::test]
async fn notifications_can_be_switched_off() {
    let (rig, _, party) = signed_in().await;
    let settings = haoban_wire::ui::Settings { notifications: false, ..Default::default() };
    crate::settings::save(&rig.client, settings).await.unwrap();
    apply::event(&rig.client, party, &event(1, Change::Notice { notice: notice(1, NOW + 1) })).await.unwrap();
    assert!(rig.seen.notified.lock().is_empty());
    assert_eq!(inbox::open(&rig.client).await.unwrap().unread, 1);
}

#[tokio::test]
async fn a_stream_is_read_in_pieces_and_resumed_from_the_cursor() {
    let (rig, platform, party) = signed_in().await;
    let (pieces, feed) = mpsc::channel(8);
    platform.streams.lock().push(Answer::live(feed));
    let whole = format!(": hello\nretry: 3000\n\n{}", block(&event(1, Change::Notice { notice: notice(1, NOW + 1) })));
    let (one, two) = whole.split_at(whole.len() / 2);
    for piece in [one.to_owned(), two.to_owned(), ": still here\n\n".into()] {
        pieces.send(piece).await.unwrap();
    }
    // Half an event and the end: nothing of it may count.
    let next = block(&event(2, Change::Notice { notice: notice(2, NOW + 1) }));
    pieces.send(next[..next.len() - 10].to_owned()).await.unwrap();
    drop(pieces);
    assert_eq!(stream::follow(&rig.client, party).await, End::Closed);
    assert_eq!(seq(&rig.client, party).await, 1);

    platform
        .streams
        .lock()
        .push(Answer::new(200, format!("{next}{next}{}", block(&event(1, Change::LicencesChanged)))));
    stream::follow(&rig.client, party).await;
    assert_eq!(seq(&rig.client, party).await, 2);
    let resumed: Vec<_> =
        rig.fake.heard().iter().filter_map(|heard| heard.header("last-event-id").map(str::to_owned)).collect();
    assert_eq!(resumed, ["0", "1"]);
    assert_eq!(inbox::open(&rig.client).await.unwrap().notices.len(), 2);
}

#[tokio::test]
async fn an_event_of_the_future_is_passed_over_once() {
    let (rig, platform, party) = signed_in().await;
    let unknown =
        "id: 8\nevent: change\ndata: {\"seq\":8,\"kind\":\"appointment_changed\",\"at\":\"2026-11-23T00:00:00Z\"}\n\n";
    let after = block(&event(9, Change::LicencesChanged));
    platform.streams.lock().push(Answer::new(200, format!("{unknown}{after}")));
    stream::follow(&rig.client, party).await;
    assert_eq!(seq(&rig.client, party).await, 9);
    assert_eq!(licences::cached(&rig.client).await, [licence(3)]);
}

#[tokio::test]
async fn a_cursor_that_is_too_old_reads_the_lists_anew() {
    let (rig, platform, party) = signed_in().await;
    apply::skip(&rig.client, party, 77).await.unwrap();
    platform.cases.lock().extend([case(1, 1), case(2, 4)]);
    platform.streams.lock().push(Answer::new(410, ""));
    assert_eq!(stream::follow(&rig.client, party).await, End::Closed);
    assert_eq!(cases::all(&rig.client).await.unwrap().len(), 2);
    assert_eq!(licences::cached(&rig.client).await, [licence(3)]);
    assert_eq!(seq(&rig.client, party).await, 0);
}

#[tokio::test]
async fn cursor_and_inbox_survive_a_restart() {
    let (mut rig, _, party) = signed_in().await;
    apply::event(&rig.client, party, &event(6, Change::Notice { notice: notice(1, NOW + 1) })).await.unwrap();
    rig.restart().await;
    assert_eq!(seq(&rig.client, party).await, 6);
    assert_eq!(inbox::open(&rig.client).await.unwrap().unread, 1);
}

#[tokio::test]
async fn signing_out_erases_what_can_be_read_anew_and_keeps_marks() {
    let (rig, platform, party) = signed_in().await;
    platform.cases.lock().push(case(1, 1));
    cases::refresh_all(&rig.client, party).await.unwrap();
    licences::refresh(&rig.client, party).await.unwrap();
    apply::event(&rig.client, party, &event(6, Change::Notice { notice: notice(1, NOW + 1) })).await.unwrap();
    session::end(&rig.client).await;
    assert!(cases::all(&rig.client).await.unwrap().is_empty());
    assert!(inbox::open(&rig.client).await.unwrap().notices.is_empty());
    let again: Applicant = session::tests::sign_in_directly(&rig.client).await;
    assert_eq!(again.party, party);
    assert!(cases::mirror(&rig.client, case(1, 1).id).await.unwrap().is_none());
    assert_eq!(inbox::open(&rig.client).await.unwrap().notices.len(), 1);
    assert_eq!(seq(&rig.client, party).await, 6);
}
