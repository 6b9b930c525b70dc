//! Runs an item's workflow over its cases. `domain::case` is the only judge of what may happen; this room
//! writes down what it says and does what it asks for.

mod applicant;
mod charges;
mod deadline;
mod decide;
mod dossier;
mod effects;
mod handlers;
mod issue;
mod moves;
mod payment;
mod promised;
mod rebooked;
mod rows;
mod timers;
mod view;

use utoipa_axum::router::OpenApiRouter;

pub use charges::ChargeOrder;
pub(crate) use charges::{paid_at, refund};
pub(crate) use deadline::{abandon, remind};
pub(crate) use decide::{approve_by_rules, decision};
pub(crate) use dossier::{Correction, Dossier, Scene};
pub(crate) use effects::morning_after;
pub use issue::account_for;
pub(crate) use issue::written;
pub(crate) use moves::{By, open, restate, step, wake};
pub(crate) use payment::linked_case;
pub use payment::{LocalLedger, PaymentGateway, PaymentLink, PaymentOrder, Settlement};
pub(crate) use promised::{Promise, broken, lapse, remind as remind_of_promise};
pub(crate) use rebooked::{costs_the_same, rebook, undo_with_appointment, withdraw_with_appointment};
pub(crate) use rows::{insert_correction, load, lock, read_part};
pub(crate) use timers::{accept_by_silence, end_unanswered, settle_payment};
pub(crate) use view::{case_view, clock, department_name};

use crate::AppState;

/// Routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    handlers::routes()
}
