//! What crosses a process: the command list of the app, the HTTP bodies of the platform, events and error codes.
//!
//! Everything here is a plain shape. Rust hosts use it directly; TypeScript is generated from it
//! (`cargo xtask gen`), and the platform's OpenAPI document too.

pub mod appointments;
mod commands;
pub mod deposits;
pub mod desk;
pub mod follow;
pub mod http;
mod problem;
pub mod publicity;
pub mod ui;

pub use commands::{COMMAND_NAMES, typescript_commands};
pub use problem::{Problem, ProblemCode};
