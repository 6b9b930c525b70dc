//! 办件 `Case`: one pure machine, its clocks, and what a resident or officer sees of it.

pub mod clock;
mod machine;
mod pause;
mod record;
mod status;
pub mod timeline;
mod transitions;
mod way;
mod words;

pub use machine::*;
pub use pause::{Pause, PauseKind};
pub use record::*;
pub use status::*;
pub use transitions::{allowed, apply, submit, submit_to};
pub use way::{Skipped, Way};

#[cfg(test)]
mod tests;
#[cfg(test)]
mod way_tests;
