//! Decisions: by an officer, or by the rules of an instant item (秒批), which may only grant.

use haoban_domain::{
    case::{AcceptedBy, CaseEvent, CaseStatus, DecisionView},
    form::Inputs,
    text::LocalText,
    workflow::InstantRule,
};
use serde_json::{Value, json};

use super::{By, Dossier, Scene, department_name, issue, step};
use crate::{Result, materials, store::Write};

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
    let Some(rules) = holding(case, inputs) else { return Ok(false) };
    if materials::holds_up(tx, case.id).await? {
        return Ok(false);
    }
    let event = CaseEvent::Accept { by: AcceptedBy::Rules };
    step(tx, scene, case, event, &By::System("rules"), details(case, &rules)).await?;
    if case.machine.status == CaseStatus::Accepted {
        grant_by_rules(tx, scene, case, inputs).await?;
    }
    Ok(true)
}

/// Grants an accepted case when every rule still holds: at once, or after its charge was paid.
pub(super) async fn grant_by_rules(
    tx: &mut Write,
    scene: &Scene<'_>,
    case: &mut Dossier,
    inputs: &Inputs,
) -> Result<()> {
    let Some(rules) = holding(case, inputs) else { return Ok(()) };
    if materials::holds_up(tx, case.id).await? {
        return Ok(());
    }
    let details = details(case, &rules);
    let words: Vec<LocalText> = rules.into_iter().map(|rule| rule.words).collect();
    case.decision = Some(DecisionView { automatic: true, rules: words, ..decision(scene, case, true, Vec::new()) });
    step(tx, scene, case, CaseEvent::Grant { automatic: true }, &By::System("rules"), details).await
}

/// The rules of an instant approval, when all of them hold. A promised material has to come first, and money that has no account to go to is a case for a person.
fn holding(case: &Dossier, inputs: &Inputs) -> Option<Vec<InstantRule>> {
    if case.machine.promised > 0 {
        return None;
    }
    if issue::pays(case.item()) && issue::account_for(case.item(), &case.answers).is_none() {
        return None;
    }
    let rules = case.item().workflow.instant.clone()?.grant_when;
    let holds = |rule: &InstantRule| case.rules.judge(&rule.rule, inputs) == Some(true);
    (!rules.is_empty() && rules.iter().all(holds)).then_some(rules)
}

fn details(case: &Dossier, rules: &[InstantRule]) -> Value {
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    json!({ "rules": ids, "item": case.item().code, "version": case.item().version })
}
