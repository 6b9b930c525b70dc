//! The floor of the window-start bench: one bare web view with a heading and nothing behind it.
#![allow(clippy::expect_used, reason = "a yardstick may panic")]

use tao::{
    event::{Event, WindowEvent},
    event_loop::{ControlFlow, EventLoop},
    window::WindowBuilder,
};
use wry::{WebContext, WebViewBuilder};

fn main() {
    let events = EventLoop::new();
    let window =
        WindowBuilder::new().with_inner_size(tao::dpi::LogicalSize::new(1120.0, 800.0)).build(&events).expect("window");
    let mut context = WebContext::new(None);
    context.set_allows_automation(true);
    let builder = WebViewBuilder::new_with_web_context(&mut context)
        .with_html("<!doctype html><title>blank</title><h1>blank</h1>");
    #[cfg(target_os = "linux")]
    let _view = {
        use tao::platform::unix::WindowExtUnix;
        use wry::WebViewBuilderExtUnix;
        builder.build_gtk(window.default_vbox().expect("box")).expect("web view")
    };
    #[cfg(not(target_os = "linux"))]
    let _view = builder.build(&window).expect("web view");
    events.run(move |event, _, flow| {
        *flow = ControlFlow::Wait;
        if let Event::WindowEvent { event: WindowEvent::CloseRequested, .. } = event {
            *flow = ControlFlow::Exit;
        }
    });
}
