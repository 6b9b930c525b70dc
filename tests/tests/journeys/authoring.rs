//! An author changes a definition while the platform runs: the open app shows it without a restart.

use std::{fs, path::Path};

use haoban_client::commands;
use haoban_testkit::{Device, Platform, wait_for};
use haoban_wire::ui::GuideOpen;

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

async fn minutes(device: &Device) -> anyhow::Result<u8> {
    let guide = commands::guide_open(&device.client, GuideOpen { code: "reading-card".to_owned() }).await?;
    Ok(guide.guide.minutes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_service_reaches_the_open_app() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let city = folder.path().join("minimal");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../cities/minimal"), &city)?;
    let platform = Platform::start_on_city(city.clone()).await?;
    let device = Device::new(&platform.url(), "13800000001").await?;
    device.sign_in().await?;
    assert_eq!(minutes(&device).await?, 2);

    let file = city.join("items/reading-card/item.yaml");
    let text = fs::read_to_string(&file)?;
    fs::write(&file, text.replace("department: library", "department: moon"))?;
    wait_for("the finding in the log", async || Ok(platform.log().contains("moon").then_some(()))).await?;
    assert_eq!(minutes(&device).await?, 2, "a broken pack is not put in force");

    fs::write(&file, text.replace("minutes: 2", "minutes: 7"))?;
    wait_for("the change in the app", async || Ok((minutes(&device).await? == 7).then_some(()))).await
}
