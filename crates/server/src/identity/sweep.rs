//! Forgets what signing in leaves behind once it can no longer matter. Nothing here belongs to a case.

use crate::{AppState, Result};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// The demo's page of messages shows a week.
const MESSAGES_MS: i64 = 7 * DAY_MS;
/// As long as the guard remembers a quiet subject.
const GUARD_MS: i64 = 48 * HOUR_MS;

/// What goes, and the age in milliseconds from which on. Codes and tokens that are over open nothing and prove nothing:
/// a stolen one that is used again is refused as unknown. A family goes a day after its last token, so that no access
/// token of it is still about.
const OVER: [(&str, i64); 8] = [
    ("DELETE FROM auth_request WHERE expires_at < $1", 0),
    ("DELETE FROM auth_code WHERE expires_at < $1", HOUR_MS),
    ("DELETE FROM refresh_token WHERE expires_at < $1", 0),
    (
        "DELETE FROM token_family WHERE created_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM auth_code c WHERE c.family_id = token_family.id) \
         AND NOT EXISTS (SELECT 1 FROM refresh_token t WHERE t.family_id = token_family.id)",
        DAY_MS,
    ),
    ("DELETE FROM desk_session WHERE expires_at < $1", 0),
    ("DELETE FROM sms_code WHERE expires_at < $1", DAY_MS),
    ("DELETE FROM sms_message WHERE sent_at < $1", MESSAGES_MS),
    ("DELETE FROM sign_in_guard WHERE updated_at < $1 AND locked_until < $1", GUARD_MS),
];

/// Forgets all of it. One transaction each, so that nobody waits long.
pub(crate) async fn sweep(state: &AppState) -> Result<()> {
    for (sql, age) in OVER {
        let mut tx = state.store.write().await?;
        sqlx::query(sql).bind(state.clock.now().plus_millis(-age).millis()).execute(&mut *tx).await?;
        tx.commit().await?;
    }
    Ok(())
}
