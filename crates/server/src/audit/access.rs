//! Who looked at a resident's data, readable by the resident.

use axum::{Json, extract::State};
use haoban_domain::{
    ids::{CaseId, PartyId},
    text::LocalText,
    time::Timestamp,
};
use haoban_wire::http::{AccessEntry, AccessGround, AccessPage};
use sqlx::{Row, any::AnyRow};

use crate::{AppState, Result, identity::Resident, store::Store, store::Write};

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

/// Lines of one page.
const PAGE: i64 = 200;

/// Adds a look to the log that the resident can read.
pub async fn record_access(tx: &mut Write, access: Access<'_>) -> Result<()> {
    let (case_id, case_number) = access.case.map_or((None, None), |(id, number)| (Some(id.to_string()), Some(number)));
    sqlx::query(
        "INSERT INTO access_log (party_id, at, actor, department, who, what, purpose, case_id, case_number, ground)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(access.party_id.to_string())
    .bind(access.at.millis())
    .bind(access.actor)
    .bind(access.department.map(str::to_owned))
    .bind(serde_json::to_string(&access.who)?)
    .bind(serde_json::to_string(&access.what)?)
    .bind(serde_json::to_string(&access.purpose)?)
    .bind(case_id)
    .bind(case_number)
    .bind(ground_text(access.ground))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn entries_of(store: &Store, party: PartyId) -> Result<Vec<AccessEntry>> {
    let rows = sqlx::query(
        "SELECT at, who, what, purpose, case_number, ground FROM access_log WHERE party_id = $1 ORDER BY seq DESC LIMIT $2",
    )
    .bind(party.to_string())
    .bind(PAGE)
    .fetch_all(store.reader())
    .await?;
    rows.iter().map(entry).collect()
}

fn entry(row: &AnyRow) -> Result<AccessEntry> {
    let words = |name: &str| -> Result<LocalText> { Ok(serde_json::from_str(&row.try_get::<String, _>(name)?)?) };
    Ok(AccessEntry {
        at: Timestamp::from_millis(row.try_get("at")?),
        who: words("who")?,
        what: words("what")?,
        purpose: words("purpose")?,
        case_number: row.try_get("case_number")?,
        ground: ground_of(&row.try_get::<String, _>("ground")?),
    })
}

fn ground_text(ground: AccessGround) -> &'static str {
    match ground {
        AccessGround::Consent => "consent",
        AccessGround::Law => "law",
        AccessGround::Denied => "denied",
    }
}

fn ground_of(text: &str) -> AccessGround {
    match text {
        "consent" => AccessGround::Consent,
        "denied" => AccessGround::Denied,
        _ => AccessGround::Law,
    }
}

/// Who looked at the signed-in resident's data, latest first.
#[utoipa::path(
    get, path = "/v1/access-log", tag = "identity", security(("resident" = [])),
    responses((status = OK, body = AccessPage), (status = UNAUTHORIZED, body = haoban_wire::Problem))
)]
pub(super) async fn access_log(State(state): State<AppState>, resident: Resident) -> Result<Json<AccessPage>> {
    Ok(Json(AccessPage { entries: entries_of(&state.store, resident.party_id).await? }))
}
