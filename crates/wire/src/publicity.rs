//! HTTP bodies of publicity periods (公示) and objections.

use haoban_domain::{
    ids::{ObjectionId, PublicityId},
    item::ItemCode,
    licence::LicenceLine,
    text::LocalText,
    time::{Date, Timestamp},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Fewest characters of an objection.
pub const OBJECTION_LEAST: usize = 10;
/// Most characters of an objection.
pub const OBJECTION_MOST: usize = 1_000;

/// `GET /v1/publicity`, without a sign-in: everything the public may look at now, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PublicityPage {
    /// What is shown.
    pub entries: Vec<PublicityEntry>,
}

/// One case before the public. It holds the lines that the service's definition names, and nothing else of the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct PublicityEntry {
    /// Id of the period.
    pub id: PublicityId,
    /// Service.
    pub item_code: ItemCode,
    /// Its name.
    pub item_name: LocalText,
    /// Office that answers for it.
    pub department: LocalText,
    /// The lines, covered as the definition says.
    pub lines: Vec<LicenceLine>,
    /// First day; the days are counted from the next one.
    pub shown_on: Date,
    /// Last day; absent while an objection is looked into and the days stand still.
    pub until: Option<Date>,
    /// What an objection is about and has to say.
    pub about: LocalText,
    /// Law or rule it stands on.
    pub basis: LocalText,
}

/// `POST /v1/publicity/{id}/objections`, with an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeObjection {
    /// Facts and reasons.
    pub reasons: String,
}

/// `GET /v1/objections`: one's own, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ObjectionPage {
    /// Objections.
    pub objections: Vec<Objection>,
}

/// An objection of the signed-in party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Objection {
    /// Id.
    pub id: ObjectionId,
    /// Period it is about.
    pub publicity_id: PublicityId,
    /// Service.
    pub item_name: LocalText,
    /// What was said.
    pub reasons: String,
    /// Where it stands.
    pub state: ObjectionState,
    /// The office's reasons.
    pub answer: Option<String>,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
}

/// Where an objection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ObjectionState {
    /// Being looked into.
    Open,
    /// It is right: the case is reviewed again.
    Upheld,
    /// Dismissed with reasons.
    Dismissed,
    /// Another one was upheld; this one is looked at in the new review.
    Joined,
    /// The case ended by itself.
    Lapsed,
}

/// An objection as the office sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct DeskObjection {
    /// Id.
    pub id: ObjectionId,
    /// Name of the one who objects; the applicant is not told.
    pub by: String,
    /// Phone, to ask back.
    pub phone: String,
    /// What was said.
    pub reasons: String,
    /// Where it stands.
    pub state: ObjectionState,
    /// The office's reasons.
    pub answer: Option<String>,
    /// When it was made.
    pub made_at: Timestamp,
}
