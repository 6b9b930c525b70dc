use haoban_wire::{
    ProblemCode,
    ui::{DraftOpen, DraftSave, VaultView},
};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    drafts,
    fixture::{Device, begin as begin_draft, save},
};

fn log_bytes(device: &Device) -> u64 {
    std::fs::metadata(device.dir.join(LOG_FILE)).map_or(0, |log| log.len())
}

/// The profile as the end of the process leaves it, as a device of its own.
fn killed(device: &Device, torn: &[u8]) -> Device {
    let left = Device::new();
    for (path, bytes) in device.all_files() {
        let to = left.dir.join(path.strip_prefix(&device.dir).unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        if !path.to_string_lossy().ends_with("-shm") {
            std::fs::write(to, bytes).unwrap();
        }
    }
    let log = left.dir.join(LOG_FILE);
    let whole = std::fs::read(&log).unwrap_or_default();
    std::fs::write(log, [&whole, torn].concat()).unwrap();
    *left.keychain.keys.lock() = device.keychain.keys.lock().clone();
    left.later(device.clock.0.load(Ordering::SeqCst) - left.clock.0.load(Ordering::SeqCst));
    left
}

async fn answers(client: &Client, draft_id: DraftId) -> (u64, BTreeMap<String, Value>) {
    let shown = drafts::open(client, DraftOpen { draft_id }).await.unwrap();
    (shown.revision, shown.answers)
}

async fn stored_revision(client: &Client) -> i64 {
    sqlx::query_scalar("SELECT revision FROM draft").fetch_one(client.store().unwrap().reader()).await.unwrap()
}

#[tokio::test]
async fn a_save_waits_in_the_log_and_is_there_after_the_end_of_the_process() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin_draft(&client).await.id;
    assert_eq!(log_bytes(&device), 0);
    save(&client, id, 1, &[("name", json!("Luo")), ("note", json!("one"))]).await;
    let revision = save(&client, id, 2, &[("note", json!("two"))]).await;
    assert!(log_bytes(&device) > 0);
    assert_eq!(stored_revision(&client).await, 1, "not in the tables yet");

    let left = killed(&device, &[]);
    let again = left.open().await;
    assert_eq!(log_bytes(&left), 0, "folded at start");
    let (kept, answers) = answers(&again, id).await;
    assert_eq!((kept, &answers["name"], &answers["note"]), (revision, &json!("Luo"), &json!("two")));
    assert!(!again.autosave().lost_something());
}

#[tokio::test]
async fn every_occasion_folds() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin_draft(&client).await.id;
    let mut revision = save(&client, id, 1, &[("name", json!("a"))]).await;
    let turn = DraftSave { draft_id: id, revision, changes: BTreeMap::new(), page: Some("who".into()) };
    revision = drafts::save(&client, turn.clone()).await.unwrap().revision;
    assert_eq!(log_bytes(&device), 0, "another page");
    drafts::save(&client, DraftSave { revision, ..turn }).await.unwrap();
    assert!(log_bytes(&device) > 0, "the same page");
    drafts::list(&client, haoban_wire::ui::DraftList {}).await.unwrap();
    assert_eq!(log_bytes(&device), 0, "the list");
    save(&client, id, revision + 1, &[("note", json!("b"))]).await;
    client.pause().await;
    assert_eq!(log_bytes(&device), 0, "the background");
    client.resume().await;
    save(&client, id, revision + 2, &[("note", json!("c"))]).await;
    client.shutdown().await;
    assert_eq!(log_bytes(&device), 0, "the end");
}

#[tokio::test]
async fn a_log_that_is_read_twice_counts_once() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin_draft(&client).await.id;
    save(&client, id, 1, &[("note", json!("one"))]).await;
    let log = std::fs::read(device.dir.join(LOG_FILE)).unwrap();
    let (revision, _) = answers(&client, id).await;
    save(&client, id, revision, &[("note", json!("two"))]).await;
    client.shutdown().await;
    // The cut after the fold did not reach the disk: the folded record is back.
    std::fs::write(device.dir.join(LOG_FILE), log).unwrap();
    let client = device.open().await;
    let (kept, answers) = answers(&client, id).await;
    assert_eq!((kept, &answers["note"]), (revision + 1, &json!("two")));
    save(&client, id, kept, &[("note", json!("three"))]).await;
    let left = killed(&device, &[]);
    assert_eq!(self::answers(&left.open().await, id).await.1["note"], json!("three"), "numbers went on");
}

#[tokio::test]
async fn a_damaged_record_is_told_and_costs_nothing_but_itself() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin_draft(&client).await.id;
    save(&client, id, 1, &[("name", json!("Luo"))]).await;
    let first = usize::try_from(log_bytes(&device)).unwrap();
    save(&client, id, 2, &[("married", json!(false))]).await;
    save(&client, id, 3, &[("note", json!("last"))]).await;
    let left = killed(&device, &[]);
    let mut log = std::fs::read(left.dir.join(LOG_FILE)).unwrap();
    log[first + 30] ^= 1;
    std::fs::write(left.dir.join(LOG_FILE), &log).unwrap();

    let client = left.open().await;
    assert_eq!(client.vault().view(), VaultView::Open);
    let start = crate::commands::app_start(&client, haoban_wire::ui::AppStart {}).await.unwrap();
    assert!(start.saves_lost);
    let (revision, answers) = answers(&client, id).await;
    assert_eq!((&answers["name"], &answers["note"]), (&json!("Luo"), &json!("last")));
    assert!(!answers.contains_key("married"));
    save(&client, id, revision, &[("married", json!(true))]).await;
    client.shutdown().await;
    let kept = left.all_files().into_iter().find(|(path, _)| path.to_string_lossy().contains("autosave.damaged-"));
    assert_eq!(kept.expect("the log is kept").1, log);
    assert!(!left.open().await.autosave().lost_something(), "told once");
}

