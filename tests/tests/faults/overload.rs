//! Five times what the platform can do: who gets in is served soon, the others are told when to come back, nothing that
//! was taken is lost, and afterwards everything is as before.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use haoban_testkit::{Citizen, Platform, Setup, copies_case, wait_for};
use haoban_tests::look_through;
use reqwest::Method;

use super::tally::{long, report, rounds};

const TENANT: &str = "13800000001";
/// So few places that a fast machine, too, can be overrun by one test.
const PLACES: &str = "4";

/// One answer: status, seconds to wait if it names them, and how long it took.
struct Answer {
    status: u16,
    come_back: Option<u64>,
    took: Duration,
}

async fn ask(citizen: &Citizen) -> anyhow::Result<Answer> {
    let body = copies_case(None);
    let key = body["draft_id"].as_str().unwrap_or_default();
    let began = Instant::now();
    let request = citizen.request(Method::POST, "/v1/cases").header("idempotency-key", key).json(&body);
    let answer = request.send().await?;
    let come_back = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    let status = answer.status().as_u16();
    answer.bytes().await?;
    Ok(Answer { status, come_back, took: began.elapsed() })
}

#[tokio::test(flavor = "multi_thread")]
async fn five_times_too_many_are_answered_politely() -> anyhow::Result<()> {
    let environment = vec![("HAOBAN_AT_ONCE".to_owned(), PLACES.to_owned())];
    let platform = Platform::start_with(Setup { environment, ..Setup::default() }).await?;
    let citizen = Arc::new(Citizen::sign_in(&platform.url(), TENANT).await?);
    let before = look_through(&platform.database(), &platform.data()).await?;
    // What it can do: as many at once as there are places, one after the other.
    let began = Instant::now();
    let calm = 5 * rounds(4, 40);
    for _ in 0..calm / 4 {
        for answer in join_all((0..4).map(|_| ask(&citizen))).await {
            anyhow::ensure!(answer?.status == 201, "it must not send anybody away when it is calm");
        }
    }
    let per_second = calm as f64 / began.elapsed().as_secs_f64();

    let gap = Duration::from_secs_f64(1.0 / (5.0 * per_second));
    let wanted = rounds(300, 3_000);
    let mut sent = Vec::with_capacity(wanted);
    let mut due = tokio::time::Instant::now();
    for _ in 0..wanted {
        let citizen = citizen.clone();
        sent.push(tokio::spawn(async move { ask(&citizen).await }));
        due += gap;
        tokio::time::sleep_until(due).await;
    }
    let mut accepted = Vec::new();
    let mut turned_away = 0_u64;
    for one in sent {
        let answer = one.await??;
        match answer.status {
            201 => accepted.push(answer.took),
            503 => {
                anyhow::ensure!(
                    answer.come_back.is_some_and(|seconds| (1..=4).contains(&seconds)),
                    "when to come back"
                );
                turned_away += 1;
            }
            other => anyhow::bail!("{other} instead of a place or a polite no"),
        }
    }
    accepted.sort();
    let p99 = accepted.get(accepted.len() * 99 / 100).copied().unwrap_or_default();
    anyhow::ensure!(turned_away > 0 && !accepted.is_empty(), "{} in, {turned_away} away", accepted.len());
    // A short form shares its two cores with other rigs.
    anyhow::ensure!(!long() || p99 < Duration::from_secs(2), "p99 of the accepted is {p99:?}");
    let after = Instant::now();
    wait_for("calm", async || Ok((ask(&citizen).await?.status == 201).then_some(()))).await?;
    let calm_after = after.elapsed();

    let books = look_through(&platform.database(), &platform.data()).await?;
    let taken = calm as u64 + accepted.len() as u64 + 1;
    anyhow::ensure!(u64::try_from(books.cases - before.cases)? == taken, "{taken} were acknowledged");
    let counts = [
        ("accepted", accepted.len() as u64),
        ("turned-away", turned_away),
        ("p99-ms", u64::try_from(p99.as_millis())?),
        ("calm-again-ms", u64::try_from(calm_after.as_millis())?),
        ("lost", 0),
        ("doubled", 0),
    ];
    report("platform/overload", &counts);
    Ok(())
}
