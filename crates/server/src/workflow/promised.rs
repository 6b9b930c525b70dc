//! 容缺后补: materials that were promised for later. They are handed in while the case runs; without them nothing is
//! granted, and a promise that is not kept ends the case with one credit note (domain.md §3.4).

use haoban_domain::{
    case::{CaseEvent, CaseStatus, CaseView, PromisedMaterial},
    form::FieldProblem,
    ids::{CaseId, PartyId},
    item::ServiceItem,
    material::{MaterialChoice, MaterialRule},
    time::{Date, Timestamp},
};
use haoban_wire::{
    Problem, ProblemCode,
    http::{NoticeKind, SupplyMaterials},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{AnyConnection, Row as _};

use super::{
    By, Dossier, Scene,
    applicant::{own, refresh_task},
    approve_by_rules, case_view,
    effects::{morning_after, morning_of, tell},
    moves::{step, wake},
    rows::{self, lock},
};
use crate::{
    AppState, Result,
    intake::{self, Checked, HandedIn, problem, slot, whole},
    jobs::{self, JobKind, Outcome},
    licences,
    materials::attach,
    notices::{self, say},
    store::Write,
};

/// A reminder comes this many days before the last one, and another on the last one.
const REMIND_BEFORE: i64 = 2;

/// One promise of a case, stored with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Promise {
    /// Slot of the item.
    pub slot: String,
    /// Last day; written down when it was promised, so that no later calendar moves it.
    pub due_on: Date,
    /// When it came.
    pub handed_at: Option<Timestamp>,
}

/// What the choices of a new case promise: the days run from the day it is sent.
pub(super) fn made(scene: &Scene<'_>, case: &Dossier) -> Vec<Promise> {
    let deferred = |slot: &str| case.choices.get(slot) == Some(&MaterialChoice::Deferred);
    let materials = case.item().materials.iter().filter(|material| deferred(&material.id));
    materials
        .filter_map(|material| {
            let due_on = scene.calendar.workdays_after(scene.today, material.defer_days?);
            Some(Promise { slot: material.id.clone(), due_on, handed_at: None })
        })
        .collect()
}

impl Dossier {
    /// Promises that are still open.
    pub fn promised(&self) -> impl Iterator<Item = &Promise> {
        self.promises.iter().filter(|promise| promise.handed_at.is_none())
    }

    /// The first day on which one of them is due.
    pub fn promised_by(&self) -> Option<Date> {
        self.promised().map(|promise| promise.due_on).min()
    }

    fn still_promised(&self) -> u16 {
        u16::try_from(self.promised().count()).unwrap_or(u16::MAX)
    }

    /// Promises whose slots are settled by now are kept; gives how many are still open. A correction may settle one too,
    /// and one whose material is no longer asked is none any more.
    pub fn settle_promises(&mut self, now: Timestamp) -> u16 {
        let (choices, slots) = (&self.choices, &self.slots);
        self.promises.retain(|promise| promise.handed_at.is_some() || slots.contains(&promise.slot));
        for promise in self.promises.iter_mut().filter(|promise| promise.handed_at.is_none()) {
            if choices.get(&promise.slot) != Some(&MaterialChoice::Deferred) {
                promise.handed_at = Some(now);
            }
        }
        self.still_promised()
    }
}

/// Hands promised materials in, some or all of them. The same key again gives the case as it is.
pub(super) async fn supply(
    state: &AppState,
    party: PartyId,
    id: CaseId,
    key: &str,
    body: SupplyMaterials,
) -> Result<CaseView> {
    let scene = Scene::now(state);
    let scope = format!("supply:{id}");
    let actor = party.to_string();
    let before = rows::load(state, id).await?.filter(|case| case.party == party).ok_or(ProblemCode::NotFound)?;
    if intake::known(state, &scope, key, &actor, &body).await? {
        return Ok(case_view(&scene, &before));
    }
    let checked = match judge(&scene, &before, &body).await {
        Ok(checked) => checked,
        Err(refusal) => {
            // A twin may have won meanwhile.
            let known = intake::known(state, &scope, key, &actor, &body).await?;
            let now = rows::load(state, id).await?.filter(|_| known).ok_or(refusal)?;
            return Ok(case_view(&scene, &now));
        }
    };
    let mut tx = state.store.write().await?;
    let mut case = own(state, &mut tx, party, id).await?;
    if intake::first_time(&mut tx, &scope, key, &actor, &body, scene.now).await? {
        open_promises(&case, &body)?;
        take(&mut tx, &scene, &mut case, body, &checked).await?;
        haoban_failpoints::reach("supply-before-commit");
        tx.commit().await?;
        haoban_failpoints::reach("supply-after-commit");
        wake(state, &case);
    }
    Ok(case_view(&scene, &case))
}

