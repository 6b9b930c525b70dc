//! The outside of the platform: request ids, headers, limits, the routes of all rooms in one list.

mod request_id;

pub use request_id::current_request_id;
