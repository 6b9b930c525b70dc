use haoban_wire::ui::{VaultUnlock, VaultView};

use super::{recovery_code, stretch::Stretch, *};
use crate::{
    fixture::{Device, begin, know},
    ports::KeychainStatus,
};

fn passphrase(words: &str) -> VaultUnlock {
    VaultUnlock::Passphrase { passphrase: words.to_owned() }
}

#[tokio::test]
async fn a_sealed_row_opens_only_where_it_was_sealed() {
    let client = Device::new().open().await;
    let vault = client.vault();
    let sealed = vault.seal("draft", "drf_1", 3, b"secret").unwrap();
    assert_eq!(vault.open("draft", "drf_1", 3, &sealed).unwrap().as_slice(), b"secret");
    for (table, row, revision) in
        [("case", "drf_1", 3), ("draft", "drf_2", 3), ("draft", "drf_1", 2), ("draf", "tdrf_1", 3)]
    {
        assert!(
            matches!(vault.open(table, row, revision, &sealed), Err(VaultError::NotGenuine)),
            "{table} {row} {revision}"
        );
    }
    for at in 0..sealed.len() {
        let mut flipped = sealed.clone();
        flipped[at] ^= 1;
        assert!(vault.open("draft", "drf_1", 3, &flipped).is_err(), "bit in byte {at}");
    }
    assert_ne!(sealed, vault.seal("draft", "drf_1", 3, b"secret").unwrap(), "two seals must differ");
}

#[tokio::test]
async fn two_devices_have_different_keys() {
    let (one, other) = (Device::new().open().await, Device::new().open().await);
    let sealed = one.vault().seal("t", "r", 1, b"x").unwrap();
    assert!(other.vault().open("t", "r", 1, &sealed).is_err());
    assert_ne!(one.vault().blind("k", "n").unwrap(), other.vault().blind("k", "n").unwrap());
}

/// Opens the profile in a bad state and shows that nothing was made, changed or removed.
async fn nothing_changes(device: &Device, expected: VaultView) {
    let (files, keys) = (device.all_files(), device.keychain.keys.lock().clone());
    let client = device.open().await;
    assert_eq!(client.vault().view(), expected);
    assert!(client.vault().seal("t", "r", 1, b"x").is_err());
    assert!(crate::drafts::list(&client, haoban_wire::ui::DraftList {}).await.is_err());
    client.shutdown().await;
    assert_eq!(*device.keychain.keys.lock(), keys, "keychain");
    let after = device.all_files();
    assert_eq!(
        files.iter().map(|(path, _)| path).collect::<Vec<_>>(),
        after.iter().map(|(path, _)| path).collect::<Vec<_>>()
    );
    assert!(files == after, "a file changed");
}

async fn device_with_draft() -> (Device, haoban_domain::ids::DraftId) {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let draft = begin(&client).await.id;
    client.shutdown().await;
    (device, draft)
}

#[tokio::test]
async fn a_missing_key_changes_nothing_and_the_draft_is_back_with_the_key() {
    let (device, draft) = device_with_draft().await;
    let keys = std::mem::take(&mut *device.keychain.keys.lock());
    nothing_changes(&device, VaultView::KeyMissing).await;
    let client = device.open().await;
    assert!(client.unlock(passphrase("long enough words")).await.is_err(), "no new vault over an old one");
    *device.keychain.keys.lock() = keys;
    assert_eq!(client.unlock(VaultUnlock::Retry).await.unwrap(), VaultView::Open);
    assert_eq!(crate::drafts::rows(&client).await[0].id, draft);
}

#[tokio::test]
async fn a_swapped_key_is_told_from_the_right_one() {
    let (device, _) = device_with_draft().await;
    for key in device.keychain.keys.lock().values_mut() {
        *key = vec![7; 32];
    }
    nothing_changes(&device, VaultView::KeyMissing).await;
}

