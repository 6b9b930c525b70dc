//! When what is in force was published.

use haoban_domain::time::Timestamp;

use crate::{AppState, Result};

/// The day the newest item version came into force; now, while nothing was written down yet.
pub(super) async fn published_at(state: &AppState) -> Result<Timestamp> {
    let newest: Option<i64> =
        sqlx::query_scalar("SELECT MAX(published_at) FROM published_item").fetch_one(state.store.reader()).await?;
    Ok(newest.map_or_else(|| state.clock.now(), Timestamp::from_millis))
}
