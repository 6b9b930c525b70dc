//! 提醒: notices before a day that matters, each sent once, and proofs that renew by themselves.
//!
//! Once a day, at nine, one job goes through what may be due: licences by their type, appointments, days that
//! decided cases have set, proofs that end. `domain::reminder` decides whether a notice is due; the row of
//! `reminder_sent` and the notice are one transaction.

mod cases;
mod licences;
mod renewal;
mod rows;
mod send;

pub(crate) use cases::{after_grant, after_refusal};
use haoban_domain::time::{Date, Timestamp};

use self::send::Round;
use crate::{AppState, Result, jobs::Outcome};

/// Notices go out at nine in the morning, when offices answer the phone and people are awake.
const SEND_AT_MINUTES: u16 = 9 * 60;
/// How long what was sent is remembered: longer than any reminder looks ahead.
const KEEP_MILLIS: i64 = 800 * 86_400_000;

/// Sends everything that is due today and has not been sent.
///
/// # Errors
/// When the database fails. One licence, case or person that cannot be read is passed over and named in the log.
pub async fn send(state: &AppState) -> Result<Outcome> {
    let now = state.clock.now();
    let today = now.city_date();
    if now < Timestamp::in_city(today, SEND_AT_MINUTES) {
        return Ok(Outcome::Again(Timestamp::in_city(today, SEND_AT_MINUTES)));
    }
    let round = Round::now(state);
    licences::send(&round).await?;
    cases::send_for_appointments(&round).await?;
    cases::send_for_days(&round).await?;
    renewal::look(&round).await?;
    let mut tx = state.store.write().await?;
    rows::forget(&mut tx, today, now.plus_millis(-KEEP_MILLIS)).await?;
    tx.commit().await?;
    let tomorrow = Date(today.0.tomorrow().unwrap_or(today.0));
    Ok(Outcome::Again(Timestamp::in_city(tomorrow, SEND_AT_MINUTES)))
}
