//! `POST /v1/cases`: one tap, one case, however often it is sent.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use haoban_domain::{
    case::{Way, clock::Clocks, submit_to},
    form::Evaluator,
    identifiers::case_number,
    ids::{CaseId, PartyId},
};
use haoban_wire::{
    Problem, ProblemCode,
    http::{SubmitCase, Submitted},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    at_version, attach_files, check,
    check::{Checked, HandedIn},
    key_of,
    keys::{answer_of, body_digest, claim, keep_answer},
    next_serial,
    problems::whole,
    receipts,
};
use crate::{
    AppState, Error, Result, appointments,
    http::JsonBody,
    identity::{Resident, facts},
    joint,
    notices::say,
    store::Write,
    workflow::{self, Dossier, Scene, approve_by_rules, case_view},
};

const SCOPE: &str = "submit";

/// Routes of submissions.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(submit_case))
}

/// Takes a case in.
#[utoipa::path(post, path = "/v1/cases", tag = "cases", security(("resident" = [])), request_body = SubmitCase,
    params(("idempotency-key" = String, Header, description = "the draft's id")),
    responses((status = 201, body = Submitted), (status = 200, body = Submitted, description = "taken before")))]
async fn submit_case(
    State(state): State<AppState>,
    who: Resident,
    head: HeaderMap,
    JsonBody(body): JsonBody<SubmitCase>,
) -> Result<Response> {
    let key = key_of(&head)?;
    if key != body.draft_id.to_string() {
        return Err(Problem::new(ProblemCode::BadRequest).with("what", "idempotency-key and draft_id differ").into());
    }
    let digest = body_digest(&body)?;
    if let Some(answer) = taken_before(&state, who.party_id, &key, &digest).await? {
        return Ok(answer);
    }
    let rules = rules_of(&state, &body).await?;
    let scene = Scene::now(&state);
    let handed = HandedIn {
        party: who.party_id,
        draft: Some(body.draft_id),
        case: None,
        answers: &body.answers,
        choices: &body.materials,
        files: &body.files,
    };
    formalities(&body)?;
    let checked = match check(&state, &scene, &rules, &handed).await {
        Ok(checked) => checked,
        // A twin may have won meanwhile: its files are then part of the case and no longer free.
        Err(refusal) => return taken_before(&state, who.party_id, &key, &digest).await?.ok_or(refusal),
    };
    audience(&rules, &checked)?;
    let plan = joint::judge(&state, &rules, &checked).await?;
    take(&scene, who.party_id, &key, &digest, &body, Passed { rules, checked, plan }).await
}

/// The answer of a submission that was taken before.
async fn taken_before(state: &AppState, party: PartyId, key: &str, digest: &str) -> Result<Option<Response>> {
    let mut connection = state.store.reader().acquire().await?;
    let answer = answer_of(&mut connection, SCOPE, key, &party.to_string(), digest).await?;
    drop(connection);
    if answer.is_some() {
        // It may have been taken by another process a moment ago.
        state.store.settled_by_all().await?;
    }
    Ok(answer.map(|answer| json(StatusCode::OK, answer)))
}

async fn rules_of(state: &AppState, body: &SubmitCase) -> Result<Arc<Evaluator>> {
    let mut connection = state.store.reader().acquire().await?;
    let rules = at_version(state, &mut connection, &body.item_code, body.item_version).await?;
    rules.ok_or_else(|| item_version(state, body))
}

