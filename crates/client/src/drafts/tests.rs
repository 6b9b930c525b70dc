use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use haoban_wire::{
    ProblemCode,
    ui::{DraftDelete, DraftList, DraftOpen, DraftRename, DraftRestore, DraftSave, DraftStart, DraftSubmit},
};
use serde_json::json;

use super::*;
use crate::{
    ClientError,
    fixture::{Device, begin, know, save},
};

fn code(error: ClientError) -> ProblemCode {
    haoban_wire::Problem::from(error).code
}

async fn opened(client: &Client, draft_id: DraftId) -> haoban_wire::ui::DraftView {
    open(client, DraftOpen { draft_id }).await.unwrap()
}

#[tokio::test]
async fn an_acknowledged_save_is_there_after_a_restart() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let draft = begin(&client).await;
    let revision =
        save(&client, draft.id, 1, &[("name", json!("Luo")), ("married", json!(true)), ("spouse", json!("Chen"))])
            .await;
    assert_eq!(revision, 2);
    client.shutdown().await;
    let client = device.open().await;
    let shown = opened(&client, draft.id).await;
    assert_eq!((shown.revision, &shown.answers["spouse"]), (2, &json!("Chen")));
}

#[tokio::test]
async fn a_draft_begins_with_answers_that_are_its_own() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let with = |answers: serde_json::Value| DraftStart {
        code: "gjj-rent".into(),
        answers: Some(serde_json::from_value(answers).unwrap()),
    };
    let begun = start(&client, with(json!({ "name": "Luo", "note": "" }))).await.unwrap();
    assert_eq!(opened(&client, begun.id).await.answers, [("name".to_owned(), json!("Luo"))].into());
    let refused = start(&client, with(json!({ "balance": 5 }))).await.unwrap_err();
    assert_eq!(code(refused), ProblemCode::BadRequest);
    assert_eq!(list(&client, DraftList {}).await.unwrap().drafts.len(), 1, "nothing was begun");
}

#[tokio::test]
async fn a_hidden_answer_is_kept_and_comes_back() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin(&client).await.id;
    save(&client, id, 1, &[("married", json!(true)), ("spouse", json!("Chen"))]).await;
    save(&client, id, 2, &[("married", json!(false))]).await;
    let shown = opened(&client, id).await;
    assert!(!shown.state.fields["spouse"].visible);
    assert_eq!(shown.answers["spouse"], json!("Chen"));
    save(&client, id, 3, &[("married", json!(true))]).await;
    assert_eq!(opened(&client, id).await.state.fields["spouse"].value, Some(json!("Chen")));
}

#[tokio::test]
async fn a_stale_revision_is_a_typed_conflict_and_changes_nothing() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin(&client).await.id;
    save(&client, id, 1, &[("name", json!("first"))]).await;
    let stale = DraftSave {
        draft_id: id,
        revision: 1,
        changes: [("name".to_owned(), Some(json!("second")))].into(),
        page: None,
    };
    assert_eq!(code(super::save(&client, stale).await.unwrap_err()), ProblemCode::RevisionConflict);
    assert_eq!(opened(&client, id).await.answers["name"], json!("first"));
    save(&client, id, 2, &[("name", json!("third"))]).await;
}

#[tokio::test]
async fn empty_means_absent_and_unknown_fields_are_refused() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin(&client).await.id;
    save(&client, id, 1, &[("name", json!("x")), ("note", json!("y"))]).await;
    let changes = [("name".to_owned(), None), ("note".to_owned(), Some(json!("")))].into();
    super::save(&client, DraftSave { draft_id: id, revision: 2, changes, page: Some("who".into()) }).await.unwrap();
    let shown = opened(&client, id).await;
    assert!(shown.answers.is_empty());
    assert_eq!(shown.page.as_deref(), Some("who"));
    let unknown =
        DraftSave { draft_id: id, revision: 3, changes: [("nope".to_owned(), Some(json!(1)))].into(), page: None };
    assert_eq!(code(super::save(&client, unknown).await.unwrap_err()), ProblemCode::BadRequest);
}

#[tokio::test]
async fn several_drafts_of_one_item_names_deletion_and_restoring() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let (one, two) = (begin(&client).await.id, begin(&client).await.id);
    assert_ne!(one, two);
    let listed = rename(&client, DraftRename { draft_id: one, name: "  Mine ".into() }).await.unwrap();
    assert_eq!(listed.drafts.len(), 2);
    assert!(listed.drafts.iter().any(|row| row.name.as_deref() == Some("Mine")));
    let edited_at = listed.drafts.iter().find(|row| row.id == one).unwrap().saved_at;
    device.later(3_600_000);
    let listed = delete(&client, DraftDelete { draft_id: one }).await.unwrap();
    assert_eq!((listed.drafts.len(), listed.deleted.len()), (1, 1));
    assert_eq!(listed.drafts[0].kept_until, None);
    let thirty_days = client.now().plus_millis(30 * 24 * 3_600_000);
    assert_eq!((listed.deleted[0].saved_at, listed.deleted[0].kept_until), (edited_at, Some(thirty_days)));
    let edit = DraftSave { draft_id: one, revision: 3, changes: Default::default(), page: None };
    assert_eq!(code(super::save(&client, edit).await.unwrap_err()), ProblemCode::NotAllowedNow);
    let listed = restore(&client, DraftRestore { draft_id: one }).await.unwrap();
    assert_eq!((listed.drafts.len(), listed.deleted.len()), (2, 0));
    let back = listed.drafts.iter().find(|row| row.id == one).unwrap();
    assert_eq!((back.saved_at, back.kept_until), (edited_at, None), "it is as old as it was");

    delete(&client, DraftDelete { draft_id: one }).await.unwrap();
    device.later(29 * 24 * 3_600_000);
    assert_eq!(purge(&client).await.unwrap(), 0);
    device.later(2 * 24 * 3_600_000);
    assert_eq!(list(&client, DraftList {}).await.unwrap().deleted.len(), 0);
    assert_eq!(purge(&client).await.unwrap(), 1);
}

