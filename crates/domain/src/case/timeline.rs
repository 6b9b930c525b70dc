//! The resident's timeline: what happened, who must act, what is still to come and until when.

use serde::{Deserialize, Serialize};

use super::{
    Actor, CaseEvent, CaseState, CaseStatus, ClockKind, Pause, TimelineEntry, TimelineState, Way,
    clock::{self, CORRECTION_DAYS, Clocks},
    words,
};
use crate::{
    calendar::WorkCalendar,
    item::{DayUnit, ServiceItem, TimeLimit},
    pack::Department,
    text::LocalText,
    time::{Date, Timestamp},
};

/// One thing that happened to a case, as the platform stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Happening {
    /// What.
    pub event: CaseEvent,
    /// When.
    pub at: Timestamp,
    /// Index of the workflow step that had the case when it happened (before the event).
    pub step: u16,
    /// Of a special procedure: what for and how long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
}

/// What a timeline is made of.
#[derive(Debug, Clone, Copy)]
pub struct Story<'a> {
    /// The item in the version of the case.
    pub item: &'a ServiceItem,
    /// Departments of the pack.
    pub departments: &'a [Department],
    /// When it was sent.
    pub submitted_at: Timestamp,
    /// What happened since, in order.
    pub happenings: &'a [Happening],
    /// Where it stands.
    pub state: &'a CaseState,
    /// Which steps it takes and who has them.
    pub way: &'a Way,
    /// Its clocks.
    pub clocks: &'a Clocks,
    /// The first day by which a material promised for later must be there.
    pub promised_by: Option<Date>,
}

/// Builds the timeline as it is read on `today`.
#[must_use]
pub fn build(story: &Story<'_>, calendar: &WorkCalendar, today: Date) -> Vec<TimelineEntry> {
    let teller = Teller { story, calendar, today };
    let mut entries = teller.past();
    entries.extend(teller.present());
    entries.extend(teller.promised());
    entries.extend(teller.future());
    entries
}

/// One part of a joint case, as its timeline tells it.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// Name of the part.
    pub name: &'a LocalText,
    /// Its office.
    pub department: &'a LocalText,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Whether it ended well.
    pub granted: bool,
    /// How it goes.
    pub state: TimelineState,
    /// The day it is promised by.
    pub due: Option<Date>,
}

/// The timeline of a joint case. Parts that ended stand in the order they are given in.
#[must_use]
pub fn of_parts(sent: Timestamp, parts: &[Part<'_>], status: CaseStatus, due: Option<Date>) -> Vec<TimelineEntry> {
    let (title, note) = words::submitted();
    let mut entries = vec![happened(title, note, sent, Actor::Applicant)];
    for part in parts {
        if let Some(at) = part.ended_at {
            entries.push(happened(words::part(part.name, part.granted), part.department.clone(), at, Actor::Office));
        }
    }
    for state in [TimelineState::NeedsYou, TimelineState::Now, TimelineState::Next] {
        let actor = if state == TimelineState::NeedsYou { Actor::Applicant } else { Actor::Office };
        for part in parts.iter().filter(|part| part.state == state) {
            entries.push(open(state, part.name.clone(), part.department.clone(), part.due, actor));
        }
    }
    if status.is_final() {
        return entries;
    }
    entries.push(open(TimelineState::Next, words::done(), words::all_parts(), due, Actor::System));
    entries
}

struct Teller<'a> {
    story: &'a Story<'a>,
    calendar: &'a WorkCalendar,
    today: Date,
}