#[tokio::test]
async fn two_processes_do_not_overwrite_each_other() {
    let device = Device::new();
    let one = device.open_with_item(1).await;
    let id = begin_draft(&one).await.id;
    save(&one, id, 1, &[("name", json!("one"))]).await;
    let other = device.open().await;
    let (revision, seen) = answers(&other, id).await;
    assert_eq!((revision, &seen["name"]), (2, &json!("one")), "what the first has in its log is seen");

    save(&one, id, 2, &[("note", json!("from one"))]).await;
    let stale = DraftSave {
        draft_id: id,
        revision: 2,
        changes: [("name".to_owned(), Some(json!("other")))].into(),
        page: None,
    };
    let refused = haoban_wire::Problem::from(drafts::save(&other, stale.clone()).await.unwrap_err());
    assert_eq!(refused.code, ProblemCode::RevisionConflict);
    let (revision, _) = answers(&other, id).await;
    drafts::save(&other, DraftSave { revision, ..stale }).await.unwrap();
    let late =
        DraftSave { draft_id: id, revision: 3, changes: [("name".to_owned(), Some(json!("late")))].into(), page: None };
    let refused = haoban_wire::Problem::from(drafts::save(&one, late).await.unwrap_err());
    assert_eq!(refused.code, ProblemCode::RevisionConflict, "the first hears of the second");
    let (_, seen) = answers(&one, id).await;
    assert_eq!((&seen["name"], &seen["note"]), (&json!("other"), &json!("from one")));
}

#[tokio::test]
async fn a_save_acknowledged_twice_is_a_conflict_that_changes_nothing() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin_draft(&client).await.id;
    let once =
        DraftSave { draft_id: id, revision: 1, changes: [("name".to_owned(), Some(json!("Luo")))].into(), page: None };
    drafts::save(&client, once.clone()).await.unwrap();
    let bytes = log_bytes(&device);
    let again = haoban_wire::Problem::from(drafts::save(&client, once).await.unwrap_err());
    assert_eq!((again.code, again.params["revision"].as_str()), (ProblemCode::RevisionConflict, "2"));
    assert_eq!(log_bytes(&device), bytes);
}

#[tokio::test]
async fn a_long_log_is_folded_without_an_occasion() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin_draft(&client).await.id;
    let mut revision = 1;
    for number in 0..=RECORDS_MOST {
        revision = save(&client, id, revision, &[("note", json!(number.to_string()))]).await;
    }
    // What the watcher does after its pause.
    sync(&client).await.unwrap();
    assert!(stored_revision(&client).await > 1_000);
    assert_eq!(log_bytes(&device), 0);
}

#[derive(Debug, Clone)]
enum Step {
    Save(usize, String),
    Fold,
    Rename(String),
    /// The process ends while it writes: so many bytes of a next record are there.
    Kill(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..3_usize, "[a-z]{0,40}").prop_map(|(field, text)| Step::Save(field, text)),
        2 => Just(Step::Fold),
        1 => "[a-z]{1,8}".prop_map(Step::Rename),
        2 => (0..400_usize).prop_map(Step::Kill),
    ];
    proptest::collection::vec(step, 1..25)
}

const FIELDS: [&str; 3] = ["name", "spouse", "note"];

/// Runs the steps; after each end of the process everything acknowledged must be there.
async fn play(steps: Vec<Step>) {
    let mut device = Device::new();
    let mut client = device.open_with_item(1).await;
    let id = begin_draft(&client).await.id;
    let (mut wanted, mut revision) = (BTreeMap::<String, Value>::new(), 1);
    for step in steps {
        match step {
            Step::Save(field, text) => {
                revision = save(&client, id, revision, &[(FIELDS[field], json!(text))]).await;
                match text.is_empty() {
                    true => wanted.remove(FIELDS[field]),
                    false => wanted.insert(FIELDS[field].to_owned(), json!(text)),
                };
            }
            Step::Fold => fold(&client).await.unwrap(),
            Step::Rename(name) => {
                drafts::rename(&client, haoban_wire::ui::DraftRename { draft_id: id, name }).await.unwrap();
                revision += 1;
            }
            Step::Kill(bytes) => {
                let next = Delta {
                    draft: id,
                    revision: revision + 1,
                    saved_at: client.now(),
                    owner: None,
                    page: None,
                    done: 0,
                    total: 0,
                    changes: [("note".to_owned(), Some(json!("x".repeat(200))))].into(),
                };
                let torn = torn_record(&client, &next, bytes);
                let left = killed(&device, &torn);
                client.shutdown().await;
                device = left;
                client = device.open().await;
                assert!(!client.autosave().lost_something());
            }
        }
    }
    // The device owns the folder: it must outlive what is read from it.
    let left = killed(&device, &[]);
    assert_eq!(answers(&left.open().await, id).await, (revision, wanted));
}

/// A part of the record that would have been next, never all of it.
fn torn_record(client: &Client, next: &Delta, bytes: usize) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let mut log = SealedLog::open(&path).unwrap().unwrap();
    log.append(&client.vault().keys().unwrap(), &serde_json::to_vec(next).unwrap()).unwrap();
    let record = std::fs::read(&path).unwrap();
    record[..bytes.min(record.len() - 1)].to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_order_nothing_acknowledged_is_lost(steps in steps()) {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(play(steps));
    }
}
