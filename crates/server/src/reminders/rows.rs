//! Rows of `reminder_day` and `reminder_sent`, and what is looked through for them.

use haoban_domain::{
    ids::{CaseId, PartyId},
    licence::Licence,
    reminder::Reminder,
    time::{Date, Timestamp},
};
use sqlx::{AnyConnection, Row as _};

use crate::{
    Result,
    store::{Store, Write},
};

/// Subjects of one reading.
pub(super) const PAGE: i64 = 500;
/// The register's word that somebody has died.
const DEATH: &str = "population.death_recorded";

/// One notice, by what makes it one.
pub(super) struct Sent<'a> {
    pub subject: &'a str,
    pub reminder: &'a str,
    pub day: Date,
    pub days_before: i64,
    pub party: PartyId,
}

/// Takes a notice upon oneself; false when it was sent. On Postgres a twin waits here for the first.
pub(super) async fn claim(tx: &mut Write, sent: &Sent<'_>, now: Timestamp) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO reminder_sent (subject, reminder, day, days_before, party_id, sent_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (subject, reminder, day, days_before) DO NOTHING",
    )
    .bind(sent.subject.to_owned())
    .bind(sent.reminder.to_owned())
    .bind(sent.day.to_string())
    .bind(sent.days_before)
    .bind(sent.party.to_string())
    .bind(now.millis())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A day that a decided case is reminded of.
pub(super) struct CaseDay {
    pub case: CaseId,
    pub reminder: String,
    pub day: Date,
    pub set_on: Date,
}

/// Keeps such a day; the first word about it counts.
pub(super) async fn put_day(tx: &mut Write, day: &CaseDay, first_on: Date) -> Result<()> {
    sqlx::query(
        "INSERT INTO reminder_day (case_id, reminder, day, first_on, set_on) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (case_id, reminder) DO NOTHING",
    )
    .bind(day.case.to_string())
    .bind(day.reminder.clone())
    .bind(day.day.to_string())
    .bind(first_on.to_string())
    .bind(day.set_on.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Days of which something may be due, behind a case and reminder.
pub(super) async fn days_due(store: &Store, today: Date, behind: &(String, String)) -> Result<Vec<CaseDay>> {
    let rows = sqlx::query(
        "SELECT case_id, reminder, day, set_on FROM reminder_day WHERE first_on <= $1 AND day >= $5 \
         AND (case_id > $2 OR (case_id = $2 AND reminder > $3)) ORDER BY case_id, reminder LIMIT $4",
    )
    .bind(today.to_string())
    .bind(behind.0.clone())
    .bind(behind.1.clone())
    .bind(PAGE)
    .bind(Reminder::still_due_from(today).to_string())
    .fetch_all(store.reader())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(CaseDay {
                case: row.try_get::<String, _>("case_id")?.parse()?,
                reminder: row.try_get("reminder")?,
                day: day(&row.try_get::<String, _>("day")?)?,
                set_on: day(&row.try_get::<String, _>("set_on")?)?,
            })
        })
        .collect()
}

fn day(text: &str) -> Result<Date> {
    text.parse().map_err(|_| crate::Error::internal("stored day of a reminder"))
}

/// Licences in force of a type with an end between two days, or with any end, behind an id, and their holders.
pub(super) async fn licences(
    store: &Store,
    kind: &str,
    between: Option<(Date, Date)>,
    behind: &str,
) -> Result<Vec<(PartyId, Licence)>> {
    let sql = match between {
        Some(_) => {
            "SELECT party_id, document FROM licence WHERE licence_type = $1 AND status = 'valid' AND valid_to >= $4 \
             AND valid_to <= $5 AND id > $2 ORDER BY id LIMIT $3"
        }
        None => {
            "SELECT party_id, document FROM licence WHERE licence_type = $1 AND status = 'valid' AND id > $2 \
             ORDER BY id LIMIT $3"
        }
    };
    let mut query = sqlx::query(sql).bind(kind.to_owned()).bind(behind.to_owned()).bind(PAGE);
    if let Some((from, to)) = between {
        query = query.bind(from.to_string()).bind(to.to_string());
    }
    let rows = query.fetch_all(store.reader()).await?;
    rows.iter()
        .map(|row| {
            let licence = serde_json::from_str(&row.try_get::<String, _>("document")?)?;
            Ok((row.try_get::<String, _>("party_id")?.parse()?, licence))
        })
        .collect()
}

