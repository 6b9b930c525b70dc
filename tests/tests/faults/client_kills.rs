//! The app's core is ended at its failpoints and at random; the resident's one tap stays one case.

use haoban_testkit::{Host, Platform, pdf, wait_for};
use haoban_tests::look_through;
use serde_json::{Value, json};

use super::tally::{report, rounds};

const TENANT: &str = "13800000001";
const POINTS: &[&str] = &[
    "outbox-before-send=abort",
    "outbox-before-send=abort@2",
    "outbox-upload-created=abort",
    "outbox-before-commit=abort",
    "outbox-before-commit=abort@2",
    "outbox-after-commit=abort",
    "outbox-after-commit=abort@2",
];

/// A rent draft, filled and with its contract; its id and revision.
pub async fn ready(host: &Host) -> anyhow::Result<(String, u64)> {
    let draft =
        wait_for("the catalogue", async || Ok(host.rpc("draft_start", json!({ "code": "gjj-rent" })).await.ok()))
            .await?;
    let id = draft["id"].as_str().unwrap_or_default().to_owned();
    let draft = wait_for("the facts", async || {
        let view = host.rpc("draft_open", json!({ "draft_id": id })).await?;
        let cards = view["state"]["fields"]["bank_card"]["offered"].as_array().map_or(0, Vec::len);
        Ok((cards > 1).then_some(view))
    })
    .await?;
    let mut changes = haoban_tests::rent_answers();
    changes.insert("bank_card".to_owned(), Some(draft["state"]["fields"]["bank_card"]["offered"][0]["value"].clone()));
    let save = json!({ "draft_id": id, "revision": draft["revision"], "changes": changes, "page": null });
    host.rpc("draft_save", save).await?;
    let token = host.post_file("lease.pdf", pdf(2)).await?;
    host.rpc("material_attach", json!({ "draft_id": id, "slot": "lease-contract", "tokens": [token] })).await?;
    let view = host.rpc("material_defer", json!({ "draft_id": id, "slot": "rent-records", "promised": true })).await?;
    Ok((id, view["revision"].as_u64().unwrap_or_default()))
}

pub async fn tap(host: &Host, (id, revision): &(String, u64)) -> anyhow::Result<Value> {
    host.rpc("draft_submit", json!({ "draft_id": id, "revision": revision, "declared": true })).await
}

pub async fn sent(host: &Host, draft: &str) -> anyhow::Result<Value> {
    let case = draft.replace("drf_", "cas_");
    wait_for("the case on the device", async || {
        host.rpc("outbox_retry", json!({ "outbox_id": null })).await?;
        let opened = host.rpc("case_open", json!({ "case_id": case })).await?;
        let outbox = host.rpc("outbox_list", json!({})).await?;
        let done = outbox["entries"].as_array().is_some_and(Vec::is_empty);
        Ok((done && opened["receipt"]["verified"] == true).then(|| opened["case"].clone()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn ended_at_every_failpoint_one_tap_stays_one_case() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let before = look_through(&platform.database(), &platform.data()).await?;
    let mut host = Host::start(&platform.url()).await?;
    host.sign_in(TENANT).await?;
    for point in POINTS {
        host.restart(point).await?;
        let draft = ready(&host).await?;
        // The tap is acknowledged or not; either way the draft is there afterwards.
        let tapped = tap(&host, &draft).await.is_ok();
        wait_for(point, async || Ok(host.ended()?.then_some(()))).await?;
        host.restart("").await?;
        if !tapped {
            // Ended before the answer: a second tap is what a resident does.
            let _ = tap(&host, &draft).await;
        }
        let case = sent(&host, &draft.0).await?;
        anyhow::ensure!(case["status"] == "submitted", "{point}: {case}");
    }
    let after = look_through(&platform.database(), &platform.data()).await?;
    let kills = POINTS.len();
    assert_eq!(after.cases - before.cases, i64::try_from(kills)?);
    assert_eq!(after.files - before.files, i64::try_from(kills)?);
    report("client/failpoints", &[("kills", kills as u64), ("cases", kills as u64), ("lost", 0), ("doubled", 0)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_one_tap_stays_one_case() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let before = look_through(&platform.database(), &platform.data()).await?;
    let mut host = Host::start(&platform.url()).await?;
    host.sign_in(TENANT).await?;
    let kills = rounds(4, 200);
    for kill in 0..kills {
        let draft = ready(&host).await?;
        tap(&host, &draft).await?;
        tokio::time::sleep(std::time::Duration::from_millis((kill as u64 * 61) % 250)).await;
        host.restart("").await?;
        sent(&host, &draft.0).await?;
    }
    let after = look_through(&platform.database(), &platform.data()).await?;
    assert_eq!(after.cases - before.cases, i64::try_from(kills)?, "every acknowledged tap is one case");
    report("client/random-kills", &[("kills", kills as u64), ("cases", kills as u64), ("lost", 0), ("doubled", 0)]);
    Ok(())
}
