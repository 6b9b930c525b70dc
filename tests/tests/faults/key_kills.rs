//! The core is ended at every step of a change of its root key; everything is there under one key or the other.

use anyhow::Context;
use haoban_testkit::{Host, Platform, wait_for};
use serde_json::json;

use super::{client_kills::ready, tally::report};

const TENANT: &str = "13800000001";
const POINTS: &[&str] = &[
    "rotate-marked=abort",
    "rotate-key-kept=abort",
    "rotate-file-sealed=abort",
    "rotate-before-commit=abort",
    "rotate-after-commit=abort",
    "rotate-file-moved=abort",
    "rotate-files-moved=abort",
    "rotate-key-moved=abort",
    "rotate-next-deleted=abort",
];

#[tokio::test(flavor = "multi_thread")]
async fn ended_at_every_step_of_a_change_of_the_key_everything_opens() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let mut host = Host::start(&platform.url()).await?;
    let vault = host.rpc("app_start", json!({})).await?["vault"]["state"].clone();
    if vault != "open" {
        println!("no unlocked keyring on this machine: the kills in a change of the key were not made");
        return Ok(());
    }
    host.sign_in(TENANT).await?;
    let (draft, _) = ready(&host).await?;
    let before = host.rpc("draft_open", json!({ "draft_id": draft })).await?;
    for point in POINTS {
        host.restart(point).await?;
        // Its answer never comes: the program ends in it.
        let answer = host.rpc("key_change", json!({})).await;
        anyhow::ensure!(answer.is_err(), "{point}: the change went through: {answer:?}");
        let ended = wait_for(point, async || Ok(host.ended()?.then_some(()))).await;
        ended.with_context(|| format!("{answer:?}\n{}", host.log()))?;
        host.restart("").await?;
        let view = host.rpc("app_start", json!({})).await?;
        anyhow::ensure!(view["vault"]["state"] == "open", "{point}: {}\n{}", view["vault"], host.log());
        let after = host.rpc("draft_open", json!({ "draft_id": draft })).await?;
        anyhow::ensure!(after["answers"] == before["answers"] && after["files"] == before["files"], "{point}: {after}");
    }
    let kills = POINTS.len() as u64;
    report("client/key-change", &[("kills", kills), ("lost", 0)]);
    Ok(())
}
