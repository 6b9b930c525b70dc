//! 一件事: several services asked for together ("我要开火锅店"). A joint service is data; [`compose`]
//! makes one item of it that form, draft, materials and intake take as any other, and an
//! [`Evaluation`](crate::form::Evaluation) gives each part its own answers back.

mod compose;
mod error;
mod gather;
mod kinds;
mod logic;
mod materials;
mod pages;
mod rewrite;
mod standing;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

pub use compose::compose;
pub use error::JointError;
pub use standing::{LaneStanding, PartOutlook, outlook, standing};

use crate::{
    form::{Check, FieldId, Page},
    item::{Guide, ItemCode, TimeLimit},
    rules::Expr,
    text::LocalText,
};

/// joint/<code>.yaml: what is asked to find out what is needed, and the services that may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointService {
    /// File name in the pack; no item may carry it.
    pub code: ItemCode,
    /// Grows with every change; the composed version also grows with its items'.
    pub version: u32,
    /// The guide of the whole; facts and figures of its situation rules stand here.
    pub guide: Guide,
    /// The declaration made once for all parts.
    pub declaration: LocalText,
    /// Questions in plain words (domain.md §5.7) that decide what is needed.
    pub situation: Vec<Page>,
    /// Exactly one part is needed at a time; only then may a part show a headline figure.
    #[serde(default)]
    pub one_of: bool,
    /// The services, prerequisites anywhere.
    pub parts: Vec<JointPart>,
}

/// One service that may be part of the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointPart {
    /// Item of the pack.
    pub item: ItemCode,
    /// Needed when this holds; reads the situation only. Absent means always.
    #[serde(default)]
    pub when: Option<Expr>,
    /// Why it is needed; cites the rule.
    pub because: LocalText,
    /// Why it is not, when it is not.
    #[serde(default)]
    pub not_because: Option<LocalText>,
    /// Parts that have to be granted before, where they are needed at all.
    #[serde(default)]
    pub after: Vec<ItemCode>,
    /// The rest can do without it.
    #[serde(default)]
    pub optional: bool,
    /// Situations in which it cannot be granted; said before anything is filled.
    #[serde(default)]
    pub blocked: Vec<Check>,
    /// Fields of the item that the situation answers already.
    #[serde(default)]
    pub answers: BTreeMap<FieldId, Expr>,
}

/// How a composed item is put together; a running case keeps it with its version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Joint {
    /// Ids of the pages that ask for the situation.
    pub situation: Vec<String>,
    /// The parts; prerequisites stand before what waits for them.
    pub parts: Vec<Part>,
}

/// One part of a composed item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Part {
    /// Item.
    pub item: ItemCode,
    /// Its version.
    pub version: u32,
    /// Its name.
    pub name: LocalText,
    /// Its icon.
    pub icon: String,
    /// Its department, in words.
    pub department: LocalText,
    /// Its promise.
    pub promised_limit: TimeLimit,
    /// Trips it takes.
    pub trips: u8,
    /// Whether the office charges for it.
    pub charged: bool,
    /// Needed when.
    pub when: Option<Expr>,
    /// Why needed.
    pub because: LocalText,
    /// Why not.
    pub not_because: Option<LocalText>,
    /// Parts that come before.
    pub after: Vec<ItemCode>,
    /// The rest can do without it.
    pub optional: bool,
    /// Ids of the form checks that say it cannot be granted here.
    pub blocked: Vec<String>,
    /// The item's own field → field of the composed form.
    pub fields: BTreeMap<FieldId, FieldId>,
    /// The item's own field → expression over the composed answers.
    pub given: BTreeMap<FieldId, Expr>,
    /// The item's own material slot → slot of the composed item.
    pub slots: BTreeMap<String, String>,
    /// Materials it would list alone: when each is asked; absent means always.
    pub listed: Vec<Option<Expr>>,
}

impl Joint {
    /// A part by its item.
    #[must_use]
    pub fn part(&self, item: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.item == item)
    }
}
