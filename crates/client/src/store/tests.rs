//! A full disk and a read-only one: told in words, nothing old lost, and all works again afterwards.
//!
//! They need a file system of two megabytes of their own. Where none can be mounted the tests say so and pass.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use haoban_domain::ids::DraftId;
use haoban_wire::{
    Problem, ProblemCode,
    ui::{DraftOpen, DraftSave, VaultUnlock, VaultView},
};
use serde_json::json;

use crate::{
    Client, drafts,
    fixture::{Device, begin, save},
};

/// A small file system, gone with the test.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        if mount(&["-t", "tmpfs", "-o", "size=2m", "none"], folder.path()) {
            return Some(Self(folder));
        }
        println!("NOT RUN: no file system can be mounted here (it needs root)");
        None
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("p")
    }

    fn filler(&self) -> PathBuf {
        self.0.path().join("filler")
    }

    /// Leaves no room at all.
    fn fill(&self) {
        use std::io::Write;
        let mut filler = std::fs::File::create(self.filler()).unwrap();
        for size in [64 * 1024, 4096, 1] {
            while filler.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn empty(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn read_only(&self, read_only: bool) {
        let option = if read_only { "remount,ro" } else { "remount,rw" };
        assert!(mount(&["-o", option], self.0.path()), "{option}");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn mount(how: &[&str], at: &Path) -> bool {
    Command::new("mount").args(how).arg(at).output().is_ok_and(|done| done.status.success())
}

async fn answer(client: &Client, draft_id: DraftId) -> (u64, String) {
    let shown = drafts::open(client, DraftOpen { draft_id }).await.unwrap();
    (shown.revision, shown.answers["note"].as_str().unwrap_or_default().to_owned())
}

async fn try_save(client: &Client, draft_id: DraftId, revision: u64, note: &str) -> Result<u64, ProblemCode> {
    let changes = [("note".to_owned(), Some(json!(note)))].into();
    let saved = drafts::save(client, DraftSave { draft_id, revision, changes, page: None }).await;
    saved.map(|saved| saved.revision).map_err(|error| Problem::from(error).code)
}

#[tokio::test]
async fn a_full_disk_is_told_loses_nothing_and_works_again() {
    let Some(disk) = SmallDisk::mount() else { return };
    let keys = tempfile::tempdir().unwrap();
    let device = Device::at(disk.path(), Some(keys.path().join("k.json")));
    let client = device.open_with_item(1).await;
    let id = begin(&client).await.id;
    let revision = save(&client, id, 1, &[("note", json!("before"))]).await;

    disk.fill();
    let mut full = None;
    let mut last = (revision, "before".to_owned());
    // What still fits into blocks that are there already may be saved; sooner or later it is told.
    for number in 0..200 {
        let note = format!("{number} {}", "x".repeat(200));
        match try_save(&client, id, last.0, &note).await {
            Ok(revision) => last = (revision, note),
            Err(code) => {
                full = Some(code);
                break;
            }
        }
    }
    assert_eq!(full, Some(ProblemCode::DiskFull));
    let refused =
        drafts::start(&client, haoban_wire::ui::DraftStart { code: "gjj-rent".into(), ..Default::default() }).await;
    assert_eq!(refused.map_err(|error| Problem::from(error).code).err(), Some(ProblemCode::DiskFull));

    disk.empty();
    assert_eq!(answer(&client, id).await.1, last.1, "the last acknowledged save");
    let revision = answer(&client, id).await.0;
    try_save(&client, id, revision, "after").await.unwrap();
    client.shutdown().await;
    assert_eq!(answer(&device.open().await, id).await.1, "after");
}

#[tokio::test]
async fn starting_on_a_full_disk_changes_nothing_and_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::mount() else { return };
    let keys = tempfile::tempdir().unwrap();
    let device = Device::at(disk.path(), Some(keys.path().join("k.json")));
    let client = device.open_with_item(1).await;
    let id = begin(&client).await.id;
    save(&client, id, 1, &[("note", json!("kept"))]).await;
    client.shutdown().await;

    disk.fill();
    let client = device.open().await;
    match client.vault().view() {
        VaultView::Open => assert_eq!(answer(&client, id).await.1, "kept"),
        view => assert_eq!(view, VaultView::Unreadable { code: "disk_full".into() }),
    }
    disk.empty();
    assert_eq!(client.unlock(VaultUnlock::Retry).await.unwrap(), VaultView::Open);
    let (revision, note) = answer(&client, id).await;
    assert_eq!(note, "kept");
    try_save(&client, id, revision, "more").await.unwrap();
    client.shutdown().await;
}

#[tokio::test]
async fn a_read_only_disk_is_told_loses_nothing_and_works_again() {
    let Some(disk) = SmallDisk::mount() else { return };
    let keys = tempfile::tempdir().unwrap();
    let device = Device::at(disk.path(), Some(keys.path().join("k.json")));
    let client = device.open_with_item(1).await;
    let id = begin(&client).await.id;
    save(&client, id, 1, &[("note", json!("kept"))]).await;
    client.shutdown().await;

    disk.read_only(true);
    let before = device.all_files();
    let client = device.open().await;
    assert_eq!(client.vault().view(), VaultView::Unreadable { code: "store_failed".into() });
    assert!(before == device.all_files());
    disk.read_only(false);
    assert_eq!(client.unlock(VaultUnlock::Retry).await.unwrap(), VaultView::Open);
    let (revision, note) = answer(&client, id).await;
    assert_eq!(note, "kept");
    try_save(&client, id, revision, "more").await.unwrap();
    client.shutdown().await;
}
