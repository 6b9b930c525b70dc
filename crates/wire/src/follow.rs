//! Bodies of `/v1/devices` and `/v1/follow`: drafts that follow a resident from device to device.
//!
//! Everything the platform keeps here is sealed under keys that never leave the devices: it can count and hand on, not read.

use std::collections::BTreeMap;

use haoban_domain::{
    ids::{DeviceId, DraftId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Bytes of a device's public key.
pub const DEVICE_KEY_BYTES: usize = 32;
/// Bytes of the check of a code.
pub const DEVICE_CHECK_BYTES: usize = 16;
/// Most characters of a device's name.
pub const DEVICE_NAME_MOST: usize = 40;

/// `GET /v1/devices`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DevicePage {
    /// Which account key is in force; 0 while there is none.
    pub epoch: u64,
    /// Grows with every change of the roster.
    pub roster_revision: u64,
    /// The devices' own list of whom they trust, sealed (hex).
    pub roster: Option<String>,
    /// The account key for the asking device, once another device (or itself, as the first) gave it.
    pub grant: Option<DeviceGrant>,
    /// Oldest first.
    pub devices: Vec<DeviceInfo>,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceInfo {
    /// Id.
    pub id: DeviceId,
    /// Name as the resident gave it.
    pub name: String,
    /// X25519 public key (hex).
    pub public_key: String,
    /// Check of the code that the device shows (hex).
    pub check: String,
    /// Whether it was given the account key.
    pub admitted: bool,
    /// Whether it is the asking device.
    pub mine: bool,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it last asked.
    pub seen_at: Timestamp,
}

/// The account key, wrapped to one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceGrant {
    /// Which account key.
    pub epoch: u64,
    /// Public key of the device that wrapped it (hex).
    pub from: String,
    /// One-time public key and wrapped content (hex).
    pub sealed: String,
}

/// `PUT /v1/devices/{id}`: adds a device, or tells that it signed in anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterDevice {
    /// Name.
    pub name: String,
    /// X25519 public key (hex).
    pub public_key: String,
    /// Check of the code (hex).
    pub check: String,
}

/// `PUT /v1/devices/{id}/grant`: an admitted device gives another one the account key; the first one gives it itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdmitDevice {
    /// Revision of the roster that this one replaces.
    pub roster_base: u64,
    /// New roster, sealed (hex).
    pub roster: String,
    /// The wrapped key.
    pub grant: DeviceGrant,
}

/// `POST /v1/devices/{id}/removal`: takes an admitted device out and puts a new account key in force for the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveDevice {
    /// Revision of the roster that this one replaces.
    pub roster_base: u64,
    /// New roster, sealed (hex).
    pub roster: String,
    /// Number of the new account key.
    pub epoch: u64,
    /// The new key for every device that stays.
    pub grants: BTreeMap<DeviceId, DeviceGrant>,
}

/// `POST /v1/devices/standing`: asked without a session by a device whose session ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskStanding {
    /// Id.
    pub device_id: DeviceId,
    /// Its public key (hex).
    pub public_key: String,
}

/// Answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceStanding {
    /// Whether it was removed.
    pub removed: bool,
}

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FollowState {
    /// It is being filled.
    Open,
    /// It was sent.
    Sent,
    /// It was deleted.
    Deleted,
}

impl FollowState {
    /// The text on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Sent => "sent",
            Self::Deleted => "deleted",
        }
    }
}

/// `GET /v1/follow/drafts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FollowPage {
    /// Which account key is in force.
    pub epoch: u64,
    /// In order of change.
    pub drafts: Vec<FollowRow>,
}

/// One draft, without its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FollowRow {
    /// Draft.
    pub draft_id: DraftId,
    /// Grows with every change.
    pub revision: u64,
    /// Account key it is sealed under.
    pub epoch: u64,
    /// What became of it.
    pub state: FollowState,
}

/// `GET /v1/follow/drafts/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FollowedDraft {
    /// Where it stands.
    #[serde(flatten)]
    pub row: FollowRow,
    /// Sealed content (base64).
    pub sealed: String,
}

/// `PUT /v1/follow/drafts/{id}`; 409 with `params.revision` when another device was first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutDraft {
    /// Revision this one replaces; 0 for a draft the platform does not hold.
    pub base: u64,
    /// Revision it becomes; greater than the one before. Devices count by the clock, so that a platform brought back
    /// from an older copy never gives one number to two contents.
    pub revision: u64,
    /// Account key it is sealed under; must be the one in force.
    pub epoch: u64,
    /// What became of it.
    pub state: FollowState,
    /// Sealed content (base64).
    pub sealed: String,
}
