//! Pictures of every page in every mode, for people to look at: `cargo xtask shots`.

use haoban_testkit::repository;
use haoban_tests::run_script;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes pictures and judges nothing; run by cargo xtask shots"]
async fn every_page_as_a_picture() -> anyhow::Result<()> {
    let folder = std::env::var("HAOBAN_SHOTS_DIR").unwrap_or_else(|_| repository().join("shots").display().to_string());
    run_script("shots.mjs", &[("HAOBAN_SHOTS_DIR", folder.as_str())]).await
}
