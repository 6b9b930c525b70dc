//! Exactly once: every act carries a key; the same key is the same thing, whatever happened to the answer.

use std::future::Future;

use futures_util::future::join_all;
use haoban_testkit::{Citizen, Desk, Platform, RentCase, Setup, Trouble, copies_case, pdf, wait_for};
use haoban_tests::look_through;
use haoban_wire::desk::DeskActBody;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    postgres::Postgres,
    tally::{report, rounds},
};

const TENANT: &str = "13800000001";
const OTHER: &str = "13800000004";

fn key() -> String {
    Uuid::new_v4().to_string()
}

/// Sends an act so often that it is answered: what a patient client does while a platform is busy or being killed.
async fn until_answered<F: Future<Output = anyhow::Result<(u16, Value)>>>(
    act: impl Fn() -> F,
) -> anyhow::Result<(u16, Value)> {
    wait_for("an answer", async || match act().await {
        Ok((status, _)) if status >= 500 || status == 429 => Ok(None),
        Ok(answer) => Ok(Some(answer)),
        Err(_) => Ok(None),
    })
    .await
}

/// 500 tries in ten waves of 50 that come at once, spread over the processes.
async fn five_hundred(citizens: &[Citizen], body: &Value) -> anyhow::Result<Vec<(u16, Value)>> {
    let mut answers = Vec::new();
    for _ in 0..rounds(4, 10) {
        let wave = (0..50).map(|n| {
            let citizen = &citizens[n % citizens.len()];
            async move { until_answered(|| citizen.submit(body)).await }
        });
        for answer in join_all(wave).await {
            answers.push(answer?);
        }
    }
    Ok(answers)
}

