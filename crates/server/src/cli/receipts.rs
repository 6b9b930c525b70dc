//! `receipt verify`.

use std::{path::Path, process::ExitCode};

use haoban_server::{
    AppState,
    app::Ports,
    config::Config,
    intake::verify::{self, Verdict},
};

use super::Asked;
use crate::{Failure, say};

/// 0 when the platform signed it, 1 when not, 2 when there is nothing to judge.
pub(crate) async fn receipt(config: Config, asked: &Asked) -> Result<ExitCode, Failure> {
    let [verb, what] = asked.rest.as_slice() else {
        return Err(Failure::Usage("receipt needs `verify` and a file".to_owned()));
    };
    if verb != "verify" {
        return Err(Failure::Usage(format!("there is no `receipt {verb}`")));
    }
    let file = Path::new(what).is_file().then(|| std::fs::read(what)).transpose()?;
    let verdict = match (&asked.keys, file) {
        (Some(keys), Some(bytes)) => {
            let keys = verify::published(&std::fs::read(keys)?)
                .ok_or_else(|| Failure::Usage("--keys: these are no receipt keys".to_owned()))?;
            verify::judge(&keys, &bytes)
        }
        (Some(_), None) => return Err(Failure::Usage(format!("`{what}` is no file"))),
        (None, file) => {
            let state = AppState::open(config, Ports::default()).await?;
            let keys = state.keys.receipt_public_keys();
            let verdict = match file {
                Some(bytes) => verify::judge(&keys, &bytes),
                None => match verify::by_mark(&state.store, what).await? {
                    Some(receipt) => verify::check(&keys, &receipt),
                    None => Verdict::NoReceipt,
                },
            };
            state.store.close().await;
            verdict
        }
    };
    tell_verdict(verdict, asked.json)
}

fn tell_verdict(verdict: Verdict, json: bool) -> Result<ExitCode, Failure> {
    match verdict {
        Verdict::Genuine(body) if json => {
            say(&format!("{}\n", serde_json::to_string_pretty(&body).unwrap_or_default()))?;
            Ok(ExitCode::SUCCESS)
        }
        Verdict::Genuine(body) => say(&format!(
            "genuine: {} {} received {} by {}\nanswers {}\n",
            body.case_number,
            body.item_code,
            body.received_at.inner(),
            body.received_by.zh,
            body.answers_sha256
        )),
        Verdict::Forged => {
            say("not genuine: the signature does not fit\n")?;
            Ok(ExitCode::FAILURE)
        }
        Verdict::NoReceipt => Err(Failure::Usage("there is no receipt of this platform in it".to_owned())),
    }
}
