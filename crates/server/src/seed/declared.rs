//! Facts that a pack declares for its synthetic people (demo.yaml), so that a service written as data finds
//! registers that answer.

use std::collections::BTreeMap;

use haoban_domain::{rules::DemoRules, time::Date};
use serde_json::{Value, json};

use super::town::Person;
use crate::{Error, Result, catalogue::LoadedPack};

/// The rules of demo.yaml, ready to be asked about many people.
pub struct Declared(DemoRules);

impl Declared {
    /// Reads them.
    pub fn read(pack: &LoadedPack, today: Date) -> Result<Self> {
        let rules = pack.pack.demo.iter().map(|line| (line.fact.clone(), &line.value));
        DemoRules::compile(rules, pack.calendar.clone(), today)
            .map(Self)
            .map_err(|reason| Error::internal(format!("demo.yaml: {reason}")))
    }

    /// What they give a person; a rule without a value gives nothing.
    pub fn of_person(&self, person: &Person, number: usize, today: Date) -> Vec<(String, Value)> {
        self.0.values(&known(person, number, today))
    }
}

fn known(person: &Person, number: usize, today: Date) -> BTreeMap<String, Value> {
    let values = json!({
        "age": person.age(today),
        "male": person.male,
        "married": person.spouse.is_some(),
        "divorced": person.divorced,
        "children": person.children.len(),
        "homes": person.homes.len(),
        "local": person.hukou_region.starts_with("4101"),
        "insured_months": person.insured.map_or(0, |(_, all)| all),
        "pupil": person.school.is_some(),
        "talent": person.talent.unwrap_or_default(),
        "enterprise": person.enterprise.is_some(),
        "name": person.name,
        "n": number,
    });
    values.as_object().cloned().unwrap_or_default().into_iter().collect()
}
