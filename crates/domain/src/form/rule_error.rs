//! Why the rules of an item cannot be loaded.

/// A rule of a pack that cannot be used: where it stands, what it says, what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: `{expression}`: {reason}")]
pub struct RuleError {
    /// Where the rule stands, e.g. `form.pages[rent].fields[rent_month].show`.
    pub place: String,
    /// The expression as written.
    pub expression: String,
    /// What is wrong and how to mend it.
    pub reason: String,
}
