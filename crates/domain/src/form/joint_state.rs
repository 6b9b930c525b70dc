//! What a joint service says about one set of answers: which parts are needed and why, in which order,
//! by when, and what doing them together saves. Everything is computed, nothing is claimed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{
    Answers, Evaluation,
    evaluation::Outcome,
    kinds::is_answer,
    visible_answers,
    words::{left_out, left_out_with},
};
use crate::{
    item::{ItemCode, TimeLimit},
    joint::{Joint, NoteKind, Part},
    material::{MaterialChoice, MaterialStanding},
    rules::Expr,
    text::LocalText,
    time::Date,
};

/// The plan of a joint service for one set of answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct PlanState {
    /// Pages that ask for the situation and apply now.
    pub situation: Vec<String>,
    /// Every part, prerequisites before what waits for them.
    pub parts: Vec<PlanPart>,
    /// True once it is known of every part whether it is needed.
    pub settled: bool,
    /// Working days in all when each part takes what it promises: the longest way through the order.
    pub days: u16,
    /// The day that leads to, if everything is sent today and nothing has to be corrected.
    pub ready_by: Date,
    /// Trips in all.
    pub trips: u16,
    /// Whether any office charges for its part.
    pub charged: bool,
    /// What doing it together saves.
    pub savings: Savings,
    /// What is not needed at all, and what is done elsewhere.
    pub notes: Vec<PlanNote>,
}

/// What the plan tells besides its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct PlanNote {
    /// Id inside the joint service.
    pub id: String,
    /// Not needed, or done elsewhere.
    pub kind: NoteKind,
    /// What it is about.
    pub name: LocalText,
    /// Why, with the rule.
    pub because: LocalText,
}

/// One part of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct PlanPart {
    /// Item.
    pub item: ItemCode,
    /// Its name.
    pub name: LocalText,
    /// Its icon.
    pub icon: String,
    /// Its office.
    pub department: LocalText,
    /// Needed, not needed (or left out), or not yet to be told.
    pub needed: Option<bool>,
    /// Needed, but left out this time by the applicant's own choice.
    pub left_out: bool,
    /// Why it is left out if everything is sent now: it is not complete or cannot be granted, and the rest goes
    /// on without it. Empty while the rest waits for something too.
    pub stuck: Vec<LocalText>,
    /// Needed whatever is answered.
    pub always: bool,
    /// Why it is needed, or why it is not; absent when the definition gives no reason against it.
    pub because: Option<LocalText>,
    /// Its promise.
    pub promised_limit: TimeLimit,
    /// Parts needed here that come before it.
    pub after: Vec<ItemCode>,
    /// The rest can do without it.
    pub optional: bool,
    /// What forbids it in this situation.
    pub blocked: Vec<LocalText>,
    /// Trips it takes.
    pub trips: u8,
}

/// What doing it together saves, as domain.md §5.2 counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Savings {
    /// Papers the needed parts list when each is applied for alone, one form each included.
    pub papers_apart: u16,
    /// Papers the resident really hands in, with the one form.
    pub papers_together: u16,
    /// Visits to windows or sites apart: to ask, to hand in, to fetch, at each office.
    pub steps_apart: u16,
    /// Steps here: sign in, declare, receive.
    pub steps_together: u16,
}

/// Steps at one window: ask, hand in, fetch.
const STEPS_OF_ONE: u16 = 3;

/// What of a composed form belongs to one part, in the part's own names. Its own evaluator judges it.
#[derive(Debug, Clone, PartialEq)]
pub struct Projected {
    /// Answers; fields that the part hides are still among them.
    pub answers: Answers,
    /// Material choices.
    pub choices: std::collections::BTreeMap<String, MaterialChoice>,
}

impl Evaluation {
    /// The plan, when the item is a joint service.
    pub(super) fn plan_state(&self) -> Option<PlanState> {
        let joint = self.shared.plan.item.joint.as_deref()?;
        let needed: Vec<Option<bool>> = joint.parts.iter().map(|part| self.part_needed(part)).collect();
        let parts: Vec<PlanPart> =
            joint.parts.iter().zip(&needed).map(|(part, n)| self.plan_part(joint, part, *n, &needed)).collect();
        let days = longest(&parts);
        let wanted = || parts.iter().filter(|part| part.needed == Some(true));
        Some(PlanState {
            situation: self
                .state
                .pages
                .iter()
                .map(|page| &page.id)
                .filter(|id| joint.situation.contains(id))
                .cloned()
                .collect(),
            settled: needed.iter().all(Option::is_some),
            days,
            ready_by: self.shared.calendar.workdays_after(self.inputs.today, days),
            trips: wanted().map(|part| u16::from(part.trips)).sum(),
            charged: joint.parts.iter().zip(&needed).any(|(part, needed)| *needed == Some(true) && part.charged),
            savings: self.savings(joint, &needed),
            notes: self.notes(joint),
            parts,
        })
    }

    fn notes(&self, joint: &Joint) -> Vec<PlanNote> {
        let told =
            joint.notes.iter().filter(|note| note.when.as_ref().is_none_or(|when| self.judge(when) == Some(true)));
        told.map(|note| PlanNote {
            id: note.id.clone(),
            kind: note.kind,
            name: note.name.clone(),
            because: note.because.clone(),
        })
        .collect()
    }

