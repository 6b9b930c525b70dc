//! The platform is ended at every failpoint in turn, and at random; after each end the same acts are sent again.

use haoban_testkit::{Citizen, Desk, Platform, RentCase, Setup, copies_case, pdf, wait_for};
use haoban_tests::look_through;
use haoban_wire::desk::DeskActBody;
use serde_json::{Value, json};

use super::tally::{long, report, rounds};

const TENANT: &str = "13800000001";

/// Where the platform is ended: at the first pass of each.
const POINTS: &[&str] = &[
    "submit-before-commit",
    "submit-after-commit",
    "correct-before-commit",
    "correct-after-commit",
    "withdraw-before-commit",
    "withdraw-after-commit",
    "hold-before-commit",
    "hold-after-commit",
    "change-before-commit",
    "change-after-commit",
    "cancel-before-commit",
    "cancel-after-commit",
    "pay-before-commit",
    "pay-after-commit",
    "upload-synced",
    "upload-counted",
    "upload-before-store",
    "upload-before-complete",
    "upload-complete",
];

/// One resident's acts, each under a key of its own, so that the whole life can be lived again after every end.
struct Life {
    rent: RentCase,
    copies: Value,
    first: Value,
    other: Value,
    keys: [&'static str; 6],
    /// Id of the seat the case was booked with.
    seat: std::sync::OnceLock<String>,
}

impl Life {
    async fn new(citizen: &Citizen) -> anyhow::Result<Self> {
        let slots = citizen.get("/v1/appointments/slots?schedule=archive-pickup&place=hall").await?.1;
        let free = slots["slots"].as_array().into_iter().flatten().filter(|slot| slot["left"].as_u64() > Some(0));
        let starts: Vec<Value> = free.map(|slot| slot["start"].clone()).collect();
        let (first, other) = (starts[starts.len() - 1].clone(), starts[starts.len() - 2].clone());
        let copies = copies_case(Some(json!({ "place": "hall", "start": first })));
        let keys = ["correction", "withdrawal", "hold-seat", "change-seat", "cancel-seat", "pay-charge"];
        Ok(Self { rent: RentCase::new(pdf(3)), copies, first, other, keys, seat: std::sync::OnceLock::new() })
    }

    fn key(&self, act: usize) -> String {
        format!("{}-{}", self.keys[act], self.rent.draft)
    }

    /// Lives the life as far as the platform lets it. Every act was perhaps done before: that must not matter.
    async fn live(&self, platform: &Platform, citizen: &Citizen) -> anyhow::Result<()> {
        self.rent.upload(citizen).await?;
        let rent = took(citizen.submit(&self.rent.body).await?)?;
        let rent_id = rent["case"]["id"].as_str().unwrap_or_default().to_owned();
        self.correction(platform, citizen, &rent_id).await?;
        took(citizen.post(&format!("/v1/cases/{rent_id}/withdrawal"), &self.key(1), &json!({ "reason": "" })).await?)?;

        let hold = json!({ "schedule": "archive-pickup", "place": "hall", "start": self.first });
        took(citizen.post("/v1/appointments/holds", &self.key(2), &hold).await?)?;
        let copies = took(citizen.submit(&self.copies).await?)?;
        let copies_id = copies["case"]["id"].as_str().unwrap_or_default().to_owned();
        self.seat(citizen, &copies_id).await?;
        self.payment(platform, citizen, &copies_id).await
    }

