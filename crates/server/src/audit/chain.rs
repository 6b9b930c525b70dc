//! The chain of acts: each row carries the hash of the row before it, the head lies in its own table.

use haoban_domain::{ids::CaseId, time::Timestamp};
use sha2::{Digest, Sha256};
use sqlx::{Row, any::AnyRow};

use crate::{Error, Result, store::Store, store::Write};

/// One act.
#[derive(Debug, Clone)]
pub struct Act<'a> {
    /// When.
    pub at: Timestamp,
    /// `party:<id>`, `officer:<id>` or `system:<name>`.
    pub actor: String,
    /// Department of the officer.
    pub department: Option<&'a str>,
    /// What, e.g. `case.submitted`.
    pub action: &'a str,
    /// On what: an id, never a name.
    pub subject: String,
    /// Case it belongs to.
    pub case_id: Option<CaseId>,
    /// More, without personal data.
    pub detail: serde_json::Value,
}

/// Where the chain does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// First row that is missing, moved or changed.
    pub seq: i64,
}

const GENESIS: [u8; 32] = [0; 32];
/// Rows read at a time when the chain is checked.
const PAGE: i64 = 1_000;

/// Counts the head up, which locks it until the commit on both engines. None in a database without any act.
async fn count_up(tx: &mut Write) -> Result<Option<AnyRow>> {
    let counted = sqlx::query("UPDATE audit_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash");
    Ok(counted.fetch_optional(&mut **tx).await?)
}

/// Adds an act to the chain. Acts of parallel transactions wait for each other here, so call it late.
pub async fn record(tx: &mut Write, act: Act<'_>) -> Result<()> {
    let head = match count_up(tx).await? {
        Some(head) => head,
        None => {
            sqlx::query("INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, $1) ON CONFLICT (id) DO NOTHING")
                .bind(GENESIS.to_vec())
                .execute(&mut **tx)
                .await?;
            count_up(tx).await?.ok_or_else(|| Error::internal("the head of the chain is gone"))?
        }
    };
    let seq: i64 = head.try_get("seq")?;
    let prev: Vec<u8> = head.try_get("hash")?;
    let detail = act.detail.to_string();
    let case_id = act.case_id.map(|id| id.to_string());
    let row = Hashed {
        seq,
        at: act.at.millis(),
        texts: [
            &act.actor,
            act.department.unwrap_or(""),
            act.action,
            &act.subject,
            case_id.as_deref().unwrap_or(""),
            &detail,
        ],
        prev: &prev,
    };
    let hash = row.hash();
    sqlx::query(
        "INSERT INTO audit (seq, at, actor, department, action, subject, case_id, detail, prev_hash, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(seq)
    .bind(act.at.millis())
    .bind(act.actor.clone())
    .bind(act.department.map(str::to_owned))
    .bind(act.action.to_owned())
    .bind(act.subject.clone())
    .bind(case_id.clone())
    .bind(detail.clone())
    .bind(prev.clone())
    .bind(hash.clone())
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE audit_head SET hash = $1 WHERE id = 1").bind(hash).execute(&mut **tx).await?;
    Ok(())
}

/// What a row's hash covers.
struct Hashed<'a> {
    seq: i64,
    at: i64,
    texts: [&'a str; 6],
    prev: &'a [u8],
}

impl Hashed<'_> {
    fn hash(&self) -> Vec<u8> {
        let mut hasher = Sha256::new();
        hasher.update(self.prev);
        hasher.update(self.seq.to_be_bytes());
        hasher.update(self.at.to_be_bytes());
        for text in self.texts {
            // Lengths keep neighbours apart: ("a", "bc") is not ("ab", "c").
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.finalize().to_vec()
    }
}

/// Walks the whole chain and names the first row that does not hold; the head must be the last row there was when the
/// walk began. What a running platform adds meanwhile is checked like the rest.
pub async fn verify(store: &Store) -> Result<std::result::Result<i64, Broken>> {
    let (last, head_hash) = head(store).await?;
    let (mut seq, mut prev) = (0_i64, GENESIS.to_vec());
    let mut headed = last == 0 && prev == head_hash;
    loop {
        let rows = sqlx::query("SELECT * FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2")
            .bind(seq)
            .bind(PAGE)
            .fetch_all(store.reader())
            .await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            match next(row, seq, &prev)? {
                Some(hash) => {
                    (seq, prev) = (seq + 1, hash);
                    headed |= seq == last && prev == head_hash;
                }
                None => return Ok(Err(Broken { seq: seq + 1 })),
            }
        }
    }
    // A head that stands before the last row was moved.
    let headed = headed && head(store).await?.0 >= seq;
    Ok(if headed { Ok(seq) } else { Err(Broken { seq: seq.min(last) + 1 }) })
}

async fn head(store: &Store) -> Result<(i64, Vec<u8>)> {
    let row = sqlx::query("SELECT seq, hash FROM audit_head WHERE id = 1").fetch_optional(store.reader()).await?;
    Ok(match row {
        Some(row) => (row.try_get("seq")?, row.try_get("hash")?),
        None => (0, GENESIS.to_vec()),
    })
}

/// The row's hash when it is the one that must follow.
fn next(row: &AnyRow, before: i64, prev: &[u8]) -> Result<Option<Vec<u8>>> {
    let stored_prev: Vec<u8> = row.try_get("prev_hash")?;
    let stored: Vec<u8> = row.try_get("hash")?;
    let seq: i64 = row.try_get("seq")?;
    let text = |name: &str| row.try_get::<Option<String>, _>(name).map(Option::unwrap_or_default);
    let texts =
        [text("actor")?, text("department")?, text("action")?, text("subject")?, text("case_id")?, text("detail")?];
    let computed = Hashed { seq, at: row.try_get("at")?, texts: texts.each_ref().map(String::as_str), prev }.hash();
    Ok((seq == before + 1 && stored_prev == prev && stored == computed).then_some(computed))
}
