//! Field problems of the platform's own, beside those of the evaluator.

use haoban_domain::{form::FieldProblem, text::LocalText};

/// A problem of one field or material (`material:<slot>`).
pub(crate) fn problem(field: impl Into<String>, rule: &str, message: LocalText) -> FieldProblem {
    FieldProblem { field: Some(field.into()), part: None, rule: rule.to_owned(), message, warning: false }
}

/// A problem of the whole.
pub(crate) fn whole(rule: &str, message: LocalText) -> FieldProblem {
    FieldProblem { field: None, part: None, rule: rule.to_owned(), message, warning: false }
}

/// How a material is named in problems.
pub(crate) fn slot(id: &str) -> String {
    format!("material:{id}")
}
