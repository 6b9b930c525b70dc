//! What of a draft travels, and how it is brought together with what is here.

use std::collections::{BTreeMap, BTreeSet};

use haoban_domain::{
    form::{self, Answers},
    ids::LicenceId,
    item::{ItemCode, ServiceItem},
    material::MaterialChoice,
    text::LocalText,
};
use serde::{Deserialize, Serialize};

use crate::drafts::DraftRecord;

/// How a slot is settled, as far as it can be told to another device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub(super) enum SharedSlot {
    /// A licence of the holder.
    Licence { licence: LicenceId },
    /// Handed in later.
    Deferred,
    /// Files that lie on some device; they do not travel.
    Files,
}

type Slots = BTreeMap<String, SharedSlot>;

/// The content that travels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Shared {
    pub(super) item_code: ItemCode,
    pub(super) item_version: u32,
    pub(super) item_name: LocalText,
    pub(super) icon: String,
    pub(super) name: Option<String>,
    pub(super) answers: Answers,
    pub(super) slots: Slots,
}

impl Shared {
    /// What this device may tell of a draft: where a choice is open, the other side's word stands.
    pub(super) fn of(record: &DraftRecord) -> Self {
        Self {
            item_code: record.item_code.clone(),
            item_version: record.item_version,
            item_name: record.item_name.clone(),
            icon: record.icon.clone(),
            name: record.name.clone(),
            answers: form::agreed(&record.answers, &record.collisions),
            slots: slots_of(record),
        }
    }

    /// A record for a draft that was not here before.
    pub(super) fn into_record(self, owner: haoban_domain::ids::PartyId) -> DraftRecord {
        let mut record = DraftRecord {
            owner: Some(owner),
            item_code: self.item_code,
            item_version: self.item_version,
            item_name: self.item_name,
            icon: self.icon,
            name: self.name,
            answers: self.answers,
            choices: BTreeMap::new(),
            page: None,
            done: 0,
            total: 0,
            upgrade: None,
            correction: None,
            collisions: BTreeMap::new(),
            elsewhere: BTreeSet::new(),
            ended_elsewhere: false,
            edited_at: None,
        };
        take_slots(&mut record, &Slots::new(), &self.slots);
        record
    }

    /// The same on another version of the form, as the resident's own draft would be carried over.
    pub(super) fn at_version(mut self, old: Option<&ServiceItem>, new: &ServiceItem) -> Self {
        if let Some(old) = old.filter(|old| old.version != new.version) {
            self.answers = form::upgrade(&old.form, &new.form, self.answers).answers;
        }
        self.item_version = new.version;
        self
    }
}

/// Brings another device's word into a draft. `base` is what both last agreed on.
pub(super) fn bring_in(record: &mut DraftRecord, base: Option<&Shared>, theirs: &Shared) {
    let nothing = Answers::new();
    let before = base.map_or(&nothing, |base| &base.answers);
    let merged = form::merge(before, &record.answers, &theirs.answers, &record.collisions);
    record.answers = merged.answers;
    record.collisions = merged.collisions;
    let base_name = base.and_then(|base| base.name.as_ref());
    if record.name.as_ref() == base_name {
        record.name.clone_from(&theirs.name);
    }
    let none = Slots::new();
    take_slots(record, base.map_or(&none, |base| &base.slots), &theirs.slots);
}

fn slots_of(record: &DraftRecord) -> Slots {
    let elsewhere = record.elsewhere.iter().map(|slot| (slot.clone(), SharedSlot::Files));
    let here = record.choices.iter().map(|(slot, choice)| {
        let shared = match choice {
            MaterialChoice::Upload { .. } => SharedSlot::Files,
            MaterialChoice::Licence { licence } => SharedSlot::Licence { licence: *licence },
            MaterialChoice::Deferred => SharedSlot::Deferred,
        };
        (slot.clone(), shared)
    });
    elsewhere.chain(here).collect()
}

