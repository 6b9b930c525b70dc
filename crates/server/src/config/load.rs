//! Reads the settings and says exactly which one is wrong and what it should be.

use std::{collections::BTreeMap, path::Path, path::PathBuf, time::Duration};

use secrecy::SecretString;

use super::Config;
use crate::materials::{Bucket, Clamd};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("../../server.default.toml");

const PREFIX: &str = "HAOBAN_";
/// Shortest secret that is taken.
const SECRET_BYTES: usize = 32;

/// Why the settings cannot be used. Each names the setting and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read or is not TOML.
    #[error("settings file `{path}`: {words}")]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        words: String,
    },
    /// A name that does not exist.
    #[error("settings file `{path}`: there is no setting `{name}`; the settings are: {known}")]
    Unknown {
        /// The file.
        path: String,
        /// The name.
        name: String,
        /// Names there are.
        known: String,
    },
    /// A value that does not fit.
    #[error("setting `{name}` ({variable}) is {found}, but must be {wanted}")]
    Value {
        /// The name.
        name: &'static str,
        /// Its environment variable.
        variable: String,
        /// What was found.
        found: String,
        /// What it must be.
        wanted: &'static str,
    },
}

impl Config {
    /// Reads defaults, the file if one is named, and the environment.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut values = table("server.default.toml", DEFAULTS)?;
        if let Some(path) = file {
            let shown = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|error| ConfigError::File { path: shown.clone(), words: error.to_string() })?;
            for (name, value) in table(&shown, &text)? {
                if !values.contains_key(&name) {
                    let known = values.keys().cloned().collect::<Vec<_>>().join(", ");
                    return Err(ConfigError::Unknown { path: shown, name, known });
                }
                values.insert(name, value);
            }
        }
        for (variable, value) in environment {
            let name = variable.strip_prefix(PREFIX).map(str::to_ascii_lowercase);
            if let Some(slot) = name.and_then(|name| values.get_mut(&name)) {
                *slot = value;
            }
        }
        Self::from_values(&values)
    }

    fn from_values(values: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let get = |name: &'static str| values.get(name).map_or("", String::as_str).trim();
        Ok(Self {
            listen: get("listen")
                .parse()
                .map_err(|_| wrong("listen", get("listen"), "an address and port such as 127.0.0.1:8420"))?,
            public_url: public_url(get("public_url"))?,
            data_dir: folder("data_dir", get("data_dir"))?,
            database_url: database_url(get("database_url"))?,
            secret: secret(get("secret"))?,
            city: if get("city").is_empty() {
                return Err(wrong("city", "", "the name of a city pack or its folder"));
            } else {
                get("city").to_owned()
            },
            worker: switch("worker", get("worker"))?,
            demo: switch("demo", get("demo"))?,
            watch_city: switch("watch_city", get("watch_city"))?,
            at_once: number("at_once", get("at_once"), "a number of requests from 1 to 10000", 1..=10_000)?,
            patience: Duration::from_millis(
                u64::try_from(number("patience_ms", get("patience_ms"), "milliseconds up to 20000", 0..=20_000)?)
                    .unwrap_or(0),
            ),
            files: bucket(&get)?,
            clamd: clamd(get("clamd"))?,
            desk_dir: Some(get("desk_dir")).filter(|folder| !folder.is_empty()).map(PathBuf::from),
            log: get("log").to_owned(),
            log_json: match get("log_format") {
                "json" => true,
                "text" => false,
                other => return Err(wrong("log_format", other, "`text` or `json`")),
            },
        })
    }
}

fn wrong(name: &'static str, found: &str, wanted: &'static str) -> ConfigError {
    let found = if found.is_empty() { "empty".to_owned() } else { format!("`{found}`") };
    ConfigError::Value { name, variable: format!("{PREFIX}{}", name.to_ascii_uppercase()), found, wanted }
}

/// The flat table of a settings file, every value as text.
fn table(path: &str, text: &str) -> Result<BTreeMap<String, String>, ConfigError> {
    let bad = |error: config::ConfigError| ConfigError::File { path: path.to_owned(), words: error.to_string() };
    config::Config::builder()
        .add_source(config::File::from_str(text, config::FileFormat::Toml))
        .build()
        .and_then(config::Config::try_deserialize)
        .map_err(bad)
}

fn public_url(text: &str) -> Result<String, ConfigError> {
    let bad = || wrong("public_url", text, "empty, or an address such as https://haoban.example without a path");
    if text.is_empty() {
        return Ok(String::new());
    }
    let trimmed = text.trim_end_matches('/');
    let rest = trimmed.strip_prefix("https://").or_else(|| trimmed.strip_prefix("http://")).ok_or_else(bad)?;
    if rest.is_empty() || rest.contains(['/', '?', '#', '@', ' ']) { Err(bad()) } else { Ok(trimmed.to_owned()) }
}

fn folder(name: &'static str, text: &str) -> Result<PathBuf, ConfigError> {
    if text.is_empty() { Err(wrong(name, "", "a folder")) } else { Ok(PathBuf::from(text)) }
}

fn database_url(text: &str) -> Result<String, ConfigError> {
    // The address may carry a password, so it is never repeated.
    if text.is_empty() || crate::store::Dialect::of_url(text).is_some() {
        return Ok(text.to_owned());
    }
    Err(wrong("database_url", "something else", "empty, `sqlite:<file>` or `postgres://…`"))
}