/// A booked appointment of a case.
pub(super) struct Booked {
    pub id: String,
    pub party: PartyId,
    pub case: CaseId,
    pub day: Date,
    pub booked_on: Date,
}

/// Booked appointments from a day on, up to and with another, behind an id.
pub(super) async fn booked(store: &Store, from: Date, to: Date, behind: &str) -> Result<Vec<Booked>> {
    let rows = sqlx::query(
        "SELECT id, party_id, case_id, starts, created_at FROM appointment WHERE state = 'booked' AND starts >= $1 \
         AND starts < $2 AND case_id IS NOT NULL AND id > $3 ORDER BY id LIMIT $4",
    )
    .bind(format!("{from}T00:00"))
    .bind(format!("{to}T24:00"))
    .bind(behind.to_owned())
    .bind(PAGE)
    .fetch_all(store.reader())
    .await?;
    rows.iter()
        .map(|row| {
            let starts: String = row.try_get("starts")?;
            Ok(Booked {
                id: row.try_get("id")?,
                party: row.try_get::<String, _>("party_id")?.parse()?,
                case: row.try_get::<String, _>("case_id")?.parse()?,
                day: day(starts.get(..10).unwrap_or_default())?,
                booked_on: Timestamp::from_millis(row.try_get("created_at")?).city_date(),
            })
        })
        .collect()
}

/// Whether it is still booked.
pub(super) async fn is_booked(tx: &mut Write, appointment: &str) -> Result<bool> {
    let row = sqlx::query("SELECT 1 FROM appointment WHERE id = $1 AND state = 'booked'").bind(appointment.to_owned());
    Ok(row.fetch_optional(&mut **tx).await?.is_some())
}

/// Parties and what a register answers about them under a key, behind a party.
pub(super) async fn parties_with(store: &Store, key: &str, behind: &str) -> Result<Vec<(PartyId, String)>> {
    let rows =
        sqlx::query("SELECT party_id, value FROM fact WHERE key = $1 AND party_id > $2 ORDER BY party_id LIMIT $3")
            .bind(key.to_owned())
            .bind(behind.to_owned())
            .bind(PAGE)
            .fetch_all(store.reader())
            .await?;
    rows.iter().map(|row| Ok((row.try_get::<String, _>("party_id")?.parse()?, row.try_get("value")?))).collect()
}

/// Whether the register says that somebody has died: their family is spared our notices.
pub(super) async fn has_died(connection: &mut AnyConnection, party: PartyId) -> Result<bool> {
    let row = sqlx::query("SELECT 1 FROM fact WHERE party_id = $1 AND key = $2 AND value = 'true'")
        .bind(party.to_string())
        .bind(DEATH);
    Ok(row.fetch_optional(connection).await?.is_some())
}

/// Whether a party has an application for a service under way.
pub(super) async fn applies(tx: &mut Write, party: PartyId, item: &str) -> Result<bool> {
    let rows = sqlx::query("SELECT status FROM cases WHERE party_id = $1 AND item_code = $2")
        .bind(party.to_string())
        .bind(item.to_owned())
        .fetch_all(&mut **tx)
        .await?;
    for row in rows {
        let status: String = row.try_get("status")?;
        if haoban_domain::case::CaseStatus::parse(&status).is_some_and(|status| status.is_running()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Forgets days that are over and notices sent long ago.
pub(super) async fn forget(tx: &mut Write, today: Date, before: Timestamp) -> Result<()> {
    let over = Reminder::still_due_from(today).to_string();
    sqlx::query("DELETE FROM reminder_day WHERE day < $1").bind(over).execute(&mut **tx).await?;
    sqlx::query("DELETE FROM reminder_sent WHERE sent_at < $1").bind(before.millis()).execute(&mut **tx).await?;
    Ok(())
}
