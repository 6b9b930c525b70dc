//! The names that rules of an item may use.

use std::collections::BTreeSet;

use super::RuleError;
use crate::{
    item::ServiceItem,
    rules::{Expr, Reads, Rule},
};

/// Names that rules may use.
pub(super) struct Names {
    figures: BTreeSet<String>,
    facts: BTreeSet<String>,
    has_headline: bool,
    composed: bool,
    fields: BTreeSet<String>,
}

impl Names {
    /// The names an item declares.
    pub fn of(item: &ServiceItem) -> Self {
        let fields = item.form.pages.iter().flat_map(|page| &page.fields).map(|field| field.id.clone());
        Self {
            figures: item.guide.figures.iter().map(|figure| figure.id.clone()).collect(),
            facts: item.guide.facts.iter().map(|fact| fact.key.clone()).collect(),
            has_headline: item.form.headline.is_some(),
            composed: item.joint.is_some(),
            fields: fields.collect(),
        }
    }

    /// Compiles a rule and checks the names it reads.
    pub fn compile(&self, place: &str, expression: &Expr) -> Result<Rule, RuleError> {
        let error = |reason: String| RuleError { place: place.to_owned(), expression: expression.0.clone(), reason };
        let rule = if self.composed { Rule::compile(expression) } else { Rule::compile_authored(expression) };
        let rule = rule.map_err(error)?;
        self.check(&rule.reads).map_err(error)?;
        Ok(rule)
    }

    /// A fact key outside an expression (prefill, fact field, list of choices).
    pub fn fact(&self, place: &str, key: &str) -> Result<(), RuleError> {
        if self.facts.contains(key) {
            return Ok(());
        }
        let reason = missing_fact(key);
        Err(RuleError { place: place.to_owned(), expression: key.to_owned(), reason })
    }

    fn check(&self, reads: &Reads) -> Result<(), String> {
        if let Some(id) = reads.answers.difference(&self.fields).next() {
            return Err(format!("the form has no field `{id}`"));
        }
        if let Some(id) = reads.figures.difference(&self.figures).next() {
            return Err(format!("the guide has no figure `{id}`"));
        }
        if let Some(key) = reads.facts.difference(&self.facts).next() {
            return Err(missing_fact(key));
        }
        if reads.person {
            return Err("`person` is known to the demo city's data only; read a fact".to_owned());
        }
        if reads.headline && !self.has_headline {
            return Err("the form has no headline".to_owned());
        }
        Ok(())
    }
}

fn missing_fact(key: &str) -> String {
    format!("the guide does not name the fact `{key}`; add it to `facts` with the purpose residents are told")
}
