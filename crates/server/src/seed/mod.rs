//! The synthetic people of the demo city: the same on every machine, valid by every check rule.

mod declared;
mod demo;
mod enterprises;
mod facts;
mod families;
mod licences;
mod numbers;
mod random;
mod town;
mod words;
mod write;

use haoban_domain::time::Date;

use self::{families::Builder, random::Numbers, town::Town, words::Words};
use crate::{AppState, Error, Result, identity::accounts};

pub use write::Seeded;

/// Password of every demo account; works only in a database that was seeded.
pub const PASSWORD: &str = "haoban-demo-2026";
/// Fewest residents.
const RESIDENTS: usize = 200;
const SEED: u64 = 410_100;

/// Fills an empty database with the demo city. A seeded database is left alone; one with other people is refused.
///
/// # Errors
/// When the database holds people who are no demo data, or fails.
pub async fn run(state: &AppState) -> Result<Seeded> {
    if accounts::is_demo(&state.store).await? {
        return Ok(Seeded::Already);
    }
    if write::has_people(&state.store).await? {
        return Err(Error::internal(
            "this database holds people who are no demo data: the demo city is not put into it; name an empty database by HAOBAN_DATABASE_URL",
        ));
    }
    let words = Words::read().map_err(|error| Error::internal(format!("words of the demo city: {error}")))?;
    let today = state.clock.now().city_date();
    let town = build(&words, today);
    write::all(state, &words, &town, today).await
}

/// Seeds when there is nobody yet; does nothing otherwise.
///
/// # Errors
/// When the database fails.
pub async fn ensure_demo(state: &AppState) -> Result<Seeded> {
    if write::has_people(&state.store).await? {
        return Ok(Seeded::Already);
    }
    run(state).await
}

/// The whole town. Ids, names and numbers depend on the seed only; leases and contracts also on the day.
fn build(words: &Words, today: Date) -> Town {
    let mut builder = Builder { words, numbers: Numbers::new(SEED), today, town: Town::default() };
    demo::add(&mut builder);
    while builder.town.people.len() < RESIDENTS {
        builder.household();
    }
    enterprises::add(&mut builder);
    builder.town
}

#[cfg(test)]
mod tests;
