//! Talking to the platform: the one constructor of the HTTP client, typed calls for the whole `/v1`
//! surface, and what each failure means for the resident.
//!
//! ```text
//! Link       one reqwest client, one base address, tells Connectivity what it saw
//!    ↑
//! Api        adds the bearer token, decodes problems, tries once more after a 401
//!    ↑
//! ```

mod api;
mod calls;
pub(crate) mod connectivity;
mod failure;
#[cfg(test)]
pub(crate) mod fake;
mod link;
mod raw;
mod ways;

pub use api::Api;
pub(crate) use api::{AccessToken, TokenSource};
pub use calls::CatalogueAnswer;
pub(crate) use connectivity::Connectivity;
pub(crate) use failure::{problem_from_error, problem_from_response};
pub use link::AddressError;
pub(crate) use link::Link;
pub use raw::{Request, Response, SendError, Transport};
pub(crate) use ways::{api, transport_for};
