//! Rows of `upload`.

use std::str::FromStr;

use haoban_domain::{
    ids::{CaseId, DraftId, FileId, PartyId, UploadId},
    item::ItemCode,
    material::FileKind,
    time::Timestamp,
};
use haoban_wire::desk::ScanStanding;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::inspect::Found;
use crate::{
    Error, Result,
    store::{Store, Write},
};

/// Where an upload stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadState {
    /// Bytes are missing, or the whole was not looked at yet.
    Receiving,
    /// Whole, as promised, and of a kind we take.
    Complete,
    /// Part of a case; never expires.
    Attached,
}

impl UploadState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Complete => "complete",
            Self::Attached => "attached",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        [Self::Receiving, Self::Complete, Self::Attached]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| Error::internal("stored upload state"))
    }
}

/// One upload.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Id.
    pub id: UploadId,
    /// Who sends it.
    pub party: PartyId,
    /// Id the client chose.
    pub file: FileId,
    /// Draft it is for.
    pub draft: DraftId,
    /// Item it is for, when the client named it.
    pub item: Option<ItemCode>,
    /// Slot it is for.
    pub slot: String,
    /// Promised digest, hex.
    pub sha256: String,
    /// Promised bytes.
    pub bytes: u64,
    /// Most pages.
    pub max_pages: u16,
    /// Kinds the slot takes.
    pub kinds: Vec<FileKind>,
    /// Whether the slot lets a photo tell place and time.
    pub keep_metadata: bool,
    /// Bytes that are safe.
    pub stored: u64,
    /// Standing.
    pub state: UploadState,
    /// Kind by content, once complete.
    pub kind: Option<FileKind>,
    /// Pages, once complete.
    pub pages: u16,
    /// Whether it is a photo that tells place and time, once complete.
    pub has_metadata: bool,
    /// When it is forgotten.
    pub expires_at: Timestamp,
    /// What the virus scanner said, once complete.
    pub scan: ScanStanding,
}

impl Upload {
    /// Whether its time is over. A file of a case has no end.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.state != UploadState::Attached && self.expires_at <= now
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, party_id, file_id, draft_id, item_code, slot, sha256, bytes, max_pages, kinds, ",
            "keep_metadata, has_metadata, stored, state, kind, pages, expires_at, scan FROM upload ",
            $rest
        )
    };
}

fn number<T: TryFrom<i64>>(row: &AnyRow, column: &str) -> Result<T> {
    T::try_from(row.try_get::<i64, _>(column)?).map_err(|_| Error::internal(format!("stored {column}")))
}

fn read(row: &AnyRow) -> Result<Upload> {
    let id = |column: &str| row.try_get::<String, _>(column);
    let kind: Option<String> = row.try_get("kind")?;
    Ok(Upload {
        id: UploadId::from_str(&id("id")?)?,
        party: PartyId::from_str(&id("party_id")?)?,
        file: FileId::from_str(&id("file_id")?)?,
        draft: DraftId::from_str(&id("draft_id")?)?,
        item: row.try_get("item_code")?,
        slot: row.try_get("slot")?,
        sha256: row.try_get("sha256")?,
        bytes: number(row, "bytes")?,
        max_pages: number(row, "max_pages")?,
        kinds: serde_json::from_str(&row.try_get::<String, _>("kinds")?)?,
        keep_metadata: row.try_get::<i64, _>("keep_metadata")? != 0,
        has_metadata: row.try_get::<i64, _>("has_metadata")? != 0,
        stored: number(row, "stored")?,
        state: UploadState::parse(&row.try_get::<String, _>("state")?)?,
        kind: kind.map(|kind| serde_json::from_value(kind.into())).transpose()?,
        pages: row.try_get::<Option<i64>, _>("pages")?.and_then(|pages| u16::try_from(pages).ok()).unwrap_or(0),
        expires_at: Timestamp::from_millis(row.try_get("expires_at")?),
        scan: ScanStanding::parse(&row.try_get::<String, _>("scan")?).ok_or_else(|| Error::internal("stored scan"))?,
    })
}

/// A party's upload by its id.
pub async fn find(store: &Store, party: PartyId, id: UploadId) -> Result<Option<Upload>> {
    let query = sqlx::query(select!("WHERE id = $1 AND party_id = $2")).bind(id.to_string()).bind(party.to_string());
    query.fetch_optional(store.reader()).await?.as_ref().map(read).transpose()
}

/// An upload by its id, whoever sent it.
pub async fn find_any(store: &Store, id: UploadId) -> Result<Option<Upload>> {
    let query = sqlx::query(select!("WHERE id = $1")).bind(id.to_string());
    query.fetch_optional(store.reader()).await?.as_ref().map(read).transpose()
}