#[tokio::test]
async fn a_locked_or_absent_keychain_changes_nothing() {
    let (device, _) = device_with_draft().await;
    *device.keychain.status.lock() = KeychainStatus::Locked;
    nothing_changes(&device, VaultView::KeychainLocked).await;
    *device.keychain.status.lock() = KeychainStatus::Unavailable;
    nothing_changes(&device, VaultView::KeyMissing).await;
    let fresh = Device::new();
    *fresh.keychain.status.lock() = KeychainStatus::Locked;
    nothing_changes(&fresh, VaultView::KeychainLocked).await;
    *fresh.keychain.status.lock() = KeychainStatus::Unavailable;
    nothing_changes(&fresh, VaultView::NoKeychain).await;
}

#[tokio::test]
async fn a_newer_store_is_refused_and_left_alone() {
    let (device, _) = device_with_draft().await;
    let path = device.dir.join("store.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, x'00', 0)")
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&pool).await.unwrap();
    pool.close().await;
    nothing_changes(&device, VaultView::Unreadable { code: "store_too_new".into() }).await;
}

#[tokio::test]
async fn a_file_that_is_no_store_is_left_alone() {
    let device = Device::new();
    std::fs::create_dir_all(&device.dir).unwrap();
    std::fs::write(device.dir.join("store.db"), vec![42; 8192]).unwrap();
    nothing_changes(&device, VaultView::Damaged).await;
}

#[tokio::test]
async fn without_a_keychain_a_passphrase_opens_the_vault() {
    let device = Device::new();
    *device.keychain.status.lock() = KeychainStatus::Unavailable;
    let client = device.open().await;
    assert!(client.unlock(passphrase("short")).await.is_err());
    assert!(!device.dir.join("store.db").exists());
    assert_eq!(client.unlock(passphrase("correct horse")).await.unwrap(), VaultView::OpenByPassphrase);
    know(&client, 1).await;
    let draft = begin(&client).await.id;
    client.shutdown().await;

    let client = device.open().await;
    assert_eq!(client.vault().view(), VaultView::PassphraseNeeded);
    assert!(matches!(
        client.unlock(passphrase("wrong horse")).await,
        Err(crate::ClientError::Vault(VaultError::WrongPassphrase))
    ));
    assert_eq!(client.vault().view(), VaultView::PassphraseNeeded);
    client.unlock(passphrase("correct horse")).await.unwrap();
    assert_eq!(crate::drafts::rows(&client).await[0].id, draft);
    assert!(device.keychain.keys.lock().is_empty());
}

#[test]
fn parameters_below_the_floor_are_refused() {
    let stretch = Stretch::fresh().unwrap();
    let root = keys::random_key().unwrap();
    let wrapped = passphrase::wrap(&stretch, "correct horse", &root).unwrap();
    assert_eq!(passphrase::unwrap(&stretch, "correct horse", &wrapped).unwrap().as_slice(), root.as_slice());
    let weak = stretch.weakened();
    assert!(matches!(passphrase::wrap(&weak, "correct horse", &root), Err(VaultError::WeakParameters)));
    assert!(matches!(passphrase::unwrap(&weak, "correct horse", &wrapped), Err(VaultError::WeakParameters)));
}

#[tokio::test]
async fn memory_only_works_and_leaves_nothing() {
    let device = Device::new();
    *device.keychain.status.lock() = KeychainStatus::Unavailable;
    let client = device.open().await;
    assert_eq!(client.unlock(VaultUnlock::MemoryOnly).await.unwrap(), VaultView::MemoryOnly);
    know(&client, 1).await;
    let draft = begin(&client).await;
    let shown =
        crate::fixture::attach(&device, &client, draft.id, "lease", "a.pdf", crate::fixture::pdf(1, 200_000, "w"))
            .await
            .unwrap();
    assert_eq!(shown.files.len(), 1);
    client.shutdown().await;
    assert!(device.all_files().is_empty());
}

#[tokio::test]
async fn erasing_removes_store_files_and_key() {
    let (device, _) = device_with_draft().await;
    let before = device.keychain.keys.lock().clone();
    let client = device.open().await;
    assert_eq!(client.erase().await.unwrap(), VaultView::Open);
    assert!(crate::drafts::rows(&client).await.is_empty());
    let after = device.keychain.keys.lock().clone();
    assert_eq!(after.len(), 1);
    assert_ne!(before, after);
}

