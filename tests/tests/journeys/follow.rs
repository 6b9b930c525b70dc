//! Drafts follow a resident from device to device: the real platform, two real devices, nothing readable in between.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use haoban_client::commands;
use haoban_domain::ids::{DeviceId, DraftId};
use haoban_testkit::{Device, Platform, Trouble, pdf, wait_for};
use haoban_tests::{complete_rent_draft, save, start_draft, submit};
use haoban_wire::{
    ProblemCode,
    ui::{
        AppStart, DeviceAdmit, DeviceRemove, DevicesOpen, DevicesView, DraftChoose, DraftDelete, DraftList,
        DraftListView, DraftOpen, DraftSubmit, DraftView, FollowOff, FollowOn, FollowStanding, SessionView,
    },
};
use serde_json::{Value, json};

const WHO: &str = "13800000001";

async fn devices(device: &Device) -> anyhow::Result<DevicesView> {
    Ok(commands::devices_open(&device.client, DevicesOpen {}).await?)
}

async fn turn_on(device: &Device, name: &str) -> anyhow::Result<DevicesView> {
    let request = FollowOn { name: name.to_owned(), anew: false };
    Ok(commands::follow_on(&device.client, request).await?)
}

fn code_of(view: &DevicesView) -> anyhow::Result<String> {
    match &view.standing {
        FollowStanding::Waiting { code } => Ok(code.clone()),
        other => anyhow::bail!("no code is shown: {other:?}"),
    }
}

async fn newcomer(device: &Device) -> anyhow::Result<DeviceId> {
    wait_for("the new device in the list of the old one", async || {
        Ok(devices(device).await?.devices.iter().find(|row| !row.admitted).map(|row| row.id))
    })
    .await
}

/// Two devices of one person, both behind one line; a wrong code first.
async fn two_devices(url: &str) -> anyhow::Result<(Device, Device)> {
    let old = Device::new(url, WHO).await?;
    old.sign_in().await?;
    assert_eq!(turn_on(&old, "家里的电脑").await?.standing, FollowStanding::On);
    let new = Device::new(url, WHO).await?;
    new.sign_in().await?;
    let code = code_of(&turn_on(&new, "手机").await?)?;
    let device_id = newcomer(&old).await?;
    let wrong = if code == "00000000" { "11111111" } else { "0000-0000" };
    let admit = |code: &str| DeviceAdmit { device_id, code: code.to_owned() };
    let refused = commands::device_admit(&old.client, admit(wrong)).await.expect_err("a wrong code");
    assert_eq!((refused.code, refused.params["left"].as_str()), (ProblemCode::DeviceCodeWrong, "4"));
    assert!(matches!(devices(&new).await?.standing, FollowStanding::Waiting { .. }), "nothing was granted");
    commands::device_admit(&old.client, admit(&code.to_lowercase())).await?;
    wait_for("the key on the new device", async || {
        Ok((devices(&new).await?.standing == FollowStanding::On).then_some(()))
    })
    .await?;
    Ok((old, new))
}

async fn list(device: &Device) -> anyhow::Result<DraftListView> {
    Ok(commands::draft_list(&device.client, DraftList {}).await?)
}

async fn open(device: &Device, draft_id: DraftId) -> anyhow::Result<DraftView> {
    Ok(commands::draft_open(&device.client, DraftOpen { draft_id }).await?)
}

async fn put(device: &Device, id: DraftId, field: &str, value: Value) -> anyhow::Result<()> {
    let revision = open(device, id).await?.revision;
    save(device, id, revision, BTreeMap::from([(field.to_owned(), Some(value))])).await?;
    Ok(())
}