/// A party's upload of a file, seen by any connection.
pub async fn find_file(connection: &mut AnyConnection, party: PartyId, file: FileId) -> Result<Option<Upload>> {
    let query = sqlx::query(select!("WHERE file_id = $1 AND party_id = $2")).bind(file.to_string());
    query.bind(party.to_string()).fetch_optional(connection).await?.as_ref().map(read).transpose()
}

/// The file of a case.
pub async fn find_in_case(store: &Store, case: CaseId, file: FileId) -> Result<Option<Upload>> {
    let query =
        sqlx::query(select!("WHERE id = (SELECT upload_id FROM case_file WHERE case_id = $1 AND file_id = $2)"));
    query
        .bind(case.to_string())
        .bind(file.to_string())
        .fetch_optional(store.reader())
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Uploads that no case uses and whose time is over.
pub async fn expired(store: &Store, now: Timestamp) -> Result<Vec<Upload>> {
    let query = sqlx::query(select!("WHERE expires_at <= $1 AND state <> 'attached' ORDER BY expires_at LIMIT 500"));
    query.bind(now.millis()).fetch_all(store.reader()).await?.iter().map(read).collect()
}

/// A new upload.
pub async fn insert(tx: &mut Write, upload: &Upload, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO upload (id, party_id, file_id, draft_id, item_code, slot, sha256, bytes, max_pages, kinds, stored, \
         state, created_at, expires_at, keep_metadata) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 'receiving', $11, $12, $13)",
    )
    .bind(upload.id.to_string())
    .bind(upload.party.to_string())
    .bind(upload.file.to_string())
    .bind(upload.draft.to_string())
    .bind(upload.item.clone())
    .bind(upload.slot.clone())
    .bind(upload.sha256.clone())
    .bind(i64::try_from(upload.bytes).unwrap_or(i64::MAX))
    .bind(i64::from(upload.max_pages))
    .bind(serde_json::to_string(&upload.kinds)?)
    .bind(now.millis())
    .bind(upload.expires_at.millis())
    .bind(i64::from(upload.keep_metadata))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many unfinished or unused files a party has, and their bytes in all.
pub async fn held_by(tx: &mut Write, party: PartyId) -> Result<(u64, u64)> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS files, CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes FROM upload \
         WHERE party_id = $1 AND state <> 'attached'",
    )
    .bind(party.to_string())
    .fetch_one(&mut **tx)
    .await?;
    Ok((number(&row, "files")?, number(&row, "bytes")?))
}

/// Counts synced bytes. False when somebody else counted meanwhile.
pub async fn advance(tx: &mut Write, id: UploadId, from: u64, to: u64) -> Result<bool> {
    let done = sqlx::query("UPDATE upload SET stored = $1 WHERE id = $2 AND stored = $3 AND state = 'receiving'")
        .bind(i64::try_from(to).unwrap_or(i64::MAX))
        .bind(id.to_string())
        .bind(i64::try_from(from).unwrap_or(i64::MAX))
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The whole file is good.
pub async fn complete(tx: &mut Write, id: UploadId, found: Found, scan: ScanStanding) -> Result<()> {
    let kind = serde_json::to_value(found.kind)?;
    sqlx::query(
        "UPDATE upload SET state = 'complete', kind = $1, pages = $2, scan = $3, has_metadata = $4 \
         WHERE id = $5 AND state = 'receiving'",
    )
    .bind(kind.as_str().unwrap_or_default().to_owned())
    .bind(i64::from(found.pages))
    .bind(scan.as_str())
    .bind(i64::from(found.notes.is_some()))
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes down what the scanner said later.
pub async fn scanned(tx: &mut Write, id: UploadId, scan: ScanStanding) -> Result<()> {
    sqlx::query("UPDATE upload SET scan = $1 WHERE id = $2 AND scan = 'pending'")
        .bind(scan.as_str())
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A case uses the file from now on.
pub async fn attach(tx: &mut Write, case: CaseId, upload: &Upload) -> Result<()> {
    sqlx::query("UPDATE upload SET state = 'attached' WHERE id = $1")
        .bind(upload.id.to_string())
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO case_file (case_id, file_id, upload_id, slot, current) VALUES ($1, $2, $3, $4, 1) \
         ON CONFLICT (case_id, file_id) DO UPDATE SET current = 1",
    )
    .bind(case.to_string())
    .bind(upload.file.to_string())
    .bind(upload.id.to_string())
    .bind(upload.slot.clone())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets an upload that no case uses. True when it was there.
pub async fn delete(tx: &mut Write, id: UploadId) -> Result<bool> {
    let done = sqlx::query("DELETE FROM upload WHERE id = $1 AND state <> 'attached'")
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether an upload is still known.
pub async fn exists(store: &Store, id: &str) -> Result<bool> {
    let row =
        sqlx::query("SELECT 1 FROM upload WHERE id = $1").bind(id.to_owned()).fetch_optional(store.reader()).await?;
    Ok(row.is_some())
}
