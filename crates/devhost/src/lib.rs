//! Serves the app's command list on loopback, so that a real browser can drive the whole product.
//!
//! Never shipped: it exists for tests and for machines without a display.

mod host;
mod pages;
mod ports;
mod rpc;

pub use host::{Host, serve};
pub use ports::{HostPorts, SystemClock};