/// Waits until a draft has an answer on a device. Asking nudges, as a screen does.
async fn answered(device: &Device, id: DraftId, field: &str, value: &Value) -> anyhow::Result<()> {
    wait_for(&format!("{field} = {value}"), async || {
        devices(device).await?;
        Ok(match open(device, id).await {
            Ok(draft) => (draft.answers.get(field) == Some(value)).then_some(()),
            Err(_) => None,
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_fill_one_draft() -> anyhow::Result<()> {
    let (platform, proxy) = Platform::start_behind_proxy().await?;
    let (old, new) = two_devices(&proxy.url()).await?;
    let draft = start_draft(&old, "gjj-rent").await?;
    put(&old, draft.id, "housing", json!("market")).await?;
    answered(&new, draft.id, "housing", &json!("market")).await?;

    // Different questions without network: both answers are there in the end.
    proxy.set(Trouble::Down);
    put(&old, draft.id, "rent_month", json!(180_000)).await?;
    put(&new, draft.id, "who", json!("self")).await?;
    proxy.set(Trouble::None);
    for device in [&old, &new] {
        answered(device, draft.id, "rent_month", &json!(180_000)).await?;
        answered(device, draft.id, "who", &json!("self")).await?;
        assert!(open(device, draft.id).await?.collisions.is_empty());
    }

    // The same question: nothing is lost, nothing is sent, until the resident chose.
    proxy.set(Trouble::Down);
    put(&old, draft.id, "rent_month", json!(190_000)).await?;
    put(&new, draft.id, "rent_month", json!(200_000)).await?;
    proxy.set(Trouble::None);
    let (asked, other) = wait_for("the collision", async || {
        for (one, other) in [(&old, &new), (&new, &old)] {
            devices(one).await?;
            if open(one, draft.id).await?.collisions.contains_key("rent_month") {
                return Ok(Some((one, other)));
            }
        }
        Ok(None)
    })
    .await?;
    let view = open(asked, draft.id).await?;
    let (mine, theirs) = (view.answers["rent_month"].clone(), view.collisions["rent_month"].theirs.clone());
    assert_ne!(Some(&mine), theirs.as_ref());
    assert_eq!(open(other, draft.id).await?.answers.get("rent_month"), theirs.as_ref(), "it is asked about once");
    let send = DraftSubmit { draft_id: draft.id, revision: view.revision, declared: true };
    let refused = commands::draft_submit(&asked.client, send).await.expect_err("a choice is open");
    assert_eq!(refused.code, ProblemCode::CollisionOpen);
    let choice = DraftChoose { draft_id: draft.id, field: "rent_month".to_owned(), theirs: false };
    assert!(commands::draft_choose(&asked.client, choice).await?.collisions.is_empty());
    answered(other, draft.id, "rent_month", &mine).await?;
    answered(asked, draft.id, "rent_month", &mine).await?;

    let secret = json!({ "region": "410105", "detail": "CANARY-7731 金丝雀小区" });
    put(&old, draft.id, "address", secret.clone()).await?;
    answered(&new, draft.id, "address", &secret).await?;
    nothing_is_readable(&platform, &["CANARY-7731", "金丝雀小区"])
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_here_edited_there() -> anyhow::Result<()> {
    let (_platform, proxy) = Platform::start_behind_proxy().await?;
    let (old, new) = two_devices(&proxy.url()).await?;
    let draft = start_draft(&old, "gjj-rent").await?;
    put(&old, draft.id, "housing", json!("market")).await?;
    answered(&new, draft.id, "housing", &json!("market")).await?;

    commands::draft_delete(&old.client, DraftDelete { draft_id: draft.id }).await?;
    wait_for("the deletion on the other device", async || {
        devices(&new).await?;
        let row = list(&new).await?.deleted.into_iter().find(|row| row.id == draft.id);
        Ok(row.filter(|row| row.ended_elsewhere))
    })
    .await?;

    let draft = start_draft(&old, "gjj-rent").await?;
    put(&old, draft.id, "housing", json!("market")).await?;
    answered(&new, draft.id, "housing", &json!("market")).await?;
    proxy.set(Trouble::Down);
    commands::draft_delete(&old.client, DraftDelete { draft_id: draft.id }).await?;
    put(&new, draft.id, "rent_month", json!(210_000)).await?;
    proxy.set(Trouble::None);
    answered(&old, draft.id, "rent_month", &json!(210_000)).await?;
    for device in [&old, &new] {
        wait_for("the draft that was edited", async || {
            devices(device).await?;
            Ok(list(device).await?.drafts.iter().any(|row| row.id == draft.id).then_some(()))
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn sent_on_one_it_disappears_on_the_other() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let (old, new) = two_devices(&platform.url()).await?;
    let draft = complete_rent_draft(&old, pdf(1)).await?;
    let elsewhere = wait_for("the draft with its papers named", async || {
        devices(&new).await?;
        let here = open(&new, draft.id).await.ok();
        Ok(here.map(|draft| draft.elsewhere).filter(|slots| !slots.is_empty()))
    })
    .await?;
    let there = open(&new, draft.id).await?;
    assert!(there.files.is_empty(), "files do not travel");
    assert!(elsewhere.iter().all(|slot| !there.choices.contains_key(slot)), "nor does it pretend: {elsewhere:?}");
    submit(&old, &draft).await?;
    wait_for("its end on the other device", async || {
        devices(&new).await?;
        let list = list(&new).await?;
        let gone = !list.drafts.iter().any(|row| row.id == draft.id);
        Ok((gone && list.sent_elsewhere.iter().any(|row| row.id == draft.id)).then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_device_signs_out_and_gets_nothing_more() -> anyhow::Result<()> {
    let (_platform, proxy) = Platform::start_behind_proxy().await?;
    let (old, mut new) = two_devices(&proxy.url()).await?;
    let draft = start_draft(&old, "gjj-rent").await?;
    put(&old, draft.id, "housing", json!("market")).await?;
    answered(&new, draft.id, "housing", &json!("market")).await?;
    let out = devices(&new).await?.devices.into_iter().find(|row| row.mine).map(|row| row.id);
    let device_id = out.ok_or_else(|| anyhow::anyhow!("the device does not know itself"))?;
    commands::device_remove(&old.client, DeviceRemove { device_id }).await?;
    put(&old, draft.id, "rent_month", json!(180_000)).await?;

    let told = wait_for("the end of the session", async || {
        devices(&new).await?;
        match commands::app_start(&new.client, AppStart {}).await?.session {
            SessionView::SignedOut { problem } => Ok(problem),
            _ => Ok(None),
        }
    })
    .await?;
    assert_eq!(told.code, ProblemCode::DeviceRemoved, "it says why");
    new.restart().await?;
    new.sign_in().await?;
    put(&new, draft.id, "who", json!("self")).await?;
    wait_for("the words of the removal", async || {
        Ok((devices(&new).await?.standing == FollowStanding::Removed).then_some(()))
    })
    .await?;
    assert_eq!(open(&new, draft.id).await?.answers.get("housing"), Some(&json!("market")), "its drafts stay there");
    wait_for("the round under the new key", async || {
        let view = devices(&old).await?;
        Ok((view.devices.len() == 1 && view.synced_at.is_some()).then_some(()))
    })
    .await?;
    assert_eq!(open(&old, draft.id).await?.answers.get("who"), None, "a later edit there does not come here");
    assert_eq!(open(&new, draft.id).await?.answers.get("rent_month"), None, "nor one here there");

    // Added anew, by a code, it gets everything.
    commands::follow_off(&new.client, FollowOff {}).await?;
    let code = code_of(&turn_on(&new, "手机").await?)?;
    let device_id = newcomer(&old).await?;
    commands::device_admit(&old.client, DeviceAdmit { device_id, code }).await?;
    answered(&new, draft.id, "rent_month", &json!(180_000)).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_brought_back_from_yesterday_overwrites_nothing() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let (old, new) = two_devices(&platform.url()).await?;
    let draft = start_draft(&old, "gjj-rent").await?;
    put(&old, draft.id, "rent_month", json!(180_000)).await?;
    answered(&new, draft.id, "rent_month", &json!(180_000)).await?;
    let database = sqlx::SqlitePool::connect(&platform.database()).await?;
    let kept: (i64, Vec<u8>) =
        sqlx::query_as("SELECT revision, sealed FROM follow_draft WHERE draft_id = $1 AND state = 'open'")
            .bind(draft.id.to_string())
            .fetch_one(&database)
            .await?;
    put(&old, draft.id, "rent_month", json!(190_000)).await?;
    answered(&new, draft.id, "rent_month", &json!(190_000)).await?;
    let written =
        sqlx::query("UPDATE follow_draft SET revision = $1, sealed = $2 WHERE draft_id = $3 AND revision > $1")
            .bind(kept.0)
            .bind(kept.1)
            .bind(draft.id.to_string())
            .execute(&database)
            .await?;
    assert_eq!(written.rows_affected(), 1, "it went back");
    database.close().await;

    put(&old, draft.id, "who", json!("self")).await?;
    let view = wait_for("the question", async || {
        let view = open(&old, draft.id).await?;
        Ok((!view.collisions.is_empty()).then_some(view))
    })
    .await?;
    assert_eq!(view.answers["rent_month"], json!(190_000), "the newer answer is still here");
    assert_eq!(view.collisions["rent_month"].theirs, Some(json!(180_000)));
    let choice = DraftChoose { draft_id: draft.id, field: "rent_month".to_owned(), theirs: false };
    commands::draft_choose(&old.client, choice).await?;
    for device in [&old, &new] {
        answered(device, draft.id, "rent_month", &json!(190_000)).await?;
        answered(device, draft.id, "who", &json!("self")).await?;
    }
    Ok(())
}

/// Looks for answers in everything the platform keeps: as text, wide text and base64.
fn nothing_is_readable(platform: &Platform, secrets: &[&str]) -> anyhow::Result<()> {
    let mut folders = vec![platform.data()];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path)?;
            seen += bytes.len();
            for secret in secrets {
                for form in forms(secret) {
                    let found = bytes.windows(form.len()).any(|window| window == form.as_slice());
                    anyhow::ensure!(!found, "{secret} can be read in {}", path.display());
                }
            }
        }
    }
    anyhow::ensure!(seen > 0, "there is nothing to look through");
    Ok(())
}

fn forms(secret: &str) -> Vec<Vec<u8>> {
    let wide = |bytes: fn(u16) -> [u8; 2]| secret.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let mut forms = vec![secret.as_bytes().to_vec(), wide(u16::to_le_bytes), wide(u16::to_be_bytes)];
    // Base64 at each of the three alignments, without the characters its neighbours decide.
    for lead in 0..3 {
        let coded = BASE64.encode([&vec![b'x'; lead], secret.as_bytes()].concat());
        forms.push(coded.as_bytes()[4 * usize::from(lead > 0)..coded.len() - 4].to_vec());
    }
    forms
}
