//! Takes cases in: validates again, makes case, tasks, receipt in one transaction.

mod check;
mod files;
mod items;
mod keys;
mod problems;
mod receipts;
mod serials;
mod submit;
pub mod verify;

use utoipa_axum::router::OpenApiRouter;

pub(crate) use check::{Checked, HandedIn, attach_files, check, check_slots, may_not_follow, settled, slots_of};
pub use items::{Items, PublishError, at_version, earlier_versions, publish};
pub(crate) use keys::{first_time, keep_answer, key_of, known, take_key};
pub(crate) use problems::{problem, slot, whole};
pub(crate) use serials::next_serial;
pub(crate) use submit::child_number;

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    submit::routes().merge(receipts::routes())
}
