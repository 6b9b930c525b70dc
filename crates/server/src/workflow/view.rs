//! What the applicant sees of a case.

use haoban_domain::{
    calendar::Span,
    case::CaseEventKind,
    case::{
        CaseClock, CaseEvent, CaseMaterial, CaseView, ChargeStanding, ChargeView, ClockKind, CorrectionNotice,
        TimelineState, allowed,
        timeline::{Happening, Story, build},
    },
    text::LocalText,
};

use super::{Correction, Dossier, Scene, promised};
use crate::joint;

/// Name of a department of the pack; its id when the pack no longer knows it.
pub(crate) fn department_name(scene: &Scene<'_>, id: &str) -> LocalText {
    let found = scene.pack.pack.departments.iter().find(|department| department.id == id);
    found.map_or_else(|| LocalText::new(id, id), |department| department.name.clone())
}

/// The case as its applicant sees it today.
pub(crate) fn case_view(scene: &Scene<'_>, case: &Dossier) -> CaseView {
    let item = case.item();
    let departments = &scene.pack.pack.departments;
    // A charge of nothing was passed over; nobody paid.
    let told = case.happenings.iter().filter(|one| case.charge.is_some() || one.event != CaseEvent::Pay);
    let happenings: Vec<Happening> = told.copied().collect();
    let story = Story {
        item,
        departments,
        submitted_at: case.submitted_at,
        happenings: &happenings,
        state: &case.machine,
        way: &case.way,
        clocks: &case.clocks,
        promised_by: case.promised_by(),
    };
    let mut timeline = build(&story, &scene.calendar, scene.today);
    // Once it is answered, what needs the applicant is something else.
    if let Some(notice) = case.correction.as_ref().filter(|notice| notice.answered_at.is_none())
        && let Some(entry) = timeline.iter_mut().find(|entry| entry.state == TimelineState::NeedsYou)
    {
        entry.due = Some(notice.due_on);
    }
    let lanes = joint::lanes(scene, case);
    let is_joint = item.joint.is_some();
    let clock = if is_joint { joint::clock(scene, case, &lanes) } else { clock(scene, case) };
    if is_joint {
        timeline = joint::timeline_of(case, &lanes, clock.as_ref().map(|clock| clock.due));
    }
    let phone = departments.iter().find(|department| department.id == case.department());
    CaseView {
        id: case.id,
        number: case.number.clone(),
        item_code: item.code.clone(),
        item_version: item.version,
        item_name: item.guide.name.clone(),
        department: department_name(scene, case.department()),
        department_phone: phone.map(|department| department.phone.clone()).unwrap_or_default(),
        applicant: case.applicant.name.clone(),
        status: case.machine.status,
        revision: case.revision,
        submitted_at: case.submitted_at,
        clock,
        timeline,
        correction: case.correction.as_ref().map(|notice| notice_view(scene, notice)),
        decision: case.decision.clone(),
        charge: charge(scene, case),
        headline: case.headline.clone(),
        answers: case.answers.clone(),
        materials: materials(case),
        promises: promised::promises(case),
        may_withdraw: if is_joint {
            joint::may_withdraw(case)
        } else {
            allowed(&case.machine).contains(&CaseEventKind::Withdraw)
        },
        parts: lanes,
        parent: case.parent,
    }
}

/// The charge with its last day.
fn charge(scene: &Scene<'_>, case: &Dossier) -> Option<ChargeView> {
    let mut charge = case.charge.clone()?;
    let within = case.item().workflow.pay_within().filter(|_| charge.standing == ChargeStanding::Due);
    charge.due = within.and_then(|within| case.clocks.payment_due(within, &scene.calendar, scene.today));
    Some(charge)
}

/// The clock that matters now. The days for a correction are those its notice gave.
pub(crate) fn clock(scene: &Scene<'_>, case: &Dossier) -> Option<CaseClock> {
    let mut clock = case.clocks.view(&case.machine, case.item(), &scene.calendar, scene.today)?;
    if let (ClockKind::Correction, Some(notice)) = (clock.kind, &case.correction) {
        let span = Span::new(notice.requested_at.city_date(), notice.days);
        clock.promised_days = notice.days;
        clock.due = notice.due_on;
        clock.used_days = span.used(&scene.calendar, scene.today);
        clock.left_days = span.left(&scene.calendar, scene.today);
    }
    Some(clock)
}

fn notice_view(scene: &Scene<'_>, notice: &Correction) -> CorrectionNotice {
    CorrectionNotice {
        id: notice.id,
        points: notice.points.clone(),
        requested_at: notice.requested_at,
        due: notice.due_on,
        answered_at: notice.answered_at,
        department: department_name(scene, &notice.department),
    }
}

fn materials(case: &Dossier) -> Vec<CaseMaterial> {
    let asked = case.item().materials.iter().filter(|material| case.slots.contains(&material.id));
    asked
        .map(|material| CaseMaterial {
            slot: material.id.clone(),
            name: material.name.clone(),
            choice: case.choices.get(&material.id).cloned(),
        })
        .collect()
}
