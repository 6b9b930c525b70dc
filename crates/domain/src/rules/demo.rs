//! Rules of demo.yaml: what registers answer about a synthetic person.

use std::{collections::BTreeMap, sync::Arc};

use cel::Context;
use serde_json::Value;

use super::{Expr, Known, Reads, Rule, Scope, Table, root_context, to_cel};
use crate::{calendar::WorkCalendar, time::Date};

/// The compiled rules with the fact each answers.
pub struct DemoRules {
    rules: Vec<(String, Rule)>,
    root: Context<'static, 'static>,
    known: Known,
}

impl DemoRules {
    /// Compiles rules that read `person.…` and `today` and nothing else.
    ///
    /// # Errors
    /// The fact, and what is wrong with its rule.
    pub fn compile<'a>(
        rules: impl Iterator<Item = (String, &'a Expr)>,
        calendar: Arc<WorkCalendar>,
        today: Date,
    ) -> Result<Self, String> {
        let rules = rules
            .map(|(fact, expression)| match rule(expression) {
                Ok(rule) => Ok((fact, rule)),
                Err(reason) => Err(format!("{fact}: {reason}")),
            })
            .collect::<Result<_, _>>()?;
        let root = root_context(calendar).map_err(|error| error.to_string())?;
        Ok(Self { rules, root, known: Known { today: today.to_string(), ..Known::default() } })
    }

    /// The facts of one person; a rule without a value gives none.
    #[must_use]
    pub fn values(&self, person: &BTreeMap<String, Value>) -> Vec<(String, Value)> {
        let table: Table = person.iter().map(|(name, value)| (name.clone(), to_cel(value))).collect();
        let scope = Scope::with_entry(&self.known, &table);
        let context = scope.context(&self.root);
        let value = |(fact, rule): &(String, Rule)| Some((fact.clone(), rule.json(&context)?));
        self.rules.iter().filter_map(value).collect()
    }
}

fn rule(expression: &Expr) -> Result<Rule, String> {
    let rule = Rule::compile_authored(expression)?;
    let own = Reads { person: rule.reads.person, null: rule.reads.null, ..Reads::default() };
    if rule.reads == own { Ok(rule) } else { Err("it may read `person` and `today` only".to_owned()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules(text: &str) -> Result<DemoRules, String> {
        let expression = Expr(text.to_owned());
        let today = "2026-11-23".parse().unwrap();
        DemoRules::compile([("pension.status".to_owned(), &expression)].into_iter(), Arc::default(), today)
    }

    #[test]
    fn a_person_gets_what_the_rule_says_and_null_gives_nothing() {
        let rules = rules("person.age >= 60 ? \"drawing\" : null").unwrap();
        let old = BTreeMap::from([("age".to_owned(), json!(71))]);
        assert_eq!(rules.values(&old), [("pension.status".to_owned(), json!("drawing"))]);
        assert!(rules.values(&BTreeMap::from([("age".to_owned(), json!(20))])).is_empty());
    }

    #[test]
    fn nothing_but_the_person_may_be_read() {
        assert!(rules("facts.gjj.balance").is_err());
        assert!(rules("answers.x").is_err());
    }
}
