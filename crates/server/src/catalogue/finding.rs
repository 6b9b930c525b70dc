//! What is wrong in a pack: file, place, rule, remedy.

use std::fmt;

use serde::Serialize;

/// One thing to mend in a city pack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// File inside the pack.
    pub file: String,
    /// Place inside the file, as a path of keys.
    pub path: String,
    /// Stable rule id: `L04`, `yaml`, `schema`, `reference`, `expression`, ….
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// Line, where the reader knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

impl Finding {
    /// A finding at a place.
    pub fn at(
        file: impl Into<String>,
        path: impl Into<String>,
        rule: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { file: file.into(), path: path.into(), rule, message: message.into(), remedy: remedy.into(), line: None }
    }

    /// The same with the line it was seen on.
    #[must_use]
    pub fn on_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.path.is_empty() {
            write!(f, " {}", self.path)?;
        }
        write!(f, ": [{}] {}. {}", self.rule, self.message, self.remedy)
    }
}

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The folder or a file cannot be read.
    #[error("the city pack at {path} cannot be read: {source}")]
    Io {
        /// What was to be read.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// Its files are wrong.
    #[error("the city pack has {} thing(s) to mend:\n{}", .0.len(), lines(.0))]
    Wrong(Vec<Finding>),
}

fn lines(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("  {finding}")).collect::<Vec<_>>().join("\n")
}