fn number(
    name: &'static str,
    text: &str,
    wanted: &'static str,
    range: std::ops::RangeInclusive<usize>,
) -> Result<usize, ConfigError> {
    text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| wrong(name, text, wanted))
}

/// The object store of the settings. Its secret is never repeated.
fn bucket<'a>(get: &impl Fn(&'static str) -> &'a str) -> Result<Option<Bucket>, ConfigError> {
    let text = get("files");
    if text.is_empty() {
        return Ok(None);
    }
    let wanted = "empty, or `s3://bucket` or `s3://bucket/folder`";
    let place = text.strip_prefix("s3://").ok_or_else(|| wrong("files", text, wanted))?;
    let (name, folder) = place.split_once('/').unwrap_or((place, ""));
    if name.is_empty() {
        return Err(wrong("files", text, wanted));
    }
    for name in ["s3_key_id", "s3_secret"] {
        if get(name).is_empty() {
            return Err(wrong(name, "", "set when `files` names a bucket"));
        }
    }
    Ok(Some(Bucket {
        name: name.to_owned(),
        folder: folder.trim_matches('/').to_owned(),
        endpoint: Some(get("s3_endpoint").to_owned()).filter(|address| !address.is_empty()),
        region: get("s3_region").to_owned(),
        key_id: get("s3_key_id").to_owned(),
        secret: SecretString::from(get("s3_secret")),
    }))
}

fn clamd(text: &str) -> Result<Option<Clamd>, ConfigError> {
    if text.is_empty() {
        return Ok(None);
    }
    let wanted = "empty, `unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`";
    Clamd::parse(text).map(Some).ok_or_else(|| wrong("clamd", text, wanted))
}

fn secret(text: &str) -> Result<Option<Vec<u8>>, ConfigError> {
    if text.is_empty() {
        return Ok(None);
    }
    match hex::decode(text) {
        Ok(bytes) if bytes.len() >= SECRET_BYTES => Ok(Some(bytes)),
        _ => Err(wrong("secret", "something else", "empty, or 32 or more random bytes as hex")),
    }
}

fn switch(name: &'static str, text: &str) -> Result<bool, ConfigError> {
    match text {
        "on" | "true" | "1" => Ok(true),
        "off" | "false" | "0" => Ok(false),
        other => Err(wrong(name, other, "`on` or `off`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn defaults_are_complete() {
        let config = Config::load(None, env(&[])).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8420");
        assert_eq!(config.city, "zhengzhou");
        assert!(config.worker);
        assert_eq!(config.database(), "sqlite:.data/haoban.db");
    }

    #[test]
    fn the_environment_beats_the_file_and_the_file_beats_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\nworker = \"off\"\n").unwrap();
        let config = Config::load(Some(&file), env(&[("HAOBAN_LISTEN", "127.0.0.1:2")])).unwrap();
        assert_eq!(config.listen.port(), 2);
        assert!(!config.worker);
    }

    #[test]
    fn a_wrong_value_names_setting_variable_and_remedy() {
        let words = Config::load(None, env(&[("HAOBAN_LISTEN", "8420")])).unwrap_err().to_string();
        assert!(words.contains("`listen` (HAOBAN_LISTEN) is `8420`"), "{words}");
        assert!(words.contains("127.0.0.1:8420"), "{words}");
    }

    #[test]
    fn a_misspelt_name_in_the_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.toml");
        std::fs::write(&file, "lisen = \"127.0.0.1:1\"\n").unwrap();
        let words = Config::load(Some(&file), env(&[])).unwrap_err().to_string();
        assert!(words.contains("no setting `lisen`"), "{words}");
    }

    #[test]
    fn database_passwords_and_secrets_are_not_repeated() {
        for (name, value) in [("HAOBAN_DATABASE_URL", "mysql://u:geheim@h/d"), ("HAOBAN_SECRET", "geheim")] {
            let words = Config::load(None, env(&[(name, value)])).unwrap_err().to_string();
            assert!(!words.contains("geheim"), "{words}");
        }
        let config = Config::load(None, env(&[("HAOBAN_DATABASE_URL", "postgres://u:geheim@h/d")])).unwrap();
        assert!(!format!("{config:?}").contains("geheim"));
    }

    #[test]
    fn a_bucket_needs_its_key_and_never_shows_it() {
        let some =
            |more: &[(&str, &str)]| Config::load(None, env(&[&[("HAOBAN_FILES", "s3://haoban/city")], more].concat()));
        let words = some(&[]).unwrap_err().to_string();
        assert!(words.contains("`s3_key_id` (HAOBAN_S3_KEY_ID) is empty"), "{words}");
        let config = some(&[("HAOBAN_S3_KEY_ID", "id"), ("HAOBAN_S3_SECRET", "geheim")]).unwrap();
        let bucket = config.files.clone().unwrap();
        assert_eq!((bucket.name.as_str(), bucket.folder.as_str()), ("haoban", "city"));
        assert!(!format!("{config:?} {bucket:?}").contains("geheim"));
        let words = Config::load(None, env(&[("HAOBAN_FILES", "/mnt/files")])).unwrap_err().to_string();
        assert!(words.contains("s3://bucket"), "{words}");
    }

    #[test]
    fn a_folder_with_odd_signs_still_makes_an_address() {
        let config = Config::load(None, env(&[("HAOBAN_DATA_DIR", "/tmp/a b#?%好")])).unwrap();
        assert_eq!(config.database(), "sqlite:/tmp/a%20b%23%3F%25%E5%A5%BD/haoban.db");
    }
}
