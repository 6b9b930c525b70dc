//! `backup`, `backup-key` and `restore`.

use std::{path::Path, process::ExitCode};

use haoban_server::{app::Ports, backup, config::Config};

use super::Asked;
use crate::{Failure, say};

fn one_file(asked: &Asked) -> Result<&Path, Failure> {
    match asked.rest.as_slice() {
        [file] => Ok(Path::new(file)),
        _ => Err(Failure::Usage(format!("`{}` needs one file", asked.command))),
    }
}

fn option<'a>(asked: &'a Asked, name: &str) -> Result<&'a str, Failure> {
    let given = asked.backup.get(name).map(String::as_str);
    given.ok_or_else(|| Failure::Usage(format!("`{}` needs {name}", asked.command)))
}

pub(crate) async fn back_up(config: &Config, asked: &Asked) -> Result<ExitCode, Failure> {
    let file = one_file(asked)?;
    let done = backup::write(config, Ports::default().clock.now(), file, option(asked, "--for")?).await?;
    let secret = if done.secret { "with its secret" } else { "without the secret, which was set from outside" };
    say(&format!(
        "{}: {} cases, {} files, audit chain up to row {}, {secret}; {} bytes\n",
        file.display(),
        done.cases,
        done.files,
        done.audit,
        done.bytes
    ))
}

pub(crate) fn make_key(asked: &Asked) -> Result<ExitCode, Failure> {
    let file = one_file(asked)?;
    let public = backup::make_key(file)?;
    say(&format!("{public}\n"))
}

pub(crate) async fn bring_back(asked: &Asked) -> Result<ExitCode, Failure> {
    let into = Path::new(option(asked, "--into")?);
    let done = backup::restore(one_file(asked)?, Path::new(option(asked, "--with")?), into).await?;
    let secret = if done.secret { "" } else { "; the secret did not come with it: set HAOBAN_SECRET as it was" };
    say(&format!(
        "{} cases, {} files, audit chain up to row {}; start the platform with HAOBAN_DATA_DIR={}{secret}\n",
        done.cases,
        done.files,
        done.audit,
        into.display()
    ))
}