/// A device whose recovery code was written down: the draft on it, the code and its keychain.
async fn device_with_code() -> (Device, haoban_domain::ids::DraftId, Vec<String>) {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let draft = begin(&client).await.id;
    let groups = written_down(&client).await;
    client.shutdown().await;
    (device, draft, groups)
}

async fn written_down(client: &crate::Client) -> Vec<String> {
    let (groups, ask) = client.show_recovery_code().await.unwrap();
    client.confirm_recovery_code(&groups[ask - 1].to_lowercase()).await.unwrap();
    groups
}

fn typed(groups: &[String]) -> VaultUnlock {
    VaultUnlock::RecoveryCode { code: groups.join(" ") }
}

fn code(error: crate::ClientError) -> haoban_wire::ProblemCode {
    haoban_wire::Problem::from(error).code
}

#[tokio::test]
async fn the_code_brings_a_lost_or_swapped_key_back_and_only_reads_the_store() {
    for swapped in [false, true] {
        let (device, draft, groups) = device_with_code().await;
        let keys = device.keychain.keys.lock().clone();
        match swapped {
            true => device.keychain.keys.lock().values_mut().for_each(|key| *key = vec![7; 32]),
            false => device.keychain.keys.lock().clear(),
        }
        nothing_changes(&device, VaultView::KeyMissing).await;
        let client = device.open().await;
        assert!(client.store().unwrap().escrow().await.unwrap().is_some());
        let files = device.all_files();
        let profile = opening::Profile { dir: &device.dir, keychain: &*device.keychain, clock: &*device.clock };
        let code = RecoveryCode::parse(&groups.concat()).unwrap();
        profile.recover(&client.store().unwrap(), code).await.unwrap();
        assert!(files == device.all_files(), "the store was touched");
        assert_eq!(*device.keychain.keys.lock(), keys, "the key is in the keychain again");
        client.shutdown().await;
        assert_eq!(crate::drafts::rows(&device.open().await).await[0].id, draft);
    }
}

#[tokio::test]
async fn a_typo_is_named_and_a_wrong_code_changes_nothing() {
    let (device, draft, mut groups) = device_with_code().await;
    device.keychain.keys.lock().clear();
    let client = device.open().await;
    let last = groups[4].pop().unwrap();
    groups[4].push(if last == '7' { '8' } else { '7' });
    let problem = haoban_wire::Problem::from(client.unlock(typed(&groups)).await.unwrap_err());
    assert_eq!((problem.code, problem.params["groups"].as_str()), (haoban_wire::ProblemCode::RecoveryCodeTypo, "5"));
    let foreign: Vec<String> = RecoveryCode::fresh().unwrap().groups().iter().map(|group| group.to_string()).collect();
    assert_eq!(code(client.unlock(typed(&foreign)).await.unwrap_err()), haoban_wire::ProblemCode::RecoveryCodeWrong);
    assert!(device.keychain.keys.lock().is_empty());
    groups[4].pop();
    groups[4].push(last);
    assert_eq!(client.unlock(typed(&groups)).await.unwrap(), VaultView::Open);
    assert_eq!(crate::drafts::rows(&client).await[0].id, draft);
}

#[tokio::test]
async fn a_new_code_ends_the_old_one_but_only_once_it_was_written_down() {
    let (device, _, old) = device_with_code().await;
    let client = device.open().await;
    let (shown, ask) = client.show_recovery_code().await.unwrap();
    let wrong = client.confirm_recovery_code(&shown[ask % 7]).await.unwrap_err();
    assert_eq!(code(wrong), haoban_wire::ProblemCode::RecoveryCodeTypo);
    client.shutdown().await;
    let keys = std::mem::take(&mut *device.keychain.keys.lock());
    let client = device.open().await;
    assert!(client.unlock(typed(&shown)).await.is_err(), "never confirmed");
    client.unlock(typed(&old)).await.unwrap();
    assert!(client.confirm_recovery_code(&shown[0]).await.is_err(), "nothing is being shown");

    let new = written_down(&client).await;
    client.shutdown().await;
    device.keychain.keys.lock().clear();
    let client = device.open().await;
    assert_eq!(code(client.unlock(typed(&old)).await.unwrap_err()), haoban_wire::ProblemCode::RecoveryCodeWrong);
    client.unlock(typed(&new)).await.unwrap();
    assert_eq!(*device.keychain.keys.lock(), keys);
}