    async fn correction(&self, platform: &Platform, citizen: &Citizen, id: &str) -> anyhow::Result<()> {
        let case = citizen.get(&format!("/v1/cases/{id}")).await?.1;
        if case["correction"].is_null() {
            let desk = Desk::sign_in(&platform.url(), "gjj-center").await?;
            let opened = desk.open(id.parse()?).await?;
            if opened.task.as_ref().is_some_and(|task| !task.mine) {
                desk.act(id.parse()?, DeskActBody::Claim).await?;
            }
            let points = vec![haoban_tests::point("field:rent_month", "differs", "look")];
            desk.act(id.parse()?, DeskActBody::RequestCorrection { points, days: 15 }).await?;
        }
        let case = citizen.get(&format!("/v1/cases/{id}")).await?.1;
        let mut answers = self.rent.body["answers"].clone();
        answers["rent_month"] = json!(170_000);
        let body = json!({
            "correction_id": case["correction"]["id"], "answers": answers,
            "materials": self.rent.body["materials"], "files": {}
        });
        took(citizen.post(&format!("/v1/cases/{id}/corrections"), &self.key(0), &body).await?)?;
        Ok(())
    }

    async fn seat(&self, citizen: &Citizen, case: &str) -> anyhow::Result<()> {
        let list = citizen.get("/v1/appointments").await?.1;
        let mut rows = list["appointments"].as_array().into_iter().flatten();
        let booked = rows.find(|row| row["case_id"] == case && row["start"] == self.first);
        let booked = booked.map(|row| row["id"].as_str().unwrap_or_default().to_owned());
        // A seat that was moved by an act whose answer was lost is no longer listed; whoever tapped knows it still.
        let id = self.seat.get_or_init(|| booked.unwrap_or_default()).clone();
        let change = json!({ "place": "citizen-centre", "start": self.other });
        took(citizen.post(&format!("/v1/appointments/{id}/change"), &self.key(3), &change).await?)?;
        let list = citizen.get("/v1/appointments").await?.1;
        let mut rows = list["appointments"].as_array().into_iter().flatten();
        let now = rows.find(|row| row["case_id"] == case && row["start"] == self.other);
        let id = now.map(|row| row["id"].as_str().unwrap_or_default().to_owned()).unwrap_or_default();
        took(citizen.post(&format!("/v1/appointments/{id}/cancellation"), &self.key(4), &Value::Null).await?)?;
        Ok(())
    }

