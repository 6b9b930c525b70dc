//! A case whose appointment was moved or given up: its answers, its documents and what was paid follow.

use haoban_domain::{case::CaseEvent, form::Inputs, licence::LicenceLine};
use haoban_wire::ProblemCode;
use serde_json::{Value, json};

use super::{
    By, Dossier, Scene, charges, issue,
    moves::{record, step, told},
    rows,
};
use crate::{Result, licences, notices::say, store::Write};

/// Whether what was charged would be charged with other answers, too.
pub(crate) fn costs_the_same(case: &Dossier, inputs: &Inputs) -> Result<bool> {
    match (&case.charge, &case.item().workflow.charge) {
        (Some(charged), Some(charge)) => Ok(issue::integer(case, inputs, &charge.amount)? == charged.amount_fen),
        _ => Ok(true),
    }
}

/// The answer names the new time, and documents that were issued are written anew.
pub(crate) async fn rebook(
    tx: &mut Write,
    scene: &Scene<'_>,
    case: &mut Dossier,
    field: &str,
    answer: Value,
) -> Result<()> {
    case.answers.insert(field.to_owned(), answer);
    let held = licences::held(tx, case.party, scene.today).await?;
    issue::write_documents_anew(case, held);
    keep(tx, scene, case, "case.appointment_moved").await
}

/// A running case goes with the appointment it stands for.
pub(crate) async fn withdraw_with_appointment(tx: &mut Write, scene: &Scene<'_>, case: &mut Dossier) -> Result<()> {
    let by = By::Applicant(case.party);
    step(tx, scene, case, CaseEvent::Withdraw, &by, json!({ "reason_given": false, "appointment": true })).await
}

/// A case that is over: what was paid goes back, and what was issued says that it counts no more.
pub(crate) async fn undo_with_appointment(tx: &mut Write, scene: &Scene<'_>, case: &mut Dossier) -> Result<()> {
    charges::give_back(tx, scene, case).await?;
    let given_up = LicenceLine { label: say!("appointment", "standing"), value: say!("appointment", "given_up").zh };
    for document in case.decision.iter_mut().flat_map(|decision| &mut decision.documents) {
        document.lines.insert(0, given_up.clone());
    }
    keep(tx, scene, case, "case.appointment_given_up").await
}

async fn keep(tx: &mut Write, scene: &Scene<'_>, case: &mut Dossier, action: &str) -> Result<()> {
    case.revision += 1;
    if !rows::update(tx, case).await? {
        return Err(ProblemCode::RevisionConflict.into());
    }
    record(tx, scene, case, &By::Applicant(case.party), action, json!({ "revision": case.revision })).await?;
    told(tx, scene, case).await
}
