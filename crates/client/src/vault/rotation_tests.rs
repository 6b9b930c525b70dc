use std::sync::Arc;

use haoban_wire::ui::{DraftOpen, VaultView};
use tokio_util::sync::CancellationToken;

use super::{
    opening::{Profile, store_path},
    rotation::Rotation,
    *,
};
use crate::{
    Client,
    fixture::{Device, attach, begin, pdf},
    store::Store,
};

async fn filled() -> (Device, Client, haoban_domain::ids::DraftId) {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let draft = begin(&client).await.id;
    attach(&device, &client, draft, "lease", "a.pdf", pdf(1, 200_000, "w")).await.unwrap();
    (device, client, draft)
}

/// Everything of the draft is there, to the last byte of its file.
async fn whole(client: &Client, draft: haoban_domain::ids::DraftId) {
    assert_eq!(client.vault().view(), VaultView::Open);
    let shown = crate::drafts::open(client, DraftOpen { draft_id: draft }).await.unwrap();
    assert_eq!(shown.files.len(), 1);
    let files = client.files().unwrap();
    let names = files.whole();
    assert!(!names.is_empty() && names.len() == files.names().len(), "nothing unfinished lies about");
    for name in names {
        files.read(client.vault().keys().unwrap(), &name, 0, usize::MAX).await.unwrap();
    }
}

/// The keys of what lies in the keychain under the profile's own name.
async fn keys_in_force(device: &Device) -> Keys {
    let store = Store::open(&store_path(&device.dir)).await.unwrap();
    let meta = store.vault_meta().await.unwrap().unwrap();
    let root = device.keychain.keys.lock()[&opening::account(&meta.profile)].clone();
    let keys = Keys::of(&meta, &root).unwrap().unwrap();
    store.close().await;
    keys
}

#[tokio::test]
async fn a_new_key_opens_everything_and_the_old_one_nothing() {
    let (device, client, draft) = filled().await;
    let (groups, ask) = client.show_recovery_code().await.unwrap();
    client.confirm_recovery_code(&groups[ask - 1]).await.unwrap();
    let old = Arc::new(keys_in_force(&device).await);
    let names = client.vault().blind("k", "n").unwrap();
    assert!(client.change_key().await.unwrap());
    whole(&client, draft).await;
    assert_eq!(client.vault().blind("k", "n").unwrap(), names, "rows are found under their names");
    let store = client.store().unwrap();
    for (table, query) in [
        ("sealed_record", "SELECT kind || '/' || id, revision, sealed FROM sealed_record"),
        ("draft", "SELECT id, revision, sealed FROM draft"),
        ("material", "SELECT id, revision, sealed FROM material"),
    ] {
        let rows: Vec<(String, i64, Vec<u8>)> = sqlx::query_as(query).fetch_all(store.reader()).await.unwrap();
        for (row, revision, sealed) in rows {
            assert!(old.open(table, &row, revision.cast_unsigned(), &sealed).is_err(), "{table} {row}");
        }
    }
    let files = client.files().unwrap();
    for name in files.names() {
        assert!(files.read(old.clone(), &name, 0, 10).await.is_err(), "{name}");
    }
    let meta = store.vault_meta().await.unwrap().unwrap();
    assert!(!old.fits(&meta.profile, &meta.proof));
    assert!(store.escrow().await.unwrap().is_none(), "the old paper holds no more");
    assert_eq!(device.keychain.keys.lock().len(), 1);
    client.shutdown().await;
    whole(&device.open().await, draft).await;
}

#[tokio::test]
async fn stopped_in_time_nothing_is_changed() {
    let (device, client, draft) = filled().await;
    client.shutdown().await;
    let keys = device.keychain.keys.lock().clone();
    let profile = Profile { dir: &device.dir, keychain: &*device.keychain, clock: &*device.clock };
    let stop = CancellationToken::new();
    // Before the last row: the files have their twins already, and the commit has not come.
    let tell = |done: u64, total: u64| {
        if done + 1 == total {
            stop.cancel();
        }
    };
    let outcome = Rotation { profile: &profile, stop: &stop, tell: &tell }.run().await;
    assert!(matches!(outcome, Err(crate::ClientError::Vault(VaultError::Stopped))));
    assert_eq!(device.keychain.keys.lock().len(), 2, "the unused key waits to be taken back");
    let client = device.open().await;
    whole(&client, draft).await;
    assert_eq!(*device.keychain.keys.lock(), keys, "the very key of before");
}

#[tokio::test]
async fn ended_after_the_commit_opening_finishes_it() {
    let (device, client, draft) = filled().await;
    client.shutdown().await;
    let before = device.keychain.keys.lock().clone();
    let profile = Profile { dir: &device.dir, keychain: &*device.keychain, clock: &*device.clock };
    Rotation { profile: &profile, stop: &CancellationToken::new(), tell: &|_, _| {} }.run().await.unwrap();
    assert_eq!(device.keychain.keys.lock().len(), 2);
    let client = device.open().await;
    whole(&client, draft).await;
    client.shutdown().await;
    let after = device.keychain.keys.lock().clone();
    assert_eq!(after.len(), 1);
    assert_ne!(after, before);
    whole(&device.open().await, draft).await;
}

#[tokio::test]
async fn a_second_process_cannot_write_under_the_old_key() {
    let (device, client, draft) = filled().await;
    let second = device.open().await;
    crate::store::records::put_one(&second, "note", "1", &1).await.unwrap();
    assert!(client.change_key().await.unwrap());
    assert!(crate::store::records::put_one(&second, "note", "1", &2).await.is_err());
    second.shutdown().await;
    whole(&client, draft).await;
}
