//! What the machine asks for after an event.

use haoban_domain::{
    case::{CaseEvent, CaseNotice, ClockKind, Effect, clock::ACCEPTANCE_DAYS, timeline::Happening},
    ids::{NoticeId, TaskId},
    text::LocalText,
    time::{Date, Timestamp},
};
use haoban_wire::{
    desk::CheckMark,
    http::{Change, Notice, NoticeKind},
};

use super::{Dossier, Scene, charges, deadline, department_name, issue};
use crate::{
    Result,
    jobs::{self, JobKind},
    licences,
    notices::{self, say},
    publicity,
    store::Write,
};

/// Does one effect; gives the event that follows at once, if one does.
pub(super) async fn perform(
    tx: &mut Write,
    scene: &Scene<'_>,
    case: &mut Dossier,
    effect: &Effect,
) -> Result<Option<CaseEvent>> {
    match effect {
        Effect::StartClock { clock } | Effect::ResumeClock { clock } => watch(tx, scene, case, *clock).await?,
        Effect::PauseClock { .. } | Effect::StopClock { .. } => {}
        Effect::OpenTask { step } => open_task(tx, scene, case, *step).await?,
        Effect::CloseTask => close_task(tx, scene, case).await?,
        Effect::Notify { notice } => notify(tx, scene, case, *notice).await?,
        Effect::Charge => return charges::ask(tx, scene, case).await,
        Effect::Refund => charges::give_back(tx, scene, case).await?,
        Effect::Publish => publicity::begin(tx, scene, case).await?,
        Effect::Unpublish => publicity::end(tx, scene, case).await?,
        Effect::Issue => issue::outputs(tx, scene, case).await?,
        Effect::Deliver => return deliver(tx, scene, case).await,
    }
    Ok(None)
}

/// Clocks that lead to an act by themselves get a job for the morning after their last day.
async fn watch(tx: &mut Write, scene: &Scene<'_>, case: &Dossier, clock: ClockKind) -> Result<()> {
    let subject = case.id.to_string();
    match clock {
        ClockKind::Acceptance => {
            let record = case.clocks.get(ClockKind::Acceptance);
            let pauses = record.map(|record| record.pauses.clone()).unwrap_or_default();
            let from = record.map_or(scene.today, |record| record.from);
            let span = haoban_domain::calendar::Span { from, days: ACCEPTANCE_DAYS, pauses };
            let due = span.due_seen_on(&scene.calendar, scene.today);
            jobs::put(tx, JobKind::DeemedAcceptance, &subject, morning_after(due)).await
        }
        ClockKind::Correction => {
            let Some(notice) = &case.correction else { return Ok(()) };
            jobs::put(tx, JobKind::CorrectionOverdue, &subject, morning_after(notice.due_on)).await
        }
        ClockKind::Payment => deadline::watch(tx, scene, case).await,
        ClockKind::Publicity => publicity::watch(tx, scene, case).await,
        ClockKind::Decision => Ok(()),
    }
}

/// The first moment of the day after, in the city.
pub(crate) fn morning_after(day: Date) -> Timestamp {
    morning_of(Date(day.0.tomorrow().unwrap_or(day.0)))
}

/// The first moment of a day in the city.
pub(super) fn morning_of(day: Date) -> Timestamp {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let millis = zone.to_timestamp(day.0.at(0, 0, 0, 0)).map_or(0, jiff::Timestamp::as_millisecond);
    Timestamp::from_millis(millis)
}

