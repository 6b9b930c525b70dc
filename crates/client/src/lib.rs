//! The window-free core of the app. It knows no window and no Tauri; hosts hand it ports and serve its commands.

mod access;
mod act_keys;
mod appointments;
pub mod cases;
pub mod catalogue;
mod client;
pub mod commands;
pub mod drafts;
mod error;
pub mod facts;
#[cfg(test)]
mod fixture;
mod follow;
pub mod http;
mod inbox;
pub mod licences;
pub mod materials;
pub mod memory;
pub mod outbox;
mod papers;
mod parties;
pub mod ports;
mod publicity;
pub mod receipt;
#[cfg(test)]
mod rig;
mod salvage;
mod services;
pub mod session;
pub mod settings;
pub mod store;
mod sync;
pub mod tables;
pub mod uploads;
pub mod vault;
mod words;

pub use client::{Client, OpenError};
pub use error::ClientError;
/// For hosts, which do not depend on `domain`.
pub use haoban_domain::{material, time};