/// Files attached here stay, whatever another device says; everything else follows it where nothing was changed here.
fn take_slots(record: &mut DraftRecord, base: &Slots, theirs: &Slots) {
    let mine = slots_of(record);
    let slots: BTreeSet<&String> = mine.keys().chain(theirs.keys()).chain(base.keys()).collect();
    for slot in slots {
        let (was, my, other) = (base.get(slot), mine.get(slot), theirs.get(slot));
        let has_files = matches!(record.choices.get(slot), Some(MaterialChoice::Upload { .. }));
        if has_files || my == other || (other == was && my != was) {
            continue;
        }
        record.elsewhere.remove(slot);
        match other {
            Some(SharedSlot::Files) => {
                record.choices.remove(slot);
                record.elsewhere.insert(slot.clone());
            }
            Some(SharedSlot::Licence { licence }) => {
                record.choices.insert(slot.clone(), MaterialChoice::Licence { licence: *licence });
            }
            Some(SharedSlot::Deferred) => {
                record.choices.insert(slot.clone(), MaterialChoice::Deferred);
            }
            None => {
                record.choices.remove(slot);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use haoban_domain::ids::{FileId, PartyId};
    use serde_json::json;

    use super::*;

    fn record() -> DraftRecord {
        let shared = Shared {
            item_code: "a".into(),
            item_version: 1,
            item_name: LocalText::new("甲", "A"),
            icon: "file".into(),
            name: None,
            answers: [("one".to_owned(), json!("1")), ("two".to_owned(), json!("2"))].into(),
            slots: Slots::new(),
        };
        shared.into_record(PartyId::new(1, [1; 10]))
    }

    fn upload() -> MaterialChoice {
        MaterialChoice::Upload { files: vec![FileId::new(1, [1; 10])] }
    }

    /// Each side says what it has and takes the other's word, as over the platform.
    fn exchange(sides: &mut [DraftRecord; 2], shared: &mut Shared, turns: usize) {
        let mut bases = [shared.clone(), shared.clone()];
        for turn in 0..turns {
            let who = turn % 2;
            bring_in(&mut sides[who], Some(&bases[who]), shared);
            *shared = Shared::of(&sides[who]);
            bases[who] = shared.clone();
        }
    }

    #[test]
    fn files_stay_where_they_are_and_the_other_device_says_so() {
        let mut sides = [record(), record()];
        let mut shared = Shared::of(&sides[0]);
        sides[0].choices.insert("contract".into(), upload());
        exchange(&mut sides, &mut shared, 4);
        assert!(sides[1].choices.is_empty(), "it never pretends to have them");
        assert!(sides[1].elsewhere.contains("contract"));
        sides[1].choices.insert("contract".into(), upload());
        exchange(&mut sides, &mut shared, 4);
        assert!(sides.iter().all(|side| side.choices.get("contract") == Some(&upload())));
        sides[0].choices.remove("contract");
        exchange(&mut sides, &mut shared, 4);
        assert_eq!(sides[1].choices.get("contract"), Some(&upload()), "removed there is not removed here");
        let settled = shared.clone();
        exchange(&mut sides, &mut shared, 4);
        assert_eq!(shared, settled, "nobody goes on talking");
    }

    #[test]
    fn licences_and_names_follow() {
        let mut sides = [record(), record()];
        let mut shared = Shared::of(&sides[0]);
        sides[0].choices.insert("id".into(), MaterialChoice::Deferred);
        sides[1].name = Some("给妈妈办".into());
        exchange(&mut sides, &mut shared, 4);
        assert_eq!(sides[0].name.as_deref(), Some("给妈妈办"));
        assert_eq!(sides[1].choices.get("id"), Some(&MaterialChoice::Deferred));
        sides[1].choices.remove("id");
        exchange(&mut sides, &mut shared, 4);
        assert!(sides[0].choices.is_empty());
    }
}
