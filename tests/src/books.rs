//! What must hold in a platform's books whatever happened to it: looked at from outside, after the fact.

use std::{path::Path, str::FromStr};

use anyhow::Context;
use haoban_domain::{ids::UploadId, receipt::digest};
use haoban_server::{audit, store::Store};
use sqlx::{AssertSqlSafe, Row as _};

/// Counts of the whole database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Books {
    /// Cases.
    pub cases: i64,
    /// Files that are whole.
    pub files: i64,
    /// Rows of the audit chain.
    pub audited: i64,
    /// Keys of acts.
    pub keys: i64,
    /// Booked or held seats.
    pub seats: i64,
}

/// Checks every invariant and answers the counts.
///
/// # Errors
/// With everything that does not hold.
pub async fn look_through(database: &str, data: &Path) -> anyhow::Result<Books> {
    let store = Store::open(database).await?;
    let mut wrong = Vec::new();
    for (words, sql) in NEVER {
        let found = number(&store, sql).await.with_context(|| (*words).to_owned())?;
        if found != 0 {
            wrong.push(format!("{found} × {words}"));
        }
    }
    let audited = match audit::verify(&store).await? {
        Ok(rows) => rows,
        Err(broken) => {
            wrong.push(format!("the audit chain breaks at row {}", broken.seq));
            0
        }
    };
    wrong.extend(files(&store, data).await?);
    let books = Books {
        cases: number(&store, "SELECT COUNT(*) FROM cases").await?,
        files: number(&store, "SELECT COUNT(*) FROM upload WHERE state <> 'receiving'").await?,
        audited,
        keys: number(&store, "SELECT COUNT(*) FROM idempotency").await?,
        seats: number(&store, "SELECT COUNT(*) FROM appointment WHERE seat IS NOT NULL").await?,
    };
    store.close().await;
    anyhow::ensure!(wrong.is_empty(), "the books are wrong:\n{}", wrong.join("\n"));
    Ok(books)
}

/// What may never be found.
const NEVER: &[(&str, &str)] = &[
    (
        "case without exactly one receipt",
        "SELECT COUNT(*) FROM cases c WHERE c.id NOT IN (SELECT case_id FROM joint_part WHERE case_id IS NOT NULL) \
         AND (SELECT COUNT(*) FROM receipt r WHERE r.case_id = c.id) <> 1",
    ),
    (
        "case without exactly one audit row of its submission",
        "SELECT COUNT(*) FROM cases c WHERE \
         (SELECT COUNT(*) FROM audit a WHERE a.case_id = c.id AND a.action = 'case.submitted') <> 1",
    ),
    (
        "audit row of a submission without its case",
        "SELECT COUNT(*) FROM audit a WHERE a.action = 'case.submitted' AND a.case_id NOT IN (SELECT id FROM cases)",
    ),
    (
        "key of a submission without an answer",
        "SELECT COUNT(*) FROM idempotency WHERE scope = 'submit' AND answer = ''",
    ),
    (
        "submission without a key",
        "SELECT COUNT(*) FROM cases c WHERE c.id NOT IN (SELECT case_id FROM joint_part WHERE case_id IS NOT NULL) \
         AND (SELECT COUNT(*) FROM idempotency i WHERE i.scope = 'submit' AND SUBSTR(i.key, 5) = SUBSTR(c.id, 5)) <> 1",
    ),
    (
        "two cases with one number",
        "SELECT COUNT(*) FROM (SELECT number FROM cases GROUP BY number HAVING COUNT(*) > 1) t",
    ),
    (
        "case that was withdrawn more than once",
        "SELECT COUNT(*) FROM (SELECT case_id FROM audit WHERE action = 'case.withdraw' GROUP BY case_id \
         HAVING COUNT(*) > 1) t",
    ),
    (
        "charge that was paid without exactly one audit row",
        "SELECT COUNT(*) FROM charge c WHERE (SELECT COUNT(*) FROM audit a WHERE a.case_id = c.case_id \
         AND a.action = 'case.pay') <> CASE WHEN c.state = 'due' OR c.state = 'dropped' THEN 0 ELSE 1 END",
    ),
    (
        "seat that two have",
        "SELECT COUNT(*) FROM (SELECT schedule, place, starts, seat FROM appointment WHERE seat IS NOT NULL \
         GROUP BY schedule, place, starts, seat HAVING COUNT(*) > 1) t",
    ),
    (
        "case with two seats in one timetable",
        "SELECT COUNT(*) FROM (SELECT case_id, schedule FROM appointment WHERE state = 'booked' AND case_id IS NOT NULL \
         GROUP BY case_id, schedule HAVING COUNT(*) > 1) t",
    ),
    (
        "file of a case that is not kept",
        "SELECT COUNT(*) FROM case_file f WHERE f.upload_id NOT IN (SELECT id FROM upload WHERE state = 'attached')",
    ),
    ("upload with more bytes than promised", "SELECT COUNT(*) FROM upload WHERE stored > bytes"),
    ("open case without a task", OPEN_WITHOUT_TASK),
];

const OPEN_WITHOUT_TASK: &str = "SELECT COUNT(*) FROM cases c WHERE c.status IN ('submitted', 'accepted', 'under_review') \
     AND c.id NOT IN (SELECT parent_id FROM joint_part) AND c.id NOT IN (SELECT case_id FROM task WHERE state = 'open')";

async fn number(store: &Store, sql: &'static str) -> anyhow::Result<i64> {
    Ok(sqlx::query(AssertSqlSafe(sql)).fetch_one(store.reader()).await?.try_get(0)?)
}

/// Whole files are there to the last byte, and no counted byte of a part is missing.
async fn files(store: &Store, data: &Path) -> anyhow::Result<Vec<String>> {
    let rows = sqlx::query("SELECT id, state, sha256, stored FROM upload").fetch_all(store.reader()).await?;
    let mut wrong = Vec::new();
    for row in rows {
        let (id, state): (String, String) = (row.try_get("id")?, row.try_get("state")?);
        let name = UploadId::from_str(&id)?.uuid().simple().to_string();
        let whole = data.join("files").join(&name[30..]).join(&name);
        let stored = u64::try_from(row.try_get::<i64, _>("stored")?)?;
        if state == "receiving" {
            let part = std::fs::metadata(data.join("staging").join(&id)).map_or(0, |part| part.len());
            let finished = whole.exists();
            if part < stored && !finished {
                wrong.push(format!("upload {id} counts {stored} bytes and has {part}"));
            }
        } else {
            let bytes = std::fs::read(&whole).unwrap_or_default();
            if digest(&bytes) != row.try_get::<String, _>("sha256")? {
                wrong.push(format!("file {id} is not what was promised ({} bytes)", bytes.len()));
            }
        }
    }
    Ok(wrong)
}
