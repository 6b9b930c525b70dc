//! Codes by SMS: six digits, five minutes, three tries; the next one after a minute, ten a day.
//!
//! A phone nobody has gets the same answers in the same time; only nothing is sent.

use std::sync::Arc;

use async_trait::async_trait;
use haoban_domain::time::Timestamp;
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use subtle::ConstantTimeEq;

use super::accounts;
use crate::{
    AppState, Result,
    ports::{Clock, Random, random_bytes},
    store::{Store, Write},
};

/// Life of a code.
const CODE_MS: i64 = 5 * 60_000;
/// Tries of one code.
const TRIES: i64 = 3;
/// Wait before the next code.
const RESEND_MS: i64 = 60_000;
/// Codes a phone gets on one day.
const A_DAY: i64 = 10;

/// Sends short messages.
#[async_trait]
pub trait SmsGateway: Send + Sync + 'static {
    /// Hands a message over.
    async fn send(&self, phone: &str, text: &str) -> Result<()>;
}

/// The gateway of demo and development: it sends nothing and keeps the messages in the database,
/// where `/demo/messages` shows them.
pub struct LocalSmsGateway {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl LocalSmsGateway {
    /// Over a store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

#[async_trait]
impl SmsGateway for LocalSmsGateway {
    async fn send(&self, phone: &str, text: &str) -> Result<()> {
        let mut tx = self.store.write().await?;
        sqlx::query("INSERT INTO sms_message (phone, body, sent_at) VALUES ($1, $2, $3)")
            .bind(phone.to_owned())
            .bind(text.to_owned())
            .bind(self.clock.now().millis())
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }
}

/// A message of the local gateway.
#[derive(Debug, Clone)]
pub struct LocalMessage {
    /// To.
    pub phone: String,
    /// Text.
    pub body: String,
    /// When.
    pub sent_at: Timestamp,
}

/// The latest messages of the local gateway.
pub async fn local_messages(store: &Store) -> Result<Vec<LocalMessage>> {
    let rows = sqlx::query("SELECT phone, body, sent_at FROM sms_message ORDER BY seq DESC LIMIT 20")
        .fetch_all(store.reader())
        .await?;
    let message = |row: &AnyRow| -> Result<LocalMessage> {
        let sent_at = Timestamp::from_millis(row.try_get("sent_at")?);
        Ok(LocalMessage { phone: row.try_get("phone")?, body: row.try_get("body")?, sent_at })
    };
    rows.iter().map(message).collect()
}

/// What became of the wish for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Sent, if somebody has the phone.
    Sent,
    /// Too early; again after so many seconds.
    Wait(i64),
    /// Enough for today.
    Enough,
}

/// Makes a code for a phone and sends it; `words` makes the message from the code.
pub async fn ask(state: &AppState, phone: &str, words: impl FnOnce(&str) -> String) -> Result<Asked> {
    let now = state.clock.now();
    let code = six_digits(&*state.random);
    let subject = state.secret.mark("sms phone", phone.as_bytes()).to_vec();
    let mut tx = state.store.write().await?;
    sqlx::query("DELETE FROM sms_code WHERE day < $1").bind(yesterday(now)).execute(&mut *tx).await?;
    let today = now.city_date().to_string();
    let sent_today = match row(&mut tx, &subject).await? {
        None => 0,
        Some(row) => {
            let next = row.try_get::<i64, _>("sent_at")? + RESEND_MS;
            if next > now.millis() {
                return Ok(Asked::Wait((next - now.millis()).div_euclid(1_000) + 1));
            }
            if row.try_get::<String, _>("day")? == today { row.try_get::<i64, _>("sent_today")? } else { 0 }
        }
    };
    if sent_today >= A_DAY {
        return Ok(Asked::Enough);
    }
    keep(&mut tx, &subject, &mac(state, phone, &code), now, sent_today + 1).await?;
    tx.commit().await?;
    if accounts::account_of_phone(&state.store, phone).await?.is_some() {
        let (gateway, phone, text) = (Arc::clone(&state.sms), phone.to_owned(), words(&code));
        // Not awaited: the answer must not take longer where somebody has the phone.
        tokio::spawn(async move {
            if let Err(error) = gateway.send(&phone, &text).await {
                tracing::warn!(%error, "a short message was not sent");
            }
        });
    }
    Ok(Asked::Sent)
}

/// Seconds until the next code may be asked for.
pub async fn wait_seconds(state: &AppState, phone: &str) -> Result<i64> {
    let sent: Option<i64> = sqlx::query_scalar("SELECT sent_at FROM sms_code WHERE subject = $1")
        .bind(state.secret.mark("sms phone", phone.as_bytes()).to_vec())
        .fetch_optional(state.store.reader())
        .await?;
    let left = sent.map_or(0, |sent| sent + RESEND_MS - state.clock.now().millis());
    Ok(left.max(0).div_euclid(1_000))
}

/// Uses a try of the phone's code; a code that fits is used up.
pub async fn check(state: &AppState, phone: &str, code: &str) -> Result<bool> {
    let now = state.clock.now();
    let subject = state.secret.mark("sms phone", phone.as_bytes()).to_vec();
    let mut tx = state.store.write().await?;
    let Some(found) = row(&mut tx, &subject).await? else { return Ok(false) };
    let usable = found.try_get::<i64, _>("expires_at")? > now.millis() && found.try_get::<i64, _>("tries")? < TRIES;
    let stored: Vec<u8> = found.try_get("code_mac")?;
    let fits = usable && bool::from(stored.ct_eq(&mac(state, phone, code)));
    // A used code keeps its row, with all tries gone: the wait for the next one stays in force.
    sqlx::query("UPDATE sms_code SET tries = CASE WHEN $2 = 1 THEN $3 ELSE tries + 1 END WHERE subject = $1")
        .bind(subject)
        .bind(i64::from(fits))
        .bind(TRIES)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(fits)
}

async fn row(tx: &mut Write, subject: &[u8]) -> Result<Option<AnyRow>> {
    let sql = format!("SELECT * FROM sms_code WHERE subject = $1{}", tx.dialect().for_update());
    Ok(sqlx::query(AssertSqlSafe(sql)).bind(subject.to_vec()).fetch_optional(&mut **tx).await?)
}

async fn keep(tx: &mut Write, subject: &[u8], mac: &[u8; 32], now: Timestamp, sent_today: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO sms_code (subject, code_mac, tries, sent_at, sent_today, day, expires_at) VALUES ($1, $2, 0, $3, $4, $5, $6)
         ON CONFLICT (subject) DO UPDATE SET code_mac = excluded.code_mac, tries = 0, sent_at = excluded.sent_at,
         sent_today = excluded.sent_today, day = excluded.day, expires_at = excluded.expires_at",
    )
    .bind(subject.to_vec())
    .bind(mac.to_vec())
    .bind(now.millis())
    .bind(sent_today)
    .bind(now.city_date().to_string())
    .bind(now.plus_millis(CODE_MS).millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn yesterday(now: Timestamp) -> String {
    now.plus_millis(-24 * 3_600_000).city_date().to_string()
}

fn mac(state: &AppState, phone: &str, code: &str) -> [u8; 32] {
    state.secret.mark("sms code", format!("{phone} {code}").as_bytes())
}

/// `000000` to `999999`, each as likely as any other.
fn six_digits(random: &dyn Random) -> String {
    const FAIR: u32 = u32::MAX - u32::MAX % 1_000_000;
    loop {
        let drawn = u32::from_be_bytes(random_bytes::<4>(random));
        if drawn < FAIR {
            return format!("{:06}", drawn % 1_000_000);
        }
    }
}