    /// Whether a part is needed and not left out; `None` while a question it depends on is open.
    #[must_use]
    pub fn part_needed(&self, part: &Part) -> Option<bool> {
        Some(self.called_for(part)? && !self.is_left_out(part))
    }

    /// Whether the situation calls for a part.
    fn called_for(&self, part: &Part) -> Option<bool> {
        let Some(when) = &part.when else { return Some(true) };
        let open = self.shared.with_rule(when, |rule| rule.reads.answers.iter().any(|id| self.is_open(id)));
        if open? { None } else { Some(self.judge(when) == Some(true)) }
    }

    fn is_left_out(&self, part: &Part) -> bool {
        part.unless.as_ref().is_some_and(|unless| self.judge(unless) == Some(true))
    }

    /// A question that shows, wants an answer and has none.
    fn is_open(&self, id: &str) -> bool {
        let Some(field) = self.shared.plan.index.get(id).map(|at| &self.shared.plan.fields[*at]) else { return false };
        let wanted = self.state.fields.get(id).is_some_and(|state| state.visible && state.required);
        wanted && !matches!(&self.outcomes[field.value], Outcome::Value(Some(_), true))
    }

    fn plan_part(&self, joint: &Joint, part: &Part, needed: Option<bool>, all: &[Option<bool>]) -> PlanPart {
        let wanted = |code: &&ItemCode| {
            joint.parts.iter().zip(all).any(|(other, needed)| other.item == **code && *needed == Some(true))
        };
        let left_out = needed == Some(false) && self.is_left_out(part) && self.called_for(part) == Some(true);
        let blocks = self.state.problems.iter().filter(|problem| part.blocked.contains(&problem.rule));
        PlanPart {
            item: part.item.clone(),
            name: part.name.clone(),
            icon: part.icon.clone(),
            department: part.department.clone(),
            needed,
            left_out,
            stuck: Vec::new(),
            always: part.when.is_none(),
            because: match needed {
                _ if left_out => Some(self.why_left_out(joint, part)),
                Some(false) => part.not_because.clone(),
                _ => Some(part.because.clone()),
            },
            promised_limit: part.promised_limit,
            after: part.after.iter().filter(wanted).cloned().collect(),
            optional: part.optional,
            blocked: blocks.map(|problem| problem.message.clone()).collect(),
            trips: part.trips,
        }
    }

    /// The applicant does without it, or without what comes before it.
    fn why_left_out(&self, joint: &Joint, part: &Part) -> LocalText {
        let chosen = self.left_out();
        let before = joint.parts.iter().find(|other| part.after.contains(&other.item) && self.is_left_out(other));
        match before {
            Some(before) if !chosen.contains(&part.item) => left_out_with(&before.name),
            _ => left_out(),
        }
    }

    fn savings(&self, joint: &Joint, needed: &[Option<bool>]) -> Savings {
        let wanted =
            || joint.parts.iter().zip(needed).filter(|(_, needed)| **needed == Some(true)).map(|(part, _)| part);
        let holds = |rule: &&Option<Expr>| rule.as_ref().is_none_or(|rule| self.judge(rule) == Some(true));
        let listed: usize = wanted().map(|part| part.listed.iter().filter(holds).count() + 1).sum();
        let really = self.state.materials.iter().filter(|material| {
            matches!(
                material.standing,
                MaterialStanding::Needed | MaterialStanding::Uploaded | MaterialStanding::Deferred
            )
        });
        let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        Savings {
            papers_apart: count(listed),
            papers_together: count(really.count() + 1),
            steps_apart: count(wanted().count()).saturating_mul(STEPS_OF_ONE),
            steps_together: STEPS_OF_ONE,
        }
    }

    /// A part's own answers and choices, in its own names.
    #[must_use]
    pub fn project(&self, part: &Part) -> Projected {
        let sent = visible_answers(&self.state, &self.inputs.answers);
        let mut answers: Answers =
            part.fields.iter().filter_map(|(own, id)| Some((own.clone(), sent.get(id)?.clone()))).collect();
        let given = part.given.iter().filter_map(|(own, rule)| Some((own.clone(), self.value(rule)?)));
        answers.extend(given.filter(|(_, value)| is_answer(value)));
        let chosen = |(own, slot): (&String, &String)| {
            let asked = self.state.materials.iter().any(|material| material.id == *slot && material.asked);
            Some((own.clone(), self.inputs.choices.get(slot).filter(|_| asked)?.clone()))
        };
        Projected { answers, choices: part.slots.iter().filter_map(chosen).collect() }
    }
}

/// Days of the longest way through the needed parts; parts stand behind what they wait for.
fn longest(parts: &[PlanPart]) -> u16 {
    let mut ends: Vec<(&str, u16)> = Vec::new();
    for part in parts.iter().filter(|part| part.needed == Some(true)) {
        let end = |code: &String| ends.iter().find(|(known, _)| known == code).map_or(0, |(_, end)| *end);
        let start = part.after.iter().map(end).max().unwrap_or(0);
        ends.push((&part.item, start.saturating_add(part.promised_limit.days)));
    }
    ends.into_iter().map(|(_, end)| end).max().unwrap_or(0)
}
