//! What is sent of a draft, and how its answers are carried over to another version of a form.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    Answers, Field, FieldKind, Form, FormState, Upgraded, ValueOrigin,
    kinds::{is_answer, takes_answer},
    plan::options,
};

/// The answers that are sent: what counts in each visible field, typed or from a register. Hidden
/// answers stay in the draft; computed values are for the platform to compute.
#[must_use]
pub fn visible_answers(state: &FormState, answers: &Answers) -> Answers {
    let mut sent = Answers::new();
    for (id, field) in &state.fields {
        if !field.visible || field.origin == Some(ValueOrigin::Computed) {
            continue;
        }
        let value = field.value.as_ref().or_else(|| answers.get(id));
        if let Some(value) = value.filter(|value| is_answer(value)) {
            sent.insert(id.clone(), value.clone());
        }
    }
    sent
}

/// Carries answers from an old version of a form to a new one. Nothing is changed silently: an answer
/// whose kind, options or rules differ is kept where it can be and named for review.
#[must_use]
pub fn upgrade(old: &Form, new: &Form, answers: Answers) -> Upgraded {
    let before: HashMap<&str, &Field> = fields(old).map(|field| (field.id.as_str(), field)).collect();
    let renamed: HashMap<&str, &str> =
        new.renamed_fields.iter().map(|(from, to)| (to.as_str(), from.as_str())).collect();
    let mut upgraded = Upgraded { answers: Answers::new(), added: Vec::new(), removed: Vec::new(), review: Vec::new() };
    let mut carried = Vec::new();
    let mut answers = answers;
    for field in fields(new) {
        let source = renamed.get(field.id.as_str()).copied().unwrap_or(field.id.as_str());
        // A renamed field wins; a field that kept its id and its answer comes first otherwise.
        let source = if before.contains_key(source) { source } else { field.id.as_str() };
        let Some(previous) = before.get(source) else {
            if takes_answer(&field.kind) {
                upgraded.added.push(field.label.clone());
            }
            continue;
        };
        carried.push(source);
        let Some(answer) = answers.remove(source).filter(is_answer) else { continue };
        match carry(previous, field, answer) {
            Carried::Same(answer) => {
                upgraded.answers.insert(field.id.clone(), answer);
            }
            Carried::Review(answer) => {
                upgraded.review.push(field.label.clone());
                upgraded.answers.extend(answer.map(|answer| (field.id.clone(), answer)));
            }
        }
    }
    let gone = fields(old).filter(|field| takes_answer(&field.kind) && !carried.contains(&field.id.as_str()));
    upgraded.removed = gone.map(|field| field.label.clone()).collect();
    upgraded
}

enum Carried {
    Same(Value),
    Review(Option<Value>),
}

fn fields(form: &Form) -> impl Iterator<Item = &Field> {
    form.pages.iter().flat_map(|page| &page.fields)
}

fn carry(old: &Field, new: &Field, answer: Value) -> Carried {
    match (&old.kind, &new.kind) {
        (a, b) if a == b && old.checks == new.checks => Carried::Same(answer),
        // A declaration is made on its own words.
        (_, FieldKind::Declaration) => Carried::Review(None),
        (FieldKind::Number { decimals: a, .. }, FieldKind::Number { decimals: b, .. }) if a != b => {
            Carried::Review(rescale(&answer, *a, *b))
        }
        (FieldKind::People { fields: a, .. }, FieldKind::People { fields: b, .. })
        | (FieldKind::Group { fields: a, .. }, FieldKind::Group { fields: b, .. }) => {
            Carried::Review(entries(a, b, answer))
        }
        (a, b) if std::mem::discriminant(a) == std::mem::discriminant(b) => match still_offered(b, answer) {
            (answer, true) if old.checks == new.checks && is_choice(b) => Carried::Same(answer),
            (answer, true) => Carried::Review(Some(answer)),
            (answer, false) => Carried::Review(Some(answer).filter(is_answer)),
        },
        (a, b) if is_text(a) && is_text(b) => Carried::Review(Some(answer)),
        _ => Carried::Review(None),
    }
}

fn is_choice(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::SingleChoice { .. } | FieldKind::MultiChoice { .. })
}

fn is_text(kind: &FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::Text { .. }
            | FieldKind::Textarea { .. }
            | FieldKind::IdNumber
            | FieldKind::CreditCode
            | FieldKind::Phone
            | FieldKind::BankCard
            | FieldKind::PropertyUnit
    )
}

/// The answer with options that are gone taken out, and whether it is whole.
fn still_offered(kind: &FieldKind, answer: Value) -> (Value, bool) {
    let known = |value: &Value| options(kind).iter().any(|option| Some(option.value.as_str()) == value.as_str());
    match (kind, answer) {
        (FieldKind::SingleChoice { .. }, answer) => {
            if known(&answer) {
                (answer, true)
            } else {
                (Value::Null, false)
            }
        }
        (FieldKind::MultiChoice { .. }, Value::Array(list)) => {
            let before = list.len();
            let kept: Vec<Value> = list.into_iter().filter(known).collect();
            let whole = kept.len() == before;
            (Value::Array(kept), whole)
        }
        (_, answer) => (answer, true),
    }
}

fn rescale(answer: &Value, from: u8, to: u8) -> Option<Value> {
    let number = answer.as_i64()?;
    let scale = |places: u8| 10i64.checked_pow(u32::from(places));
    if to >= from {
        return number.checked_mul(scale(to - from)?).map(Value::from);
    }
    let divisor = scale(from - to)?;
    (number % divisor == 0).then(|| Value::from(number / divisor))
}

/// Entries keep the inner answers whose field still exists with the same kind.
fn entries(old: &[Field], new: &[Field], answer: Value) -> Option<Value> {
    let Value::Array(list) = answer else { return None };
    let same = |id: &str| {
        let kind = |fields: &[Field]| fields.iter().find(|field| field.id == id).map(|field| field.kind.clone());
        kind(new).is_some() && kind(old) == kind(new)
    };
    let kept = list.into_iter().filter_map(|entry| match entry {
        Value::Object(map) => Some(Value::Object(map.into_iter().filter(|(id, _)| same(id)).collect())),
        _ => None,
    });
    Some(Value::Array(kept.collect())).filter(is_answer)
}
