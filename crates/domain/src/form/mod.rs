//! 表单 `Form`: pages → sections → fields, and its evaluator, which is the only judge of an answer.

mod calculation;
mod conditions;
mod definition;
mod drawing;
mod drawn;
mod entries;
mod evaluation;
mod evaluator;
mod field_reading;
mod inputs;
mod joint_state;
mod joint_stuck;
mod kinds;
mod knowledge;
mod materials;
mod merge;
mod names;
mod plan;
mod rows;
mod rule_error;
mod state;
mod upgrade;
mod words;

#[cfg(test)]
mod tests;

pub use calculation::Calculation;
pub use definition::*;
pub use drawing::OTHER;
pub use evaluation::Evaluation;
pub use evaluator::Evaluator;
pub use inputs::{Inputs, JudgedCondition, Upgraded, WhyOpen};
pub use joint_state::{PlanNote, PlanPart, PlanState, Projected, Savings};
pub use kinds::decimal;
pub use merge::{Collision, Collisions, Merged, agreed, merge};
pub use rows::{Header, HeaderError, JudgedRows, ReadRow, TableList, cell_words, defused};
pub use rule_error::RuleError;
pub use state::*;
pub use upgrade::{upgrade, visible_answers};
