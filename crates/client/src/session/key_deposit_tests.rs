//! A lost key comes back by a sign-in with a closed vault; neither half alone opens anything.

use std::sync::Arc;

use haoban_wire::{
    ProblemCode,
    deposits::KeyDeposit,
    ui::{SessionView, VaultUnlock, VaultView},
};

use super::lying_op::{Book, Lies, rig, whole_way};
use crate::{rig::Rig, settings, vault::DepositKey};

/// Waits for what happens behind the screens.
async fn soon(what: &str, mut ask: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if ask().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{what} did not come");
}

async fn held(rig: &Rig) -> bool {
    rig.client.store().unwrap().deposit().await.unwrap().is_some_and(|deposit| deposit.wrapped.is_some())
}

/// A device whose key was deposited, and the message that names what is on it.
async fn deposited() -> (Rig, Arc<Book>) {
    let (rig, book) = rig(Lies::default()).await;
    crate::store::records::put_one(&rig.client, "note", "1", &"mine").await.unwrap();
    whole_way(&rig, &book).await;
    soon("the deposit", async || held(&rig).await).await;
    (rig, book)
}

async fn note(rig: &Rig) -> Option<String> {
    crate::store::records::read(&rig.client, "note", "1").await.unwrap()
}

async fn refusal(rig: &Rig) -> ProblemCode {
    let error = rig.client.unlock(VaultUnlock::SignIn).await.unwrap_err();
    assert_eq!(rig.client.vault().view(), VaultView::KeyMissing);
    assert!(rig.seen.keys.lock().is_empty(), "nothing was put into the keychain");
    haoban_wire::Problem::from(error).code
}

#[tokio::test]
async fn a_sign_in_brings_the_key_back() {
    let (mut rig, book) = deposited().await;
    let keys = std::mem::take(&mut *rig.seen.keys.lock());
    rig.restart().await;
    assert_eq!(rig.client.vault().view(), VaultView::KeyMissing);
    assert_eq!(refusal(&rig).await, ProblemCode::SignedOut, "somebody must sign in first");
    whole_way(&rig, &book).await;
    assert_eq!(rig.client.unlock(VaultUnlock::SignIn).await.unwrap(), VaultView::Open);
    assert_eq!(*rig.seen.keys.lock(), keys, "the very key");
    assert_eq!(note(&rig).await.as_deref(), Some("mine"));
    assert!(super::is_signed_in(&rig.client));
    soon("the session to be kept", async || {
        super::kept::load(&rig.client).await.unwrap().is_some_and(|kept| kept.refresh.is_some())
    })
    .await;
    rig.restart().await;
    assert!(matches!(super::view(&rig.client), SessionView::SignedIn { .. }), "the session outlives the run");
}

#[tokio::test]
async fn neither_half_alone_opens_the_store() {
    let (rig, book) = deposited().await;
    let store = rig.client.store().unwrap();
    let profile = store.vault_meta().await.unwrap().unwrap().profile;
    let wrapped = store.deposit().await.unwrap().unwrap().wrapped.unwrap();
    let body = KeyDeposit { key: book.deposit.lock().clone().unwrap() };
    let key = DepositKey::read(&body).unwrap();
    let root = rig.seen.keys.lock().values().next().unwrap().clone();
    assert_eq!(key.unwrap(&profile, &wrapped).unwrap().as_slice(), root, "both together");
    assert!(DepositKey::fresh().unwrap().unwrap(&profile, &wrapped).is_err(), "the store with a guessed key");
    assert!(key.unwrap("another", &wrapped).is_err(), "bound to its profile");
    assert!(!wrapped.windows(16).any(|part| part == &root[..16]));
    let half = hex::decode(&body.key).unwrap();
    let keys = crate::vault::Keys::derive(&half).unwrap();
    assert!(store.verify(&keys).await.is_err(), "the deposit itself opens no row");
    assert_ne!(half, root);
}

#[tokio::test]
async fn another_account_or_none_changes_nothing() {
    let (mut rig, book) = deposited().await;
    rig.seen.keys.lock().clear();
    rig.restart().await;
    *book.deposit.lock() = None;
    whole_way(&rig, &book).await;
    assert_eq!(refusal(&rig).await, ProblemCode::KeyDepositMissing);
    assert!(!super::is_signed_in(&rig.client), "the next try begins with a sign-in");
    *book.deposit.lock() = Some(hex::encode([9; 32]));
    whole_way(&rig, &book).await;
    assert_eq!(refusal(&rig).await, ProblemCode::KeyDepositMissing, "a key that does not fit");
}

#[tokio::test]
async fn an_old_sign_in_is_not_enough() {
    let (mut rig, book) = deposited().await;
    rig.seen.keys.lock().clear();
    rig.restart().await;
    whole_way(&rig, &book).await;
    *book.old.lock() = true;
    assert_eq!(refusal(&rig).await, ProblemCode::ReauthRequired);
    assert!(!super::is_signed_in(&rig.client));
}

#[tokio::test]
async fn switching_off_destroys_both_halves_and_on_makes_new_ones() {
    let (rig, book) = deposited().await;
    let before = book.deposit.lock().clone();
    let mut wanted = settings::current(&rig.client);
    wanted.key_by_sign_in = false;
    settings::save(&rig.client, wanted.clone()).await.unwrap();
    assert!(!held(&rig).await, "this device's half goes at once");
    soon("the platform's half to go", async || book.deposit.lock().is_none()).await;
    soon("it to be forgotten", async || rig.client.store().unwrap().deposit().await.unwrap().is_none()).await;
    wanted.key_by_sign_in = true;
    settings::save(&rig.client, wanted).await.unwrap();
    soon("a new deposit", async || held(&rig).await).await;
    assert_ne!(*book.deposit.lock(), before);
}

#[tokio::test]
async fn nothing_is_kept_here_before_the_platform_confirmed() {
    let (rig, book) = rig(Lies::default()).await;
    *book.deposits_fail.lock() = true;
    whole_way(&rig, &book).await;
    soon("a try", async || rig.fake.paths().iter().any(|path| path.starts_with("/v1/key-deposits/"))).await;
    assert!(rig.client.store().unwrap().deposit().await.unwrap().is_none());
    *book.deposits_fail.lock() = false;
    soon("the next try", async || {
        crate::sync::deposit(&rig.client);
        held(&rig).await
    })
    .await;
}
