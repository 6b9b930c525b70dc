//! 办件 `Case`: one pure machine, its clocks, and what a resident or officer sees of it.

mod record;
mod status;

pub use record::*;
pub use status::*;
