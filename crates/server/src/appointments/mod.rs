//! Appointments: seats of the pack's timetables, held, booked with a case, changed, given up, marked at the desk.
//!
//! A seat is a row of `appointment` under a unique index, so two people never have the same one.

mod book;
mod change;
mod desk;
mod handlers;
mod rows;
mod seats;
mod view;

use utoipa_axum::router::OpenApiRouter;

pub(crate) use book::{book_with_case, give_up_with_case};
pub use seats::hold;

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    handlers::routes().merge(desk::routes())
}
