//! Two devices fill the same draft: what both did is brought together field by field.
//!
//! A field that only one of them changed takes that change. A field both changed to different things is a collision:
//! this device's answer stays, the other's lies beside it until the resident chooses. Until then this device tells the
//! others nothing of its own answer ([`agreed`]), so that a collision is asked about once and never travels.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{Answers, FieldId};

/// The other answer to a question that was answered differently on two devices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Collision {
    /// What another device says; absent when it cleared the answer.
    #[ts(type = "unknown")]
    pub theirs: Option<Value>,
}

/// Open collisions by field.
pub type Collisions = BTreeMap<FieldId, Collision>;

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// This device's answers with the other's changes.
    pub answers: Answers,
    /// Fields that wait for a choice.
    pub collisions: Collisions,
}

/// Merges by field. `base` is what both last agreed on; `open` are collisions that were not chosen yet.
#[must_use]
pub fn merge(base: &Answers, mine: &Answers, theirs: &Answers, open: &Collisions) -> Merged {
    let mut merged = Merged { answers: mine.clone(), collisions: Collisions::new() };
    let fields: BTreeSet<&FieldId> = mine.keys().chain(theirs.keys()).chain(base.keys()).collect();
    for field in fields {
        let (was, my, other) = (base.get(field), mine.get(field), theirs.get(field));
        if my == other {
            continue;
        }
        if open.contains_key(field) || (my != was && other != was) {
            merged.collisions.insert(field.clone(), Collision { theirs: other.cloned() });
        } else if my == was {
            match other {
                Some(value) => merged.answers.insert(field.clone(), value.clone()),
                None => merged.answers.remove(field),
            };
        }
    }
    merged
}

/// The answers this device may tell the others: where a choice is open, still the other's.
#[must_use]
pub fn agreed(answers: &Answers, open: &Collisions) -> Answers {
    let mut agreed = answers.clone();
    for (field, collision) in open {
        match &collision.theirs {
            Some(value) => agreed.insert(field.clone(), value.clone()),
            None => agreed.remove(field),
        };
    }
    agreed
}
