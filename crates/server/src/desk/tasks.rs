//! Rows of `task`.

use std::str::FromStr as _;

use haoban_domain::{
    ids::{CaseId, TaskId},
    time::Timestamp,
};
use haoban_wire::desk::{CheckMark, DeskCounts};
use serde::Deserialize;
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    Error, Result,
    identity::Officer,
    store::{Store, Write},
};

/// One step of a case at a department.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub id: TaskId,
    pub case: CaseId,
    pub step: u16,
    pub open: bool,
    pub revision: u64,
    pub claimed_by: Option<String>,
    pub claimed_name: Option<String>,
    pub corrected: bool,
    pub marks: Vec<CheckMark>,
}

impl Task {
    /// Whether this officer has it.
    pub fn is_of(&self, officer: &Officer) -> bool {
        self.claimed_by.as_deref() == Some(officer.id.as_str())
    }
}

/// Which tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Filter {
    /// Nobody has them.
    #[default]
    Open,
    /// The officer's own.
    Mine,
    /// Waiting for the applicant or a special procedure.
    Waiting,
    /// Done in the last 30 days.
    Done,
}

const DONE_DAYS_MS: i64 = 30 * 86_400_000;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.case_id, t.step, t.state, t.revision, t.claimed_by, t.claimed_name, t.corrected, t.marks FROM task t ",
            $rest
        )
    };
}

fn read(row: &AnyRow) -> Result<Task> {
    Ok(Task {
        id: TaskId::from_str(&row.try_get::<String, _>("id")?)?,
        case: CaseId::from_str(&row.try_get::<String, _>("case_id")?)?,
        step: u16::try_from(row.try_get::<i64, _>("step")?).unwrap_or(0),
        open: row.try_get::<String, _>("state")? == "open",
        revision: u64::try_from(row.try_get::<i64, _>("revision")?).map_err(|_| Error::internal("stored revision"))?,
        claimed_by: row.try_get("claimed_by")?,
        claimed_name: row.try_get("claimed_name")?,
        corrected: row.try_get::<i64, _>("corrected")? != 0,
        marks: serde_json::from_str(&row.try_get::<String, _>("marks")?)?,
    })
}

/// A task of a department.
pub(super) async fn find(connection: &mut AnyConnection, id: TaskId, department: &str) -> Result<Option<Task>> {
    let query = sqlx::query(select!("WHERE t.id = $1 AND t.department = $2")).bind(id.to_string());
    query.bind(department.to_owned()).fetch_optional(connection).await?.as_ref().map(read).transpose()
}

/// The department's task of a case: the open one, else the latest that ended not long ago. What was done stays open to
/// those who did it for as long as their list of done tasks shows it, and no longer.
pub(super) async fn of_case(
    connection: &mut AnyConnection,
    case: CaseId,
    department: &str,
    now: Timestamp,
) -> Result<Option<Task>> {
    let query = sqlx::query(select!(
        "WHERE t.case_id = $1 AND t.department = $2 AND (t.state = 'open' OR t.ended_at >= $3) \
         ORDER BY CASE WHEN t.state = 'open' THEN 0 ELSE 1 END, t.step DESC LIMIT 1"
    ));
    query
        .bind(case.to_string())
        .bind(department.to_owned())
        .bind(now.millis() - DONE_DAYS_MS)
        .fetch_optional(connection)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Tasks behind a filter, those that are due first in front.
pub(super) async fn list(store: &Store, officer: &Officer, filter: Filter, now: Timestamp) -> Result<Vec<Task>> {
    let text = match filter {
        Filter::Open => select!(
            "JOIN cases c ON c.id = t.case_id WHERE t.department = $1 AND t.state = 'open' AND t.claimed_by IS NULL \
             AND c.status NOT IN ('correction_requested', 'suspended', 'awaiting_payment') ORDER BY t.due_on, c.submitted_at LIMIT 200"
        ),
        Filter::Mine => select!(
            "JOIN cases c ON c.id = t.case_id WHERE t.department = $1 AND t.state = 'open' AND t.claimed_by = $2 \
             AND c.status NOT IN ('correction_requested', 'suspended', 'awaiting_payment') ORDER BY t.due_on, c.submitted_at LIMIT 200"
        ),
        Filter::Waiting => select!(
            "JOIN cases c ON c.id = t.case_id WHERE t.department = $1 AND t.state = 'open' \
             AND c.status IN ('correction_requested', 'suspended', 'awaiting_payment') ORDER BY t.due_on, c.submitted_at LIMIT 200"
        ),
        Filter::Done => select!(
            "JOIN cases c ON c.id = t.case_id WHERE t.department = $1 AND t.state = 'done' AND t.ended_at >= $2 \
             ORDER BY t.ended_at DESC LIMIT 200"
        ),
    };
    let mut query = sqlx::query(text).bind(officer.department.clone());
    match filter {
        Filter::Mine => query = query.bind(officer.id.clone()),
        Filter::Done => query = query.bind(now.millis() - DONE_DAYS_MS),
        Filter::Open | Filter::Waiting => {}
    }
    query.fetch_all(store.reader()).await?.iter().map(read).collect()
}

/// How many stand behind each filter.
pub(super) async fn counts(store: &Store, officer: &Officer, now: Timestamp) -> Result<DeskCounts> {
    let row = sqlx::query(
        "SELECT \
         CAST(COALESCE(SUM(CASE WHEN w.waits = 0 AND w.state = 'open' AND w.claimed_by IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS open, \
         CAST(COALESCE(SUM(CASE WHEN w.waits = 0 AND w.state = 'open' AND w.claimed_by = $1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS mine, \
         CAST(COALESCE(SUM(CASE WHEN w.waits = 1 AND w.state = 'open' THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting, \
         CAST(COALESCE(SUM(CASE WHEN w.state = 'done' AND w.ended_at >= $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS done \
         FROM (SELECT t.state, t.claimed_by, t.ended_at, \
         CASE WHEN c.status IN ('correction_requested', 'suspended', 'awaiting_payment') THEN 1 ELSE 0 END AS waits \
         FROM task t JOIN cases c ON c.id = t.case_id WHERE t.department = $3) w",
    )
    .bind(officer.id.clone())
    .bind(now.millis() - DONE_DAYS_MS)
    .bind(officer.department.clone())
    .fetch_one(store.reader())
    .await?;
    let count = |column: &str| Ok::<_, Error>(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(u32::MAX));
    Ok(DeskCounts { open: count("open")?, mine: count("mine")?, waiting: count("waiting")?, done: count("done")? })
}

/// Moves the revision on; false when somebody else did meanwhile.
pub(super) async fn advance(tx: &mut Write, id: TaskId, seen: u64) -> Result<bool> {
    let done = sqlx::query("UPDATE task SET revision = revision + 1 WHERE id = $1 AND revision = $2")
        .bind(id.to_string())
        .bind(i64::try_from(seen).unwrap_or(i64::MAX))
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives a task to an officer, or back to the queue.
pub(super) async fn assign(tx: &mut Write, id: TaskId, officer: Option<&Officer>) -> Result<()> {
    sqlx::query("UPDATE task SET claimed_by = $1, claimed_name = $2 WHERE id = $3")
        .bind(officer.map(|officer| officer.id.clone()))
        .bind(officer.map(|officer| officer.name.clone()))
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The officer saw the corrected case.
pub(super) async fn seen(tx: &mut Write, id: TaskId) -> Result<()> {
    sqlx::query("UPDATE task SET corrected = 0 WHERE id = $1").bind(id.to_string()).execute(&mut **tx).await?;
    Ok(())
}
