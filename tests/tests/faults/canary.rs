//! The app holds what was typed and attached, and dies at its worst moment: nothing of it can be read on the disk, and no
//! picture of its memory is left behind.

use haoban_testkit::{Host, Platform, pdf, wait_for};
use haoban_tests::search;
use serde_json::json;

use super::{
    client_kills::{ready, sent, tap},
    tally::report,
};

const TENANT: &str = "13800000001";
/// In the draft, in its contract, and about the person.
const SECRETS: [&str; 4] = ["紫竹林 7 号楼 1304", "Lease contract, page 1", "王芳", "contract-of-wangfang"];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_typed_lies_readable_beside_the_app() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let mut host = Host::start(&platform.url()).await?;
    host.sign_in(TENANT).await?;
    let draft = ready(&host).await?;
    let token = host.post_file("contract-of-wangfang.pdf", pdf(2)).await?;
    host.rpc("material_attach", json!({ "draft_id": draft.0, "slot": "lease-contract", "tokens": [token] })).await?;
    let view = host.rpc("draft_open", json!({ "draft_id": draft.0 })).await?;
    let address = json!({ "address": { "region": "410105", "detail": SECRETS[0] } });
    let save = json!({ "draft_id": draft.0, "revision": view["revision"], "changes": address, "page": null });
    host.rpc("draft_save", save).await?;
    let mut looked = search(&host.folder(), &SECRETS, &[])?;
    anyhow::ensure!(looked.found.is_empty(), "while it is filled: {:?}", looked.found);

    let limits = std::fs::read_to_string(format!("/proc/{}/limits", host.process().unwrap_or_default()))?;
    let cores = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap_or_default();
    let size: Vec<&str> = cores.split_whitespace().skip(4).take(2).collect();
    anyhow::ensure!(size == ["1", "1"], "a core dump could be written: {cores}");
    host.signal("ABRT").await?;
    wait_for("its end", async || Ok(host.ended()?.then_some(()))).await?;
    looked = search(&host.folder(), &SECRETS, &[])?;
    anyhow::ensure!(looked.found.is_empty(), "after its end: {:?}", looked.found);

    host.restart("").await?;
    let view = host.rpc("draft_open", json!({ "draft_id": draft.0 })).await?;
    let now = (draft.0.clone(), view["revision"].as_u64().unwrap_or_default());
    tap(&host, &now).await?;
    sent(&host, &draft.0).await?;
    looked = search(&host.folder(), &SECRETS, &[])?;
    anyhow::ensure!(looked.found.is_empty(), "after it was sent: {:?}", looked.found);
    report("app/canary", &[("files", looked.files), ("kilobytes", looked.bytes / 1024), ("readable", 0)]);
    Ok(())
}
