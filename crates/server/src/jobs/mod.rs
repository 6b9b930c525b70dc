//! Work that is done later: rows in `job`, a worker that takes them.

use tokio_util::sync::CancellationToken;

use crate::{AppState, Result};

/// Works until the token is cancelled; the step in hand is finished first.
pub async fn run(_state: AppState, stop: CancellationToken) -> Result<()> {
    stop.cancelled().await;
    Ok(())
}
