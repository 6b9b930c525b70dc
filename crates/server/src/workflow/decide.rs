//! Decisions: by an officer, or by the rules of an instant item (秒批), which may only grant.

use haoban_domain::{
    case::{AcceptedBy, CaseEvent, DecisionView},
    form::Inputs,
    text::LocalText,
};
use serde_json::json;

use super::{By, Dossier, Scene, department_name, step};
use crate::{Result, store::Write};

/// A decision as the applicant reads it. A refusal names the remedies of the item.
pub(crate) fn decision(scene: &Scene<'_>, case: &Dossier, granted: bool, reasons: Vec<String>) -> DecisionView {
    DecisionView {
        granted,
        decided_at: scene.now,
        department: department_name(scene, case.department()),
        reasons: reasons.into_iter().filter(|reason| !reason.trim().is_empty()).collect(),
        remedies: (!granted).then(|| case.item().guide.remedies.clone()),
        automatic: false,
        rules: Vec::new(),
        licence: None,
        payment_fen: None,
        documents: Vec::new(),
    }
}

/// Grants a fresh case when every rule of its instant approval holds. What cannot be told is not held,
/// and whatever does not hold leaves the case to a person: rules never refuse.
pub(crate) async fn approve_by_rules(
    tx: &mut Write,
    scene: &Scene<'_>,
    case: &mut Dossier,
    inputs: &Inputs,
) -> Result<bool> {
    let Some(instant) = case.item().workflow.instant.clone() else { return Ok(false) };
    let holds = |rule: &haoban_domain::workflow::InstantRule| case.rules.judge(&rule.rule, inputs) == Some(true);
    if instant.grant_when.is_empty() || !instant.grant_when.iter().all(holds) {
        return Ok(false);
    }
    let ids: Vec<&str> = instant.grant_when.iter().map(|rule| rule.id.as_str()).collect();
    let details = json!({ "rules": ids, "item": case.item().code, "version": case.item().version });
    let rules: Vec<LocalText> = instant.grant_when.iter().map(|rule| rule.words.clone()).collect();
    let by = By::System("rules");
    step(tx, scene, case, CaseEvent::Accept { by: AcceptedBy::Rules }, &by, details.clone()).await?;
    case.decision = Some(DecisionView { automatic: true, rules, ..decision(scene, case, true, Vec::new()) });
    step(tx, scene, case, CaseEvent::Grant { automatic: true }, &by, details).await?;
    Ok(true)
}
