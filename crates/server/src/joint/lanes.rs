//! What applicant and officers see of the parts: a lane each, one clock and one timeline for the whole.

use haoban_domain::{
    case::{
        Actor, CaseClock, CaseEventKind, CaseState, CaseStatus, ClockKind, JointLane, LaneState, TimelineEntry,
        TimelineState, allowed,
        timeline::{self, of_parts},
    },
    item::DayUnit,
    joint::{Part, PartOutlook, outlook},
    text::LocalText,
    time::Date,
};

use super::{PartRecord, standings};
use crate::{
    Result,
    workflow::{self, Dossier, Scene},
};

/// The lanes of a joint case, in the order of its plan.
pub(crate) fn lanes(scene: &Scene<'_>, case: &Dossier) -> Vec<JointLane> {
    let mut lanes: Vec<JointLane> = Vec::new();
    for part in &case.parts {
        let lane = lane(scene, case, part, &lanes);
        lanes.extend(lane);
    }
    lanes
}

fn lane(scene: &Scene<'_>, whole: &Dossier, part: &PartRecord, before: &[JointLane]) -> Option<JointLane> {
    let definition = whole.item().joint.as_deref()?.part(&part.item)?;
    let outlook = outlook(&standings(whole), &part.item);
    let own = part.case.as_deref();
    let clock = own.and_then(|case| workflow::clock(scene, case));
    let waits: Vec<&JointLane> = before.iter().filter(|lane| definition.after.contains(&lane.item)).collect();
    Some(JointLane {
        item: part.item.clone(),
        name: definition.name.clone(),
        icon: definition.icon.clone(),
        department: own
            .map_or_else(|| definition.department.clone(), |case| workflow::department_name(scene, case.department())),
        optional: definition.optional,
        state: if part.why.is_empty() { state(outlook, own.map(|case| &case.machine)) } else { LaneState::LeftOut },
        case_id: own.map(|case| case.id),
        number: own.map(|case| case.number.clone()),
        status: own.map(|case| case.machine.status),
        opened_at: own.map(|case| case.submitted_at),
        ended_at: own.and_then(ended_at),
        asked_at: own.and_then(|case| case.correction.as_ref()).map(|notice| notice.requested_at),
        due: clock.as_ref().map(|clock| clock.due).or_else(|| expected(scene, definition, outlook, &waits)),
        clock,
        waits_for: missing(outlook, &waits),
        why: part.why.clone(),
    })
}

/// The day a part that is not open yet is promised by, counted from what it waits for.
fn expected(scene: &Scene<'_>, part: &Part, outlook: PartOutlook, waits: &[&JointLane]) -> Option<Date> {
    let may_open = matches!(outlook, PartOutlook::Ready | PartOutlook::Waiting);
    let start = waits.iter().filter_map(|lane| lane.due).max().unwrap_or(scene.today);
    may_open.then(|| scene.calendar.workdays_after(start, part.promised_limit.days))
}

/// 先有: what a part still waits for, or waited for in vain.
fn missing(outlook: PartOutlook, waits: &[&JointLane]) -> Vec<LocalText> {
    if !matches!(outlook, PartOutlook::Waiting | PartOutlook::Barred) {
        return Vec::new();
    }
    waits.iter().filter(|lane| lane.state != LaneState::Done).map(|lane| lane.name.clone()).collect()
}

fn state(outlook: PartOutlook, own: Option<&CaseState>) -> LaneState {
    if own.is_some_and(|own| own.promised > 0 && own.status.is_running()) {
        // Offices may be working on it, but without the applicant it comes to nothing.
        return LaneState::NeedsYou;
    }
    match (outlook, own.map(|own| own.status)) {
        (PartOutlook::Barred, _) => LaneState::Barred,
        (PartOutlook::Dropped, _) | (_, Some(CaseStatus::Withdrawn)) => LaneState::Withdrawn,
        (_, None) => LaneState::Waiting,
        (_, Some(CaseStatus::CorrectionRequested | CaseStatus::AwaitingPayment)) => LaneState::NeedsYou,
        (_, Some(CaseStatus::Granted | CaseStatus::Closed)) => LaneState::Done,
        (_, Some(CaseStatus::Refused | CaseStatus::NotAccepted | CaseStatus::Terminated)) => LaneState::Refused,
        (_, Some(_)) => LaneState::Working,
    }
}

