//! Calculators (先算一算) ask what they can ask and show what follows from it.

use haoban_domain::{
    form::{Calculator, FactQuestion, Field, FieldKind},
    item::ServiceItem,
    pack::CityPack,
};

use super::{Finding, expressions, item_file, rules};

const RULE: &str = "calculator";

/// Checks the calculator of one item.
#[must_use]
pub fn check(item: &ServiceItem, pack: &CityPack) -> Vec<Finding> {
    let Some(calculator) = &item.form.calculator else { return Vec::new() };
    let mut said = Said { file: item_file(&item.code, "form"), findings: Vec::new() };
    said.asked(item, calculator);
    said.shown(item, calculator);
    for (at, question) in calculator.unknown_facts.iter().enumerate() {
        said.question(item, pack, &format!("calculator.unknown_facts.{at}"), question);
    }
    said.findings
}

struct Said {
    file: String,
    findings: Vec<Finding>,
}

impl Said {
    fn wrong(&mut self, path: impl Into<String>, message: String, remedy: &str) {
        self.findings.push(Finding::at(&self.file, path.into(), RULE, message, remedy));
    }

    fn asked(&mut self, item: &ServiceItem, calculator: &Calculator) {
        if calculator.fields.is_empty() && calculator.unknown_facts.is_empty() {
            self.wrong("calculator", "nothing is asked".to_owned(), "name the fields that decide the figures");
        }
        for (at, id) in calculator.fields.iter().enumerate() {
            let path = format!("calculator.fields.{at}");
            match field(item, id) {
                None => self.wrong(path, format!("there is no field `{id}`"), "name a field of the pages"),
                Some(field) if !is_asked(&field.kind) => {
                    let message = format!("`{id}` cannot be asked outside an application");
                    self.wrong(path, message, "ask numbers, amounts, days and choices only");
                }
                Some(_) => {}
            }
        }
    }

    fn shown(&mut self, item: &ServiceItem, calculator: &Calculator) {
        if calculator.shows.is_empty() && item.form.headline.is_none() {
            self.wrong("calculator", "no figure follows".to_owned(), "add `shows` or a headline");
        }
        for (at, id) in calculator.shows.iter().enumerate() {
            if !field(item, id).is_some_and(|field| matches!(field.kind, FieldKind::Computed { .. })) {
                let message = format!("`{id}` is no computed field");
                self.wrong(format!("calculator.shows.{at}"), message, "name a computed field of the pages");
            }
        }
    }

    fn question(&mut self, item: &ServiceItem, pack: &CityPack, path: &str, question: &FactQuestion) {
        let FactQuestion { fact, ask } = question;
        if !item.guide.facts.iter().any(|known| known.key == *fact) {
            let message = format!("`{fact}` is not among the facts of the guide");
            self.wrong(format!("{path}.fact"), message, "add it to guide.facts with its purpose");
        }
        if field(item, &ask.id).is_some() {
            let message = format!("`{}` is a field of the form already", ask.id);
            self.wrong(format!("{path}.ask.id"), message, "give the question an id of its own");
        }
        if !stands_for_a_fact(ask) {
            let message = format!("`{}` can stand for no fact", ask.id);
            let remedy =
                "use number, money, date, yes_no or single_choice, without checks, prefill and rules of options";
            self.wrong(format!("{path}.ask"), message, remedy);
        }
        if rules::value_type(pack, fact).is_some_and(|fact_type| !rules::fits(fact_type, &ask.kind)) {
            let message = format!("`{fact}` is of another type than `{}`", ask.id);
            self.wrong(format!("{path}.ask.kind"), message, "ask in the type of the fact");
        }
        // What a field is filled by, the field itself asks; standing in for it would show a source that is none.
        let filled = expressions::fields(item).into_iter().any(|(_, field, _)| field.prefill.as_ref() == Some(fact));
        if filled {
            let message = format!("a field is filled by `{fact}`");
            self.wrong(format!("{path}.fact"), message, "name that field under `fields` instead");
        }
    }
}

fn field<'a>(item: &'a ServiceItem, id: &str) -> Option<&'a Field> {
    item.form.pages.iter().flat_map(|page| &page.fields).find(|field| field.id == id)
}

/// Kinds that give a figure and name nobody, and facts that the questions speak of.
fn is_asked(kind: &FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::Number { .. }
            | FieldKind::Money { .. }
            | FieldKind::Date { .. }
            | FieldKind::DateRange { .. }
            | FieldKind::SingleChoice { .. }
            | FieldKind::MultiChoice { .. }
            | FieldKind::FactChoice { .. }
            | FieldKind::Region
            | FieldKind::Fact { .. }
            | FieldKind::YesNo
    )
}

fn stands_for_a_fact(ask: &Field) -> bool {
    let plain = match &ask.kind {
        FieldKind::SingleChoice { options } => options.iter().all(|option| option.show.is_none()),
        kind => matches!(
            kind,
            FieldKind::Number { .. } | FieldKind::Money { .. } | FieldKind::Date { .. } | FieldKind::YesNo
        ),
    };
    plain && ask.checks.is_empty() && ask.prefill.is_none()
}
