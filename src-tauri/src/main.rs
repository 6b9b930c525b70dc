//! The app's process: a runtime, then the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> anyhow::Result<()> {
    haoban_app::run()
}
