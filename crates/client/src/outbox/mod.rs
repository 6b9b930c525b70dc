//! The outbox: what the resident decided to send, until the platform has it.
//!
//! Each act is an entry of steps: uploads first, then the act that needs them. Entries of one case go in
//! order; different cases never wait for each other. Everything is a row, so it survives a crash at any point.

mod acts;
mod backoff;
mod control;
pub mod machine;
mod plan;
mod row;
#[cfg(test)]
mod simulation;
mod take_back;
#[cfg(test)]
mod take_back_tests;
#[cfg(test)]
mod tests;
mod view;
mod worker;

#[cfg(test)]
pub(crate) use acts::Delivery;
pub(crate) use acts::{Outcome, classify, file_delivered};
pub use backoff::wait_millis;
pub use control::{list, pause, queue_withdrawal, retry};
pub(crate) use row::{EntryContent, UploadWork, Work, insert};
pub use take_back::{discard, edit};
pub use view::{row_of_case, rows};
pub use worker::wake;
pub(crate) use worker::{Outbox, look};
