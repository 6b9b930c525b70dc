//! Conditions, routes and notices of steps: what could never happen is no definition.

use haoban_domain::{item::ServiceItem, workflow::WorkflowStep};

use super::{Finding, item_file};

/// Checks the steps of one item.
#[must_use]
pub fn check(item: &ServiceItem) -> Vec<Finding> {
    let file = item_file(&item.code, "workflow");
    let last = item.workflow.steps.len().saturating_sub(1);
    let mut findings = Vec::new();
    for (at, step) in item.workflow.steps.iter().enumerate() {
        for (key, message, remedy) in wrong(at, step, last) {
            findings.push(Finding::at(file.clone(), format!("steps.{at}.{key}"), "way", message, remedy));
        }
    }
    findings
}

type Wrong = (String, &'static str, &'static str);

fn wrong(at: usize, step: &WorkflowStep, last: usize) -> Vec<Wrong> {
    let mut found: Vec<Wrong> = Vec::new();
    let mut say = |wrong: bool, key: String, message, remedy| {
        if wrong {
            found.push((key, message, remedy));
        }
    };
    let public = step.publicity.is_some();
    let decides = at == last;
    say(
        at == 0 && !decides && step.when.is_some(),
        "when".to_owned(),
        "the first step is part of every case: nobody would accept it otherwise",
        "put the condition on a step after it",
    );
    say(
        decides && step.when.is_some(),
        "when".to_owned(),
        "the step that decides is part of every case",
        "put the condition on a step before it",
    );
    say(
        public && step.when.is_some(),
        "when".to_owned(),
        "a publicity period is part of every case",
        "put the condition on another step",
    );
    say(
        public && !step.route.is_empty(),
        "route".to_owned(),
        "a publicity period has one office, which the public can write to",
        "take the route out",
    );
    say(
        at == 0 && step.notice.is_some(),
        "notice".to_owned(),
        "the first step begins with the receipt, which says so itself; nobody would read this",
        "take it out, or give it to a later step",
    );
    say(
        public && step.notice.is_some(),
        "notice".to_owned(),
        "a publicity period is told in its own words; nobody would read this",
        "take it out",
    );
    for (number, route) in step.route.iter().enumerate() {
        let plain = route.department == step.department && number + 1 == step.route.len();
        say(
            plain,
            format!("route.{number}"),
            "the last route leads where the step goes anyway",
            "take it out, or name another department",
        );
        say(
            route.when.0.trim() == "true",
            format!("route.{number}"),
            "a route that always holds is no route",
            "name that department as the `department` of the step",
        );
        say(
            step.route.iter().take(number).any(|earlier| earlier.when == route.when),
            format!("route.{number}"),
            "an earlier route has the same condition: nothing comes here",
            "take it out, or change its condition",
        );
    }
    found
}
