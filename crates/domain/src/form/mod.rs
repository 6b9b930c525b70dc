//! 表单 `Form`: pages → sections → fields, and its evaluator, which is the only judge of an answer.

mod definition;
mod evaluator;
mod inputs;
mod rule_error;
mod state;
mod upgrade;

pub use definition::*;
pub use evaluator::{Evaluation, Evaluator};
pub use inputs::{Inputs, JudgedCondition, Upgraded};
pub use rule_error::RuleError;
pub use state::*;
pub use upgrade::{upgrade, visible_answers};
