//! And, or, not over rules that may be absent. An absent rule holds always.

use crate::rules::Expr;

/// Both hold.
pub(super) fn and(a: Option<&Expr>, b: Option<&Expr>) -> Option<Expr> {
    match (a, b) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (Some(a), Some(b)) if a == b => Some(a.clone()),
        (Some(a), Some(b)) => Some(Expr(format!("({}) && ({})", a.0.trim(), b.0.trim()))),
    }
}

/// One of them holds; each is said once.
pub(super) fn or<'a>(rules: impl IntoIterator<Item = Option<&'a Expr>>) -> Option<Expr> {
    let mut said: Vec<&Expr> = Vec::new();
    for rule in rules {
        let rule = rule?;
        if !said.contains(&rule) {
            said.push(rule);
        }
    }
    match said.as_slice() {
        [] => None,
        [one] => Some((*one).clone()),
        many => Some(Expr(many.iter().map(|rule| format!("({})", rule.0.trim())).collect::<Vec<_>>().join(" || "))),
    }
}

/// It does not hold.
pub(super) fn not(rule: &Expr) -> Expr {
    Expr(format!("!({})", rule.0.trim()))
}
