//! The commands of the app, one function each: adapters from the wire to the modules. None of them waits
//! for the network, except where the resident asked for exactly that (sign-in, showing a licence).
#![allow(
    clippy::unused_async,
    reason = "every command has the same shape, whether its answer lies in memory or on disk"
)]

mod apply;
mod cases;
mod catalogue;
mod devices;
mod start;

pub use apply::*;
pub use cases::*;
pub use catalogue::*;
pub use devices::*;
pub use start::*;

/// Fails to compile when a command of the list is missing here, has another shape, or cannot be spawned.
mod complete {
    use haoban_wire::{Problem, commands, ui};

    use crate::Client;

    macro_rules! all_exist {
        ($($name:ident($request:ident) -> $response:ident;)*) => {
            $(
                #[allow(dead_code, reason = "only its types are wanted")]
                fn $name(client: &Client, request: ui::$request) -> impl Future<Output = Result<ui::$response, Problem>> + Send {
                    super::$name(client, request)
                }
            )*
        };
    }

    commands!(all_exist);
}
