//! Rules of a city pack: CEL expressions over `answers`, `facts`, `applicant`, `fig`, `headline` and
//! `today`, with the functions of [`functions`](self).
//!
//! Expressions are bounded when they are loaded: length, depth, nesting of loops, no regular
//! expressions, only known names and functions. So an evaluation always ends soon.

mod convert;
mod demo;
mod functions;
pub mod limits;
mod rule;
mod scope;
pub mod typing;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

pub(crate) use convert::{to_cel, to_json};
pub use demo::DemoRules;
pub(crate) use functions::root_context;
pub use rule::Reads;
pub(crate) use rule::Rule;
pub(crate) use scope::{Known, Scope, Table};

/// A CEL expression as written in a city pack. Compiled once per loaded item, never per evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(export, type = "string")]
#[schema(value_type = String)]
pub struct Expr(pub String);

/// What each of the conditions reads that a rule joins by `&&`, for those who check packs.
///
/// # Errors
/// What is wrong with the rule and how to mend it.
pub fn conjuncts(expression: &Expr) -> Result<Vec<Reads>, String> {
    rule::conjuncts(expression)
}

/// What a rule reads, for those who check packs.
///
/// # Errors
/// What is wrong with the rule and how to mend it.
pub fn reads(expression: &Expr) -> Result<Reads, String> {
    Rule::compile(expression).map(|rule| rule.reads)
}
