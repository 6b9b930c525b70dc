//! The files of a pack as texts, from a folder or made in a test.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use super::{Finding, LoadError};

/// Most bytes of one file; a definition is a few kilobytes.
const MAX_FILE: u64 = 1024 * 1024;
/// Most folders below each other: `items/<code>/fixtures`.
const MAX_DEPTH: usize = 4;

/// The files of one pack by path inside it, with `/` between folders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackSource {
    /// Folder name, which must be the city's id.
    pub name: String,
    /// Texts.
    pub files: BTreeMap<String, String>,
}

impl PackSource {
    /// Reads every YAML file below a folder.
    ///
    /// # Errors
    /// When the folder or a file cannot be read.
    pub fn read(folder: &Path) -> Result<Self, LoadError> {
        let io = |path: &Path, source| LoadError::Io { path: path.display().to_string(), source };
        let full = folder.canonicalize().map_err(|error| io(folder, error))?;
        let mut files = BTreeMap::new();
        collect(&full, "", 0, &mut files).map_err(|(path, error)| LoadError::Io { path, source: error })?;
        let name = full.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { name, files })
    }

    /// Codes of the item folders, in order.
    #[must_use]
    pub fn item_codes(&self) -> Vec<String> {
        let mut codes: Vec<String> = Vec::new();
        for path in self.files.keys() {
            if let Some(code) = path.strip_prefix("items/").and_then(|rest| rest.split('/').next())
                && codes.last().is_none_or(|last| last != code)
            {
                codes.push(code.to_owned());
            }
        }
        codes
    }

    /// One file as JSON.
    pub fn value(&self, file: &str) -> Result<Value, Box<Finding>> {
        let Some(text) = self.files.get(file) else {
            let remedy = "add it; see cities/schema for its shape";
            return Err(Box::new(Finding::at(file, "", "file", "the file is missing", remedy)));
        };
        yaml_serde::from_str(text).map_err(|error| {
            let finding =
                Finding::at(file, "", "yaml", error.to_string(), "mend the YAML; quote texts that hold `: ` or `#`");
            Box::new(match error.location() {
                Some(location) => finding.on_line(location.line()),
                None => finding,
            })
        })
    }
}

type Failure = (String, std::io::Error);

fn collect(folder: &Path, prefix: &str, depth: usize, files: &mut BTreeMap<String, String>) -> Result<(), Failure> {
    let fail = |error| (folder.display().to_string(), error);
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let meta = fs::metadata(&path).map_err(|error| (path.display().to_string(), error))?;
        if meta.is_dir() && depth < MAX_DEPTH {
            collect(&path, &format!("{name}/"), depth + 1, files)?;
        } else if meta.is_file() && path.extension().is_some_and(|ending| ending == "yaml") {
            files.insert(name, text(&path, meta.len())?);
        }
    }
    Ok(())
}

fn text(path: &Path, bytes: u64) -> Result<String, Failure> {
    let named = || path.display().to_string();
    if bytes > MAX_FILE {
        return Err((named(), std::io::Error::other(format!("the file is larger than {MAX_FILE} bytes"))));
    }
    fs::read_to_string(path).map_err(|error| (named(), error))
}
