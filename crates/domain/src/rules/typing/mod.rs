//! Types of expressions, inferred before anything runs: what answers, facts, figures and functions yield,
//! and whether an expression puts together what does not fit. For those who check packs; an evaluation
//! never needs it.

mod call;
mod environment;
mod kind;
mod loops;

use cel::common::ast::{EntryExpr, Expr as Node, IdedExpr, LiteralValue, SelectExpr};

pub use environment::Environment;
pub use kind::{Expected, Type};

use super::{Expr, Rule};
use crate::time::Date;

/// What is wrong with the types of an expression, one sentence each; empty when all fits.
///
/// An expression that cannot be compiled has no types: [`super::reads`] says what is wrong with it.
#[must_use]
pub fn mismatches(expression: &Expr, expected: Expected, environment: &Environment) -> Vec<String> {
    let Ok(rule) = Rule::compile(expression) else { return Vec::new() };
    let mut typing = Typing { environment, bound: Vec::new(), wrong: Vec::new() };
    let found = typing.of(rule.node());
    if !expected.accepts(&found) {
        typing.wrong.push(format!("the rule yields {found}, but {expected} is needed"));
    }
    typing.wrong
}

/// The type an expression yields; anything when it cannot be told.
#[must_use]
pub fn type_of(expression: &Expr, environment: &Environment) -> Type {
    let Ok(rule) = Rule::compile(expression) else { return Type::Any };
    Typing { environment, bound: Vec::new(), wrong: Vec::new() }.of(rule.node())
}

/// One walk through an expression.
struct Typing<'a> {
    environment: &'a Environment,
    bound: Vec<(String, Type)>,
    wrong: Vec<String>,
}

impl Typing<'_> {
    fn of(&mut self, node: &IdedExpr) -> Type {
        match &node.expr {
            Node::Literal(literal) => literal_type(literal),
            Node::Ident(name) => self.ident(name),
            Node::Select(select) => self.select(select),
            Node::Call(call) => self.call(call),
            Node::List(list) => {
                let entries: Vec<Type> = list.elements.iter().map(|entry| self.of(entry)).collect();
                Type::list(entries.into_iter().reduce(Type::or).unwrap_or(Type::Any))
            }
            Node::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.of(&entry.value);
                    }
                }
                Type::Any
            }
            Node::Comprehension(comprehension) => self.comprehension(comprehension),
            Node::Struct(_) | Node::Unspecified => Type::Any,
        }
    }

    fn say(&mut self, sentence: String) {
        if !self.wrong.contains(&sentence) {
            self.wrong.push(sentence);
        }
    }

    fn ident(&self, name: &str) -> Type {
        match self.bound.iter().rev().find(|(bound, _)| bound == name) {
            Some((_, known)) => known.clone(),
            None if name == "today" => Type::Day,
            None => Type::Any,
        }
    }

    fn select(&mut self, select: &SelectExpr) -> Type {
        if let Some(known) = self.root(select) {
            return known;
        }
        let of = self.of(&select.operand);
        match of.part(&select.field) {
            Ok(found) => found,
            Err(sentence) => {
                self.say(sentence);
                Type::Any
            }
        }
    }

    /// `answers.x`, `fig.x`, `facts.r.x` and the like.
    fn root(&mut self, select: &SelectExpr) -> Option<Type> {
        let field = select.field.as_str();
        match &select.operand.expr {
            Node::Ident(root) if !self.bound.iter().any(|(bound, _)| bound == root) => {
                self.environment.root(root, field).map(|found| match found {
                    Ok(known) => known,
                    Err(sentence) => {
                        self.say(sentence);
                        Type::Any
                    }
                })
            }
            Node::Select(inner) => match &inner.operand.expr {
                Node::Ident(root) if root == "facts" => Some(self.environment.fact(&inner.field, field)),
                _ => None,
            },
            _ => None,
        }
    }
}

fn literal_type(literal: &LiteralValue) -> Type {
    match literal {
        LiteralValue::Boolean(_) => Type::Bool,
        LiteralValue::Int(_) | LiteralValue::UInt(_) => Type::Int,
        LiteralValue::Double(_) => Type::Double,
        LiteralValue::Null => Type::Null,
        LiteralValue::Bytes(_) => Type::Any,
        LiteralValue::String(text) => {
            let text = text.inner();
            if text.len() == 10 && text.parse::<Date>().is_ok() { Type::Day } else { Type::literal(text) }
        }
    }
}

#[cfg(test)]
mod tests;