/// Only what was promised may come, and it has to settle its slot. Nothing else of the case is judged again: the
/// registers may have moved since, and that is not the applicant's doing.
async fn judge(scene: &Scene<'_>, case: &Dossier, body: &SupplyMaterials) -> Result<Checked> {
    open_promises(case, body)?;
    let held = licences::of_party(&scene.state.store, case.party, scene.today).await?;
    let mut inputs = case.inputs(held, scene.today);
    inputs.choices.extend(body.materials.clone());
    let handed = HandedIn {
        party: case.party,
        draft: None,
        case: Some(case.id),
        answers: &case.answers,
        choices: &body.materials,
        files: &body.files,
    };
    intake::check_slots(scene.state, &case.rules, inputs, &handed).await
}

fn open_promises(case: &Dossier, body: &SupplyMaterials) -> Result<()> {
    if case.machine.promised == 0 || !case.machine.status.is_running() {
        return Err(Problem::new(ProblemCode::NotAllowedNow).with("why", "promised").into());
    }
    let open = |slot: &String| case.promised().any(|promise| promise.slot == *slot);
    let mut problems: Vec<FieldProblem> =
        body.materials.keys().filter(|slot| !open(slot)).map(|slot| not_promised(case.item(), slot)).collect();
    if body.materials.is_empty() {
        problems.push(whole("nothing_handed_in", say!("intake", "nothing_handed_in")));
    }
    if problems.is_empty() { Ok(()) } else { Err(Problem::new(ProblemCode::Invalid).with_fields(problems).into()) }
}

fn not_promised(item: &ServiceItem, id: &str) -> FieldProblem {
    let name = item.materials.iter().find(|material| material.id == id).map(|material| material.name.clone());
    let name = name.unwrap_or_else(|| notices::plain(id));
    problem(slot(id), "not_promised", say!("intake", "not_promised", material = &name))
}

async fn take(
    tx: &mut Write,
    scene: &Scene<'_>,
    case: &mut Dossier,
    body: SupplyMaterials,
    checked: &Checked,
) -> Result<()> {
    let slots: Vec<String> = body.materials.keys().cloned().collect();
    case.choices.extend(body.materials);
    for upload in &checked.uploads {
        attach(tx, case.id, upload).await?;
    }
    let open = case.settle_promises(scene.now);
    let event = CaseEvent::Supply { open };
    step(tx, scene, case, event, &By::Applicant(case.party), json!({ "slots": slots, "open": open })).await?;
    refresh_task(tx, scene, case).await?;
    if case.machine.status == CaseStatus::Submitted && open == 0 {
        // An instant item that only waited for this paper is decided now.
        approve_by_rules(tx, scene, case, &checked.inputs).await?;
    }
    watch(tx, scene, case).await
}

/// Puts the jobs of the promises that are open.
pub(super) async fn watch(tx: &mut Write, scene: &Scene<'_>, case: &Dossier) -> Result<()> {
    let Some(due) = case.promised_by().filter(|_| case.machine.status.is_running()) else { return Ok(()) };
    let subject = case.id.to_string();
    jobs::put(tx, JobKind::PromiseLapsed, &subject, morning_after(due)).await?;
    match next_reminder(due, scene.today) {
        Some(day) => jobs::put(tx, JobKind::PromiseReminder, &subject, morning_of(day)).await,
        None => Ok(()),
    }
}

/// The first day after `after` on which to remind: two days before the last one, and the last one.
fn next_reminder(due: Date, after: Date) -> Option<Date> {
    let before = due.0.checked_sub(jiff::Span::new().days(REMIND_BEFORE)).map_or(due, Date);
    [before, due].into_iter().find(|day| *day > after)
}

