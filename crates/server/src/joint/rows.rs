//! Rows of `joint_part`.

use std::{collections::BTreeMap, str::FromStr as _};

use haoban_domain::{form::Answers, ids::CaseId, item::ItemCode, material::MaterialChoice, text::LocalText};
use sqlx::{AnyConnection, Row as _};

use crate::{
    AppState, Result,
    store::Write,
    workflow::{self, Dossier},
};

/// One part of a joint case.
#[derive(Debug, Clone)]
pub(crate) struct PartRecord {
    pub item: ItemCode,
    /// Its own answers, as they were when the whole was sent.
    pub answers: Answers,
    pub choices: BTreeMap<String, MaterialChoice>,
    /// Taken back before it had a case.
    pub dropped: bool,
    /// Why it stayed out from the beginning, in words.
    pub why: Vec<LocalText>,
    /// Its case, once it could be opened.
    pub case: Option<Box<Dossier>>,
}

impl PartRecord {
    /// A part that stays out.
    pub(crate) fn left_out(item: ItemCode, why: Vec<LocalText>) -> Self {
        Self { item, answers: Answers::new(), choices: BTreeMap::new(), dropped: true, why, case: None }
    }

    /// Takes it out: what was its own is not kept.
    pub(super) fn leave_out(&mut self) {
        *self = Self::left_out(self.item.clone(), std::mem::take(&mut self.why));
    }
}

/// The joint case a case is part of.
pub(crate) async fn parent_of(connection: &mut AnyConnection, case: CaseId) -> Result<Option<CaseId>> {
    let row = sqlx::query("SELECT parent_id FROM joint_part WHERE case_id = $1")
        .bind(case.to_string())
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(CaseId::from_str(&row.try_get::<String, _>("parent_id")?)?)).transpose()
}

/// The parts of a joint case with their cases, in order.
pub(crate) async fn parts_of(
    state: &AppState,
    connection: &mut AnyConnection,
    parent: CaseId,
) -> Result<Vec<PartRecord>> {
    let rows = sqlx::query(
        "SELECT part, answers, choices, dropped, why, case_id FROM joint_part WHERE parent_id = $1 ORDER BY position",
    )
    .bind(parent.to_string())
    .fetch_all(&mut *connection)
    .await?;
    let mut parts = Vec::with_capacity(rows.len());
    for row in rows {
        let id: Option<String> = row.try_get("case_id")?;
        let case = match id {
            Some(id) => workflow::read_part(state, connection, CaseId::from_str(&id)?).await?.map(Box::new),
            None => None,
        };
        parts.push(PartRecord {
            item: row.try_get("part")?,
            answers: serde_json::from_str(&row.try_get::<String, _>("answers")?)?,
            choices: serde_json::from_str(&row.try_get::<String, _>("choices")?)?,
            dropped: row.try_get::<i64, _>("dropped")? != 0,
            why: match row.try_get::<Option<String>, _>("why")? {
                Some(why) => serde_json::from_str(&why)?,
                None => Vec::new(),
            },
            case,
        });
    }
    Ok(parts)
}

/// Writes the parts of a new joint case down; none has a case yet.
pub(super) async fn insert(tx: &mut Write, parent: CaseId, parts: &[PartRecord]) -> Result<()> {
    for (position, part) in (0i64..).zip(parts) {
        sqlx::query(
            "INSERT INTO joint_part (parent_id, part, position, answers, choices, dropped, why) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(parent.to_string())
        .bind(part.item.clone())
        .bind(position)
        .bind(serde_json::to_string(&part.answers)?)
        .bind(serde_json::to_string(&part.choices)?)
        .bind(i64::from(part.dropped))
        .bind(serde_json::to_string(&part.why)?)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// A part has a case from now on.
pub(super) async fn link(tx: &mut Write, parent: CaseId, part: &str, case: CaseId) -> Result<()> {
    sqlx::query("UPDATE joint_part SET case_id = $1 WHERE parent_id = $2 AND part = $3")
        .bind(case.to_string())
        .bind(parent.to_string())
        .bind(part.to_owned())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Parts without a case are not wanted any more.
pub(super) async fn drop_waiting(tx: &mut Write, parent: CaseId) -> Result<()> {
    sqlx::query("UPDATE joint_part SET dropped = 1 WHERE parent_id = $1 AND case_id IS NULL")
        .bind(parent.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A file of the whole in a slot of one part.
pub(super) async fn share_file(tx: &mut Write, parent: CaseId, case: CaseId, file: &str, slot: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO case_file (case_id, file_id, upload_id, slot, current) \
         SELECT $1, file_id, upload_id, $2, 1 FROM case_file WHERE case_id = $3 AND file_id = $4",
    )
    .bind(case.to_string())
    .bind(slot.to_owned())
    .bind(parent.to_string())
    .bind(file.to_owned())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
