//! Prints what one change costs on a form of 200 fields with visibility, checks, computed values and
//! a headline. Aim: at most 200 µs.

#![allow(clippy::print_stdout, clippy::expect_used)]

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use haoban_domain::{
    calendar::WorkCalendar,
    form::{Evaluator, Inputs},
    item::ServiceItem,
};
use serde_json::{Value, json};

const FIELDS: usize = 200;
const CHANGES: usize = 2_000;

fn words(text: &str) -> Value {
    json!({"zh": text, "en": text})
}

fn field(number: usize) -> Value {
    let id = format!("f{number}");
    let before = number.saturating_sub(3);
    match number % 4 {
        0 => json!({"id": id, "kind": "money", "label": words("m")}),
        1 => json!({"id": id, "kind": "number", "label": words("n"), "show": format!("answers.f{} > 0", number - 1)}),
        2 => json!({"id": id, "kind": "computed", "label": words("c"),
            "value": format!("answers.f{} * 2 + answers.f{}", number - 2, number - 1)}),
        _ => json!({"id": id, "kind": "text", "label": words("t"), "required": format!("answers.f{before} > 100"),
            "checks": [{"id": format!("c{number}"), "rule": format!("size(answers.{id}) < answers.f{before} + 50"), "message": words("x")}]}),
    }
}

fn item() -> ServiceItem {
    let pages: Vec<Value> = (0..FIELDS / 5)
        .map(|page| {
            json!({"id": format!("p{page}"), "title": words("t"), "plain": words("t"), "why": words("w"),
                "section": words("s"), "fields": (page * 5..page * 5 + 5).map(field).collect::<Vec<_>>()})
        })
        .collect();
    let text = words("x");
    serde_json::from_value(json!({
        "code": "bench", "version": 1, "materials": [], "workflow": {"steps": [], "outputs": []},
        "form": {"pages": pages, "declaration": text, "headline": {"label": text, "format": "money", "note": text,
            "least_of": [{"id": "a", "words": text, "value": "answers.f198"}, {"id": "b", "words": text, "value": "100000"}]}},
        "guide": {"name": text, "summary": text, "plain": text, "basic_code": "0", "item_type": "levy",
            "audience": [], "themes": [], "department": "d", "icon": "i", "keywords": [], "handling": "instant",
            "statutory_limit": {"days": 1, "unit": "working_day"}, "promised_limit": {"days": 0, "unit": "working_day"},
            "online_depth": "IV", "trips": 0, "minutes": 1, "fee": {"charged": false, "words": text, "pay_online": false},
            "conditions": [], "steps": [], "result": {"kind": "other", "name": text, "delivery": text}, "legal_basis": [],
            "counters": [], "consult_phone": "1", "complaint_phone": "2", "rights": text,
            "remedies": {"reconsideration": text, "litigation": text}, "faq": [], "facts": [], "last_verified": "2026-11-01"}
    }))
    .expect("the bench's own item")
}

fn main() {
    let evaluator = Evaluator::new(Arc::new(item()), Arc::new(WorkCalendar::new(&[]))).expect("rules load");
    let mut inputs = Inputs::on("2026-11-23".parse().expect("a day"));
    for number in 0..FIELDS {
        match number % 4 {
            0 | 1 => inputs.answers.insert(format!("f{number}"), json!(number + 1)),
            3 => inputs.answers.insert(format!("f{number}"), json!("words")),
            _ => None,
        };
    }
    let started = Instant::now();
    let mut evaluation = evaluator.begin(inputs);
    let whole = started.elapsed();
    let mut times: Vec<f64> = Vec::with_capacity(CHANGES);
    for change in 0..CHANGES {
        let changes = BTreeMap::from([(format!("f{}", change * 4 % FIELDS), Some(json!(change + 1)))]);
        let started = Instant::now();
        evaluation.change(changes);
        times.push(started.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!(
        "form_change_us fields={FIELDS} p50={:.1} p99={:.1} whole_us={:.0} aim=200",
        at(50),
        at(99),
        whole.as_secs_f64() * 1e6
    );
}
