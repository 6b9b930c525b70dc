//! What the program is asked for by its words.

pub(crate) mod backups;
pub(crate) mod cities;
pub(crate) mod receipts;

use std::{collections::BTreeMap, path::PathBuf};

use crate::Failure;

/// What was asked for.
pub(crate) struct Asked {
    pub(crate) command: String,
    pub(crate) rest: Vec<String>,
    pub(crate) json: bool,
    pub(crate) simulate: bool,
    pub(crate) diff: bool,
    pub(crate) config: Option<PathBuf>,
    pub(crate) keys: Option<PathBuf>,
    /// `--for`, `--with` and `--into` of backups.
    pub(crate) backup: BTreeMap<&'static str, String>,
}

pub(crate) fn asked(arguments: impl Iterator<Item = String>) -> Result<Asked, Failure> {
    let mut asked = Asked {
        command: String::new(),
        rest: Vec::new(),
        json: false,
        simulate: false,
        diff: false,
        config: None,
        keys: None,
        backup: BTreeMap::new(),
    };
    let mut arguments = arguments;
    while let Some(word) = arguments.next() {
        match word.as_str() {
            "--config" => {
                let file = arguments.next().ok_or_else(|| Failure::Usage("--config needs a file".to_owned()))?;
                asked.config = Some(PathBuf::from(file));
            }
            "--keys" => {
                let file = arguments.next().ok_or_else(|| Failure::Usage("--keys needs a file".to_owned()))?;
                asked.keys = Some(PathBuf::from(file));
            }
            "--for" | "--with" | "--into" => {
                let option = ["--for", "--with", "--into"].into_iter().find(|option| *option == word);
                let value =
                    arguments.next().ok_or_else(|| Failure::Usage(format!("{word} needs something behind it")))?;
                asked.backup.extend(option.map(|option| (option, value)));
            }
            "--json" => asked.json = true,
            "--simulate" => asked.simulate = true,
            "--diff" => asked.diff = true,
            "-h" | "--help" => asked.command = "help".to_owned(),
            "-V" | "--version" => asked.command = "version".to_owned(),
            option if option.starts_with('-') => return Err(Failure::Usage(format!("there is no option `{option}`"))),
            _ if asked.command.is_empty() => asked.command = word,
            _ => asked.rest.push(word),
        }
    }
    let only_check = asked.simulate || asked.diff || !asked.rest.is_empty();
    let of_backups = ["backup", "backup-key", "restore"].contains(&asked.command.as_str());
    if let Some(option) = asked.backup.keys().next().filter(|_| !of_backups) {
        return Err(Failure::Usage(format!("{option} belongs to `backup` and `restore`")));
    }
    let takes_more = of_backups || matches!(asked.command.as_str(), "check-city" | "receipt");
    if asked.keys.is_some() && asked.command != "receipt" {
        return Err(Failure::Usage("--keys belongs to `receipt verify`".to_owned()));
    }
    if !takes_more && only_check {
        return Err(Failure::Usage(format!("`{}` takes nothing behind it", asked.command)));
    }
    Ok(asked)
}
