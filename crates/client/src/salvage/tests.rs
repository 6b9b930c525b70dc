//! A store is damaged byte by byte: it opens with everything acknowledged, or says that it is damaged. Never empty.

use std::path::{Path, PathBuf};

use haoban_domain::ids::DraftId;
use haoban_wire::ui::{DraftOpen, SalvageExport, VaultUnlock, VaultView};
use serde_json::json;

use crate::{
    Client,
    fixture::{Device, begin, know, save},
};

/// Flips in each region. The full count of the promise (500) is set by the nightly run.
fn flips() -> usize {
    std::env::var("HAOBAN_FLIPS").ok().and_then(|text| text.parse().ok()).unwrap_or(100)
}

/// A profile with drafts as an end of the process leaves it: with or without a write-ahead log that still waits.
struct Filled {
    device: Device,
    drafts: Vec<DraftId>,
}

const NAMES: [&str; 6] = ["Luo", "Chen", "Wang", "Li", "Zhao", "Sun"];

async fn filled(log_waits: bool) -> Filled {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let mut drafts = Vec::new();
    for name in NAMES {
        let id = begin(&client).await.id;
        let long = format!("{name} {}", "words ".repeat(200));
        save(&client, id, 1, &[("name", json!(name)), ("note", json!(long)), ("married", json!(false))]).await;
        drafts.push(id);
    }
    crate::drafts::list(&client, haoban_wire::ui::DraftList {}).await.unwrap();
    if log_waits {
        // What lies in the folder now is what a killed process would leave.
        let copy = tempfile::tempdir().unwrap();
        copy_all(&device.dir, copy.path());
        client.shutdown().await;
        std::fs::remove_dir_all(&device.dir).unwrap();
        copy_all(copy.path(), &device.dir);
        assert!(std::fs::metadata(device.dir.join("store.db-wal")).unwrap().len() > 40_000);
    } else {
        client.shutdown().await;
    }
    Filled { device, drafts }
}

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let name = entry.file_name();
        if entry.path().is_dir() {
            copy_all(&entry.path(), &to.join(name));
        } else if !name.to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

/// A row of numbers that looks random and is the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

#[derive(Debug, Default)]
struct Counts {
    opened: usize,
    salvaged: usize,
    drafts_read: u32,
}

/// Flips one byte of a region at a time and looks what becomes of it.
async fn sweep(filled: &Filled, file: &str, region: impl Fn(usize) -> std::ops::Range<usize>) -> Counts {
    let sound = tempfile::tempdir().unwrap();
    copy_all(&filled.device.dir, sound.path());
    let bytes = std::fs::read(sound.path().join(file)).unwrap();
    let region = region(bytes.len());
    let (mut dice, mut counts) = (Dice(7), Counts::default());
    for round in 0..flips() {
        let at = region.start + dice.below(region.len());
        let mask = u8::try_from(1 + dice.below(255)).unwrap();
        std::fs::remove_dir_all(&filled.device.dir).unwrap();
        copy_all(sound.path(), &filled.device.dir);
        let mut damaged = bytes.clone();
        damaged[at] ^= mask;
        std::fs::write(filled.device.dir.join(file), &damaged).unwrap();

        let client = filled.device.open().await;
        match client.vault().view() {
            VaultView::Open => {
                has_everything(&client, &filled.drafts, &format!("{file} round {round} byte {at} mask {mask}")).await;
                counts.opened += 1;
            }
            VaultView::Damaged => {
                assert!(client.store().is_err());
                let read = super::export(&client, SalvageExport { secret: None }).await;
                counts.drafts_read += read.map_or(0, |read| read.drafts);
                assert_eq!(std::fs::read(filled.device.dir.join(file)).unwrap(), damaged, "the original was changed");
                counts.salvaged += 1;
            }
            other => panic!("{file} byte {at} mask {mask}: {other:?}"),
        }
        client.shutdown().await;
    }
    std::fs::remove_dir_all(&filled.device.dir).unwrap();
    copy_all(sound.path(), &filled.device.dir);
    println!("{file} {region:?}: {counts:?} of {} flips, {} drafts each", flips(), NAMES.len());
    counts
}

async fn has_everything(client: &Client, drafts: &[DraftId], what: &str) {
    for (id, name) in drafts.iter().zip(NAMES) {
        let opened = crate::drafts::open(client, DraftOpen { draft_id: *id }).await;
        let opened = opened.unwrap_or_else(|error| panic!("{what}: draft of {name}: {error}"));
        assert_eq!(opened.answers["name"], json!(name), "{what}");
    }
}

#[tokio::test]
async fn a_flipped_byte_in_the_header_loses_nothing() {
    let filled = filled(false).await;
    let counts = sweep(&filled, "store.db", |_| 0..100).await;
    assert!(counts.salvaged > 0);
}

#[tokio::test]
async fn a_flipped_byte_in_the_root_page_loses_nothing() {
    let filled = filled(false).await;
    // Its head and the pointers to the pages below; the rest of it is empty.
    let counts = sweep(&filled, "store.db", |_| 100..120).await;
    assert!(counts.salvaged > 0);
}

#[tokio::test]
async fn a_flipped_byte_in_the_middle_loses_nothing() {
    let filled = filled(false).await;
    let counts = sweep(&filled, "store.db", |bytes| super::carve::PAGE..bytes).await;
    assert!(counts.salvaged > 0);
    let salvaged = u32::try_from(counts.salvaged).unwrap();
    assert!(counts.drafts_read >= salvaged * 4, "one page holds at most two of the six: {counts:?}");
}

