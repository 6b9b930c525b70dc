//! A backup is made while residents send; the machine is lost; on another one everything that was acknowledged before the
//! backup began is there.

use std::{
    path::Path,
    process::Stdio,
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use anyhow::Context;
use futures_util::future::try_join_all;
use haoban_testkit::{Citizen, Platform, RentCase, Setup, copies_case, pdf, program_path, repository};
use haoban_tests::look_through;
use serde_json::Value;
use tokio::process::Command;

use super::tally::{report, rounds};

const TENANT: &str = "13800000001";
const SENDERS: usize = 4;

/// What a command said, if it went well; its complaint otherwise.
async fn server(words: &[&str], data: &Path) -> anyhow::Result<Result<String, String>> {
    let mut command = Command::new(program_path("haoban-server")?);
    command.args(words).current_dir(repository()).env("HAOBAN_DATA_DIR", data).stdin(Stdio::null());
    let said = command.output().await?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim().to_owned();
    Ok(if said.status.success() { Ok(text(said.stdout)) } else { Err(text(said.stderr)) })
}

async fn must(words: &[&str], data: &Path) -> anyhow::Result<String> {
    server(words, data).await?.map_err(|complaint| anyhow::anyhow!("{words:?}: {complaint}"))
}

async fn send(citizen: &Citizen, stop: &AtomicBool) -> anyhow::Result<Vec<Value>> {
    let mut taken = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let body = copies_case(None);
        let (status, answer) = citizen.submit(&body).await?;
        anyhow::ensure!(status == 201, "{status} {answer}");
        taken.push(body);
    }
    Ok(taken)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_under_load_comes_back_whole() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name).display().to_string();
    let platform = Platform::start().await?;
    let citizen = Citizen::sign_in(&platform.url(), TENANT).await?;
    let rent = RentCase::new(pdf(2));
    rent.upload(&citizen).await?;
    anyhow::ensure!(citizen.submit(&rent.body).await?.0 == 201, "the case with a file");
    let mut before = vec![rent.body.clone()];
    for _ in 0..10 * rounds(1, 20) {
        let body = copies_case(None);
        anyhow::ensure!(citizen.submit(&body).await?.0 == 201, "a case");
        before.push(body);
    }

    let key = must(&["backup-key", &at("key")], folder.path()).await?;
    let stop = AtomicBool::new(false);
    let senders = try_join_all((0..SENDERS).map(|_| send(&citizen, &stop)));
    let (made, data) = (at("backup"), platform.data());
    let backup = async {
        let began = Instant::now();
        let said = must(&["backup", &made, "--for", &key], &data).await;
        stop.store(true, Ordering::SeqCst);
        said.map(|_| began.elapsed())
    };
    let (meanwhile, took) = tokio::try_join!(senders, backup)?;
    let meanwhile: usize = meanwhile.iter().map(Vec::len).sum();
    anyhow::ensure!(meanwhile > 0, "the backup held everybody up");
    drop(platform);

    let sealed = std::fs::read(at("backup"))?;
    for plain in [&b"SQLite format"[..], b"archive-copies", b"%PDF-", TENANT.as_bytes()] {
        anyhow::ensure!(!sealed.windows(plain.len()).any(|part| part == plain), "{plain:?} can be read in the backup");
    }
    must(&["backup-key", &at("other")], folder.path()).await?;
    let (made, place) = (at("backup"), folder.path());
    let restore = async |key: &str| server(&["restore", &made, "--with", key, "--into", &at("city")], place).await;
    anyhow::ensure!(restore(&at("other")).await?.is_err_and(|said| said.contains("sealed for another")));
    anyhow::ensure!(
        !Path::new(&at("city")).exists() && !Path::new(&at("city.part")).exists(),
        "nothing is left behind"
    );
    let began = Instant::now();
    restore(&at("key")).await?.map_err(|said| anyhow::anyhow!(said))?;
    let back = began.elapsed();
    let again = restore(&at("key")).await?;
    anyhow::ensure!(again.is_err_and(|said| said.contains("is there already")), "never over something");

    let setup = Setup { data: Some(at("city").into()), ..Setup::default() };
    let platform = Platform::start_with(setup).await.context("the restored platform")?;
    let books = look_through(&platform.database(), &platform.data()).await?;
    let citizen = Citizen::sign_in(&platform.url(), TENANT).await?;
    for body in &before {
        let (status, answer) = citizen.submit(body).await?;
        anyhow::ensure!(status == 200, "{status} {answer}: it was acknowledged before the backup began");
    }
    let counts = [
        ("acknowledged-before", before.len() as u64),
        ("acknowledged-meanwhile", meanwhile as u64),
        ("cases-restored", u64::try_from(books.cases)?),
        ("files-restored", u64::try_from(books.files)?),
        ("backup-ms", u64::try_from(took.as_millis())?),
        ("restore-ms", u64::try_from(back.as_millis())?),
        ("lost", 0),
        ("doubled", 0),
    ];
    report("platform/restore", &counts);
    Ok(())
}
