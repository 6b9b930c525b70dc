//! What may start now: pure.

use std::collections::{BTreeMap, HashSet};

use haoban_domain::{ids::CaseId, time::Timestamp};

use super::{
    backoff::MOST_WAIT_MILLIS,
    machine::StepState,
    row::{Entry, Step, Work},
};

/// Files on their way at the same time.
pub(crate) const UPLOADS_AT_ONCE: usize = 2;

/// What the worker should do next.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Steps to start, in order.
    pub(crate) start: Vec<String>,
    /// Steps whose wait is over.
    pub(crate) due: Vec<String>,
    /// When the next wait ends.
    pub(crate) next: Option<Timestamp>,
}

/// Entries of one case go in order; cases do not wait for each other.
pub(crate) fn plan(entries: &[Entry], running: &HashSet<String>, now: Timestamp) -> Plan {
    let mut plan = Plan::default();
    let mut uploads = entries
        .iter()
        .flat_map(|entry| &entry.steps)
        .filter(|step| running.contains(&step.id) && is_upload(step))
        .count();
    let mut lanes: BTreeMap<CaseId, ()> = BTreeMap::new();
    for entry in entries {
        if lanes.insert(entry.case_id, ()).is_some() {
            continue;
        }
        for step in &entry.steps {
            match &step.state {
                StepState::Backoff { until } if is_over(*until, now) => plan.due.push(step.id.clone()),
                StepState::Backoff { until } => plan.next = Some(plan.next.map_or(*until, |next| next.min(*until))),
                StepState::Ready if !running.contains(&step.id) && may_start(entry, step) => {
                    if is_upload(step) {
                        if uploads == UPLOADS_AT_ONCE {
                            continue;
                        }
                        uploads += 1;
                    }
                    plan.start.push(step.id.clone());
                }
                _ => {}
            }
        }
    }
    plan
}

/// Whether a wait is over. One that is longer than any wait there is was begun before the clock was set back.
fn is_over(until: Timestamp, now: Timestamp) -> bool {
    until <= now || until.millis() - now.millis() > MOST_WAIT_MILLIS
}

fn may_start(entry: &Entry, step: &Step) -> bool {
    step.needs
        .iter()
        .all(|needed| entry.steps.iter().any(|other| other.id == *needed && other.state == StepState::Done))
}

fn is_upload(step: &Step) -> bool {
    matches!(step.content.work, Work::Upload(_))
}
