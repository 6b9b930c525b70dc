//! Looks at windows as the display has them, and handles them as a person does: sizes, closes, gives the focus away.
//! There is no window manager on a test's display; what it would ask an app for is asked here.

use anyhow::Context;
use x11rb::{
    connection::Connection,
    protocol::{
        Event,
        xproto::{
            Atom, AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt, CreateWindowAux, EventMask,
            InputFocus, MapState, PropMode, Window, WindowClass,
        },
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

/// Smaller ones are no windows of an app, but what a toolkit keeps beside them.
const LEAST: u16 = 300;

/// The display of the test.
pub struct Screen {
    display: RustConnection,
    root: Window,
}

impl Screen {
    /// Connects to the display that `DISPLAY` names.
    ///
    /// # Errors
    /// When there is none.
    pub fn connect() -> anyhow::Result<Self> {
        let (display, number) = x11rb::connect(None).context("no display")?;
        let root = display.setup().roots.get(number).context("no screen")?.root;
        Ok(Self { display, root })
    }

    /// The window of a process, seen or hidden.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn window_of(&self, process: u32) -> anyhow::Result<Option<Window>> {
        let id = self.atom("_NET_WM_PID")?;
        for window in self.display.query_tree(self.root)?.reply()?.children {
            // It may be gone by now.
            let Ok(owner) = self.display.get_property(false, window, id, AtomEnum::CARDINAL, 0, 1)?.reply() else {
                continue;
            };
            let ours = owner.value32().and_then(|mut value| value.next()) == Some(process);
            if ours && self.size(window).is_ok_and(|(width, _)| width >= LEAST) {
                return Ok(Some(window));
            }
        }
        Ok(None)
    }

    /// Whether it can be seen.
    ///
    /// # Errors
    /// When there is no such window.
    pub fn is_seen(&self, window: Window) -> anyhow::Result<bool> {
        Ok(self.display.get_window_attributes(window)?.reply()?.map_state == MapState::VIEWABLE)
    }

    /// Its width and height.
    ///
    /// # Errors
    /// When there is no such window.
    pub fn size(&self, window: Window) -> anyhow::Result<(u16, u16)> {
        let place = self.display.get_geometry(window)?.reply()?;
        Ok((place.width, place.height))
    }

    /// Somebody drags its corner.
    ///
    /// # Errors
    /// When there is no such window.
    pub fn resize(&self, window: Window, (width, height): (u16, u16)) -> anyhow::Result<()> {
        let size = ConfigureWindowAux::new().width(u32::from(width)).height(u32::from(height));
        Ok(self.display.configure_window(window, &size)?.check()?)
    }

    /// Somebody presses the cross.
    ///
    /// # Errors
    /// When there is no such window.
    pub fn press_close(&self, window: Window) -> anyhow::Result<()> {
        let (protocols, close) = (self.atom("WM_PROTOCOLS")?, self.atom("WM_DELETE_WINDOW")?);
        let event = ClientMessageEvent::new(32, window, protocols, [close, 0, 0, 0, 0]);
        Ok(self.display.send_event(false, window, EventMask::NO_EVENT, event)?.check()?)
    }

    /// Somebody goes to a window of another app.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn go_elsewhere(&self) -> anyhow::Result<()> {
        let other = self.display.generate_id()?;
        let look = CreateWindowAux::new();
        let class = WindowClass::INPUT_OUTPUT;
        self.display.create_window(0, other, self.root, 0, 0, 50, 50, 0, class, 0, &look)?.check()?;
        self.display.map_window(other)?.check()?;
        Ok(self.display.set_input_focus(InputFocus::PARENT, other, x11rb::CURRENT_TIME)?.check()?)
    }

    /// Whether what is typed goes to this window or to a part of it.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn has_focus(&self, window: Window) -> anyhow::Result<bool> {
        let mut at = self.display.get_input_focus()?.reply()?.focus;
        // The root, or nothing, is above all windows.
        while at > 1 && at != self.root {
            if at == window {
                return Ok(true);
            }
            let Ok(above) = self.display.query_tree(at)?.reply() else { return Ok(false) };
            at = above.parent;
        }
        Ok(false)
    }

    /// The display's own clock, in milliseconds: what a click made now would carry.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn now(&self) -> anyhow::Result<u32> {
        let own = self.display.generate_id()?;
        let look = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        let class = WindowClass::INPUT_OUTPUT;
        self.display.create_window(0, own, self.root, 0, 0, 1, 1, 0, class, 0, &look)?.check()?;
        let (name, text) = (AtomEnum::WM_NAME, AtomEnum::STRING);
        self.display.change_property8(PropMode::REPLACE, own, name, text, b"now")?.check()?;
        loop {
            if let Event::PropertyNotify(changed) = self.display.wait_for_event()?
                && changed.window == own
            {
                self.display.destroy_window(own)?.check()?;
                return Ok(changed.time);
            }
        }
    }

    /// When its user last did something with it, as it tells a window manager: one that lets no window come to the front by
    /// itself goes by this.
    ///
    /// # Errors
    /// When there is no such window.
    pub fn user_time(&self, window: Window) -> anyhow::Result<Option<u32>> {
        let name = self.atom("_NET_WM_USER_TIME")?;
        let told = self.display.get_property(false, window, name, AtomEnum::CARDINAL, 0, 1)?.reply()?;
        Ok(told.value32().and_then(|mut times| times.next()))
    }

    fn atom(&self, name: &str) -> anyhow::Result<Atom> {
        Ok(self.display.intern_atom(false, name.as_bytes())?.reply()?.atom)
    }
}
