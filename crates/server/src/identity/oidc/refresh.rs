//! Refresh tokens: each is used once and gives its successor.
//!
//! A token is `hbr_<family>.<generation>.<mark>`; the mark can only be made with the platform's secret, so
//! the same successor can be given again without keeping it anywhere. The one step of grace is for
//! answers that got lost on the way: within a minute, and only while the successor has not been used.

use haoban_domain::time::Timestamp;
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use subtle::ConstantTimeEq;

use super::{
    clients::Client,
    family::{self, COLUMNS, Family},
    params::OAuthError,
    token::Refused,
};
use crate::{AppState, Result, store::Write};

const PREFIX: &str = "hbr_";
/// A device that stays away longer signs in again.
const IDLE_MS: i64 = 60 * 24 * 3_600_000;
/// However busy, a family ends.
const ABSOLUTE_MS: i64 = 365 * 24 * 3_600_000;
/// Time in which a lost answer may be asked for again.
const GRACE_MS: i64 = 60_000;

/// The first token of a family.
pub async fn first(tx: &mut Write, state: &AppState, family: &Family) -> Result<String> {
    add(tx, state, &family.id, 1).await?;
    Ok(write(state, &family.id, 1))
}

async fn add(tx: &mut Write, state: &AppState, family: &str, generation: i64) -> Result<()> {
    sqlx::query("INSERT INTO refresh_token (token_hash, family_id, generation, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(family::digest(&write(state, family, generation)))
        .bind(family.to_owned())
        .bind(generation)
        .bind(state.clock.now().plus_millis(IDLE_MS).millis())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn mark(state: &AppState, family: &str, generation: i64) -> String {
    hex::encode(state.secret.mark("refresh", format!("{family} {generation}").as_bytes()))
}

fn write(state: &AppState, family: &str, generation: i64) -> String {
    format!("{PREFIX}{family}.{generation}.{}", mark(state, family, generation))
}

/// Family and generation of a token that this platform made.
pub fn read(state: &AppState, token: &str) -> Option<(String, i64)> {
    let mut parts = token.strip_prefix(PREFIX)?.splitn(3, '.');
    let (family, generation, given) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
    let ours = bool::from(mark(state, family, generation).as_bytes().ct_eq(given.as_bytes()));
    ours.then(|| (family.to_owned(), generation))
}

/// Uses a token: its family and the successor.
pub async fn rotate(state: &AppState, client: &Client, token: &str) -> Result<(Family, String), Refused> {
    let refused = || Refused::from(OAuthError::new("invalid_grant", "the refresh token is not valid; sign in again"));
    let (id, generation) = read(state, token).ok_or_else(refused)?;
    let now = state.clock.now();
    let mut tx = state.store.write().await?;
    let Some(row) = locked(&mut tx, &id, generation).await? else { return Err(refused()) };
    let family = Family::of_row(&row)?;
    let over = row.try_get::<i64, _>("expires_at")? <= now.millis()
        || family.created_at.plus_millis(ABSOLUTE_MS).millis() <= now.millis();
    if !family.live || over {
        return Err(refused());
    }
    if family.client_id != client.id {
        family::revoke(&mut tx, &family, "foreign_client", now).await?;
        tx.commit().await?;
        return Err(refused());
    }
    match row.try_get::<Option<i64>, _>("used_at")? {
        None => {
            use_up(&mut tx, &id, generation, now).await?;
            add(&mut tx, state, &id, generation + 1).await?;
            tx.commit().await?;
        }
        Some(used) if may_repeat(&mut tx, &id, generation, used, now).await? => drop(tx),
        Some(_) => {
            family::revoke(&mut tx, &family, "refresh_reused", now).await?;
            tx.commit().await?;
            return Err(refused());
        }
    }
    Ok((family, write(state, &id, generation + 1)))
}

/// The token's row with its family; parallel users of one family wait here.
async fn locked(tx: &mut Write, family: &str, generation: i64) -> Result<Option<AnyRow>> {
    let lock = if tx.dialect().for_update().is_empty() { "" } else { " FOR UPDATE OF f" };
    let sql = format!(
        "SELECT {COLUMNS}, t.expires_at, t.used_at FROM refresh_token t JOIN token_family f ON f.id = t.family_id
         JOIN account a ON a.id = f.account_id WHERE t.family_id = $1 AND t.generation = $2{lock}"
    );
    let found =
        sqlx::query(AssertSqlSafe(sql)).bind(family.to_owned()).bind(generation).fetch_optional(&mut **tx).await?;
    if lock.is_empty() || found.is_none() {
        return Ok(found);
    }
    // Postgres may have read the token before the lock was free: read it again behind the lock.
    let sql = format!(
        "SELECT {COLUMNS}, t.expires_at, t.used_at FROM refresh_token t JOIN token_family f ON f.id = t.family_id
         JOIN account a ON a.id = f.account_id WHERE t.family_id = $1 AND t.generation = $2"
    );
    Ok(sqlx::query(AssertSqlSafe(sql)).bind(family.to_owned()).bind(generation).fetch_optional(&mut **tx).await?)
}

async fn use_up(tx: &mut Write, family: &str, generation: i64, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE refresh_token SET used_at = $3 WHERE family_id = $1 AND generation = $2")
        .bind(family.to_owned())
        .bind(generation)
        .bind(now.millis())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Within the grace, while the successor waits unused.
async fn may_repeat(tx: &mut Write, family: &str, generation: i64, used: i64, now: Timestamp) -> Result<bool> {
    if now.millis() - used > GRACE_MS {
        return Ok(false);
    }
    let waiting: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM refresh_token WHERE family_id = $1 AND generation = $2 AND used_at IS NULL",
    )
    .bind(family.to_owned())
    .bind(generation + 1)
    .fetch_one(&mut **tx)
    .await?;
    Ok(waiting == 1)
}
