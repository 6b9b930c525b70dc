//! My devices: between which drafts follow.

use haoban_domain::{
    form::FieldId,
    ids::{DeviceId, DraftId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Opens the page of devices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DevicesOpen {}

/// The page of devices, as this device knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DevicesView {
    /// Where this device stands.
    pub standing: FollowStanding,
    /// Whether somebody is signed in now; nothing can be changed otherwise.
    pub signed_in: bool,
    /// Oldest first; empty while nothing follows.
    pub devices: Vec<DeviceRow>,
    /// When everything was last brought together.
    pub synced_at: Option<Timestamp>,
}

/// Where this device stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
#[ts(export)]
pub enum FollowStanding {
    /// Drafts stay on this device.
    Off,
    /// Another device must admit this one.
    Waiting {
        /// The code to type there.
        code: String,
    },
    /// Drafts follow.
    On,
    /// Another device took this one out.
    Removed,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeviceRow {
    /// Id.
    pub id: DeviceId,
    /// Name as the resident gave it.
    pub name: String,
    /// This very device.
    pub mine: bool,
    /// Whether it has the account key.
    pub admitted: bool,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it last asked the platform, within an hour.
    pub seen_at: Timestamp,
}

/// Lets drafts follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct FollowOn {
    /// Name of this device.
    pub name: String,
    /// The other devices are gone: forget them and what the platform keeps for them. Needs a fresh sign-in.
    pub anew: bool,
}

/// Drafts stay on this device from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct FollowOff {}

/// Admits a new device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DeviceAdmit {
    /// Which.
    pub device_id: DeviceId,
    /// The code it shows, as the resident typed it.
    pub code: String,
}

/// Takes another device out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DeviceRemove {
    /// Which.
    pub device_id: DeviceId,
}

/// Chooses between two answers to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DraftChoose {
    /// Draft.
    pub draft_id: DraftId,
    /// Question.
    pub field: FieldId,
    /// Take the other device's answer; otherwise this device's stays.
    pub theirs: bool,
}
