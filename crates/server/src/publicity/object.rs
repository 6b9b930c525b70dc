//! Somebody of the public objects.

use haoban_domain::{
    case::{CaseEvent, CaseStatus},
    form::FieldProblem,
    ids::{ObjectionId, PartyId, PublicityId},
    time::Timestamp,
};
use haoban_wire::{
    Problem, ProblemCode,
    publicity::{MakeObjection, OBJECTION_LEAST, OBJECTION_MOST, Objection, ObjectionPage},
};
use serde_json::json;
use sqlx::Row as _;

use super::rows;
use crate::{
    AppState, Error, Result, intake,
    notices::{plain, say},
    workflow::{By, Scene, lock, step, wake},
};

/// Takes an objection. The same key again does nothing more.
pub(super) async fn make(
    state: &AppState,
    party: PartyId,
    id: PublicityId,
    key: &str,
    body: &MakeObjection,
) -> Result<()> {
    let scene = Scene::now(state);
    let scope = format!("object:{id}");
    if intake::known(state, &scope, key, &party.to_string(), body).await? {
        return Ok(());
    }
    let reasons = reasons(&body.reasons)?;
    let mut tx = state.store.write().await?;
    let period = rows::shown(&mut tx, id).await?.ok_or(ProblemCode::NotFound)?;
    let mut case = lock(state, &mut tx, period.case).await?.ok_or(ProblemCode::NotFound)?;
    if !intake::first_time(&mut tx, &scope, key, &party.to_string(), body, scene.now).await? {
        return Ok(());
    }
    if case.party == party {
        return Err(not_now("own"));
    }
    let publicity = case.item().workflow.publicity().map(|(_, publicity)| publicity.clone());
    let over = publicity.is_none_or(|publicity| case.clocks.publicity_over(&publicity, &scene.calendar, scene.today));
    // Looked at again under the lock: the period may have ended meanwhile.
    if case.machine.status != CaseStatus::Publicised || over {
        return Err(not_now("over"));
    }
    let objection = ObjectionId::new(scene.now.millis(), scene.random());
    if !rows::object(&mut tx, objection, &period, party, &reasons, scene.now).await? {
        return Err(not_now("objected"));
    }
    step(&mut tx, &scene, &mut case, CaseEvent::Object, &By::Public(party), json!({ "objection": objection })).await?;
    tx.commit().await?;
    wake(state, &case);
    Ok(())
}

fn reasons(given: &str) -> Result<String> {
    let reasons = given.trim();
    let length = reasons.chars().count();
    if (OBJECTION_LEAST..=OBJECTION_MOST).contains(&length) {
        return Ok(reasons.to_owned());
    }
    let (least, most, now) = (plain(OBJECTION_LEAST), plain(OBJECTION_MOST), plain(length));
    let problem = FieldProblem {
        field: Some("reasons".to_owned()),
        part: None,
        rule: "reasons_length".to_owned(),
        message: say!("publicity", "reasons_length", least = &least, most = &most, now = &now),
        warning: false,
    };
    Err(Problem::new(ProblemCode::Invalid).with_fields(vec![problem]).into())
}

fn not_now(why: &str) -> Error {
    Problem::new(ProblemCode::NotAllowedNow).with("why", why).into()
}

/// One's own objections.
pub(super) async fn page(state: &AppState, party: PartyId) -> Result<ObjectionPage> {
    let mut connection = state.store.reader().acquire().await?;
    let rows = sqlx::query(
        "SELECT o.id, o.publicity_id, o.reasons, o.state, o.answer, o.made_at, o.answered_at, c.item_code, c.item_version \
         FROM objection o JOIN publicity p ON p.id = o.publicity_id JOIN cases c ON c.id = p.case_id \
         WHERE o.party_id = $1 ORDER BY o.made_at DESC, o.id LIMIT 200",
    )
    .bind(party.to_string())
    .fetch_all(&mut *connection)
    .await?;
    let mut objections = Vec::new();
    for row in rows {
        let version = u32::try_from(row.try_get::<i64, _>("item_version")?).unwrap_or(0);
        let code: String = row.try_get("item_code")?;
        let rules = intake::at_version(state, &mut connection, &code, version).await?;
        objections.push(Objection {
            id: row.try_get::<String, _>("id")?.parse()?,
            publicity_id: row.try_get::<String, _>("publicity_id")?.parse()?,
            item_name: rules.map_or_else(|| plain(&code), |rules| rules.item().guide.name.clone()),
            reasons: row.try_get("reasons")?,
            state: rows::state(&row.try_get::<String, _>("state")?)?,
            answer: row.try_get("answer")?,
            made_at: Timestamp::from_millis(row.try_get("made_at")?),
            answered_at: row.try_get::<Option<i64>, _>("answered_at")?.map(Timestamp::from_millis),
        });
    }
    Ok(ObjectionPage { objections })
}
