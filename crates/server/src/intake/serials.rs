//! Numbers that count up within a prefix.

use sqlx::Row as _;

use crate::{Error, Result, store::Write};

/// The next number of a prefix; the first is 1.
pub(crate) async fn next_serial(tx: &mut Write, prefix: &str) -> Result<u64> {
    let row = sqlx::query(
        "INSERT INTO case_serial (prefix, last) VALUES ($1, 1) \
         ON CONFLICT (prefix) DO UPDATE SET last = case_serial.last + 1 RETURNING last",
    )
    .bind(prefix.to_owned())
    .fetch_one(&mut **tx)
    .await?;
    u64::try_from(row.try_get::<i64, _>("last")?).map_err(|_| Error::internal("stored serial"))
}
