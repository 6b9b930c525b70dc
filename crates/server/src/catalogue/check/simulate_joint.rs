//! What the simulator says of a joint service: the plan with its reasons, and the papers of each part.

use std::fmt::Write as _;

use haoban_domain::{
    form::{Evaluation, PlanPart, PlanState},
    joint::{Joint, Part},
    material::{MaterialRule, Replacement},
};

use super::simulate::handed;
use crate::catalogue::LoadedPack;

/// Every part: needed or not, by which rule, after what, in how many days; then what it comes to.
pub(super) fn plan(plan: &PlanState, told: &mut String) {
    told.push_str("\nPlan\n");
    for part in &plan.parts {
        let because = part.because.as_ref().map(|why| format!(" ({})", why.zh)).unwrap_or_default();
        let _ = writeln!(told, "  {} ({}): {}{because}", part.name.zh, part.item, standing(plan, part));
        for words in &part.blocked {
            let _ = writeln!(told, "      cannot be granted here: {}", words.zh);
        }
        for words in &part.stuck {
            let _ = writeln!(told, "      stays out if sent now: {}", words.zh);
        }
    }
    for note in &plan.notes {
        let _ = writeln!(told, "  {}: {}", note.name.zh, note.because.zh);
    }
    if !plan.settled {
        told.push_str("  some answers of the situation are open\n");
    }
    let saved = &plan.savings;
    let _ = writeln!(
        told,
        "  {} working days, by {}; {} trips; {} papers instead of {}",
        plan.days, plan.ready_by, plan.trips, saved.papers_together, saved.papers_apart
    );
}

fn standing(plan: &PlanState, part: &PlanPart) -> String {
    let limit = part.promised_limit.days;
    let name = |code: &String| plan.parts.iter().find(|other| other.item == *code).map(|other| other.name.zh.as_str());
    let after: Vec<&str> = part.after.iter().filter_map(name).collect();
    let after = if after.is_empty() { String::new() } else { format!(" after {}", after.join(", ")) };
    match part.needed {
        Some(true) => format!("needed, {limit} days{after}"),
        Some(false) if part.left_out => "left out".to_owned(),
        Some(false) => "not needed".to_owned(),
        None => "not known yet".to_owned(),
    }
}

/// The papers of every part that is needed; one that several parts want is the same paper.
pub(super) fn materials(pack: &LoadedPack, joint: &Joint, evaluation: &Evaluation, told: &mut String) {
    told.push_str("\nMaterials\n");
    for part in joint.parts.iter().filter(|part| evaluation.part_needed(part) == Some(true)) {
        let _ = writeln!(told, "  {}", part.name.zh);
        let Some(item) = pack.item(&part.item) else { continue };
        let mut none = true;
        for (material, listed) in item.materials.iter().zip(&part.listed) {
            if listed.as_ref().is_none_or(|rule| evaluation.judge(rule) == Some(true)) {
                none = false;
                let _ = writeln!(told, "    {}: {}", material.name.zh, paper(pack, joint, part, material, evaluation));
            }
        }
        if none {
            told.push_str("    nothing\n");
        }
    }
}

fn paper(pack: &LoadedPack, joint: &Joint, part: &Part, material: &MaterialRule, evaluation: &Evaluation) -> String {
    let slot = part.slots.get(&material.id);
    let state = slot.and_then(|slot| evaluation.state().materials.iter().find(|state| state.id == *slot));
    match state.filter(|state| state.asked) {
        Some(state) => handed(material, state),
        None => match issuer(pack, joint, material, evaluation) {
            Some(earlier) => format!("nothing to hand in: it comes out of {}", earlier.name.zh),
            None => "not asked in this situation".to_owned(),
        },
    }
}

/// The part of this application that issues the licence which replaces a paper.
fn issuer<'a>(
    pack: &LoadedPack,
    joint: &'a Joint,
    material: &MaterialRule,
    evaluation: &Evaluation,
) -> Option<&'a Part> {
    let replaces = |wanted: &str| {
        let by = |replacement: &Replacement| matches!(replacement, Replacement::Licence { licence_type, .. } if licence_type == wanted);
        material.replaced_by.iter().any(by)
    };
    let issues = |part: &&Part| {
        let item = pack.item(&part.item);
        let outputs = item.iter().flat_map(|item| &item.workflow.outputs);
        outputs.into_iter().any(|output| {
            matches!(output, haoban_domain::workflow::Output::Licence { licence_type, .. } if replaces(licence_type))
        })
    };
    joint.parts.iter().filter(|part| evaluation.part_needed(part) == Some(true)).find(issues)
}
