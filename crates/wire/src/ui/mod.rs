//! Requests and answers of the app's commands, one page a call, and the events the core sends to its screens.

mod apply;
mod appointments;
mod cases;
mod catalogue;
mod devices;
mod events;
mod publicity;
mod rows;
mod session;

pub use apply::*;
pub use appointments::*;
pub use cases::*;
pub use catalogue::*;
pub use devices::*;
pub use events::*;
pub use publicity::*;
pub use rows::*;
pub use session::*;
