//! `check-city`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use haoban_domain::time::Date;
use haoban_server::{
    app::Ports,
    catalogue::{self, LoadedPack, check::simulate::Persona},
    config::Config,
};

use super::Asked;
use crate::{Failure, say};

pub(crate) fn check_city(config: &Config, asked: &Asked) -> Result<ExitCode, Failure> {
    let today = Ports::default().clock.now().city_date();
    match (asked.simulate, asked.diff, asked.rest.as_slice()) {
        (true, false, [persona, item, folder @ ..]) if folder.len() < 2 => {
            let folder = folder.first().map_or_else(|| config.city_dir(), PathBuf::from);
            simulate(persona, item, &folder, today)
        }
        (true, _, _) => Err(Failure::Usage("--simulate needs a persona.yaml and the code of a service".to_owned())),
        (_, true, [old, new]) => diff(old.as_ref(), new.as_ref()),
        (_, true, _) => Err(Failure::Usage("--diff needs two folders".to_owned())),
        (_, _, [] | [_]) => {
            let folder = asked.rest.first().map_or_else(|| config.city_dir(), PathBuf::from);
            let format = if asked.json { catalogue::check::Format::Json } else { catalogue::check::Format::Terminal };
            let fine = catalogue::check::check(&folder, today, format, &mut std::io::stdout())?;
            Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        _ => Err(Failure::Usage("check-city takes one folder".to_owned())),
    }
}

fn simulate(persona: &str, item: &str, folder: &Path, today: Date) -> Result<ExitCode, Failure> {
    let text = std::fs::read_to_string(persona).map_err(|error| Failure::Usage(format!("{persona}: {error}")))?;
    let persona = Persona::read(&text).map_err(|reason| Failure::Usage(format!("{persona}: {reason}")))?;
    let pack = loaded(folder)?;
    match catalogue::check::simulate::tell(&pack, item, persona, today) {
        Some(told) => say(&told),
        None => Err(Failure::Usage(format!("there is no service `{item}` in {}", folder.display()))),
    }
}

/// 0 when both are the same, 1 when something changed, like diff.
fn diff(old: &Path, new: &Path) -> Result<ExitCode, Failure> {
    let (old, new) = (loaded(old)?, loaded(new)?);
    let changes = catalogue::check::diff::packs(&old.pack, &new.pack);
    if changes.is_empty() {
        return say("nothing changed\n");
    }
    say(&format!("{}\n", changes.join("\n")))?;
    Ok(ExitCode::FAILURE)
}

fn loaded(folder: &Path) -> Result<LoadedPack, Failure> {
    catalogue::load(folder).map_err(|error| Failure::Other(error.into()))
}
