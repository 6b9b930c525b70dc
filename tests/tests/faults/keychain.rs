//! The real Secret Service in all its states: unlocked, locked, gone, and another one in its place. Whatever it says, the
//! resident's store stays as it is, no new one is made beside or over it, and with the right keychain everything is back.

use std::{collections::BTreeMap, path::Path};

use haoban_testkit::{Host, Platform, wait_for};
use haoban_tests::Session;
use serde_json::{Value, json};
use sqlx::{AnyPool, AssertSqlSafe};

use super::tally::{has, report};

const RIG: &str = "client/keychain";

/// What the resident has in a profile: every row of every table but the public catalogue, which goes on being renewed.
async fn content(profile: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    sqlx::any::install_default_drivers();
    let store = AnyPool::connect(&format!("sqlite:{}?mode=ro", profile.join("store.db").display())).await?;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('public_record', 'acknowledged')",
    )
    .fetch_all(&store)
    .await?;
    let mut found = BTreeMap::new();
    for table in tables {
        let columns = format!("SELECT group_concat('quote(' || name || ')', ' || ') FROM pragma_table_info('{table}')");
        let columns: String = sqlx::query_scalar(AssertSqlSafe(columns)).fetch_one(&store).await?;
        let rows = format!("SELECT {columns} FROM {table} ORDER BY 1");
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(rows)).fetch_all(&store).await?;
        found.insert(table, rows.join("\n"));
    }
    store.close().await;
    Ok(found)
}

async fn start(platform: &Platform, profile: &Path, bus: &str) -> anyhow::Result<(Host, Value)> {
    let among = [("DBUS_SESSION_BUS_ADDRESS", bus.to_owned())];
    let host = Host::start_among(&platform.url(), profile.to_owned(), &among).await?;
    let view = host.rpc("app_start", json!({})).await?["vault"]["state"].clone();
    Ok((host, view))
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_keychain_says_the_store_stays() -> anyhow::Result<()> {
    if !(has(RIG, "dbus-daemon") && has(RIG, "gnome-keyring-daemon") && has(RIG, "dbus-send")) {
        return Ok(());
    }
    let platform = Platform::start().await?;
    let folder = tempfile::tempdir()?;
    let (profile, own, other) =
        (folder.path().join("profile"), folder.path().join("keyring"), folder.path().join("another"));

    let session = Session::start(&own, true).await?;
    let (mut host, view) = start(&platform, &profile, session.address()).await?;
    anyhow::ensure!(view == "open", "unlocked, the vault is {view}");
    let draft =
        wait_for("the catalogue", async || Ok(host.rpc("draft_start", json!({ "code": "gjj-rent" })).await.ok()))
            .await?;
    host.end().await?;
    drop(session);
    let before = content(&profile).await?;

    // Locked; nobody there; somebody else's keyring, which knows no key of ours.
    let states =
        [(Some((&own, false)), "keychain_locked"), (None, "key_missing"), (Some((&other, true)), "key_missing")];
    for (keyring, expected) in states {
        let session = match keyring {
            Some((data, unlocked)) => Some(Session::start(data, unlocked).await?),
            None => None,
        };
        let nobody = "unix:path=/nonexistent".to_owned();
        let bus = session.as_ref().map_or(nobody, |session| session.address().to_owned());
        let (mut host, view) = start(&platform, &profile, &bus).await?;
        anyhow::ensure!(view == expected, "{expected} was expected, the vault is {view}");
        let refused = host.rpc("draft_start", json!({ "code": "gjj-rent" })).await;
        anyhow::ensure!(refused.is_err(), "{expected}: a draft was begun in a store that is closed");
        host.end().await?;
        let after = content(&profile).await?;
        anyhow::ensure!(after == before, "{expected}: the profile changed from {before:#?} to {after:#?}");
    }

    let session = Session::start(&own, true).await?;
    let (host, view) = start(&platform, &profile, session.address()).await?;
    anyhow::ensure!(view == "open", "with its own keychain again the vault is {view}");
    host.rpc("draft_open", json!({ "draft_id": draft["id"] })).await?;
    report(RIG, &[("states", 5), ("lost", 0)]);
    Ok(())
}
