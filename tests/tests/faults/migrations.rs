//! Cases that were taken under older tables outlive the way to the newest, cut off at any step.

use std::path::{Path, PathBuf};

use anyhow::Context;
use haoban_testkit::{Citizen, Platform, RentCase, Setup, copies_case, pdf, repository};
use haoban_tests::{Books, look_through};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _, sqlite::SqliteConnectOptions};

use super::tally::{long, report, run};

const TENANT: &str = "13800000001";
/// Before these tables there are no cases.
const FIRST_WITH_CASES: u64 = 2;

fn armed(data: &Path, step: u64) -> Setup {
    let environment = vec![("HAOBAN_FAILPOINTS".to_owned(), format!("migrate-step=abort@{step}"))];
    Setup { data: Some(data.to_owned()), environment, ..Setup::default() }
}

/// A data folder as it was when only the first so many migrations were there, with the rows of today.
async fn aged(full: &Path, step: u64) -> anyhow::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    assert!(Platform::start_with(armed(&data, step)).await.is_err(), "it ends after migration {step}");
    let options = SqliteConnectOptions::new().filename(data.join("haoban.db")).foreign_keys(false);
    let mut old = options.connect().await?;
    let attach = format!("ATTACH DATABASE '{}' AS today", full.join("haoban.db").display());
    sqlx::query(AssertSqlSafe(attach)).execute(&mut old).await?;
    let tables = sqlx::query(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '_sqlx%'",
    );
    for table in tables.fetch_all(&mut old).await? {
        let table: String = table.try_get("name")?;
        let columns =
            sqlx::query("SELECT name FROM pragma_table_info($1, 'main')").bind(&table).fetch_all(&mut old).await?;
        let columns: Vec<String> = columns.iter().map(|row| row.try_get("name")).collect::<Result<_, _>>()?;
        let columns = columns.join(", ");
        // Names of tables and columns come from the migrations.
        let copy = format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM today.{table}");
        sqlx::query(AssertSqlSafe(copy)).execute(&mut old).await.with_context(|| table.clone())?;
    }
    old.close().await?;
    // Keys and files lie beside the database.
    for entry in std::fs::read_dir(full)?.flatten() {
        let name = entry.file_name();
        if !name.to_string_lossy().starts_with("haoban.db") {
            run("cp", &["-a", &entry.path().display().to_string(), &data.display().to_string()])?;
        }
    }
    Ok(folder)
}

/// Some cases with files, and the folder they lie in once their platform has ended.
async fn with_cases() -> anyhow::Result<(tempfile::TempDir, PathBuf, Vec<serde_json::Value>, Books)> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let mut platform = Platform::start_with(Setup { data: Some(data.clone()), ..Setup::default() }).await?;
    let citizen = Citizen::sign_in(&platform.url(), TENANT).await?;
    let mut bodies: Vec<serde_json::Value> = (0..5).map(|_| copies_case(None)).collect();
    let rent = RentCase::new(pdf(2));
    rent.upload(&citizen).await?;
    bodies.push(rent.body);
    for body in &bodies {
        anyhow::ensure!(citizen.submit(body).await?.0 == 201, "a case was not taken");
    }
    platform.end().await?;
    let books = look_through(&platform.database(), &data).await?;
    Ok((folder, data, bodies, books))
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_outlive_migrations_that_are_cut_off() -> anyhow::Result<()> {
    let (_folder, full, bodies, books) = with_cases().await?;
    let files = std::fs::read_dir(repository().join("crates/server/migrations"))?;
    let last = files.flatten().filter(|file| file.path().extension().is_some_and(|end| end == "sql")).count() as u64;
    // Every age and every cut in the long form; the oldest with cases and the last but one in the short one.
    let ages: Vec<u64> =
        (FIRST_WITH_CASES..last).filter(|age| long() || [FIRST_WITH_CASES, last - 1].contains(age)).collect();
    let mut kills = 0;
    for age in ages {
        let cuts: Vec<u64> = (age..last).filter(|cut| long() || *cut == age || *cut == last - 1).collect();
        for cut in cuts {
            let folder = aged(&full, age).await?;
            let data = folder.path().join("data");
            assert!(Platform::start_with(armed(&data, cut)).await.is_err(), "it ends after migration {cut}");
            kills += 1;
            let mut platform = Platform::start_with(Setup { data: Some(data.clone()), ..Setup::default() }).await?;
            let citizen = Citizen::sign_in(&platform.url(), TENANT).await?;
            for body in &bodies {
                let (status, answer) = citizen.submit(body).await?;
                anyhow::ensure!(status == 200, "tables of {age}, cut after {cut}: a case was lost: {status} {answer}");
            }
            platform.end().await?;
            let now = look_through(&platform.database(), &data).await?;
            assert_eq!(
                (now.cases, now.files, now.keys),
                (books.cases, books.files, books.keys),
                "tables of {age}, cut after {cut}"
            );
        }
    }
    let cases = u64::try_from(books.cases)?;
    report("server/migrations-with-cases", &[("kills", kills), ("cases", cases), ("lost", 0), ("doubled", 0)]);
    Ok(())
}
