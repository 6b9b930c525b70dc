//! 公示: a case before the public for some days. What is shown is written down when it begins and holds only the
//! lines the definition names; anybody signed in may object once; an officer answers.

mod handlers;
mod object;
mod rows;
mod settle;
mod show;
mod timer;

use utoipa_axum::router::OpenApiRouter;

pub(crate) use rows::of_case as objections;
pub(crate) use settle::{Verdict, settle};
pub(crate) use show::{begin, end};
pub(crate) use timer::{end_when_over, watch};

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    handlers::routes()
}
