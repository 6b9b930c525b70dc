//! My devices, and the choice between two answers.

use haoban_wire::{
    Problem,
    ui::{DeviceAdmit, DeviceRemove, DevicesOpen, DevicesView, DraftChoose, DraftView, FollowOff, FollowOn},
};

use crate::{Client, drafts, follow};

/// Opens the page of devices.
pub async fn devices_open(client: &Client, _request: DevicesOpen) -> Result<DevicesView, Problem> {
    follow::open(client).await
}

/// Lets drafts follow.
pub async fn follow_on(client: &Client, request: FollowOn) -> Result<DevicesView, Problem> {
    if request.anew {
        return follow::begin_anew(client, &request.name).await;
    }
    follow::turn_on(client, &request.name).await
}

/// Drafts stay on this device.
pub async fn follow_off(client: &Client, _request: FollowOff) -> Result<DevicesView, Problem> {
    follow::turn_off(client).await
}

/// Admits a new device by its code.
pub async fn device_admit(client: &Client, request: DeviceAdmit) -> Result<DevicesView, Problem> {
    follow::admit(client, request.device_id, &request.code).await
}

/// Takes another device out.
pub async fn device_remove(client: &Client, request: DeviceRemove) -> Result<DevicesView, Problem> {
    follow::remove(client, request.device_id).await
}

/// Chooses between two answers to one question.
pub async fn draft_choose(client: &Client, request: DraftChoose) -> Result<DraftView, Problem> {
    Ok(drafts::choose(client, request).await?)
}
