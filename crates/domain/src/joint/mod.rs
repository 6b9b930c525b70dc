//! 一件事: several services asked for together ("我要开火锅店"). A joint service is data; [`compose`]
//! makes one item of it that form, draft, materials and intake take as any other, and an
//! [`Evaluation`](crate::form::Evaluation) gives each part its own answers back.

mod compose;
mod error;
mod gather;
mod kinds;
mod leaving;
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
pub use leaving::LEFT_OUT;
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
    /// What people expect to be needed and is not, and what they see to elsewhere.
    #[serde(default)]
    pub notes: Vec<JointNote>,
}

/// Something the plan tells besides the parts, and the rule behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct JointNote {
    /// Stable id inside the joint service.
    pub id: String,
    /// Not needed, or done elsewhere.
    pub kind: NoteKind,
    /// What it is about: a permit, a contract, a registration.
    pub name: LocalText,
    /// Told when this holds; reads the situation only. Absent means always.
    #[serde(default)]
    pub when: Option<Expr>,
    /// Why; cites the rule.
    pub because: LocalText,
}

/// What a note of the plan says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NoteKind {
    /// 不用办.
    NotNeeded,
    /// Needed, but not granted here.
    Elsewhere,
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
    /// What the plan tells besides them.
    #[serde(default)]
    pub notes: Vec<JointNote>,
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
    /// Left out when: the applicant does without it, or without a part that comes before it.
    #[serde(default)]
    pub unless: Option<Expr>,
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

    /// Whether the rest goes on without a part: it is optional, and so is everything among `needed` that
    /// waits for it.
    #[must_use]
    pub fn may_go_without(&self, item: &str, needed: &[&str]) -> bool {
        let waits =
            |other: &&Part| needed.contains(&other.item.as_str()) && other.after.iter().any(|code| code == item);
        self.part(item).is_some_and(|part| part.optional)
            && self.parts.iter().filter(waits).all(|other| self.may_go_without(&other.item, needed))
    }
}
