//! What the public sees, and when it begins and ends.

use std::str::FromStr as _;

use haoban_domain::{
    case::clock::Clocks,
    ids::PublicityId,
    licence::LicenceLine,
    time::Timestamp,
    workflow::{PublicLine, ValueFormat},
};
use haoban_wire::publicity::{ObjectionState, PublicityEntry, PublicityPage};
use sqlx::Row as _;

use super::{rows, settle::tell};
use crate::{
    AppState, Error, Result, intake, licences,
    notices::say,
    store::Write,
    workflow::{Dossier, Scene, department_name, written},
};

/// Most periods on one page.
const MOST: i64 = 200;

/// The case goes before the public.
pub(crate) async fn begin(tx: &mut Write, scene: &Scene<'_>, case: &Dossier) -> Result<()> {
    let publicity = case.item().workflow.publicity();
    let (_, publicity) = publicity.ok_or_else(|| Error::internal("a publicity period that is not defined"))?;
    let held = licences::held(tx, case.party, scene.today).await?;
    let inputs = case.inputs(held, scene.today);
    let line = |line: &PublicLine| LicenceLine {
        label: line.label.clone(),
        value: line.mask.cover(&written(case.rules.value(&line.value, &inputs), ValueFormat::Plain)),
    };
    let lines: Vec<LicenceLine> = publicity.shows.iter().map(line).collect();
    let id = PublicityId::new(scene.now.millis(), scene.random());
    rows::insert(tx, id, case.id, &lines, scene.now).await
}

/// The public sees the case no longer. What is still open then lapses; those who objected are told.
pub(crate) async fn end(tx: &mut Write, scene: &Scene<'_>, case: &Dossier) -> Result<()> {
    rows::close(tx, case.id, scene.now).await?;
    for made in rows::open_of(tx, case.id).await? {
        if rows::answer(tx, made.id, ObjectionState::Lapsed, None, scene.now).await? {
            let title = say!("publicity", "lapsed", item = &case.item().guide.name);
            tell(tx, scene, case, made.party, title, say!("publicity", "lapsed_body")).await?;
        }
    }
    Ok(())
}

/// Everything the public may look at now.
pub(super) async fn page(state: &AppState) -> Result<PublicityPage> {
    let scene = Scene::now(state);
    let mut connection = state.store.reader().acquire().await?;
    let rows = sqlx::query(
        "SELECT p.id, p.lines, p.shown_at, c.item_code, c.item_version, c.clocks FROM publicity p \
         JOIN cases c ON c.id = p.case_id WHERE p.ended_at IS NULL ORDER BY p.shown_at DESC, p.id LIMIT $1",
    )
    .bind(MOST)
    .fetch_all(&mut *connection)
    .await?;
    let mut entries = Vec::new();
    for row in rows {
        let version = u32::try_from(row.try_get::<i64, _>("item_version")?).unwrap_or(0);
        let code: String = row.try_get("item_code")?;
        let rules = intake::at_version(state, &mut connection, &code, version).await?;
        let rules = rules.ok_or_else(|| Error::internal("a case names an item that was never in force"))?;
        let item = rules.item();
        let Some((step, publicity)) = item.workflow.publicity() else { continue };
        let clocks: Clocks = serde_json::from_str(&row.try_get::<String, _>("clocks")?)?;
        let lines: Vec<LicenceLine> = serde_json::from_str(&row.try_get::<String, _>("lines")?)?;
        let department = item.workflow.steps.get(usize::from(step)).map_or("", |step| step.department.as_str());
        entries.push(PublicityEntry {
            id: PublicityId::from_str(&row.try_get::<String, _>("id")?)?,
            item_code: code,
            item_name: item.guide.name.clone(),
            department: department_name(&scene, department),
            lines,
            shown_on: Timestamp::from_millis(row.try_get("shown_at")?).city_date(),
            until: clocks.publicity_until(publicity, &scene.calendar, scene.today),
            about: publicity.objections.words.clone(),
            basis: publicity.objections.basis.clone(),
        });
    }
    Ok(PublicityPage { entries })
}
