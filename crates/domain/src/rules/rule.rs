//! One compiled rule: bounded, checked against the names it may use, with what it reads.

use std::collections::BTreeSet;

use cel::{
    Context, Value as Cel,
    common::ast::{
        CallExpr, ComprehensionExpr, EntryExpr, Expr as Node, IdedExpr, LiteralValue, SelectExpr, operators,
    },
    parser::Parser,
};
use serde_json::Value as Json;

use super::{
    Expr, functions,
    limits::{COMPOSED_LENGTH, DEPTH, LENGTH, LOOPS, NESTING},
    to_json,
};

const ROOTS: [&str; 7] = ["answers", "facts", "applicant", "fig", "headline", "today", "entry"];
/// Root of the demo city's own data; no rule of a service may read it.
const PERSON: &str = "person";
const STANDARD: [&str; 11] = [
    "size",
    "int",
    "string",
    "bool",
    "double",
    "contains",
    "startsWith",
    "endsWith",
    "lowerAscii",
    "upperAscii",
    "type",
];

/// What a rule reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Field ids.
    pub answers: BTreeSet<String>,
    /// Fact keys, `register.field`.
    pub facts: BTreeSet<String>,
    /// Figure ids.
    pub figures: BTreeSet<String>,
    /// `headline.…`.
    pub headline: bool,
    /// `entry.…`.
    pub entry: bool,
    /// `applicant.…`, known from the sign-in.
    pub applicant: bool,
    /// It asks the wallet for a licence.
    pub licences: bool,
    /// `person.…`, known to the demo city's data only.
    pub person: bool,
    /// It compares with null itself, so unknown facts are taken at its word.
    pub null: bool,
}

/// A compiled rule.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    node: IdedExpr,
    /// What it reads.
    pub reads: Reads,
}

impl Rule {
    /// Compiles and checks an expression; the error says what to mend.
    pub fn compile(expression: &Expr) -> Result<Self, String> {
        let source = expression.0.trim();
        bounded(source)?;
        let mut node = Parser::default().parse(source).map_err(|errors| {
            let first = errors.errors.first().map(|error| error.msg.clone()).unwrap_or_default();
            format!("it cannot be read: {first}")
        })?;
        let mut reads = Reads::default();
        Walk { reads: &mut reads, bound: Vec::new() }.visit(&mut node, 0, 0)?;
        Ok(Self { node, reads })
    }

    /// The same for a rule as an author writes it, which is shorter than one that is put together.
    pub fn compile_authored(expression: &Expr) -> Result<Self, String> {
        too_long(expression.0.trim(), LENGTH)?;
        Self::compile(expression)
    }

    /// The parsed expression, for those who look at it without running it.
    pub(super) fn node(&self) -> &IdedExpr {
        &self.node
    }

    /// The value in a context; `None` for null and for an error.
    pub fn json(&self, context: &Context<'_, '_>) -> Option<Json> {
        to_json(&self.run(context)?)
    }

    /// True, false, or not to be told.
    pub fn truth(&self, context: &Context<'_, '_>) -> Option<bool> {
        match self.run(context)? {
            Cel::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// A whole number, or not to be told.
    pub fn number(&self, context: &Context<'_, '_>) -> Option<i64> {
        match self.run(context)? {
            Cel::Int(value) => Some(value),
            _ => None,
        }
    }

    fn run(&self, context: &Context<'_, '_>) -> Option<Cel> {
        Cel::resolve(&self.node, context).ok()
    }
}

/// What each condition of a rule reads that must hold together with the others.
pub(super) fn conjuncts(expression: &Expr) -> Result<Vec<Reads>, String> {
    fn collect(node: &IdedExpr, found: &mut Vec<Reads>) -> Result<(), String> {
        if let Node::Call(call) = &node.expr
            && call.func_name == operators::LOGICAL_AND
        {
            return call.args.iter().try_for_each(|side| collect(side, found));
        }
        let mut reads = Reads::default();
        Walk { reads: &mut reads, bound: Vec::new() }.visit(&mut node.clone(), 0, 0)?;
        found.push(reads);
        Ok(())
    }
    let mut found = Vec::new();
    collect(&Rule::compile(expression)?.node, &mut found)?;
    Ok(found)
}

/// Limits that hold before the parser sees the text.
fn bounded(source: &str) -> Result<(), String> {
    if source.is_empty() {
        return Err("it is empty; leave the key out instead".to_owned());
    }
    too_long(source, COMPOSED_LENGTH)?;
    let mut depth = 0usize;
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH {
            return Err(too_deep());
        }
    }
    Ok(())
}

/// Refuses a text of more characters.
fn too_long(source: &str, most: usize) -> Result<(), String> {
    if source.chars().count() > most {
        return Err(format!("it is longer than {most} characters; split it into computed fields"));
    }
    Ok(())
}

fn too_deep() -> String {
    format!("it is nested deeper than {DEPTH}; split it into computed fields")
}

/// Collects what an expression reads and refuses what it may not use.
struct Walk<'a> {
    reads: &'a mut Reads,
    bound: Vec<String>,
}

