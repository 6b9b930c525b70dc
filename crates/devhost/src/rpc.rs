//! `POST /rpc/<command>`: adapters made from the one command list, without logic of their own.

use haoban_client::Client;
use haoban_wire::{Problem, ProblemCode, ui::*};

macro_rules! dispatch {
    ($($name:ident($request:ident) -> $response:ident;)*) => {
        /// Runs one command by name on a JSON request.
        pub(crate) async fn dispatch(client: &Client, command: &str, body: &[u8]) -> Result<Vec<u8>, Problem> {
            match command {
                $(stringify!($name) => {
                    let request: $request = parse(body)?;
                    let answer: $response = haoban_client::commands::$name(client, request).await?;
                    serde_json::to_vec(&answer).map_err(|_| Problem::new(ProblemCode::Internal))
                })*
                _ => Err(Problem::new(ProblemCode::NotFound)),
            }
        }
    };
}

haoban_wire::commands!(dispatch);

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::new(ProblemCode::BadRequest).with("what", error))
}
