//! What registers answer, for the platform's own judgement of a submission.
//!
//! A look on behalf of a resident is logged by `identity::facts`; here the same facts are read again,
//! because what counts at a submission is what the registers say, not what a device sent.

use haoban_domain::{
    ids::PartyId,
    item::ServiceItem,
    person::{Applicant, Facts},
};

use crate::{
    AppState, Result,
    identity::{accounts, facts},
};

/// The facts an item may read about a party.
///
/// # Errors
/// When the database fails.
pub async fn for_item(state: &AppState, party: PartyId, item: &ServiceItem) -> Result<Facts> {
    facts::read(state.store.reader(), &state.catalogue.current().pack, item, party).await
}

/// A party as an applicant.
///
/// # Errors
/// When the database fails or the party is not there.
pub async fn applicant(state: &AppState, party: PartyId) -> Result<Applicant> {
    accounts::applicant(state.store.reader(), party).await
}