impl Teller<'_> {
    fn past(&self) -> Vec<TimelineEntry> {
        let (title, note) = words::submitted();
        let mut entries = vec![happened(title, note, self.story.submitted_at, Actor::Applicant)];
        for happening in self.story.happenings {
            let Some((title, note)) = words::happened(happening.event, &self.step_title(happening.step)) else {
                continue;
            };
            let note = happening.pause.map(Pause::words).or(note);
            let note = note.or_else(|| self.law(happening.event)).unwrap_or_else(|| self.department(happening.step));
            entries.push(happened(title, note, happening.at, actor(happening.event)));
        }
        entries
    }

    fn present(&self) -> Option<TimelineEntry> {
        let state = self.story.state;
        let now = |title, note, due| Some(open(TimelineState::Now, title, note, due, Actor::Office));
        match state.status {
            CaseStatus::Submitted => {
                let due = self.clock_due(ClockKind::Acceptance, clock::ACCEPTANCE_DAYS);
                now(words::waiting_for_acceptance(), self.department(state.step), due)
            }
            CaseStatus::CorrectionRequested => {
                let (title, note) = words::your_correction();
                let due = self.clock_due(ClockKind::Correction, CORRECTION_DAYS);
                Some(open(TimelineState::NeedsYou, title, note, due, Actor::Applicant))
            }
            CaseStatus::Accepted | CaseStatus::UnderReview => {
                now(self.step_title(state.step), self.department(state.step), self.step_due(state.step))
            }
            CaseStatus::AwaitingPayment => {
                let (title, note) = words::your_payment();
                let within = self.story.item.workflow.pay_within();
                let due = within.and_then(|within| self.story.clocks.payment_due(within, self.calendar, self.today));
                Some(open(TimelineState::NeedsYou, title, note, due, Actor::Applicant))
            }
            // What is waited for is the line below.
            CaseStatus::Suspended if state.awaits_promised => None,
            CaseStatus::Suspended => {
                let (title, note) = words::suspended();
                let pause = self.story.happenings.iter().rev().find_map(|happening| happening.pause);
                now(title, pause.map_or(note, Pause::words), pause.map(|pause| pause.until))
            }
            CaseStatus::Publicised => {
                let (_, publicity) = self.story.item.workflow.publicity()?;
                if state.objections > 0 {
                    return now(self.step_title(state.step), words::objected(), None);
                }
                let record = self.story.clocks.get(ClockKind::Publicity)?;
                let due = clock::due(record, publicity.limit(), self.calendar, self.today);
                now(self.step_title(state.step), self.department(state.step), Some(due))
            }
            CaseStatus::Granted => Some(open(
                TimelineState::Now,
                words::delivering(),
                self.story.item.guide.result.delivery.clone(),
                None,
                Actor::System,
            )),
            _ => None,
        }
    }

    /// 容缺后补: what the applicant owes beside whatever goes on.
    fn promised(&self) -> Option<TimelineEntry> {
        let state = self.story.state;
        let (title, note) = words::your_promise();
        let due = self.story.promised_by;
        (state.promised > 0 && state.status.is_running())
            .then(|| open(TimelineState::NeedsYou, title, note, due, Actor::Applicant))
    }

    /// Steps that no one has begun, then the end.
    fn future(&self) -> Vec<TimelineEntry> {
        let state = self.story.state;
        let result = self.story.item.guide.result.delivery.clone();
        if state.status.is_final() {
            return Vec::new();
        }
        if state.status == CaseStatus::Granted {
            return vec![open(TimelineState::Next, words::done(), result, None, Actor::System)];
        }
        let phase = state.back_to.unwrap_or(state.status);
        if phase == CaseStatus::Granted {
            let made = open(TimelineState::Next, words::delivering(), result.clone(), None, Actor::System);
            return vec![made, open(TimelineState::Next, words::done(), result, None, Actor::System)];
        }
        let held = state.back_to.is_some() && state.status != CaseStatus::Publicised;
        // The step that has the case is told as the present, unless something holds it up.
        let first = if phase == CaseStatus::Submitted || held { state.step } else { state.step.saturating_add(1) };
        let steps = u16::try_from(self.story.item.workflow.steps.len()).unwrap_or(u16::MAX);
        let mut entries: Vec<TimelineEntry> = (first..steps)
            .filter(|step| !state.skipped.has(*step))
            .map(|step| {
                let note = self.publicity(step).or_else(|| self.promise(step)).unwrap_or_else(|| self.department(step));
                open(TimelineState::Next, self.step_title(step), note, self.step_due(step), Actor::Office)
            })
            .collect();
        entries.push(open(TimelineState::Next, words::done(), result, self.promised_due(), Actor::System));
        entries
    }

    /// What the law says of it, in the words of the definition.
    fn law(&self, event: CaseEvent) -> Option<LocalText> {
        let within = self.story.item.workflow.pay_within().filter(|_| event == CaseEvent::Abandon)?;
        Some(within.abandoned.clone())
    }

    fn publicity(&self, step: u16) -> Option<LocalText> {
        let (at, publicity) = self.story.item.workflow.publicity()?;
        (at == step).then(|| words::in_public(publicity.days, publicity.unit == DayUnit::WorkingDay))
    }

    fn step_title(&self, step: u16) -> LocalText {
        let step = self.story.item.workflow.steps.get(usize::from(step));
        step.map(|step| step.title.clone()).unwrap_or_default()
    }

    fn department(&self, step: u16) -> LocalText {
        let guide = &self.story.item.guide;
        let id = self.story.way.department(step).unwrap_or(&guide.department);
        let known = self.story.departments.iter().find(|department| department.id == id);
        known.map_or_else(|| LocalText::new(id, id), |department| department.name.clone())
    }

    /// Before acceptance no day can be named, only the days it will take.
    fn promise(&self, step: u16) -> Option<LocalText> {
        if self.story.clocks.get(ClockKind::Decision).is_some() {
            return None;
        }
        Some(words::within(self.days_until(step), true))
    }

    /// Working days up to the end of a step, of the steps that the case takes.
    fn days_until(&self, step: u16) -> u16 {
        let steps = (0u16..).zip(&self.story.item.workflow.steps).take(usize::from(step) + 1);
        let taken = steps.filter(|(at, _)| !self.story.state.skipped.has(*at));
        taken.fold(0, |sum, (_, step)| sum.saturating_add(step.days))
    }

    /// Nobody knows how long the public objects: no day is named beyond a publicity period that is still to end.
    fn before_publicity(&self, step: u16) -> bool {
        let publicity = self.story.item.workflow.publicity();
        publicity.is_none_or(|(at, _)| step < at || self.story.state.step > at)
    }

    fn step_due(&self, step: u16) -> Option<Date> {
        if !self.before_publicity(step) {
            return None;
        }
        let limit = TimeLimit { days: self.days_until(step), unit: DayUnit::WorkingDay };
        self.decision_due(limit)
    }

    fn promised_due(&self) -> Option<Date> {
        if !self.before_publicity(u16::MAX) {
            return None;
        }
        self.decision_due(self.story.item.guide.promised_limit)
    }

    /// A day that can still be kept: none while the clock stands still.
    fn decision_due(&self, limit: TimeLimit) -> Option<Date> {
        let record = self.story.clocks.get(ClockKind::Decision)?;
        let stands = record.pauses.iter().any(|pause| pause.to.is_none());
        (!stands).then(|| clock::due(record, limit, self.calendar, self.today))
    }

    fn clock_due(&self, kind: ClockKind, days: u16) -> Option<Date> {
        let record = self.story.clocks.get(kind)?;
        let limit = TimeLimit { days, unit: DayUnit::WorkingDay };
        Some(clock::due(record, limit, self.calendar, self.today))
    }
}

fn actor(event: CaseEvent) -> Actor {
    match event {
        CaseEvent::Correct | CaseEvent::Withdraw | CaseEvent::Pay | CaseEvent::Supply { .. } => Actor::Applicant,
        CaseEvent::Accept { by: super::AcceptedBy::Officer } | CaseEvent::Grant { automatic: false } => Actor::Office,
        CaseEvent::Accept { .. }
        | CaseEvent::Grant { .. }
        | CaseEvent::Close
        | CaseEvent::EndPublicity
        | CaseEvent::Abandon
        | CaseEvent::Lapse => Actor::System,
        _ => Actor::Office,
    }
}

fn happened(title: LocalText, note: LocalText, at: Timestamp, actor: Actor) -> TimelineEntry {
    TimelineEntry { state: TimelineState::Done, title, note, at: Some(at), due: None, actor }
}

fn open(state: TimelineState, title: LocalText, note: LocalText, due: Option<Date>, actor: Actor) -> TimelineEntry {
    TimelineEntry { state, title, note, at: None, due, actor }
}
