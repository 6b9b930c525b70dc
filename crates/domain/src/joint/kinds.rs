//! Fields that two services bind to one element of the dictionary become one: what they accept is what
//! every service that needs it accepts.

use super::logic::{and, not, or};
use crate::{
    form::{ChoiceOption, FieldKind},
    rules::Expr,
};

/// Whether one answer can serve both.
pub(super) fn mergeable(a: &FieldKind, b: &FieldKind) -> bool {
    use FieldKind as K;
    match (a, b) {
        (K::Number { decimals: a, .. }, K::Number { decimals: b, .. }) => a == b,
        (K::Date { allow: a }, K::Date { allow: b }) | (K::DateRange { allow: a }, K::DateRange { allow: b }) => a == b,
        (K::Text { .. }, K::Text { .. })
        | (K::Textarea { .. }, K::Textarea { .. })
        | (K::Money { .. }, K::Money { .. })
        | (K::SingleChoice { .. }, K::SingleChoice { .. })
        | (K::MultiChoice { .. }, K::MultiChoice { .. })
        | (K::IdNumber, K::IdNumber)
        | (K::CreditCode, K::CreditCode)
        | (K::Phone, K::Phone)
        | (K::BankCard, K::BankCard)
        | (K::PropertyUnit, K::PropertyUnit)
        | (K::Address, K::Address)
        | (K::YesNo, K::YesNo) => true,
        (K::FactChoice { .. }, K::FactChoice { .. }) => a == b,
        _ => false,
    }
}

/// One use of a field: its kind there, and when that use is on.
pub(super) type Use<'a> = (&'a FieldKind, Option<&'a Expr>);

/// The kind that accepts what all uses accept.
pub(super) fn merged(uses: &[Use<'_>]) -> Option<FieldKind> {
    use FieldKind as K;
    let mut kind = uses.first()?.0.clone();
    for (other, _) in uses.iter().skip(1) {
        match (&mut kind, other) {
            (K::Text { max_length: a }, K::Text { max_length: b })
            | (K::Textarea { max_length: a }, K::Textarea { max_length: b }) => *a = (*a).min(*b),
            (K::Number { min, max, .. }, K::Number { min: low, max: high, .. })
            | (K::Money { min, max }, K::Money { min: low, max: high }) => {
                *min = (*min).max(*low);
                *max = least(*max, *high);
            }
            _ => {}
        }
    }
    if let K::SingleChoice { options } | K::MultiChoice { options } = &mut kind {
        *options = offered(uses);
    }
    Some(kind)
}

fn least(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, None) | (None, one) => one,
    }
}

fn options(kind: &FieldKind) -> &[ChoiceOption] {
    match kind {
        FieldKind::SingleChoice { options } | FieldKind::MultiChoice { options } => options,
        _ => &[],
    }
}

/// Every option that no use which is on refuses.
fn offered(uses: &[Use<'_>]) -> Vec<ChoiceOption> {
    let mut list: Vec<ChoiceOption> = Vec::new();
    for option in uses.iter().flat_map(|(kind, _)| options(kind)) {
        if list.iter().any(|known| known.value == option.value) {
            continue;
        }
        let mut show = None;
        let mut possible = true;
        for (kind, on) in uses {
            let there = options(kind).iter().find(|other| other.value == option.value);
            match (there.map(|other| other.show.as_ref()), on) {
                (Some(None), _) => {}
                (Some(Some(rule)), None) => show = and(show.as_ref(), Some(rule)),
                (Some(Some(rule)), Some(on)) => show = and(show.as_ref(), or([Some(&not(on)), Some(rule)]).as_ref()),
                (None, Some(on)) => show = and(show.as_ref(), Some(&not(on))),
                (None, None) => possible = false,
            }
        }
        if possible {
            list.push(ChoiceOption { show, ..option.clone() });
        }
    }
    list
}
