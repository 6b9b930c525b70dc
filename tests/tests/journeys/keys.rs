//! The machine's own keychain loses the key; the resident signs in and everything is there again.

use std::sync::Arc;

use haoban_client::{
    commands,
    ports::{Keychain, KeychainStatus},
    vault::OsKeychain,
};
use haoban_testkit::{Device, Platform, pdf, wait_for};
use haoban_tests::complete_rent_draft;
use haoban_wire::{
    ProblemCode,
    ui::{AppStart, DraftList, DraftOpen, VaultUnlock, VaultView},
};

const OWNER: &str = "13800000001";
const OTHER: &str = "13800000004";

#[tokio::test(flavor = "multi_thread")]
async fn a_key_deleted_from_the_keyring_comes_back_by_signing_in() -> anyhow::Result<()> {
    let keychain = Arc::new(OsKeychain::for_service("haoban-journey"));
    if keychain.status().await != KeychainStatus::Ready {
        println!("no unlocked keyring on this machine: the journey of the lost key was not made");
        return Ok(());
    }
    let platform = Platform::start().await?;
    let mut device = Device::with_keychain(&platform.url(), OWNER, keychain.clone()).await?;
    device.sign_in().await?;
    let draft = complete_rent_draft(&device, pdf(3)).await?;
    wait_for("the deposit", async || Ok(commands::app_start(&device.client, AppStart {}).await?.recovery.by_sign_in))
        .await?;
    let account = format!("root-key-{}", profile(&device).await?);
    anyhow::ensure!(keychain.load(&account).await?.is_some(), "the keyring holds the key");
    keychain.delete(&account).await?;

    device.restart().await?;
    let view = commands::app_start(&device.client, AppStart {}).await?;
    assert_eq!(view.vault, VaultView::KeyMissing);
    assert!(view.recovery.by_sign_in.is_some(), "the start page can offer it");
    device.hand_to(OTHER);
    device.sign_in().await?;
    let refused = commands::vault_unlock(&device.client, VaultUnlock::SignIn).await.expect_err("another account");
    assert_eq!(refused.code, ProblemCode::KeyDepositMissing);
    assert!(keychain.load(&account).await?.is_none(), "nothing was put back");

    device.hand_to(OWNER);
    device.sign_in().await?;
    let view = commands::vault_unlock(&device.client, VaultUnlock::SignIn).await?;
    assert_eq!(view.vault, VaultView::Open);
    let drafts = commands::draft_list(&device.client, DraftList {}).await?;
    assert!(drafts.drafts.iter().any(|row| row.id == draft.id), "the draft is in the list");
    let opened = commands::draft_open(&device.client, DraftOpen { draft_id: draft.id }).await?;
    assert_eq!(opened.answers, draft.answers, "every answer");
    assert_eq!(opened.files.len(), draft.files.len(), "every file");

    device.restart().await?;
    assert_eq!(commands::app_start(&device.client, AppStart {}).await?.vault, VaultView::Open);
    keychain.delete(&account).await?;
    Ok(())
}

async fn profile(device: &Device) -> anyhow::Result<String> {
    let store = format!("sqlite://{}", device.folder().join("store.db").display());
    let pool = sqlx::SqlitePool::connect(&store).await?;
    let profile = sqlx::query_scalar("SELECT profile FROM vault_meta").fetch_one(&pool).await?;
    pool.close().await;
    Ok(profile)
}
