//! 证照 `Licence`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    ids::LicenceId,
    text::LocalText,
    time::{Date, Timestamp},
};

/// A licence type of the pack (licences.yaml).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct LicenceType {
    /// Id in rules and materials, e.g. `resident-id`.
    pub id: String,
    /// 证照类型代码, 21 characters (domain.md §1.11); synthetic in the demo.
    pub type_code: String,
    /// Name.
    pub name: LocalText,
    /// One character, unique over all types (身 社 驾 婚 居 营 …).
    pub glyph: String,
    /// Issuing department id.
    pub issuer: String,
}

/// A licence a resident holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Licence {
    /// Id.
    pub id: LicenceId,
    /// Type id of the pack.
    pub licence_type: String,
    /// 电子证照标识 (domain.md §1.11), with its check character.
    pub identifier: String,
    /// Printed number.
    pub number: String,
    /// Name of the type.
    pub name: LocalText,
    /// One character.
    pub glyph: String,
    /// Holder's name.
    pub holder: String,
    /// Issuer in words.
    pub issuer: LocalText,
    /// Day of issue.
    pub issued_on: Date,
    /// Last day of validity.
    pub valid_to: Option<Date>,
    /// Standing.
    pub status: LicenceStatus,
    /// Printed lines.
    pub lines: Vec<LicenceLine>,
    /// The case that produced it, if it came from one.
    pub case_number: Option<String>,
}

/// One printed line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct LicenceLine {
    /// Label.
    pub label: LocalText,
    /// Value, already written for people.
    pub value: String,
}

/// Whether a licence may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum LicenceStatus {
    /// In force.
    Valid,
    /// Past its last day.
    Expired,
    /// Taken back.
    Revoked,
}

/// 亮证: a code that lives 60 seconds, bound to one showing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Presentation {
    /// Content of the QR code.
    pub payload: String,
    /// The same in eight digits, for reading aloud.
    pub digits: String,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// What the other side sees, in words.
    pub discloses: LocalText,
}
