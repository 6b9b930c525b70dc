//! Rules of a city pack: CEL expressions over `answers`, `facts`, `applicant`, `fig` and `today`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// A CEL expression as written in a city pack. Compiled once per loaded item, never per evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(export, type = "string")]
#[schema(value_type = String)]
pub struct Expr(pub String);
