//! A receipt in other hands: its file and its QR code tell the truth, and a changed one does not.

use haoban_client::commands;
use haoban_domain::{case::CaseStatus, receipt::digest};
use haoban_testkit::{Device, Platform, pdf, program_path};
use haoban_tests::{case_in, complete_rent_draft, submit};
use haoban_wire::ui::{CaseOpen, ReceiptExport};

/// Hands a file in at the page, as a browser's form does.
async fn hand_in(platform: &Platform, file: &[u8]) -> anyhow::Result<(u16, String)> {
    let mut body = b"--edge\r\ncontent-disposition: form-data; name=\"receipt\"; filename=\"r.pdf\"\r\n\r\n".to_vec();
    body.extend(file);
    body.extend(b"\r\n--edge--\r\n");
    let http = reqwest::Client::builder().no_proxy().build()?;
    let post = http.post(format!("{}/receipts/verify?lang=en", platform.url()));
    let answer = post.header("content-type", "multipart/form-data; boundary=edge").body(body).send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_checked_from_its_file_and_its_qr_code() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let device = Device::new(&platform.url(), "13800000001").await?;
    device.sign_in().await?;
    let draft = complete_rent_draft(&device, pdf(1)).await?;
    let case_id = submit(&device, &draft).await?;
    let case = case_in(&device, case_id, CaseStatus::Submitted).await?;
    commands::receipt_export(&device.client, ReceiptExport { case_id }).await?;
    let paper = device.files.exported()[0].1.clone();

    let (status, page) = hand_in(&platform, &paper).await?;
    assert!(status == 200 && page.contains(&case.number) && page.contains(&digest(&pdf(1))), "{status} {page}");
    let (status, page) = hand_in(&platform, &pdf(1)).await?;
    assert!(status == 422 && page.contains("no receipt"), "{status} {page}");

    let receipt = commands::case_open(&device.client, CaseOpen { case_id }).await?.receipt.expect("a receipt").receipt;
    let mut forged = receipt.clone();
    forged.body = forged.body.replace(&case.number, &"1".repeat(24));
    let (status, page) = hand_in(&platform, &serde_json::to_vec(&forged)?).await?;
    assert!(status == 422 && page.contains("do not trust"), "{status} {page}");
    assert_eq!(hand_in(&platform, &serde_json::to_vec(&receipt)?).await?.0, 200);

    let http = reqwest::Client::builder().no_proxy().build()?;
    let id =
        serde_json::from_str::<serde_json::Value>(&receipt.body)?["receipt_id"].as_str().unwrap_or_default().to_owned();
    let signature = receipt.signature.replace('+', "-").replace('/', "_").replace('=', "");
    let scanned = |mark: String| http.get(format!("{}/receipts/verify?r={mark}", platform.url())).send();
    let page = scanned(format!("{id}.{signature}")).await?;
    assert!(page.status().is_success() && page.text().await?.contains(&case.number));
    let wrong = format!("{id}.{}", "A".repeat(signature.len()));
    assert_eq!(scanned(wrong).await?.status(), 422, "a number alone finds nothing");

    // Somebody without the platform's database, with the published keys only.
    let folder = tempfile::tempdir()?;
    let keys = http.get(format!("{}/v1/receipt-keys", platform.url())).send().await?.bytes().await?;
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("keys.json"), &keys)?;
    std::fs::write(place("receipt.pdf"), &paper)?;
    std::fs::write(place("forged.json"), serde_json::to_vec(&forged)?)?;
    for (file, code) in [("receipt.pdf", 0), ("forged.json", 1), ("keys.json", 2)] {
        let mut command = std::process::Command::new(program_path("haoban-server")?);
        command.args(["receipt", "verify"]).arg(place(file)).arg("--keys").arg(place("keys.json"));
        let output = command.output()?;
        assert_eq!(output.status.code(), Some(code), "{file}: {}", String::from_utf8_lossy(&output.stderr));
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(told.contains(&case.number), code == 0, "{told}");
    }
    Ok(())
}