#[tokio::test]
async fn no_code_is_made_where_no_key_lies_in_the_keychain() {
    let device = Device::new();
    *device.keychain.status.lock() = KeychainStatus::Unavailable;
    let client = device.open().await;
    assert!(client.show_recovery_code().await.is_err());
    client.unlock(VaultUnlock::MemoryOnly).await.unwrap();
    assert!(client.show_recovery_code().await.is_err());

    let (device, _, groups) = device_with_code().await;
    *device.keychain.status.lock() = KeychainStatus::Unavailable;
    let client = device.open().await;
    let nowhere = client.unlock(typed(&groups)).await.unwrap_err();
    assert_eq!(code(nowhere), haoban_wire::ProblemCode::KeychainUnavailable);
    assert_eq!(client.vault().view(), VaultView::KeyMissing);
}

#[test]
fn after_ten_wrong_codes_there_is_a_growing_wait() {
    let recovery = Recovery::default();
    let at = |millis| haoban_domain::time::Timestamp::from_millis(millis);
    for _ in 0..9 {
        recovery.was_wrong(at(0));
        assert!(recovery.may_try(at(0)).is_ok());
    }
    let mut now = 0;
    for wait in [30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000] {
        recovery.was_wrong(at(now));
        assert!(matches!(recovery.may_try(at(now + wait - 1)), Err(VaultError::TooManyTries { wait_millis: 1 })));
        assert!(recovery.may_try(at(now + wait)).is_ok());
        now += wait;
    }
    recovery.was_right();
    recovery.was_wrong(at(now));
    assert!(recovery.may_try(at(now)).is_ok());
}

#[test]
fn a_group_is_known_however_it_is_written() {
    assert!(recovery_code::same_group(" k7mo1 ", "K7M01"));
    assert!(!recovery_code::same_group("", "K7M01"));
    assert!(!recovery_code::same_group("K7M0", "K7M01"));
}

/// Run inside `dbus-run-session` with an unlocked (or locked) gnome-keyring; `tests/keychain.sh` does.
#[tokio::test]
async fn the_real_secret_service() {
    let Ok(expected) = std::env::var("HAOBAN_TEST_KEYCHAIN") else { return };
    use crate::ports::{Keychain, KeychainError};
    let keychain = OsKeychain::for_service("haoban-test");
    match expected.as_str() {
        "ready" => {
            assert_eq!(keychain.status().await, KeychainStatus::Ready);
            assert_eq!(keychain.load("a").await.unwrap(), None);
            keychain.store("a", &[9; 32]).await.unwrap();
            assert_eq!(keychain.load("a").await.unwrap().unwrap().as_slice(), &[9; 32]);
            assert_eq!(OsKeychain::for_service("other").load("a").await.unwrap(), None);
            keychain.delete("a").await.unwrap();
            keychain.delete("a").await.unwrap();
            assert_eq!(keychain.load("a").await.unwrap(), None);
        }
        "locked" => {
            assert_eq!(keychain.status().await, KeychainStatus::Locked);
            assert_eq!(keychain.load("a").await, Err(KeychainError::Locked));
            assert_eq!(keychain.store("a", &[9; 32]).await, Err(KeychainError::Locked));
        }
        _ => {
            assert_eq!(keychain.status().await, KeychainStatus::Unavailable);
            assert!(matches!(keychain.load("a").await, Err(KeychainError::Unavailable(_))));
        }
    }
}
