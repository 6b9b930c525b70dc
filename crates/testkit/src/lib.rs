//! What tests stand on: the real programs on free ports, a device whose ports a test can see into,
//! a proxy that breaks connections, a browser that signs in, and a small WebDriver client.
//!
//! Never a normal dependency of a product crate.

mod cashier;
mod citizen;
mod desk;
mod device;
mod files;
mod host;
mod platform;
mod programs;
mod proxy;
mod sign_in;
mod webdriver;

pub use cashier::pay_at;
pub use citizen::{Citizen, RentCase, copies_case, fresh_draft};
pub use desk::Desk;
pub use device::{Device, MemoryKeychain, RecordedNotifier, SigningBrowser, TestFiles, wait_for};
pub use files::{jpeg_photo, pdf};
pub use host::Host;
pub use platform::{PASSWORD, Platform, Setup, platform_command};
pub use programs::{Program, free_port, program_path, repository};
pub use proxy::{ChaosProxy, Trouble};
pub use sign_in::sign_in_over_http;
pub use webdriver::{Element, WebDriver};
