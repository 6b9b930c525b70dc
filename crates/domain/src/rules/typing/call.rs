//! Operators and functions.

use cel::common::ast::{CallExpr, Expr as Node, IdedExpr, LiteralValue, operators};

use super::{Type, Typing};

impl Typing<'_> {
    pub(super) fn call(&mut self, call: &CallExpr) -> Type {
        let target = call.target.as_ref().map(|target| self.of(target));
        let arguments: Vec<Type> = call.args.iter().map(|argument| self.of(argument)).collect();
        match (call.func_name.as_str(), arguments.as_slice()) {
            (operators::CONDITIONAL, [when, yes, no]) => {
                self.needs("the condition before `?`", when, &Type::Bool);
                yes.clone().or(no.clone())
            }
            (operators::LOGICAL_AND | operators::LOGICAL_OR, sides) => {
                let sign = if call.func_name == operators::LOGICAL_AND { "&&" } else { "||" };
                sides.iter().for_each(|side| self.needs(&format!("each side of `{sign}`"), side, &Type::Bool));
                Type::Bool
            }
            (operators::LOGICAL_NOT, [of]) => {
                self.needs("what follows `!`", of, &Type::Bool);
                Type::Bool
            }
            (operators::EQUALS | operators::NOT_EQUALS, [one, two]) => self.compared(one, two),
            (operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS, [one, two]) => {
                self.ordered(one, two)
            }
            (operators::IN, [one, list]) => self.within(one, list),
            (operators::ADD, [one, two]) => self.added(one, two),
            (operators::SUBSTRACT | operators::MULTIPLY | operators::DIVIDE | operators::MODULO, [one, two]) => {
                self.numbers(one, two)
            }
            (operators::NEGATE, [of]) => of.clone(),
            (operators::INDEX, [of, _]) => match of {
                Type::List(entries) => (**entries).clone(),
                _ => Type::Any,
            },
            (name, arguments) => self.function(name, target.as_ref(), arguments, &call.args),
        }
    }

    fn needs(&mut self, what: &str, found: &Type, needed: &Type) {
        let fits = found.is_open() || found == needed || (needed.is_text() && found.is_text());
        if !fits {
            self.say(format!("{what} is {found}, but {needed} is needed"));
        }
    }

    fn compared(&mut self, one: &Type, two: &Type) -> Type {
        if matches!((one, two), (Type::OneOf(_, true), Type::Int) | (Type::Int, Type::OneOf(_, true))) {
            self.say("a whole number is compared with a text; take away the quotes".to_owned());
        } else if let Err(sentence) = one.fits(two) {
            self.say(sentence);
        }
        Type::Bool
    }

    fn ordered(&mut self, one: &Type, two: &Type) -> Type {
        let unordered = |side: &Type| matches!(side, Type::Bool | Type::List(_) | Type::Object(_));
        if let Some(side) = [one, two].into_iter().find(|side| unordered(side)) {
            self.say(format!("{side} has no order, so `<` and `>` say nothing"));
            return Type::Bool;
        }
        self.compared(one, two)
    }

    fn within(&mut self, one: &Type, list: &Type) -> Type {
        match list {
            Type::List(entries) => {
                if let Err(sentence) = one.fits(entries) {
                    self.say(sentence);
                }
            }
            found if found.is_open() || matches!(found, Type::Object(_)) => {}
            found => self.say(format!("`in` needs a list, not {found}")),
        }
        Type::Bool
    }

    fn added(&mut self, one: &Type, two: &Type) -> Type {
        match (one, two) {
            (Type::List(_), Type::List(_)) => one.clone().or(two.clone()),
            (one, two) if one.is_text() && two.is_text() => Type::Text,
            (open, known) | (known, open) if open.is_open() => known.clone(),
            _ => self.numbers(one, two),
        }
    }

    fn numbers(&mut self, one: &Type, two: &Type) -> Type {
        if let Some(side) = [one, two].into_iter().find(|side| !side.is_open() && **side != Type::Int) {
            self.say(match side {
                Type::Double => "a fraction is calculated with; write whole fen and use `percent` or `dec`".to_owned(),
                other => format!("{other} is calculated with; `string(…)` or `int(…)` turns one into the other"),
            });
        }
        Type::Int
    }

    fn function(&mut self, name: &str, target: Option<&Type>, arguments: &[Type], nodes: &[IdedExpr]) -> Type {
        let needed: &[Type] = match name {
            "age_on" | "days_between" | "months_between" => &[Type::Day, Type::Day],
            "months_after" | "days_after" | "workdays_after" => &[Type::Day, Type::Int],
            "least" | "greatest" => &[Type::Int, Type::Int],
            "holds_licence" | "day_of" | "time_of" => &[Type::Text],
            "percent" => &[Type::Int],
            _ => &[],
        };
        for (found, needed) in arguments.iter().zip(needed) {
            self.needs(&format!("an argument of `{name}`"), found, needed);
        }
        if name == "holds_licence" {
            self.licence(nodes);
        }
        match name {
            "age_on" | "days_between" | "months_between" | "least" | "greatest" | "percent" | "fen" | "dec" | "int" => {
                Type::Int
            }
            "months_after" | "days_after" | "workdays_after" | "day_of" => Type::Day,
            "holds_licence" | "bool" | operators::NOT_STRICTLY_FALSE => Type::Bool,
            "string" | "time_of" | "lowerAscii" | "upperAscii" => Type::Text,
            "double" => Type::Double,
            "size" => self.sized(target.or(arguments.first())),
            "contains" | "startsWith" | "endsWith" => self.searched(name, target, arguments.first()),
            _ => Type::Any,
        }
    }

    fn sized(&mut self, of: Option<&Type>) -> Type {
        if let Some(found @ (Type::Int | Type::Bool | Type::Double)) = of {
            self.say(format!("`size` needs a text or a list, not {found}"));
        }
        Type::Int
    }

    fn searched(&mut self, name: &str, target: Option<&Type>, argument: Option<&Type>) -> Type {
        match target {
            Some(found) if found.is_open() || found.is_text() => {
                argument
                    .into_iter()
                    .for_each(|part| self.needs(&format!("an argument of `{name}`"), part, &Type::Text));
            }
            Some(Type::List(_)) if name == "contains" => {}
            Some(found) => self.say(format!("`{name}` needs a text, not {found}")),
            None => {}
        }
        Type::Bool
    }

    fn licence(&mut self, nodes: &[IdedExpr]) {
        if let Some(Node::Literal(LiteralValue::String(id))) = nodes.first().map(|node| &node.expr)
            && !self.environment.has_licence(id.inner())
        {
            self.say(format!("there is no licence type `{}`", id.inner()));
        }
    }
}
