//! The city platform: one binary, one database, one city.
//!
//! Rooms: `http` (the outside of it), `identity`, `catalogue`, `intake`, `workflow`, `materials`,
//! `joint`, `licences`, `deposits`, `devices`, `follow`, `notices`, `reminders`, `desk`, `audit`, `jobs`, `seed`, `backup`, and below them all `store`. Handlers write no SQL;
//! the store calls no room.

pub mod app;
pub mod appointments;
pub mod audit;
pub mod backup;
pub mod catalogue;
pub mod config;
mod deposits;
pub mod desk;
mod devices;
mod error;
mod follow;
pub mod http;
pub mod identity;
pub mod intake;
pub mod jobs;
mod joint;
pub mod licences;
pub mod materials;
pub mod notices;
pub mod ports;
mod publicity;
pub mod reminders;
pub mod seed;
pub mod store;
pub mod workflow;

pub use app::AppState;
pub use error::{Error, Result};
