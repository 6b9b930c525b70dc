//! 表单 `Form`: pages → sections → fields, and its evaluator, which is the only judge of an answer.

mod definition;
mod state;

pub use definition::*;
pub use state::*;