    async fn payment(&self, platform: &Platform, citizen: &Citizen, id: &str) -> anyhow::Result<()> {
        let desk = Desk::sign_in(&platform.url(), "real-estate").await?;
        let case = citizen.get(&format!("/v1/cases/{id}")).await?.1;
        if case["status"] == "submitted" {
            if desk.open(id.parse()?).await?.task.is_some_and(|task| !task.mine) {
                desk.act(id.parse()?, DeskActBody::Claim).await?;
            }
            desk.act(id.parse()?, DeskActBody::Accept).await?;
        }
        let page = took(citizen.post(&format!("/v1/cases/{id}/payment"), &self.key(5), &Value::Null).await?)?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        http.post(page["url"].as_str().unwrap_or_default()).send().await?;
        let paid = citizen.get(&format!("/v1/cases/{id}")).await?.1;
        anyhow::ensure!(paid["charge"]["standing"] == "paid", "not paid: {paid}");
        Ok(())
    }
}

fn took((status, answer): (u16, Value)) -> anyhow::Result<Value> {
    anyhow::ensure!((200..300).contains(&status), "{status}: {answer}");
    Ok(answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn ended_at_every_failpoint_nothing_is_lost_or_doubled() -> anyhow::Result<()> {
    let mut platform = Platform::start().await?;
    let before = look_through(&platform.database(), &platform.data()).await?;
    // The short form leaves out what its neighbour after the commit shows better.
    let left_out =
        |point: &str| point.ends_with("-before-commit") && !point.starts_with("submit") && !point.starts_with("pay");
    let points: Vec<&str> = POINTS.iter().copied().filter(|point| long() || !left_out(point)).collect();
    for point in &points {
        platform.restart_armed(&format!("{point}=abort")).await?;
        let citizen = Citizen::sign_in(&platform.url(), TENANT).await?;
        let life = Life::new(&citizen).await?;
        let lived = life.live(&platform, &citizen).await;
        anyhow::ensure!(lived.is_err(), "{point} was never reached");
        let status = wait_for("the end", async || platform.ended()).await?;
        anyhow::ensure!(!status.success(), "{point}: it ended by itself: {:#}", lived.unwrap_err());
        look_through(&platform.database(), &platform.data()).await?;
        platform.start_again().await?;
        life.live(&platform, &citizen).await.map_err(|error| error.context(format!("after {point}")))?;
    }
    let after = look_through(&platform.database(), &platform.data()).await?;
    let (lives, kills) = (i64::try_from(points.len())?, u64::try_from(points.len())?);
    assert_eq!(after.cases, before.cases + 2 * lives, "two cases a life");
    report("server/failpoints", &[("kills", kills), ("cases", kills * 2), ("lost", 0), ("doubled", 0)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ended_between_migrations_the_next_start_goes_on() -> anyhow::Result<()> {
    let files = std::fs::read_dir(haoban_testkit::repository().join("crates/server/migrations"))?;
    let steps = files.flatten().filter(|file| file.path().extension().is_some_and(|end| end == "sql")).count() as u64;
    // Every step in the long form, the first and the last in the short one.
    let steps: Vec<u64> = (1..steps).filter(|step| long() || *step == 1 || *step == steps - 1).collect();
    for step in &steps {
        let armed = ("HAOBAN_FAILPOINTS".to_owned(), format!("migrate-step=abort@{step}"));
        let folder = tempfile::tempdir()?;
        let setup = Setup { data: Some(folder.path().to_owned()), ..Setup::default() };
        let dying = Setup { environment: vec![armed], ..setup.clone() };
        assert!(Platform::start_with(dying).await.is_err(), "it ends after step {step}");
        let platform = Platform::start_with(setup).await?;
        look_through(&platform.database(), &platform.data()).await?;
    }
    report("server/migrations", &[("kills", steps.len() as u64), ("lost", 0)]);
    Ok(())
}

/// Ends after every so many milliseconds while lives are being lived; what was acknowledged must be there.
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_every_acknowledged_case_is_there() -> anyhow::Result<()> {
    let mut platform = Platform::start().await?;
    let before = look_through(&platform.database(), &platform.data()).await?;
    let kills = rounds(3, 400);
    let (mut acknowledged, mut unsure) = (0_i64, Vec::new());
    for kill in 0..kills {
        let citizen = Citizen::sign_in(&platform.url(), TENANT).await?;
        let sender = tokio::spawn(send_until_it_fails(citizen));
        // A different moment each time, without any dice.
        tokio::time::sleep(std::time::Duration::from_millis(40 + (kill as u64 * 137) % 400)).await;
        platform.kill().await?;
        let (acks, open) = sender.await?;
        acknowledged += acks;
        unsure.extend(open);
        platform.start_again().await?;
    }
    let citizen = Citizen::sign_in(&platform.url(), TENANT).await?;
    let (mut taken, mut new) = (0_i64, 0_i64);
    for body in &unsure {
        match citizen.submit(body).await? {
            (200, _) => taken += 1,
            (201, _) => new += 1,
            (status, answer) => anyhow::bail!("{status}: {answer}"),
        }
    }
    let after = look_through(&platform.database(), &platform.data()).await?;
    assert_eq!(after.cases - before.cases, acknowledged + taken + new, "one case each, none lost, none doubled");
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    report(
        "server/random-kills",
        &[
            ("kills", kills as u64),
            ("acknowledged", count(acknowledged)),
            ("committed-unheard", count(taken)),
            ("lost", 0),
            ("doubled", 0),
        ],
    );
    Ok(())
}

async fn send_until_it_fails(citizen: Citizen) -> (i64, Option<Value>) {
    let mut acknowledged = 0;
    loop {
        let body = copies_case(None);
        match citizen.submit(&body).await {
            Ok((200 | 201, _)) => acknowledged += 1,
            _ => return (acknowledged, Some(body)),
        }
    }
}
