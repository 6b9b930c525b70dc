//! The clocks of a case: stored intervals in, words and numbers out.

use serde::{Deserialize, Serialize};

use super::{Actor, CaseClock, CaseState, CaseStatus, ClockKind, Effect};
use crate::{
    calendar::{Pause, Span, WorkCalendar},
    item::{DayUnit, ServiceItem, TimeLimit},
    time::Date,
    workflow::{PayWithin, Publicity},
};

/// Working days to accept or to ask for a correction (行政许可法 §32).
pub const ACCEPTANCE_DAYS: u16 = 5;
/// Working days an applicant has to answer a correction notice (domain.md §3.1).
pub const CORRECTION_DAYS: u16 = 15;

/// One clock as it is stored: a start, pauses, perhaps an end. Never a due day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockRecord {
    /// Which clock.
    pub clock: ClockKind,
    /// Day of the event that started it; day 0.
    pub from: Date,
    /// Stretches in which it stood still.
    #[serde(default)]
    pub pauses: Vec<Pause>,
    /// Day on which it ended.
    pub stopped: Option<Date>,
}

/// The clocks of one case, in order of their start. Stored as JSON with the case.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Clocks(pub Vec<ClockRecord>);

impl Clocks {
    /// Writes down what an effect does to the clocks; other effects change nothing.
    pub fn record(&mut self, effect: &Effect, day: Date) {
        match effect {
            Effect::StartClock { clock } => {
                self.0.push(ClockRecord { clock: *clock, from: day, pauses: Vec::new(), stopped: None });
            }
            Effect::PauseClock { clock } => {
                if let Some(record) = self.running(*clock) {
                    record.pauses.push(Pause { from: day, to: None });
                }
            }
            Effect::ResumeClock { clock } => {
                if let Some(record) = self.running(*clock) {
                    close_pause(record, day);
                }
            }
            Effect::StopClock { clock } => {
                if let Some(record) = self.running(*clock) {
                    close_pause(record, day);
                    record.stopped = Some(day);
                }
            }
            _ => {}
        }
    }

    /// Writes down several effects of one day.
    pub fn record_all(&mut self, effects: &[Effect], day: Date) {
        for effect in effects {
            self.record(effect, day);
        }
    }

    /// The latest clock of a kind, ended or not.
    #[must_use]
    pub fn get(&self, clock: ClockKind) -> Option<&ClockRecord> {
        self.0.iter().rev().find(|record| record.clock == clock)
    }

    /// Whether five working days have passed without a word: the case is accepted by law.
    #[must_use]
    pub fn accepted_by_silence(&self, state: &CaseState, calendar: &WorkCalendar, today: Date) -> bool {
        let waits = state.status == CaseStatus::Submitted;
        waits
            && self
                .get(ClockKind::Acceptance)
                .is_some_and(|record| span(record, ACCEPTANCE_DAYS).left(calendar, today) < 0)
    }

    /// The last day to pay, while that is asked for.
    #[must_use]
    pub fn payment_due(&self, within: &PayWithin, calendar: &WorkCalendar, today: Date) -> Option<Date> {
        let record = self.get(ClockKind::Payment).filter(|record| record.stopped.is_none())?;
        Some(limited(record, within.limit(), calendar, today).due)
    }

