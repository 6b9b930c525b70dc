//! What is before the public, and objecting to it.

use haoban_domain::{ids::PublicityId, time::Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::publicity::{Objection, PublicityEntry};

/// Opens the page of publicity. Needs no sign-in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct PublicityOpen {}

/// What is before the public now, and one's own objections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PublicityView {
    /// What is shown, the latest first.
    pub entries: Vec<PublicityEntry>,
    /// One's own objections, the latest first; empty while nobody is signed in.
    pub objections: Vec<Objection>,
    /// Fewest characters of an objection.
    pub least: u32,
    /// Most characters of an objection.
    pub most: u32,
    /// When the platform said so; absent when it never did.
    pub synced_at: Option<Timestamp>,
}

/// Objects, once a person and period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct PublicityObject {
    /// Period.
    pub publicity_id: PublicityId,
    /// Facts and reasons.
    pub reasons: String,
    /// Made by the page once for each objection, so that pressing twice sends the same.
    pub key: String,
}
