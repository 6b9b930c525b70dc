//! The rules of the city: identifiers, service items, forms, cases and clocks.
//!
//! This crate is pure. It reads no file, opens no socket and never asks what time it is: whoever
//! calls it passes the date in. The same code runs on the device (offline) and on the platform
//! (where its answer counts).

pub mod appointment;
pub mod calendar;
pub mod case;
pub mod catalogue;
pub mod form;
pub mod identifiers;
pub mod ids;
pub mod item;
pub mod joint;
pub mod licence;
pub mod material;
pub mod money;
pub mod pack;
pub mod person;
pub mod receipt;
pub mod reminder;
pub mod renewal;
pub mod rules;
pub mod search;
pub mod text;
pub mod time;
pub mod workflow;

#[cfg(test)]
mod testing;
