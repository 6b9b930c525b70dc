//! Rigs: programs are killed, lines cut, disks filled; then the books are looked through.
//!
//! `cargo xtask faults` runs them and prints their counts; `--long` runs the long forms.
//! A rig that this machine cannot run says so and ends.

#[path = "../../../crates/server/tests/support/postgres.rs"]
#[allow(clippy::unwrap_used, missing_docs, reason = "a test ends where it fails")]
mod postgres;

mod canary;
mod client_kills;
mod clocks;
mod disks;
mod failover;
mod foreign;
mod key_kills;
mod keychain;
mod migrations;
mod once;
mod overload;
mod restore;
mod run;
mod server_kills;
mod tally;
mod typing;
mod uploads;
mod volumes;
