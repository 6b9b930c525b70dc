//! Opens the parts of a joint case as their turn comes, and keeps the whole where its parts put it.

use std::{future::Future, pin::Pin, sync::Arc};

use haoban_domain::{
    case::{CaseEvent, CaseEventKind, Way, allowed, clock::Clocks, submit_to},
    form::{Evaluator, Inputs, visible_answers},
    ids::{CaseId, PartyId},
    joint::{PartOutlook, outlook, standing},
    material::MaterialChoice,
};
use serde_json::json;

use super::{
    PartRecord,
    judge::facts_of,
    rows::{drop_waiting, insert, link, share_file},
    standings,
};
use crate::{
    Error, Result,
    intake::{at_version, child_number, settled, slots_of},
    licences,
    store::Write,
    workflow::{By, Dossier, Scene, approve_by_rules, lock, open, restate, step},
};

/// Writes the parts of a new joint case down and opens those that can be.
pub(crate) async fn begin(tx: &mut Write, scene: &Scene<'_>, case: &Dossier, plan: &[PartRecord]) -> Result<()> {
    insert(tx, case.id, plan).await?;
    open_ready(tx, scene, case.id, false).await?;
    settle(tx, scene, case.id).await
}

/// A part moved: what waited for it may open, and the whole stands somewhere else.
pub(crate) fn follow<'a>(
    tx: &'a mut Write,
    scene: &'a Scene<'_>,
    parent: CaseId,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
    Box::pin(async move {
        open_ready(tx, scene, parent, true).await?;
        settle(tx, scene, parent).await
    })
}

async fn whole(tx: &mut Write, scene: &Scene<'_>, id: CaseId) -> Result<Dossier> {
    lock(scene.state, tx, id).await?.ok_or_else(|| Error::internal("a joint case is gone"))
}

/// Opens one part after the other until none is ready. Rules may grant a part at once, which may make
/// another one ready.
async fn open_ready(tx: &mut Write, scene: &Scene<'_>, parent: CaseId, told: bool) -> Result<()> {
    loop {
        let case = whole(tx, scene, parent).await?;
        let lanes = standings(&case);
        let ready = case.parts.iter().find(|part| outlook(&lanes, &part.item) == PartOutlook::Ready);
        let Some(part) = ready else { return Ok(()) };
        open_part(tx, scene, &case, part, told).await?;
    }
}

async fn open_part(tx: &mut Write, scene: &Scene<'_>, whole: &Dossier, part: &PartRecord, told: bool) -> Result<()> {
    let version = whole.item().joint.as_deref().and_then(|joint| joint.part(&part.item)).map(|part| part.version);
    let version = version.ok_or_else(|| Error::internal("a joint case has a part that its definition has not"))?;
    let rules = at_version(scene.state, tx, &part.item, version).await?;
    let rules = rules.ok_or_else(|| Error::internal("a part names an item that was never in force"))?;
    let (mut case, inputs) = dossier(tx, scene, whole, part, rules).await?;
    open(tx, scene, &mut case, told).await?;
    link(tx, whole.id, &part.item, case.id).await?;
    for (slot, choice) in &case.choices {
        let MaterialChoice::Upload { files } = choice else { continue };
        for file in files {
            share_file(tx, whole.id, case.id, &file.to_string(), slot).await?;
        }
    }
    approve_by_rules(tx, scene, &mut case, &inputs).await?;
    Ok(())
}

/// The case of a part: its own answers, the facts the whole was sent with, and whatever licences are there
/// now, those of the parts before it among them.
async fn dossier(
    tx: &mut Write,
    scene: &Scene<'_>,
    whole: &Dossier,
    part: &PartRecord,
    rules: Arc<Evaluator>,
) -> Result<(Dossier, Inputs)> {
    let given = Inputs {
        answers: part.answers.clone(),
        facts: facts_of(&whole.facts, rules.item()),
        applicant: Some(whole.applicant.clone()),
        choices: part.choices.clone(),
        licences: licences::held(tx, whole.party, scene.today).await?,
        today: scene.today,
    };
    let answers = visible_answers(&rules.evaluate(&given), &given.answers);
    let inputs = Inputs { answers, ..given };
    let form = rules.evaluate(&inputs);
    let inputs = Inputs { choices: settled(&form, inputs.choices.clone()), ..inputs };
    let way = Way::plain(&rules.item().workflow);
    let case = Dossier {
        id: CaseId::new(scene.now.millis(), scene.random()),
        number: child_number(tx, scene, &whole.channel, &rules).await?,
        party: whole.party,
        channel: whole.channel.clone(),
        machine: submit_to(&rules.item().workflow, &way).0,
        way,
        clocks: Clocks::default(),
        revision: 0,
        submitted_at: scene.now,
        applicant: whole.applicant.clone(),
        answers: inputs.answers.clone(),
        choices: inputs.choices.clone(),
        slots: slots_of(&form),
        facts: inputs.facts.clone(),
        headline: form.headline.clone(),
        decision: None,
        charge: None,
        happenings: Vec::new(),
        correction: None,
        promises: Vec::new(),
        parent: Some(whole.id),
        parts: Vec::new(),
        rules,
    };
    Ok((case, inputs))
}

/// Writes down where the whole stands.
async fn settle(tx: &mut Write, scene: &Scene<'_>, id: CaseId) -> Result<()> {
    let mut case = whole(tx, scene, id).await?;
    let status = standing(&standings(&case));
    restate(tx, scene, &mut case, status).await
}

/// Takes back everything that can still be taken back; what was decided stays decided.
pub(crate) async fn withdraw(tx: &mut Write, scene: &Scene<'_>, case: &Dossier, party: PartyId) -> Result<()> {
    drop_waiting(tx, case.id).await?;
    for part in &case.parts {
        let Some(id) = part.case.as_ref().map(|case| case.id) else { continue };
        let Some(mut own) = lock(scene.state, tx, id).await? else { continue };
        if allowed(&own.machine).contains(&CaseEventKind::Withdraw) {
            let details = json!({ "with": case.id });
            step(tx, scene, &mut own, CaseEvent::Withdraw, &By::Applicant(party), details).await?;
        }
    }
    settle(tx, scene, case.id).await
}