#[tokio::test]
async fn a_newer_version_carries_the_answers_over_and_says_what_changed() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin(&client).await.id;
    save(&client, id, 1, &[("name", json!("Luo"))]).await;
    know(&client, 2).await;
    let shown = opened(&client, id).await;
    let note = shown.upgrade.expect("a note");
    assert_eq!((note.from, note.to, note.added.len()), (1, 2, 1));
    assert_eq!((shown.item_version, &shown.answers["name"]), (2, &json!("Luo")));
    // Looking at a page is no answer, and a second change is told with the first.
    let looked = DraftSave { draft_id: id, revision: shown.revision, changes: [].into(), page: Some("who".into()) };
    super::save(&client, looked).await.unwrap();
    know(&client, 3).await;
    let shown = opened(&client, id).await;
    let note = shown.upgrade.expect("the note stays until an answer is given");
    assert_eq!((note.from, note.to, note.added.len()), (1, 3, 2));
    save(&client, id, shown.revision, &[("rent", json!(150_000))]).await;
    assert!(opened(&client, id).await.upgrade.is_none(), "what was answered over is told");
}

#[tokio::test]
async fn drafts_of_one_person_are_not_shown_to_another() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let nobody = begin(&client).await.id;
    crate::session::tests::sign_in_directly(&client).await;
    let mine = begin(&client).await.id;
    assert_eq!(rows(&client).await.len(), 2);
    crate::session::tests::sign_out_directly(&client);
    let left: Vec<_> = rows(&client).await.into_iter().map(|row| row.id).collect();
    assert_eq!(left, [nobody]);
    assert_eq!(code(open(&client, DraftOpen { draft_id: mine }).await.unwrap_err()), ProblemCode::NotFound);
}

#[tokio::test]
async fn an_incomplete_draft_is_not_sent_and_the_problems_are_named() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin(&client).await.id;
    let ask = |declared| DraftSubmit { draft_id: id, revision: 1, declared };
    assert_eq!(code(submit(&client, ask(false)).await.unwrap_err()), ProblemCode::Invalid);
    let problem = haoban_wire::Problem::from(submit(&client, ask(true)).await.unwrap_err());
    assert_eq!(problem.code, ProblemCode::Invalid);
    assert!(problem.field_errors.iter().any(|error| error.field.as_deref() == Some("name")), "{problem:?}");
    assert!(problem.params["materials"].contains("lease"));
    assert!(!opened(&client, id).await.frozen);
}

/// How often the child is killed. The full count of the promise (2,000) is set by the nightly run.
fn rounds() -> usize {
    std::env::var("HAOBAN_KILL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(12)
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_by_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let (profile, keychain) = (folder.path().join("p"), folder.path().join("k.json"));
    let mut last = 0_u64;
    for round in 0..rounds() {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "drafts::tests::the_child_that_is_killed", "--nocapture", "--test-threads=1"])
            .env("HAOBAN_KILL_DIR", folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let wanted = 3 + round * 5 % 17;
        let mut acknowledged = 0;
        while acknowledged < wanted {
            let line = lines.next().expect("the child ended by itself").unwrap();
            if let Some(number) = line.strip_prefix("saved ") {
                last = number.parse().unwrap();
                acknowledged += 1;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What was written to the pipe before the kill was acknowledged too.
        for line in lines.map_while(Result::ok) {
            if let Some(number) = line.strip_prefix("saved ") {
                last = number.parse().unwrap();
            }
        }
        let client = Device::at(profile.clone(), Some(keychain.clone())).open().await;
        let id = rows(&client).await[0].id;
        let shown = opened(&client, id).await;
        let kept = shown.answers["note"].as_str().unwrap().parse::<u64>().unwrap();
        assert!(kept == last || kept == last + 1, "round {round}: kept {kept}, acknowledged {last}");
        last = kept;
        let sound: String =
            sqlx::query_scalar("PRAGMA integrity_check").fetch_one(client.store().unwrap().reader()).await.unwrap();
        assert_eq!(sound, "ok");
        client.shutdown().await;
    }
}

/// Saves a growing number until it is killed; does nothing unless the test above started it.
#[tokio::test]
async fn the_child_that_is_killed() {
    let Ok(folder) = std::env::var("HAOBAN_KILL_DIR").map(std::path::PathBuf::from) else { return };
    let client = Device::at(folder.join("p"), Some(folder.join("k.json"))).open().await;
    if crate::catalogue::current(&client).is_none() {
        know(&client, 1).await;
    }
    let id = match rows(&client).await.first() {
        Some(row) => row.id,
        None => begin(&client).await.id,
    };
    let shown = opened(&client, id).await;
    let mut number = shown.answers.get("note").map_or(0, |note| note.as_str().unwrap().parse::<u64>().unwrap());
    let mut revision = shown.revision;
    loop {
        number += 1;
        revision = save(&client, id, revision, &[("note", json!(number.to_string()))]).await;
        println!("saved {number}");
    }
}