/// When a part was decided or ended: the happening that ended its work.
fn ended_at(case: &Dossier) -> Option<haoban_domain::time::Timestamp> {
    let ends = |kind: CaseEventKind| {
        matches!(
            kind,
            CaseEventKind::Grant
                | CaseEventKind::Refuse
                | CaseEventKind::NotAccept
                | CaseEventKind::Withdraw
                | CaseEventKind::Terminate
                | CaseEventKind::Lapse
        )
    };
    // A grant that waits for its payment has not ended the part.
    let open = case.machine.status == CaseStatus::AwaitingPayment;
    case.happenings.iter().find(|happening| !open && ends(happening.event.kind())).map(|happening| happening.at)
}

/// The clock of the whole: the day by which the last part is promised.
pub(crate) fn clock(scene: &Scene<'_>, case: &Dossier, lanes: &[JointLane]) -> Option<CaseClock> {
    if case.machine.status.is_final() {
        return None;
    }
    let open = || lanes.iter().filter(|lane| !matches!(lane.state, LaneState::Done | LaneState::Refused));
    let due: Date = open().filter_map(|lane| lane.due).max()?;
    let from = case.submitted_at.city_date();
    let count = |from, to| u16::try_from(scene.calendar.workdays_between(from, to)).unwrap_or(0);
    Some(CaseClock {
        kind: ClockKind::Decision,
        due,
        statutory_due: None,
        promised_days: count(from, due),
        used_days: count(from, scene.today),
        left_days: scene.calendar.workdays_between(scene.today, due),
        unit: DayUnit::WorkingDay,
        paused: false,
        waits_for: if open().any(|lane| lane.state == LaneState::NeedsYou) { Actor::Applicant } else { Actor::Office },
    })
}

/// One timeline of the whole: sent, each part's end, what is going on, the end.
pub(crate) fn timeline_of(case: &Dossier, lanes: &[JointLane], due: Option<Date>) -> Vec<TimelineEntry> {
    let mut parts: Vec<timeline::Part<'_>> = lanes
        .iter()
        .filter(|lane| lane.state != LaneState::LeftOut)
        .map(|lane| timeline::Part {
            name: &lane.name,
            department: &lane.department,
            ended_at: lane.ended_at,
            granted: lane.state == LaneState::Done,
            state: match lane.state {
                LaneState::Done
                | LaneState::Refused
                | LaneState::Withdrawn
                | LaneState::Barred
                | LaneState::LeftOut => TimelineState::Done,
                LaneState::NeedsYou => TimelineState::NeedsYou,
                LaneState::Working => TimelineState::Now,
                LaneState::Waiting => TimelineState::Next,
            },
            due: lane.due,
        })
        .collect();
    parts.sort_by_key(|part| part.ended_at);
    of_parts(case.submitted_at, &parts, case.machine.status, due)
}

/// Whether anything can still be taken back.
pub(crate) fn may_withdraw(case: &Dossier) -> bool {
    let lanes = standings(case);
    case.parts.iter().any(|part| match &part.case {
        Some(own) => allowed(&own.machine).contains(&CaseEventKind::Withdraw),
        None => matches!(outlook(&lanes, &part.item), PartOutlook::Waiting | PartOutlook::Ready),
    })
}

/// The other parts of the application a case belongs to, for its officer: names, offices and dates only.
pub(crate) async fn siblings(scene: &Scene<'_>, case: &Dossier) -> Result<(Option<LocalText>, Vec<JointLane>)> {
    let Some(parent) = case.parent else { return Ok((None, Vec::new())) };
    let Some(whole) = workflow::load(scene.state, parent).await? else { return Ok((None, Vec::new())) };
    let name = whole.item().guide.name.clone();
    // Why a part stayed out was told of its own form, which is none of another office's business.
    let lanes = lanes(scene, &whole).into_iter().map(|lane| JointLane { why: Vec::new(), ..lane });
    Ok((Some(name), lanes.collect()))
}