impl Walk<'_> {
    fn visit(&mut self, node: &mut IdedExpr, depth: usize, loops: usize) -> Result<(), String> {
        if depth > NESTING {
            return Err(too_deep());
        }
        match &mut node.expr {
            Node::Unspecified => Ok(()),
            Node::Literal(literal) => {
                self.reads.null |= matches!(literal, LiteralValue::Null);
                Ok(())
            }
            Node::Ident(name) => self.ident(name),
            Node::Select(_) => self.select(node, depth, loops),
            Node::Call(call) => self.call(call, depth, loops),
            Node::List(list) => list.elements.iter_mut().try_for_each(|e| self.visit(e, depth + 1, loops)),
            Node::Map(map) => map.entries.iter_mut().try_for_each(|entry| match &mut entry.expr {
                EntryExpr::MapEntry(entry) => {
                    self.visit(&mut entry.key, depth + 1, loops)?;
                    self.visit(&mut entry.value, depth + 1, loops)
                }
                EntryExpr::StructField(field) => self.visit(&mut field.value, depth + 1, loops),
            }),
            Node::Comprehension(comprehension) => self.comprehension(comprehension, depth, loops + 1),
            Node::Struct(_) => Err("typed objects are not available in rules".to_owned()),
        }
    }

    fn ident(&mut self, name: &str) -> Result<(), String> {
        if self.bound.iter().any(|bound| bound == name) || name == "today" {
            return Ok(());
        }
        if ROOTS.contains(&name) || name == PERSON {
            return Err(format!("`{name}` stands alone; name what is read, like `{name}.something`"));
        }
        Err(format!("`{name}` is not known; rules read {}", ROOTS.join(", ")))
    }

    fn select(&mut self, node: &mut IdedExpr, depth: usize, loops: usize) -> Result<(), String> {
        let Node::Select(select) = &mut node.expr else { return Ok(()) };
        if !self.root_select(select)? {
            self.visit(&mut select.operand, depth + 1, loops)?;
        }
        if select.test {
            // `has(x)` asks whether there is an answer: absent ones read as null here.
            self.reads.null = true;
            let present = std::mem::take(select);
            node.expr = is_not_null(SelectExpr { test: false, ..present });
        }
        Ok(())
    }

    /// `answers.x`, `fig.x`, `facts.r.x` and the like; false when the operand is something else.
    fn root_select(&mut self, select: &SelectExpr) -> Result<bool, String> {
        match &select.operand.expr {
            Node::Ident(root) if self.bound.iter().any(|bound| bound == root) => Ok(true),
            Node::Ident(root) => match root.as_str() {
                "answers" => {
                    self.reads.answers.insert(select.field.clone());
                    Ok(true)
                }
                "fig" => {
                    self.reads.figures.insert(select.field.clone());
                    Ok(true)
                }
                "headline" => {
                    one_of(&select.field, &["value", "limit"]).map(|()| self.reads.headline = true).map(|()| true)
                }
                "applicant" => {
                    self.reads.applicant = true;
                    one_of(&select.field, &["name", "id_number", "phone", "kind"]).map(|()| true)
                }
                "entry" => {
                    self.reads.entry = true;
                    Ok(true)
                }
                PERSON => {
                    self.reads.person = true;
                    Ok(true)
                }
                "facts" => Err(format!("`facts.{}` names a register only; add the fact", select.field)),
                _ => Ok(false),
            },
            Node::Select(inner) => match &inner.operand.expr {
                Node::Ident(root) if root == "facts" => {
                    self.reads.facts.insert(format!("{}.{}", inner.field, select.field));
                    Ok(true)
                }
                _ => Ok(false),
            },
            _ => Ok(false),
        }
    }

    fn call(&mut self, call: &mut CallExpr, depth: usize, loops: usize) -> Result<(), String> {
        let name = call.func_name.as_str();
        if name == "matches" {
            return Err("regular expressions are not available; use an identifier kind or startsWith".to_owned());
        }
        self.reads.licences |= name == "holds_licence";
        let operator = !name.starts_with(|c: char| c.is_ascii_alphabetic());
        if let Some((_, arity)) = functions::OWN.iter().find(|(own, _)| *own == name) {
            if call.target.is_some() || call.args.len() != *arity {
                return Err(format!("`{name}` takes {arity} arguments in brackets"));
            }
        } else if !operator && !STANDARD.contains(&name) {
            return Err(format!("the function `{name}` is not known"));
        }
        if let Some(target) = &mut call.target {
            self.visit(target, depth + 1, loops)?;
        }
        call.args.iter_mut().try_for_each(|argument| self.visit(argument, depth + 1, loops))
    }

    fn comprehension(&mut self, part: &mut ComprehensionExpr, depth: usize, loops: usize) -> Result<(), String> {
        if loops > LOOPS {
            return Err(format!("more than {LOOPS} loops inside each other"));
        }
        self.visit(&mut part.iter_range, depth + 1, loops)?;
        self.visit(&mut part.accu_init, depth + 1, loops)?;
        let before = self.bound.len();
        self.bound.push(part.iter_var.clone());
        self.bound.extend(part.iter_var2.clone());
        self.bound.push(part.accu_var.clone());
        for inner in [&mut part.loop_cond, &mut part.loop_step, &mut part.result] {
            self.visit(inner, depth + 1, loops)?;
        }
        self.bound.truncate(before);
        Ok(())
    }
}

fn one_of(field: &str, known: &[&str]) -> Result<(), String> {
    if known.contains(&field) {
        return Ok(());
    }
    Err(format!("`{field}` is not known; there is {}", known.join(", ")))
}

fn is_not_null(select: SelectExpr) -> Node {
    Node::Call(CallExpr {
        func_name: operators::NOT_EQUALS.to_owned(),
        target: None,
        args: vec![
            IdedExpr { id: 0, expr: Node::Select(select) },
            IdedExpr { id: 0, expr: Node::Literal(LiteralValue::Null) },
        ],
    })
}
