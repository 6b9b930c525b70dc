//! Prints what one change costs on forms of 10, 200 and 1,000 fields with visibility, checks, computed
//! values and a headline. Aims: at most 200 µs at 200 fields; at 1,000 at most three times as much as at 10.

#![allow(clippy::print_stdout, clippy::expect_used)]

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use haoban_domain::{
    calendar::WorkCalendar,
    form::{Evaluation, Evaluator, Inputs},
    item::ServiceItem,
};
use serde_json::{Value, json};

const SIZES: [usize; 3] = [10, 200, 1_000];
/// Rounds over all sizes, so that a slow moment of the machine hits each alike.
const ROUNDS: usize = 5;
const CHANGES: usize = 1_000;

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

fn item(fields: usize) -> ServiceItem {
    // The headline reads the last number, as the cap of a real form does.
    let last = format!("answers.f{}", fields - 2);
    let pages: Vec<Value> = (0..fields / 5)
        .map(|page| {
            json!({"id": format!("p{page}"), "title": words("t"), "plain": words("t"), "why": words("w"),
                "section": words("s"), "fields": (page * 5..page * 5 + 5).map(field).collect::<Vec<_>>()})
        })
        .collect();
    let text = words("x");
    serde_json::from_value(json!({
        "code": "bench", "version": 1, "materials": [], "workflow": {"steps": [], "outputs": []},
        "form": {"pages": pages, "declaration": text, "headline": {"label": text, "format": "money", "note": text,
            "least_of": [{"id": "a", "words": text, "value": last}, {"id": "b", "words": text, "value": "100000"}]}},
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

/// A form that is filled, and how long the first look at it took.
fn filled(fields: usize) -> (Evaluation, f64) {
    let evaluator = Evaluator::new(Arc::new(item(fields)), Arc::new(WorkCalendar::new(&[]))).expect("rules load");
    let mut inputs = Inputs::on("2026-11-23".parse().expect("a day"));
    for number in 0..fields {
        match number % 4 {
            0 | 1 => inputs.answers.insert(format!("f{number}"), json!(number + 1)),
            3 => inputs.answers.insert(format!("f{number}"), json!("words")),
            _ => None,
        };
    }
    let started = Instant::now();
    let evaluation = evaluator.begin(inputs);
    (evaluation, started.elapsed().as_secs_f64() * 1e6)
}

fn change(evaluation: &mut Evaluation, fields: usize, times: &mut Vec<f64>) {
    for change in 0..CHANGES {
        let changes = BTreeMap::from([(format!("f{}", change * 4 % fields / 4 * 4), Some(json!(change + 1)))]);
        let started = Instant::now();
        evaluation.change(changes);
        times.push(started.elapsed().as_secs_f64() * 1e6);
    }
}

fn main() {
    let mut forms: Vec<_> = SIZES.iter().map(|&fields| (fields, filled(fields), Vec::new())).collect();
    for _ in 0..ROUNDS {
        for (fields, (evaluation, _), times) in &mut forms {
            change(evaluation, *fields, times);
        }
    }
    let mut medians = Vec::new();
    for (fields, (_, whole), times) in &mut forms {
        times.sort_by(f64::total_cmp);
        let at = |share: usize| times[(times.len() - 1) * share / 100];
        println!("form_change_us fields={fields} p50={:.1} p99={:.1} whole_us={whole:.0}", at(50), at(99));
        medians.push(at(50));
    }
    println!("form_change_ratio_1000_to_10={:.2} aim=3.00", medians[2] / medians[0]);
}
