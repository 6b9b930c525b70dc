//! Every worked example of every service goes through the real intake: one that may be sent becomes a case, one that may
//! not is refused with the problem it names, and nothing is made.

use std::collections::BTreeMap;

use haoban_domain::{
    form::Answers, ids::PartyId, item::AudienceKind, material::MaterialChoice, receipt::digest, workflow::Output,
};
use haoban_server::{
    catalogue::{PackSource, check::fixtures::of_item, fixture::Fixture},
    identity::facts,
    workflow::account_for,
};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::support::{City, Resident, new_id, pack_folder, paper};

const TENANT: &str = "13800000001";

/// The resident becomes the person of the example: name and number, what registers know, what is in the wallet.
pub async fn become_person(city: &City, party: PartyId, fixture: &Fixture) {
    let inputs = fixture.inputs();
    let mut tx = city.state.store.write().await.unwrap();
    for table in ["fact", "licence", "appointment"] {
        let sql = format!("DELETE FROM {table} WHERE party_id = $1");
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(party.to_string()).execute(&mut *tx).await.unwrap();
    }
    // What earlier examples uploaded and were refused with.
    sqlx::query("DELETE FROM upload WHERE state <> 'attached'").execute(&mut *tx).await.unwrap();
    if let Some(person) = &inputs.applicant {
        let kind = match person.kind {
            AudienceKind::LegalEntity => "legal_entity",
            AudienceKind::NaturalPerson => "natural_person",
        };
        sqlx::query("UPDATE party SET kind = $2, name = $3, id_number = $4, phone = $5 WHERE id = $1")
            .bind(party.to_string())
            .bind(kind)
            .bind(person.name.clone())
            .bind(person.id_number.clone())
            .bind(person.phone.clone())
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    let known: Vec<(String, Value)> = inputs.facts.0.into_iter().map(|(key, fact)| (key, fact.value)).collect();
    facts::put_new(&mut tx, party, &known, city.state.clock.now()).await.unwrap();
    for licence in &inputs.licences {
        haoban_server::licences::insert(&mut tx, party, licence, city.state.clock.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Uploads what the example hands in; the body as the app would send it.
pub async fn body_of(city: &City, one: &Resident<'_>, code: &str, fixture: &Fixture) -> Value {
    let pack = city.state.catalogue.current();
    let item = pack.pack.items.iter().find(|item| item.code == code).unwrap();
    let inputs = fixture.inputs();
    let draft = new_id("drf");
    let (mut choices, mut files) = (BTreeMap::new(), BTreeMap::new());
    for (slot, choice) in &inputs.choices {
        let MaterialChoice::Upload { .. } = choice else {
            choices.insert(slot.clone(), serde_json::to_value(choice).unwrap());
            continue;
        };
        let bytes = paper(item, slot);
        let file = one.upload(&draft, slot, &bytes).await;
        choices.insert(slot.clone(), json!({ "kind": "upload", "files": [file] }));
        files.insert(file, digest(&bytes));
    }
    json!({
        "draft_id": draft, "item_code": code, "item_version": item.version, "declared": true, "channel": "app",
        "answers": sent(city, code, fixture), "materials": choices, "files": files,
    })
}

/// The answers that are sent: those of questions that are shown.
fn sent(city: &City, code: &str, fixture: &Fixture) -> Answers {
    let rules = city.state.catalogue.current().evaluator(code).unwrap();
    haoban_domain::form::visible_answers(&rules.evaluate(&fixture.inputs()), &fixture.answers)
}

/// What the intake names, as examples write it: `field:rule`. Each has its sentence in both languages.
fn problems(answer: &Value) -> Vec<String> {
    let errors = answer["field_errors"].as_array().into_iter().flatten();
    errors
        .map(|error| {
            let said = |language: &str| error["message"][language].as_str().is_some_and(|text| !text.is_empty());
            assert!(said("zh") && said("en"), "{error}");
            format!("{}:{}", error["field"].as_str().unwrap_or_default(), error["rule"].as_str().unwrap_or_default())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_comes_out_at_the_intake_as_it_is_written() {
    let source = PackSource::read(&pack_folder()).unwrap();
    let city = City::start().await;
    let pack = city.state.catalogue.current();
    let mut examples: Vec<(String, String, Fixture)> = Vec::new();
    for item in pack.pack.items.iter().filter(|item| item.joint.is_none()) {
        let of = of_item(&source, &item.code).into_iter();
        examples.extend(
            of.map(|example| (item.code.clone(), format!("{}{}", example.file, example.prefix), example.fixture)),
        );
    }
    // One sign-in a day is enough, and the clock only goes forward.
    examples.sort_by_key(|(.., fixture)| fixture.today);
    let (mut taken, mut refused, mut wrong) = (0, 0, Vec::new());
    let mut day = None;
    let mut one = city.resident(TENANT).await;
    let party: PartyId = serde_json::from_value(one.get("/v1/me").await.1["applicant"]["party"].clone()).unwrap();
    for (code, place, fixture) in examples.iter().filter(|(.., fixture)| fixture.applicant.is_some()) {
        if day != Some(fixture.today) {
            day = Some(fixture.today);
            city.clock.on(fixture.today);
            one = city.resident(TENANT).await;
        }
        become_person(&city, party, fixture).await;
        let (status, answer) = one.submit(&body_of(&city, &one, code, fixture).await).await;
        let said = problems(&answer);
        let named = |expected: &Vec<String>| expected.iter().all(|problem| said.contains(problem));
        let item = pack.pack.items.iter().find(|item| item.code == *code).unwrap();
        let pays = item.workflow.outputs.iter().any(|output| matches!(output, Output::Payment { .. }));
        match (fixture.expect.complete, status) {
            (true, StatusCode::CREATED) if pays && account_for(item, &sent(&city, code, fixture)).is_none() => {
                wrong.push(format!("{place}: nobody could say where its money goes"));
            }
            (true, StatusCode::CREATED) => taken += 1,
            (false, StatusCode::UNPROCESSABLE_ENTITY)
                if !said.is_empty() && fixture.expect.problems.as_ref().is_none_or(named) =>
            {
                refused += 1;
            }
            _ => wrong.push(format!("{place}: {status} {} {said:?}", answer["code"])),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), examples.len(), wrong.join("\n"));
    assert!(taken >= 200 && refused >= 300, "{taken} taken, {refused} refused");
}
