//! The few settings the shell itself obeys, kept where a window event can read them without waiting.

use std::sync::atomic::{AtomicBool, Ordering};

use haoban_wire::ui::Settings;

/// Copies of settings.
#[derive(Default)]
pub(crate) struct ShellSettings {
    stay_in_tray: AtomicBool,
    tray_there: AtomicBool,
}

impl ShellSettings {
    /// Takes new settings over.
    pub(crate) fn update(&self, settings: &Settings) {
        self.stay_in_tray.store(settings.stay_in_tray, Ordering::Relaxed);
    }

    /// A tray that can bring the window back exists.
    pub(crate) fn tray_is_there(&self) {
        self.tray_there.store(true, Ordering::Relaxed);
    }

    /// Closing the window hides it only when the tray can bring it back.
    pub(crate) fn hide_on_close(&self) -> bool {
        self.stay_in_tray.load(Ordering::Relaxed) && self.tray_there.load(Ordering::Relaxed)
    }
}