fn json(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn item_version(state: &AppState, body: &SubmitCase) -> Error {
    let pack = state.catalogue.current();
    match pack.item(&body.item_code) {
        Some(item) => Problem::new(ProblemCode::ItemVersion).with("version", item.version).into(),
        None => ProblemCode::NotFound.into(),
    }
}

fn formalities(body: &SubmitCase) -> Result<()> {
    if channel(&body.channel).is_none() {
        return Err(Problem::new(ProblemCode::BadRequest).with("what", "channel").into());
    }
    if !body.declared {
        let fields = vec![whole("declaration", say!("intake", "declaration"))];
        return Err(Problem::new(ProblemCode::Invalid).with_fields(fields).into());
    }
    Ok(())
}

fn channel(name: &str) -> Option<char> {
    match name {
        "app" => Some('A'),
        "web" => Some('W'),
        "kiosk" => Some('K'),
        _ => None,
    }
}

fn audience(rules: &Evaluator, checked: &Checked) -> Result<()> {
    let kind = checked.inputs.applicant.as_ref().map(|applicant| applicant.kind);
    if kind.is_some_and(|kind| rules.item().guide.audience.contains(&kind)) {
        return Ok(());
    }
    let fields = vec![whole("audience", say!("intake", "audience"))];
    Err(Problem::new(ProblemCode::Invalid).with_fields(fields).into())
}

/// A submission that nothing stands against.
struct Passed {
    rules: Arc<Evaluator>,
    checked: Checked,
    /// Parts of a joint service; empty for others.
    plan: joint::Plan,
}

/// One transaction: key, case, task, files, receipt, events, jobs, audit.
async fn take(
    scene: &Scene<'_>,
    party: PartyId,
    key: &str,
    digest: &str,
    body: &SubmitCase,
    passed: Passed,
) -> Result<Response> {
    let Passed { rules, checked, plan } = passed;
    let mut tx = scene.state.store.write().await?;
    let actor = party.to_string();
    if !claim(&mut tx, SCOPE, key, &actor, digest, scene.now).await? {
        let answer = answer_of(&mut tx, SCOPE, key, &actor, digest).await?.unwrap_or_default();
        tx.rollback().await?;
        scene.state.store.settled_by_all().await?;
        return Ok(json(StatusCode::OK, answer));
    }
    facts::log(&mut tx, &scene.pack.pack, rules.item(), party, &checked.inputs.facts, scene.now).await?;
    let mut case = dossier(&mut tx, scene, party, body, rules, &checked).await?;
    workflow::open(&mut tx, scene, &mut case, true).await?;
    attach_files(&mut tx, case.id, &checked).await?;
    appointments::book_with_case(&mut tx, scene, &case, &checked.form).await?;
    if !plan.is_empty() {
        joint::begin(&mut tx, scene, &case, &plan).await?;
        let begun = workflow::lock(scene.state, &mut tx, case.id).await?;
        case = begun.ok_or_else(|| Error::internal("a new case is gone"))?;
    }
    approve_by_rules(&mut tx, scene, &mut case, &checked.inputs).await?;
    let receipt = receipts::sign(&mut tx, scene, &case, body).await?;
    let answer = serde_json::to_string(&Submitted { case: case_view(scene, &case), receipt })?;
    keep_answer(&mut tx, SCOPE, key, &answer).await?;
    haoban_failpoints::reach("submit-before-commit");
    tx.commit().await?;
    haoban_failpoints::reach("submit-after-commit");
    workflow::wake(scene.state, &case);
    Ok(json(StatusCode::CREATED, answer))
}

async fn dossier(
    tx: &mut Write,
    scene: &Scene<'_>,
    party: PartyId,
    body: &SubmitCase,
    rules: Arc<Evaluator>,
    checked: &Checked,
) -> Result<Dossier> {
    let applicant =
        checked.inputs.applicant.clone().ok_or_else(|| Error::internal("a submission without applicant"))?;
    let way = Way::plain(&rules.item().workflow);
    Ok(Dossier {
        id: CaseId::from_uuid(body.draft_id.uuid()),
        number: number(tx, scene, &body.channel, &rules).await?,
        party,
        channel: body.channel.clone(),
        machine: submit_to(&rules.item().workflow, &way).0,
        way,
        clocks: Clocks::default(),
        revision: 0,
        submitted_at: scene.now,
        applicant,
        answers: body.answers.clone(),
        choices: checked.inputs.choices.clone(),
        slots: checked.slots(),
        facts: checked.inputs.facts.clone(),
        headline: checked.form.headline.clone(),
        decision: None,
        charge: None,
        happenings: Vec::new(),
        correction: None,
        promises: Vec::new(),
        parent: None,
        parts: Vec::new(),
        rules,
    })
}

/// The number of a case. That of a joint case has a letter in front (domain.md §1.10).
async fn number(tx: &mut Write, scene: &Scene<'_>, channel: &str, rules: &Evaluator) -> Result<String> {
    let number = child_number(tx, scene, channel, rules).await?;
    Ok(if rules.item().joint.is_some() { case_number::joint(&number) } else { number })
}

/// The number of a case of one item.
pub(crate) async fn child_number(
    tx: &mut Write,
    scene: &Scene<'_>,
    channel_name: &str,
    rules: &Evaluator,
) -> Result<String> {
    let region = &scene.pack.pack.city.region;
    let letter = channel(channel_name).unwrap_or('0');
    let kind = rules.item().guide.item_type;
    let prefix = format!("case:{region}:{}:{letter}:{}", scene.today, kind.code());
    let serial = next_serial(tx, &prefix).await?;
    Ok(case_number::build(region, scene.today, letter, kind, serial))
}
