//! Work that is done later: rows in `job`, a worker that takes them.
//!
//! A job is named by its kind and its subject, so putting it twice is one job. A worker leases it; when the
//! worker dies the lease runs out and another takes it. Work must therefore bear being done twice.

mod kinds;
mod rows;
mod worker;

pub use kinds::JobKind;
pub use rows::put;
pub use worker::{Outcome, begin, run, run_due_once};
