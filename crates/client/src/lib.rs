//! The window-free core of the app. It knows no window and no Tauri; hosts hand it ports and serve its commands.

mod client;
pub mod drafts;
mod error;
pub mod facts;
pub mod http;
pub mod licences;
pub mod catalogue;
pub mod materials;
pub mod outbox;
pub mod ports;
mod services;
pub mod session;
pub mod store;
pub mod uploads;
pub mod vault;

pub use client::{Client, OpenError};
pub use error::ClientError;
/// For hosts, which do not depend on `domain`.
pub use haoban_domain::{material, time};
