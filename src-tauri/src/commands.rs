//! Adapters from the one command list to the window. No logic here.

use std::sync::Arc;

use haoban_client::Client;
use haoban_wire::{Problem, ui::*};
use tauri::{Runtime, State};

macro_rules! adapters {
    ($($name:ident($request:ident) -> $response:ident;)*) => {
        $(
            #[tauri::command]
            async fn $name(client: State<'_, Arc<Client>>, request: $request) -> Result<$response, Problem> {
                haoban_client::commands::$name(&client, request).await
            }
        )*

        /// The handler of every command in the list.
        pub(crate) fn handler<R: Runtime>() -> impl Fn(tauri::ipc::Invoke<R>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($name),*]
        }
    };
}

haoban_wire::commands!(adapters);
