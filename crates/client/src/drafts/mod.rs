//! Drafts: begun, saved on every change, upgraded when the service changes, frozen when sent.
//!
//! A save is acknowledged when it is in the autosave log ([`autosave`]), every other change after one durable write.
//! An open draft keeps its evaluation in memory, so a save judges only what the change touches.

pub(crate) mod autosave;
mod choose;
mod correction;
mod list;
mod opened;
mod record;
mod save;
mod start;
mod submit;
#[cfg(test)]
pub(crate) mod tests;
mod view;

use std::{collections::HashMap, sync::Arc};

use haoban_domain::{
    calendar::WorkCalendar,
    form::Evaluator,
    ids::{DraftId, PartyId},
    item::ServiceItem,
};
use haoban_wire::ProblemCode;
use parking_lot::Mutex;
use tokio::sync::OwnedMutexGuard;

pub use choose::choose;
pub(crate) use correction::settled_targets;
pub use correction::{start_correction, start_supply};
pub use list::{delete, list, purge, rename, restore, rows};
pub(crate) use opened::OpenDraft;
pub(crate) use record::{
    CorrectionRecord, DEFINITION, DraftRecord, Standing, StoredDraft, definition, find, insert, keep_definition, load,
    load_all, update,
};
pub use save::save;
pub(crate) use save::store_choices;
pub use start::{open, start};
pub use submit::submit;
pub(crate) use view::{ask_for_regions, view};

use crate::{Client, ClientError, catalogue, session};

type Slot = Arc<tokio::sync::Mutex<Option<OpenDraft>>>;

/// Drafts open in memory, and evaluators compiled so far.
#[derive(Default)]
pub(crate) struct Drafts {
    slots: Mutex<HashMap<DraftId, Slot>>,
    evaluators: Mutex<HashMap<(String, String, u32), Arc<Evaluator>>>,
}

impl Drafts {
    /// Forgets what is in memory (the vault closed, another person signed in).
    pub(crate) fn forget(&self) {
        self.slots.lock().clear();
        self.evaluators.lock().clear();
    }

    /// The only place where a draft is changed: one at a time.
    pub(crate) async fn lock(&self, id: DraftId) -> OwnedMutexGuard<Option<OpenDraft>> {
        let slot = self.slots.lock().entry(id).or_default().clone();
        slot.lock_owned().await
    }
}

/// The item as the catalogue has it now.
pub(crate) fn current_item(client: &Client, code: &str) -> Option<Arc<ServiceItem>> {
    let catalogue = catalogue::current(client)?;
    catalogue.pack.items.iter().find(|item| item.code == code).cloned().map(Arc::new)
}

/// The compiled rules of a definition.
pub(crate) fn evaluator(client: &Client, item: &Arc<ServiceItem>) -> Result<Arc<Evaluator>, ClientError> {
    let catalogue = catalogue::current(client);
    let pack = catalogue.as_ref().map_or_else(String::new, |catalogue| catalogue.version.clone());
    let key = (pack, item.code.clone(), item.version);
    if let Some(known) = client.drafts().evaluators.lock().get(&key) {
        return Ok(known.clone());
    }
    let years = catalogue.as_ref().map_or(&[][..], |catalogue| &catalogue.pack.calendars);
    let made = Evaluator::new(item.clone(), Arc::new(WorkCalendar::new(years))).map_err(|error| {
        tracing::error!(place = %error.place, "a rule of the catalogue cannot be compiled");
        ClientError::from(ProblemCode::ItemVersion)
    })?;
    let made = Arc::new(made);
    client.drafts().evaluators.lock().insert(key, made.clone());
    Ok(made)
}

/// Whose drafts are shown now.
pub(crate) fn holder(client: &Client) -> Option<PartyId> {
    session::person(client).map(|person| person.party)
}

/// Whether the person at the screen may see a draft: their own, or one begun by nobody.
pub(crate) fn may_see(owner: Option<PartyId>, holder: Option<PartyId>) -> bool {
    owner.is_none() || owner == holder
}