    /// The days on which the applicant is reminded to pay: half-way, and the day before the last.
    #[must_use]
    pub fn payment_reminders(&self, within: &PayWithin, calendar: &WorkCalendar, today: Date) -> Vec<Date> {
        let (Some(record), Some(due)) = (self.get(ClockKind::Payment), self.payment_due(within, calendar, today))
        else {
            return Vec::new();
        };
        let half = TimeLimit { days: within.days / 2, unit: within.unit };
        let half = limited(record, half, calendar, today).due;
        let before = due.0.yesterday().map_or(due, Date);
        let mut days: Vec<Date> = [half, before].into_iter().filter(|day| *day > record.from && *day < due).collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// The last day of the publicity period; `None` while it stands still.
    #[must_use]
    pub fn publicity_until(&self, publicity: &Publicity, calendar: &WorkCalendar, today: Date) -> Option<Date> {
        let clock = limited(self.get(ClockKind::Publicity)?, publicity.limit(), calendar, today);
        (!clock.paused).then_some(clock.due)
    }

    /// Whether the publicity period of a case is over.
    #[must_use]
    pub fn publicity_over(&self, publicity: &Publicity, calendar: &WorkCalendar, today: Date) -> bool {
        self.publicity_until(publicity, calendar, today).is_some_and(|until| today > until)
    }

    /// The clock that matters now, for the applicant and the desk. `None` once the case is decided.
    #[must_use]
    pub fn view(
        &self,
        state: &CaseState,
        item: &ServiceItem,
        calendar: &WorkCalendar,
        today: Date,
    ) -> Option<CaseClock> {
        let promised = item.guide.promised_limit;
        match state.status {
            CaseStatus::Submitted => {
                let record = self.get(ClockKind::Acceptance)?;
                Some(working(record, ACCEPTANCE_DAYS, calendar, today, Actor::Office))
            }
            CaseStatus::CorrectionRequested => {
                let record = self.get(ClockKind::Correction)?;
                Some(working(record, CORRECTION_DAYS, calendar, today, Actor::Applicant))
            }
            CaseStatus::Publicised => {
                let (_, publicity) = item.workflow.publicity()?;
                Some(limited(self.get(ClockKind::Publicity)?, publicity.limit(), calendar, today))
            }
            CaseStatus::AwaitingPayment if item.workflow.pay_within().is_some() => {
                let within = item.workflow.pay_within()?;
                let mut clock = limited(self.get(ClockKind::Payment)?, within.limit(), calendar, today);
                clock.waits_for = Actor::Applicant;
                Some(clock)
            }
            // Granted and waiting for the payment: the office has nothing left to do.
            CaseStatus::AwaitingPayment if state.back_to == Some(CaseStatus::Granted) => None,
            CaseStatus::Accepted | CaseStatus::UnderReview | CaseStatus::Suspended | CaseStatus::AwaitingPayment => {
                let record = self.get(ClockKind::Decision)?;
                let mut clock = limited(record, promised, calendar, today);
                if state.status == CaseStatus::AwaitingPayment || state.awaits_promised {
                    clock.waits_for = Actor::Applicant;
                }
                let legal = limited(record, item.guide.statutory_limit, calendar, today).due;
                clock.statutory_due = (legal != clock.due).then_some(legal);
                Some(clock)
            }
            _ => None,
        }
    }

    fn running(&mut self, clock: ClockKind) -> Option<&mut ClockRecord> {
        self.0.iter_mut().rev().find(|record| record.clock == clock && record.stopped.is_none())
    }
}

/// The day a limit ends when its clock has the given record.
#[must_use]
pub fn due(record: &ClockRecord, limit: TimeLimit, calendar: &WorkCalendar, today: Date) -> Date {
    limited(record, limit, calendar, today).due
}

fn close_pause(record: &mut ClockRecord, day: Date) {
    if let Some(pause) = record.pauses.iter_mut().rev().find(|pause| pause.to.is_none()) {
        pause.to = Some(day);
    }
}

fn span(record: &ClockRecord, days: u16) -> Span {
    Span { from: record.from, days, pauses: record.pauses.clone() }
}

fn limited(record: &ClockRecord, limit: TimeLimit, calendar: &WorkCalendar, today: Date) -> CaseClock {
    match limit.unit {
        DayUnit::WorkingDay => working(record, limit.days, calendar, today, Actor::Office),
        DayUnit::CalendarDay => natural(record, limit.days, calendar, today),
    }
}

fn working(record: &ClockRecord, days: u16, calendar: &WorkCalendar, today: Date, actor: Actor) -> CaseClock {
    let span = span(record, days);
    CaseClock {
        kind: record.clock,
        due: span.due_seen_on(calendar, today),
        statutory_due: None,
        promised_days: days,
        used_days: span.used(calendar, today),
        left_days: span.left(calendar, today),
        unit: DayUnit::WorkingDay,
        paused: span.is_paused(today),
        waits_for: actor,
    }
}

/// Calendar days: pauses move the end by their length; an end on a rest day moves to the next workday.
fn natural(record: &ClockRecord, days: u16, calendar: &WorkCalendar, today: Date) -> CaseClock {
    let paused_days: i32 =
        record.pauses.iter().map(|pause| days_from(pause.from, pause.to.unwrap_or(today).max(pause.from))).sum();
    let whole = u16::try_from(i32::from(days) + paused_days).unwrap_or(u16::MAX);
    let due = calendar.calendar_days_after(record.from, whole);
    let used = u16::try_from(days_from(record.from, today) - paused_days).unwrap_or(0);
    CaseClock {
        kind: record.clock,
        due,
        statutory_due: None,
        promised_days: days,
        used_days: used,
        left_days: days_from(today, due),
        unit: DayUnit::CalendarDay,
        paused: span(record, days).is_paused(today),
        waits_for: Actor::Office,
    }
}

fn days_from(from: Date, to: Date) -> i32 {
    (to.0 - from.0).get_days()
}
