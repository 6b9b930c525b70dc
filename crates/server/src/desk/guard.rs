//! Who may look, and the line that is written before anything leaves.

use haoban_domain::{ids::CaseId, text::LocalText};
use haoban_wire::{Problem, ProblemCode, http::AccessGround};
use serde_json::json;

use super::tasks::{self, Task};
use crate::{
    Result,
    audit::{self, Access, Act},
    identity::Officer,
    notices::say,
    store::Write,
    workflow::{Dossier, Scene, department_name, load},
};

/// The case and the department's task in it. Without a task there is no case: the answer is the same as
/// for a number that was never given, and the resident's log shows the try.
pub(super) async fn enter(scene: &Scene<'_>, officer: &Officer, id: CaseId) -> Result<(Dossier, Task)> {
    let mut connection = scene.state.store.reader().acquire().await?;
    let task = tasks::of_case(&mut connection, id, &officer.department, scene.now).await?;
    drop(connection);
    let case = load(scene.state, id).await?.ok_or(ProblemCode::NotFound)?;
    if let Some(task) = task {
        return Ok((case, task));
    }
    let mut tx = scene.state.store.write().await?;
    let purpose = say!("desk", "handle");
    look(&mut tx, scene, officer, &case, say!("desk", "what_case"), purpose, AccessGround::Denied).await?;
    tx.commit().await?;
    Err(ProblemCode::NotFound.into())
}

/// Words of a purpose; an unknown one is refused.
pub(super) fn purpose(id: &str) -> Result<LocalText> {
    match id {
        "handle" => Ok(say!("desk", "handle")),
        "correction" => Ok(say!("desk", "correction")),
        "complaint" => Ok(say!("desk", "complaint")),
        _ => Err(Problem::new(ProblemCode::BadRequest).with("what", "purpose").into()),
    }
}

/// Writes the look down: for the resident, and in the chain.
pub(super) async fn look(
    tx: &mut Write,
    scene: &Scene<'_>,
    officer: &Officer,
    case: &Dossier,
    what: LocalText,
    purpose: LocalText,
    ground: AccessGround,
) -> Result<()> {
    let actor = format!("officer:{}", officer.id);
    let denied = ground == AccessGround::Denied;
    let detail = json!({ "purpose": purpose.en, "what": what.en });
    let access = Access {
        party_id: case.party,
        at: scene.now,
        actor: actor.clone(),
        department: Some(&officer.department),
        who: department_name(scene, &officer.department),
        what,
        purpose,
        case: Some((case.id, case.number.clone())),
        ground,
    };
    audit::record_access(tx, access).await?;
    let act = Act {
        at: scene.now,
        actor,
        department: Some(&officer.department),
        action: if denied { "case.look_denied" } else { "case.looked" },
        subject: case.id.to_string(),
        case_id: Some(case.id),
        detail,
    };
    audit::record(tx, act).await
}
