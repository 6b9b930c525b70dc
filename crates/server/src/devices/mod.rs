//! A resident's devices and the account key between them.
//!
//! A device that may see the drafts has a *grant*: the account key, wrapped to its public key by a device that had it
//! before. Whom to trust the devices tell each other (a sealed roster, a code typed by the resident); the platform only
//! keeps and hands on, and sees to it that a removed device is signed out and gets nothing more.

mod handlers;
mod rows;
mod settle;

pub(crate) use rows::{Account, account, account_now, admitted_device};
use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    handlers::routes()
}