async fn one_case_of(platform: &Platform, rig: &str) -> anyhow::Result<()> {
    let twin = platform.twin().await?;
    let first = Citizen::sign_in(&platform.url(), TENANT).await?;
    let both = [first.clone(), first.at(&twin.url())];
    let rent = RentCase::new(pdf(2));
    rent.upload(&first).await?;
    let before = look_through(&platform.database(), &platform.data()).await?;
    let answers = five_hundred(&both, &rent.body).await?;
    let refused = answers.iter().find(|(status, _)| *status > 201);
    assert!(refused.is_none(), "{refused:?}");
    assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1, "one of them made it");
    assert!(answers.iter().all(|(_, answer)| *answer == answers[0].1), "the same case, number and receipt");
    let mut other = rent.body.clone();
    other["answers"]["rent_month"] = json!(170_000);
    for citizen in &both {
        let (status, problem) = citizen.submit(&other).await?;
        assert_eq!((status, &problem["code"]), (422, &json!("key_reused")));
    }
    let after = look_through(&platform.database(), &platform.data()).await?;
    assert_eq!(after.cases, before.cases + 1);
    let tries = u64::try_from(answers.len())?;
    report(rig, &[("tries", tries), ("processes", 2), ("cases", 1), ("lost", 0), ("doubled", 0)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_at_two_processes_on_one_sqlite_file_make_one_case() -> anyhow::Result<()> {
    one_case_of(&Platform::start().await?, "once/sqlite").await
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_at_two_processes_on_one_postgres_make_one_case() -> anyhow::Result<()> {
    let Some(server) = Postgres::start().await else { return Ok(()) };
    let setup = Setup { database_url: Some(server.database().await), ..Setup::default() };
    one_case_of(&Platform::start_with(setup).await?, "once/postgres").await
}

/// Sends an act whose answer is swallowed after the commit, then sends it again: the answer must be the thing itself.
/// The other act, which is right in itself, must not go under the same key.
async fn twice(
    proxy: &haoban_testkit::ChaosProxy,
    through: &Citizen,
    (path, body): (&str, &Value),
    (other_path, other): (&str, &Value),
) -> anyhow::Result<Value> {
    let key = &key();
    proxy.set(Trouble::SwallowAnswers);
    assert!(through.post(path, key, body).await.is_err(), "{path}: its answer is swallowed");
    proxy.set(Trouble::None);
    let mut last = Value::Null;
    for _ in 0..3 {
        let (status, answer) = through.post(path, key, body).await?;
        assert_eq!(status, 200, "{path}: {answer}");
        assert!(last.is_null() || last == answer, "{path}: the answer stays the same");
        last = answer;
    }
    let (status, problem) = through.post(other_path, key, other).await?;
    assert_eq!((status, &problem["code"]), (422, &json!("key_reused")), "{other_path}: {problem}");
    Ok(last)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_act_whose_answer_was_swallowed_is_done_once() -> anyhow::Result<()> {
    let (platform, proxy) = Platform::start_behind_proxy().await?;
    let citizen = Citizen::sign_in(&proxy.url(), TENANT).await?;
    let before = look_through(&platform.database(), &platform.data()).await?;

    let slots = citizen.get("/v1/appointments/slots?schedule=archive-pickup&place=hall").await?.1;
    let starts: Vec<Value> =
        slots["slots"].as_array().into_iter().flatten().map(|slot| slot["start"].clone()).collect();
    let (first, other) = (starts[starts.len() - 1].clone(), starts[starts.len() - 2].clone());
    let hold = json!({ "schedule": "archive-pickup", "place": "hall", "start": first });
    let hold_key = key();
    proxy.set(Trouble::SwallowAnswers);
    assert!(citizen.post("/v1/appointments/holds", &hold_key, &hold).await.is_err());
    proxy.set(Trouble::None);
    let held = citizen.post("/v1/appointments/holds", &hold_key, &hold).await?.1;
    let elsewhere = json!({ "schedule": "archive-pickup", "place": "hall", "start": other });
    let (status, problem) = citizen.post("/v1/appointments/holds", &hold_key, &elsewhere).await?;
    assert_eq!((status, &problem["code"]), (422, &json!("key_reused")));
    let (status, chosen) = citizen.post("/v1/appointments/holds", &key(), &elsewhere).await?;
    assert_eq!((status, &chosen["state"]), (200, &json!("held")));
    let late = citizen.post("/v1/appointments/holds", &hold_key, &hold).await?.1;
    assert_eq!((&late["id"], &late["state"]), (&held["id"], &json!("lapsed")), "a late twin takes nothing back");

    let body = copies_case(Some(json!({ "place": "hall", "start": other })));
    proxy.set(Trouble::SwallowAnswers);
    assert!(citizen.submit(&body).await.is_err());
    proxy.set(Trouble::None);
    let (status, submitted) = citizen.submit(&body).await?;
    assert_eq!(status, 200, "it was taken before: {submitted}");
    let case = submitted["case"]["id"].as_str().unwrap_or_default().to_owned();

    let seat = citizen.get("/v1/appointments").await?.1["appointments"][0].clone();
    let path = format!("/v1/appointments/{}/change", seat["id"].as_str().unwrap_or_default());
    let there = json!({ "place": "citizen-centre", "start": first });
    let back = json!({ "place": "hall", "start": other });
    let moved = twice(&proxy, &citizen, (&path, &there), (&path, &back)).await?;
    let seat = moved["appointments"][0].clone();
    assert_eq!(seat["start"], first);
    let seat = format!("/v1/appointments/{}", seat["id"].as_str().unwrap_or_default());
    let (path, change) = (format!("{seat}/cancellation"), format!("{seat}/change"));
    let list = twice(&proxy, &citizen, (&path, &Value::Null), (&change, &back)).await?;
    assert_eq!(list["appointments"][0]["state"], "cancelled");

    let desk = Desk::sign_in(&platform.url(), "real-estate").await?;
    let (_, second) = citizen.submit(&copies_case(None)).await?;
    let second = second["case"]["id"].as_str().unwrap_or_default().to_owned();
    for case in [&case, &second] {
        desk.act(case.parse()?, DeskActBody::Claim).await?;
        desk.act(case.parse()?, DeskActBody::Accept).await?;
    }
    let (path, other) = (format!("/v1/cases/{case}/payment"), format!("/v1/cases/{second}/payment"));
    let page = twice(&proxy, &citizen, (&path, &Value::Null), (&other, &Value::Null)).await?;
    let url = page["url"].as_str().unwrap_or_default();
    proxy.set(Trouble::SwallowAnswers);
    let http = reqwest::Client::builder().no_proxy().build()?;
    assert!(http.post(url).send().await.is_err(), "the cashier's answer is swallowed");
    proxy.set(Trouble::None);
    assert_eq!(http.post(url).send().await?.status(), 404, "the address counted once");
    assert_eq!(citizen.get(&format!("/v1/cases/{case}")).await?.1["charge"]["standing"], "paid");

    let path = format!("/v1/cases/{case}/withdrawal");
    let reason = |words: &str| json!({ "reason": words });
    let withdrawn = twice(&proxy, &citizen, (&path, &reason("")), (&path, &reason("another"))).await?;
    assert_eq!(withdrawn["status"], "withdrawn");
    let after = look_through(&platform.database(), &platform.data()).await?;
    assert_eq!(after.cases, before.cases + 2);
    report("once/swallowed", &[("acts", 7), ("swallowed", 7), ("lost", 0), ("doubled", 0)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_whoever_used_it() -> anyhow::Result<()> {
    let platform = Platform::start().await?;
    let (one, other) =
        (Citizen::sign_in(&platform.url(), TENANT).await?, Citizen::sign_in(&platform.url(), OTHER).await?);
    let body = copies_case(None);
    assert_eq!(one.submit(&body).await?.0, 201);
    let (status, problem) = other.submit(&body).await?;
    assert_eq!((status, &problem["code"]), (422, &json!("key_reused")));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn promised_papers_that_were_sent_again_come_once() -> anyhow::Result<()> {
    let (platform, proxy) = Platform::start_behind_proxy().await?;
    let citizen = Citizen::sign_in(&proxy.url(), TENANT).await?;
    let rent = RentCase::new(pdf(2));
    rent.upload(&citizen).await?;
    let mut body = rent.body.clone();
    let payments = body["materials"]["rent-records"].take();
    body["materials"]["rent-records"] = json!({ "kind": "deferred" });
    let file = rent.files[1].clone();
    let digest = body["files"].as_object_mut().and_then(|files| files.remove(&file));
    let (status, submitted) = citizen.submit(&body).await?;
    assert_eq!(status, 201, "{submitted}");
    let path = format!("/v1/cases/{}/materials", submitted["case"]["id"].as_str().unwrap_or_default());
    let supply = json!({ "materials": { "rent-records": payments }, "files": { file: digest } });
    let key = key();
    proxy.set(Trouble::SwallowAnswers);
    assert!(citizen.post(&path, &key, &supply).await.is_err(), "its answer is swallowed");
    proxy.set(Trouble::None);
    let again: Vec<_> = join_all((0..20).map(|_| citizen.post(&path, &key, &supply))).await.into_iter().collect();
    for answer in again {
        let (status, case) = answer?;
        assert_eq!((status, &case["revision"]), (200, &json!(2)), "{case}");
    }
    let after = look_through(&platform.database(), &platform.data()).await?;
    assert!(after.cases >= 1);
    report("once/promised", &[("tries", 21), ("swallowed", 1), ("lost", 0), ("doubled", 0)]);
    Ok(())
}