#[tokio::test]
async fn a_flipped_byte_in_the_write_ahead_log_loses_nothing() {
    let filled = filled(true).await;
    let counts = sweep(&filled, "store.db-wal", |bytes| 0..bytes).await;
    assert!(counts.salvaged > flips() / 2, "most of the log is frames that were acknowledged: {counts:?}");
}

#[tokio::test]
async fn without_the_mark_a_cut_log_would_pass_unseen() {
    let filled = filled(true).await;
    let log = filled.device.dir.join("store.db-wal");
    let bytes = std::fs::read(&log).unwrap();
    std::fs::write(&log, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(filled.device.open().await.vault().view(), VaultView::Damaged);
    std::fs::remove_file(filled.device.dir.join("store.mark")).unwrap();
    assert_eq!(filled.device.open().await.vault().view(), VaultView::Open, "the protection is what finds it");
}

#[tokio::test]
async fn a_store_that_is_gone_or_emptied_is_not_begun_anew() {
    for content in [None, Some(0), Some(4096)] {
        let filled = filled(true).await;
        let path = filled.device.dir.join("store.db");
        match content {
            None => std::fs::remove_file(&path).unwrap(),
            Some(length) => {
                let bytes = std::fs::read(&path).unwrap();
                std::fs::write(&path, &bytes[..length.min(bytes.len())]).unwrap();
            }
        }
        std::fs::remove_file(filled.device.dir.join("store.db-wal")).unwrap();
        assert_eq!(filled.device.open().await.vault().view(), VaultView::Damaged, "{content:?}");
    }
}

/// A store whose header is broken, and the drafts it holds.
async fn broken() -> Filled {
    let filled = filled(false).await;
    let path = filled.device.dir.join("store.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[8] ^= 0xFF;
    std::fs::write(&path, &bytes).unwrap();
    filled
}

fn exported(device: &Device) -> String {
    let exported = device.files.exported.lock();
    String::from_utf8(exported.last().expect("an export").1.clone()).unwrap()
}

#[tokio::test]
async fn the_export_is_a_text_with_pages_labels_and_answers() {
    let filled = broken().await;
    let client = filled.device.open().await;
    assert_eq!(client.vault().view(), VaultView::Damaged);
    let made = super::export(&client, SalvageExport { secret: None }).await.unwrap();
    assert_eq!((made.drafts, made.unreadable), (6, 0));
    let text = exported(&filled.device);
    assert!(text.starts_with('\u{feff}'));
    for line in NAMES.iter().map(|name| format!("name：{name}")).chain(["【Who】".to_owned(), "married：否".to_owned()])
    {
        assert!(text.contains(&line), "{line} in {text}");
    }
}

#[tokio::test]
async fn beginning_anew_keeps_the_original_and_its_key() {
    let filled = broken().await;
    let keys = filled.device.keychain.keys.lock().clone();
    let original = std::fs::read(filled.device.dir.join("store.db")).unwrap();
    let client = filled.device.open().await;
    assert_eq!(client.begin_anew().await.unwrap(), VaultView::Open);
    assert!(crate::drafts::rows(&client).await.is_empty());
    know(&client, 1).await;
    begin(&client).await;
    let aside: Vec<PathBuf> = filled.device.all_files().into_iter().map(|(path, _)| path).collect();
    let aside: Vec<_> = aside.iter().filter(|path| path.to_string_lossy().contains("damaged-")).collect();
    let kept = aside.iter().find(|path| path.ends_with("store.db")).expect("the original is kept");
    assert_eq!(std::fs::read(kept).unwrap(), original);
    for (account, key) in &keys {
        assert_eq!(filled.device.keychain.keys.lock().get(account), Some(key), "the old key is kept");
    }
    assert!(client.begin_anew().await.is_err(), "a sound store is not set aside");
    client.erase().await.unwrap();
    assert!(filled.device.all_files().iter().all(|(path, _)| !path.to_string_lossy().contains("damaged-")));
    assert!(keys.keys().all(|account| !filled.device.keychain.keys.lock().contains_key(account)));
}

#[tokio::test]
async fn a_damaged_store_under_a_passphrase_asks_for_it() {
    let device = Device::new();
    *device.keychain.status.lock() = crate::ports::KeychainStatus::Unavailable;
    let client = device.open().await;
    client.unlock(VaultUnlock::Passphrase { passphrase: "correct horse".into() }).await.unwrap();
    know(&client, 1).await;
    let id = begin(&client).await.id;
    save(&client, id, 1, &[("name", json!("Luo"))]).await;
    client.shutdown().await;
    let path = device.dir.join("store.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[8] ^= 0xFF;
    std::fs::write(&path, &bytes).unwrap();

    let client = device.open().await;
    let ask = |secret: Option<&str>| super::export(&client, SalvageExport { secret: secret.map(str::to_owned) });
    let problem = haoban_wire::Problem::from(ask(None).await.unwrap_err());
    assert_eq!((problem.code, problem.params["what"].as_str()), (haoban_wire::ProblemCode::KeyMissing, "passphrase"));
    assert!(ask(Some("wrong horse")).await.is_err());
    assert_eq!(ask(Some("correct horse")).await.unwrap().drafts, 1);
    assert!(exported(&device).contains("name：Luo"));
}

#[tokio::test]
async fn only_a_damaged_store_is_exported() {
    let device = Device::new();
    let client = device.open().await;
    assert!(super::export(&client, SalvageExport { secret: None }).await.is_err());
}
