//! The real window through WebKitWebDriver, each on a desktop session of its own.

mod desktop;
mod main_job;
mod window;
