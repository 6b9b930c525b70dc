//! A guide, read with one's own facts where they are known.

use haoban_domain::{
    form::{Evaluator, FieldKind, FormState, Inputs, JudgedCondition, WhyOpen},
    item::ServiceItem,
    licence::Licence,
    pack::CityPack,
    time::Timestamp,
};
use haoban_wire::{
    Problem, ProblemCode,
    ui::{ConditionState, DraftRow, GuideView, OpenReason, Verdict},
};

use super::{near, required};
use crate::{Client, drafts, facts, licences, session};

/// The guide of an item; facts are refreshed behind it when they are old.
pub(crate) async fn guide_open(client: &Client, code: &str) -> Result<GuideView, Problem> {
    let loaded = required(client)?;
    let item = loaded.item(code).ok_or(ProblemCode::NotFound)?.clone();
    let mut inputs = Inputs::on(client.now().city_date());
    let facts_at = known_facts(client, code, &mut inputs).await;
    let held = inputs.licences.clone();
    let judged = loaded.evaluator(code).map(|evaluator| judge(&evaluator, &inputs, &loaded.catalogue.pack));
    let (conditions, state) = judged.unwrap_or_else(|| (unjudged(&item), None));
    facts::refresh_soon(client, code);
    let mut guide = item.guide.clone();
    let district = near::first(client, &loaded, &mut guide.counters).await;
    let pack = &loaded.catalogue.pack;
    let organ = pack.department(&item.guide.department).cloned();
    Ok(GuideView {
        code: item.code.clone(),
        version: item.version,
        guide,
        district,
        department: loaded.department_name(&item.guide.department),
        conditions,
        facts_at,
        headline: state.as_ref().and_then(|state| state.headline.clone()),
        materials: item.materials.clone(),
        licences: named_licences(state.as_ref(), held),
        question_count: state
            .as_ref()
            .map_or(item.form.pages.len(), |state| state.pages.len())
            .try_into()
            .unwrap_or(u32::MAX),
        material_states: state.map(|state| state.materials).unwrap_or_default(),
        drafts: drafts_of(client, code).await,
        has_calculator: item.form.calculator.is_some(),
        codes: organ.as_ref().and_then(|organ| item.codes(organ)),
        organ,
        joint_offices: item.joint_offices(pack),
        process: item.process(pack),
        bookable: bookable(&item),
    })
}

/// Puts facts, person and licences in; answers when the facts were read.
pub(super) async fn known_facts(client: &Client, code: &str, inputs: &mut Inputs) -> Option<Timestamp> {
    inputs.applicant = session::person(client);
    inputs.applicant.as_ref()?;
    inputs.licences = licences::cached(client).await;
    let facts = facts::cached(client, code).await?.facts;
    let read_at = facts.0.values().map(|fact| fact.read_at).min();
    inputs.facts = facts;
    read_at
}

/// Whether a visit is booked while applying.
fn bookable(item: &ServiceItem) -> bool {
    let mut fields = item.form.pages.iter().flat_map(|page| &page.fields);
    fields.any(|field| matches!(field.kind, FieldKind::Appointment { .. }))
}

async fn drafts_of(client: &Client, code: &str) -> Vec<DraftRow> {
    let rows = drafts::rows(client).await;
    rows.into_iter().filter(|row| row.item_code == code).collect()
}

fn judge(evaluator: &Evaluator, inputs: &Inputs, pack: &CityPack) -> (Vec<ConditionState>, Option<FormState>) {
    let conditions = evaluator.conditions(inputs).into_iter().map(|judged| condition(judged, pack)).collect();
    (conditions, Some(evaluator.evaluate(inputs)))
}

fn condition(judged: JudgedCondition, pack: &CityPack) -> ConditionState {
    let verdict = match judged.met {
        Some(true) => Verdict::Met,
        Some(false) => Verdict::NotMet,
        None => Verdict::Open,
    };
    let open = judged.open.map(|open| match open {
        WhyOpen::SignedOut => OpenReason::SignedOut,
        WhyOpen::Person => OpenReason::Person,
        WhyOpen::Answers => OpenReason::Answers,
        WhyOpen::Facts(keys) => unknown(&keys, pack),
    });
    ConditionState { id: judged.id, words: judged.words, verdict, note: judged.note, open }
}

/// The registers that would know these facts, each once.
fn unknown(keys: &[String], pack: &CityPack) -> OpenReason {
    let asked = |id: &str| keys.iter().any(|key| key.split_once('.').is_some_and(|(register, _)| register == id));
    let known = pack.registers.iter().filter(|register| asked(&register.id));
    OpenReason::Registers { registers: known.map(|register| register.name.clone()).collect() }
}

fn unjudged(item: &ServiceItem) -> Vec<ConditionState> {
    let open = |c: &haoban_domain::item::Condition| ConditionState {
        id: c.id.clone(),
        words: c.words.clone(),
        verdict: Verdict::Open,
        note: c.when_open.clone(),
        open: Some(OpenReason::Person),
    };
    item.guide.conditions.iter().map(open).collect()
}

/// Only the licences that some slot could use: the page shows no others.
fn named_licences(state: Option<&FormState>, held: Vec<Licence>) -> Vec<Licence> {
    let Some(state) = state else { return Vec::new() };
    held.into_iter().filter(|licence| state.materials.iter().any(|m| m.usable_licences.contains(&licence.id))).collect()
}
