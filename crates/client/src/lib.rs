//! The window-free core of the app. It knows no window and no Tauri; hosts hand it ports and serve its commands.

pub mod ports;
