//! 申请人 `Applicant` and what registers know of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{ids::PartyId, text::LocalText, time::Timestamp};

/// Who applies. Rules read it as `applicant.name`, `applicant.kind`, ….
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Applicant {
    /// Id at the platform.
    pub party: PartyId,
    /// `natural_person` or `legal_entity`.
    pub kind: crate::item::AudienceKind,
    /// Name.
    pub name: String,
    /// ID number or credit code.
    pub id_number: String,
    /// Mobile.
    pub phone: String,
}

/// What registers answered, by fact key (`register.field`).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(export)]
pub struct Facts(pub BTreeMap<String, Fact>);

/// One fact and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Fact {
    /// The value, in the shape of the field kind it fills.
    #[ts(type = "unknown")]
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
    /// Register in words.
    pub register: LocalText,
    /// When it was read.
    pub read_at: Timestamp,
}
