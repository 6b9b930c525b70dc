//! A part of a joint service that is not complete, or cannot be granted, must not stop the others when they
//! can do without it. What follows from leaving it out is not guessed: it is left out on trial, by the same
//! rules that count when the applicant leaves it out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Evaluation, FieldProblem,
    words::{left_out_with, paper_missing},
};
use crate::{
    joint::{Joint, LEFT_OUT, Part},
    material::MaterialStanding,
    text::LocalText,
};

impl Evaluation {
    /// Whether everything that stands in the way belongs to parts that the rest can do without. Those are
    /// marked in the plan with the reasons.
    pub(super) fn goes_on_without(&mut self) -> bool {
        if self.trial {
            return false;
        }
        let shared = std::sync::Arc::clone(&self.shared);
        let Some(joint) = shared.plan.item.joint.as_deref() else { return false };
        let Some(stuck) = self.stuck(joint) else { return false };
        for part in self.state.plan.iter_mut().flat_map(|plan| &mut plan.parts) {
            part.stuck = stuck.get(part.item.as_str()).cloned().unwrap_or_default();
        }
        true
    }

    /// The parts to leave out, as few as possible, with the reasons; `None` when that does not help.
    fn stuck<'a>(&self, joint: &'a Joint) -> Option<BTreeMap<&'a str, Vec<LocalText>>> {
        let needed: Vec<&Part> = joint.parts.iter().filter(|part| self.part_needed(part) == Some(true)).collect();
        let codes: Vec<&str> = needed.iter().map(|part| part.item.as_str()).collect();
        let may: Vec<&Part> = needed.iter().copied().filter(|part| joint.may_go_without(&part.item, &codes)).collect();
        if may.is_empty() || self.is_stopped_elsewhere(&may) {
            return None;
        }
        let mut left: BTreeSet<&str> = may.iter().map(|part| part.item.as_str()).collect();
        if !self.without(&left).state.complete {
            return None;
        }
        let mut stuck = BTreeMap::new();
        for part in &may {
            let mut fewer = left.clone();
            fewer.remove(part.item.as_str());
            let tried = self.without(&fewer);
            if tried.state.complete {
                left = fewer;
            } else {
                stuck.insert(part.item.as_str(), tried.reasons());
            }
        }
        let rest = self.without(&left);
        let gone = |part: &&&Part| rest.part_needed(part) != Some(true);
        if needed.iter().all(|part| gone(&part)) {
            return None;
        }
        for part in needed.iter().filter(gone).filter(|part| !left.contains(part.item.as_str())) {
            let before = joint.parts.iter().filter(|other| part.after.contains(&other.item) && gone(&other));
            stuck.insert(part.item.as_str(), before.map(|other| left_out_with(&other.name)).collect());
        }
        Some(stuck)
    }

    /// A quick look: something stands in the way that none of these parts has to do with.
    fn is_stopped_elsewhere(&self, may: &[&Part]) -> bool {
        let asks = |id: &str| may.iter().any(|part| part.fields.values().any(|own| own == id));
        let checks = |rule: &str| may.iter().any(|part| part.makes(rule));
        let wants = |id: &str| may.iter().any(|part| part.slots.values().any(|own| own == id));
        let fields = self.state.fields.iter().filter(|(_, field)| field.visible);
        let mut unsound = fields.filter(|(_, field)| field.problems.iter().any(|problem| !problem.warning));
        unsound.any(|(id, _)| !asks(id))
            || self.state.problems.iter().any(|problem| !problem.warning && !checks(&problem.rule))
            || self.missing().any(|id| !wants(id))
    }

    /// Slots that wait to be filled.
    fn missing(&self) -> impl Iterator<Item = &str> {
        let needed = self.state.materials.iter().filter(|material| material.standing == MaterialStanding::Needed);
        needed.map(|material| material.id.as_str())
    }

    /// What stands in the way, in words, each once.
    fn reasons(&self) -> Vec<LocalText> {
        let of_fields = self.state.fields.values().filter(|field| field.visible).flat_map(|field| &field.problems);
        let wrong = of_fields.chain(&self.state.problems).filter(|problem| !problem.warning);
        let mut reasons: Vec<LocalText> = Vec::new();
        let papers = self.missing().filter_map(|id| {
            let rule = self.shared.plan.item.materials.iter().find(|rule| rule.id == id)?;
            Some(paper_missing(&rule.name))
        });
        for words in wrong.map(|problem: &FieldProblem| problem.message.clone()).chain(papers) {
            if !reasons.contains(&words) {
                reasons.push(words);
            }
        }
        reasons
    }

    /// Codes of the parts the applicant leaves out.
    pub(super) fn left_out(&self) -> Vec<String> {
        let answer = self.inputs.answers.get(LEFT_OUT).and_then(Value::as_array);
        answer.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// On trial without some parts, besides those that are left out anyway.
    fn without(&self, parts: &BTreeSet<&str>) -> Self {
        let mut tried = self.clone();
        tried.trial = true;
        tried.leave_out(parts.iter().copied());
        tried
    }

    fn leave_out<'a>(&mut self, parts: impl Iterator<Item = &'a str>) {
        let mut codes: BTreeSet<String> = self.left_out().into_iter().collect();
        codes.extend(parts.map(str::to_owned));
        let codes: Vec<String> = codes.into_iter().collect();
        let value = (!codes.is_empty()).then(|| Value::from(codes));
        self.change(BTreeMap::from([(LEFT_OUT.to_owned(), value)]));
    }

    /// The application as it is sent: what is stuck is left out. `None` when nothing is.
    #[must_use]
    pub fn without_stuck(&self) -> Option<Self> {
        let plan = self.state.plan.as_ref()?;
        let stuck: Vec<&str> =
            plan.parts.iter().filter(|part| !part.stuck.is_empty()).map(|part| part.item.as_str()).collect();
        if stuck.is_empty() {
            return None;
        }
        let mut rest = self.clone();
        rest.leave_out(stuck.into_iter());
        Some(rest)
    }
}