async fn open_task(tx: &mut Write, scene: &Scene<'_>, case: &Dossier, step: u16) -> Result<()> {
    let department = case.way.department(step).unwrap_or(&case.step_at(step)?.department).to_owned();
    let due = case
        .clocks
        .view(&case.machine, case.item(), &scene.calendar, scene.today)
        .map_or(scene.today, |clock| clock.due);
    sqlx::query(
        "INSERT INTO task (id, case_id, step, department, state, revision, corrected, marks, due_on, created_at) \
         VALUES ($1, $2, $3, $4, 'open', 1, 0, $5, $6, $7)",
    )
    .bind(TaskId::new(scene.now.millis(), scene.random()).to_string())
    .bind(case.id.to_string())
    .bind(i64::from(step))
    .bind(department)
    .bind(serde_json::to_string(&marks(tx, scene, case, step).await?)?)
    .bind(due.to_string())
    .bind(scene.now.millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What the rules say about each check of a step. A check without a rule is for a person alone.
pub(super) async fn marks(tx: &mut Write, scene: &Scene<'_>, case: &Dossier, step: u16) -> Result<Vec<CheckMark>> {
    let held = licences::held(tx, case.party, scene.today).await?;
    let inputs = case.inputs(held, scene.today);
    let checks = &case.step_at(step)?.checks;
    Ok(checks
        .iter()
        .map(|check| match check.rule.as_ref().map(|rule| case.rules.judge(rule, &inputs)) {
            Some(Some(true)) => CheckMark::Pass,
            Some(Some(false) | None) => CheckMark::Look,
            None => CheckMark::None,
        })
        .collect())
}

async fn close_task(tx: &mut Write, scene: &Scene<'_>, case: &Dossier) -> Result<()> {
    sqlx::query(
        "UPDATE task SET state = 'done', ended_at = $1, revision = revision + 1 WHERE case_id = $2 AND state = 'open'",
    )
    .bind(scene.now.millis())
    .bind(case.id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn notify(tx: &mut Write, scene: &Scene<'_>, case: &Dossier, notice: CaseNotice) -> Result<()> {
    if is_about_nothing(tx, scene, case, notice).await? {
        return Ok(());
    }
    let item = &case.item().guide.name;
    let number = notices::plain(&case.number);
    let due = case.correction.as_ref().map(|notice| notices::day(notice.due_on)).unwrap_or_default();
    let (owed, by) = (notices::plain(case.machine.promised), case.promised_by());
    let by = by.map(notices::day).unwrap_or_default();
    let law = case.item().workflow.pay_within().map(|within| within.abandoned.clone()).unwrap_or_default();
    let (kind, title, body) = match (notice, case.happenings.last()) {
        (CaseNotice::Progress, Some(Happening { pause: Some(pause), .. })) => {
            let (what, until) = (pause.words(), notices::day(pause.until));
            (
                NoticeKind::Progress,
                say!("notice", "paused", item = item),
                say!("notice", "paused_body", what = &what, until = &until),
            )
        }
        (CaseNotice::Progress, Some(Happening { event: CaseEvent::Resume, .. })) => (
            NoticeKind::Progress,
            say!("notice", "resumed", item = item),
            say!("notice", "resumed_body", number = &number),
        ),
        (
            CaseNotice::Progress,
            Some(Happening { event: CaseEvent::PassStep | CaseEvent::EndPublicity | CaseEvent::Uphold, .. }),
        ) if step_notice(case).is_some() => {
            (NoticeKind::Progress, say!("notice", "progress", item = item), step_notice(case).unwrap_or_default())
        }
        (CaseNotice::AwaitsPromised, _) => (
            NoticeKind::MaterialsAwaited,
            say!("notice", "awaits_promised", item = item),
            say!("notice", "awaits_promised_body", count = &owed, due = &by),
        ),
        (CaseNotice::Supplied, _) if case.machine.promised > 0 => (
            NoticeKind::Progress,
            say!("notice", "supplied", item = item),
            say!("notice", "supplied_some_body", count = &owed, due = &by),
        ),
        _ => sentences(notice, item, &number, &due, &law),
    };
    tell(tx, scene, case, (kind, title, body)).await
}

/// What the definition says to the applicant when the step begins that has the case now.
fn step_notice(case: &Dossier) -> Option<LocalText> {
    case.step_at(case.machine.step).ok()?.notice.clone()
}

/// Puts a message about a case into the applicant's inbox.
pub(super) async fn tell(
    tx: &mut Write,
    scene: &Scene<'_>,
    case: &Dossier,
    (kind, title, body): (NoticeKind, LocalText, LocalText),
) -> Result<()> {
    let notice = Notice {
        id: NoticeId::new(scene.now.millis(), scene.random()),
        kind,
        sender: department_name(scene, case.department()),
        title,
        body,
        case_id: Some(case.id),
        opens: None,
        at: scene.now,
    };
    notices::append(tx, case.party, &Change::Notice { notice }, scene.now).await?;
    Ok(())
}

/// Nobody is asked to pay nothing, or told that nothing was paid.
async fn is_about_nothing(tx: &mut Write, scene: &Scene<'_>, case: &Dossier, notice: CaseNotice) -> Result<bool> {
    let paid = case.happenings.last().is_some_and(|happening| happening.event == CaseEvent::Pay);
    Ok(match notice {
        CaseNotice::PaymentRequested => charges::amount(tx, scene, case).await? == 0,
        CaseNotice::Progress => paid && case.charge.is_none(),
        _ => false,
    })
}

fn sentences(
    notice: CaseNotice,
    item: &LocalText,
    number: &LocalText,
    due: &LocalText,
    law: &LocalText,
) -> (NoticeKind, LocalText, LocalText) {
    match notice {
        CaseNotice::Received => (
            NoticeKind::Received,
            say!("notice", "received", item = item),
            say!("notice", "received_body", number = number),
        ),
        CaseNotice::Accepted => (
            NoticeKind::Accepted,
            say!("notice", "accepted", item = item),
            say!("notice", "accepted_body", number = number),
        ),
        CaseNotice::CorrectionRequested => (
            NoticeKind::CorrectionRequested,
            say!("notice", "correction", item = item),
            say!("notice", "correction_body", due = due),
        ),
        CaseNotice::Progress => (
            NoticeKind::Progress,
            say!("notice", "progress", item = item),
            say!("notice", "progress_body", number = number),
        ),
        CaseNotice::PaymentRequested => (
            NoticeKind::PaymentRequested,
            say!("notice", "payment", item = item),
            say!("notice", "payment_body", number = number),
        ),
        CaseNotice::Supplied => (
            NoticeKind::Progress,
            say!("notice", "supplied", item = item),
            say!("notice", "supplied_body", number = number),
        ),
        // Told with its own day above.
        CaseNotice::AwaitsPromised => (
            NoticeKind::MaterialsAwaited,
            say!("notice", "awaits_promised", item = item),
            say!("notice", "progress_body", number = number),
        ),
        CaseNotice::Lapsed => {
            (NoticeKind::Ended, say!("notice", "lapsed", item = item), say!("notice", "lapsed_body", number = number))
        }
        CaseNotice::Abandoned => (NoticeKind::Ended, say!("notice", "abandoned", item = item), law.clone()),
        CaseNotice::Publicised => (
            NoticeKind::Progress,
            say!("notice", "publicised", item = item),
            say!("notice", "publicised_body", number = number),
        ),
        CaseNotice::Objected => (
            NoticeKind::Progress,
            say!("notice", "objected", item = item),
            say!("notice", "objected_body", number = number),
        ),
        CaseNotice::Granted => (
            NoticeKind::Granted,
            say!("notice", "granted", item = item),
            say!("notice", "granted_body", number = number),
        ),
        CaseNotice::Refused => (
            NoticeKind::Refused,
            say!("notice", "refused", item = item),
            say!("notice", "refused_body", number = number),
        ),
        CaseNotice::Ended => {
            (NoticeKind::Ended, say!("notice", "ended", item = item), say!("notice", "ended_body", number = number))
        }
    }
}

/// A licence is in the wallet at once; money is there when the gateway says so.
async fn deliver(tx: &mut Write, scene: &Scene<'_>, case: &Dossier) -> Result<Option<CaseEvent>> {
    let pays = case.decision.as_ref().is_some_and(|decision| decision.payment_fen.is_some());
    if !pays {
        return Ok(Some(CaseEvent::Close));
    }
    jobs::put(tx, JobKind::SettlePayment, &case.id.to_string(), scene.now).await?;
    Ok(None)
}
