//! Turns inputs into what rules can read.

use serde_json::Value;

use super::{Inputs, materials::is_usable};
use crate::{
    item::Figure,
    person::Applicant,
    rules::{Known, Table, to_cel},
    time::Date,
};

/// Everything that does not change while a form is filled.
pub(super) fn known(inputs: &Inputs, figures: &[Figure]) -> Known {
    let mut known = Known { today: inputs.today.to_string(), ..Known::default() };
    for (key, fact) in &inputs.facts.0 {
        if let Some((register, name)) = key.split_once('.') {
            let table = known.facts.entry(register.to_owned()).or_default();
            if !fact.value.is_null() {
                table.insert(name.to_owned(), to_cel(&fact.value));
            }
        }
    }
    known.figures = figures_in_force(figures, inputs.today);
    known.applicant = inputs.applicant.as_ref().map(applicant).unwrap_or_default();
    let held = inputs.licences.iter().filter(|licence| is_usable(licence, inputs.today));
    known.licences = held.map(|licence| (licence.licence_type.clone(), to_cel(&Value::Bool(true)))).collect();
    known
}

/// Of several figures of one id the latest that applies on the day.
fn figures_in_force(figures: &[Figure], today: Date) -> Table {
    let mut chosen: Vec<&Figure> = figures
        .iter()
        .filter(|figure| figure.effective_from <= today && figure.effective_to.is_none_or(|last| today <= last))
        .collect();
    chosen.sort_by_key(|figure| figure.effective_from);
    chosen.into_iter().map(|figure| (figure.id.clone(), to_cel(&figure_value(figure)))).collect()
}

/// Integers are numbers; rates stay text so that no digit is lost.
fn figure_value(figure: &Figure) -> Value {
    figure.value.parse::<i64>().map_or_else(|_| Value::String(figure.value.clone()), Value::from)
}

fn applicant(applicant: &Applicant) -> Table {
    let kind = serde_json::to_value(applicant.kind).unwrap_or_default();
    [
        ("name", Value::String(applicant.name.clone())),
        ("id_number", Value::String(applicant.id_number.clone())),
        ("phone", Value::String(applicant.phone.clone())),
        ("kind", kind),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), to_cel(&value)))
    .collect()
}