/// Reminds the applicant, once a day that was set for it.
pub(crate) async fn remind(state: &AppState, id: CaseId) -> Result<Outcome> {
    let scene = Scene::now(state);
    let mut tx = state.store.write().await?;
    let Some(case) = lock(state, &mut tx, id).await? else { return Ok(Outcome::Done) };
    let running = case.machine.status.is_running();
    let Some(due) = case.promised_by().filter(|due| running && scene.today <= *due) else { return Ok(Outcome::Done) };
    let (scope, key) = (format!("remind-promise:{id}"), scene.today.to_string());
    if intake::first_time(&mut tx, &scope, &key, "system", &json!({}), scene.now).await? {
        let item = &case.item().guide.name;
        let count = notices::plain(case.still_promised());
        let title = say!("notice", "supply_soon", item = item);
        let body = say!("notice", "supply_soon_body", due = &notices::day(due), count = &count);
        tell(&mut tx, &scene, &case, (NoticeKind::MaterialsAwaited, title, body)).await?;
        tx.commit().await?;
        wake(state, &case);
    }
    Ok(next_reminder(due, scene.today).map_or(Outcome::Done, |day| Outcome::Again(morning_of(day))))
}

/// The last day of a promise is over and it did not come: the case has failed, and one note is kept of it.
pub(crate) async fn lapse(state: &AppState, id: CaseId) -> Result<Outcome> {
    let scene = Scene::now(state);
    let mut tx = state.store.write().await?;
    let Some(mut case) = lock(state, &mut tx, id).await? else { return Ok(Outcome::Done) };
    let running = case.machine.status.is_running() && case.machine.promised > 0;
    let Some(due) = case.promised_by().filter(|_| running) else { return Ok(Outcome::Done) };
    if scene.today <= due {
        return Ok(Outcome::Again(morning_after(due)));
    }
    let slots: Vec<&str> =
        case.promised().filter(|promise| promise.due_on < scene.today).map(|promise| promise.slot.as_str()).collect();
    let details = json!({ "slots": slots, "due": due });
    note(&mut tx, &case, &serde_json::to_string(&slots)?, due, scene.now).await?;
    step(&mut tx, &scene, &mut case, CaseEvent::Lapse, &By::System("promise_clock"), details).await?;
    tx.commit().await?;
    wake(state, &case);
    Ok(Outcome::Done)
}

async fn note(tx: &mut Write, case: &Dossier, slots: &str, due: Date, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO credit_note (case_id, party_id, item_code, slots, due_on, noted_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (case_id) DO NOTHING",
    )
    .bind(case.id.to_string())
    .bind(case.party.to_string())
    .bind(case.item().code.clone())
    .bind(slots.to_owned())
    .bind(due.to_string())
    .bind(now.millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many promises of a party were broken; an officer who relies on a new one is told.
pub(crate) async fn broken(connection: &mut AnyConnection, party: PartyId) -> Result<u32> {
    let row = sqlx::query("SELECT COUNT(*) AS broken FROM credit_note WHERE party_id = $1")
        .bind(party.to_string())
        .fetch_one(connection)
        .await?;
    Ok(u32::try_from(row.try_get::<i64, _>("broken")?).unwrap_or(u32::MAX))
}

/// The promises as the applicant sees them, in the item's order.
pub(super) fn promises(case: &Dossier) -> Vec<PromisedMaterial> {
    let seen = |material: &MaterialRule| {
        let promise = case.promises.iter().find(|promise| promise.slot == material.id)?;
        Some(PromisedMaterial {
            slot: material.id.clone(),
            name: material.name.clone(),
            accept: material.accept.clone(),
            due: promise.due_on,
            handed_in: promise.handed_at,
        })
    };
    case.item().materials.iter().filter_map(seen).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reminders_come_two_days_before_and_on_the_last_day() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let due = day("2026-12-04");
        assert_eq!(next_reminder(due, day("2026-11-27")), Some(day("2026-12-02")));
        assert_eq!(next_reminder(due, day("2026-12-02")), Some(due));
        assert_eq!(next_reminder(due, day("2026-12-03")), Some(due));
        assert_eq!(next_reminder(due, due), None);
    }
}
