//! The materials of all parts: the same paper is handed in once, and what an earlier part will issue is
//! not asked for.

use std::collections::BTreeMap;

use super::{
    Part,
    logic::{and, not, or},
    rewrite::Renaming,
};
use crate::{
    item::ServiceItem,
    material::{MaterialRule, Replacement},
    rules::Expr,
    workflow::Output,
};

#[derive(Debug)]
struct Slot {
    base: String,
    rule: MaterialRule,
    asked: Vec<Option<Expr>>,
}

/// The slots so far.
#[derive(Debug, Default)]
pub(super) struct Materials {
    slots: Vec<Slot>,
}

/// A part with its item.
pub(super) type Member<'a> = (&'a Part, &'a ServiceItem);

impl Materials {
    /// A part's own slots; gives the composed slot of each, and when each would be listed alone.
    /// `before` are the parts that come before it, directly or not.
    pub fn part(
        &mut self,
        (part, item): Member<'_>,
        prefix: &str,
        before: &[Member<'_>],
    ) -> (BTreeMap<String, String>, Vec<Option<Expr>>) {
        let names = Renaming { fields: &part.fields, given: &part.given, prefix };
        let (mut ids, mut listed) = (BTreeMap::new(), Vec::new());
        for material in &item.materials {
            let own = names.maybe(material.when.as_ref());
            listed.push(own.clone());
            let Some(asked) = asked(part, material, own.as_ref(), before) else { continue };
            let rule = renamed(material, &names);
            ids.insert(material.id.clone(), self.join(&item.code, rule, asked));
        }
        (ids, listed)
    }

    fn join(&mut self, code: &str, rule: MaterialRule, asked: Option<Expr>) -> String {
        let same = |slot: &&mut Slot| {
            slot.base == rule.id && slot.rule.replaced_by == rule.replaced_by && slot.rule.upload == rule.upload
        };
        if let Some(known) = self.slots.iter_mut().find(same) {
            known.asked.push(asked);
            known.rule.defer_days = known.rule.defer_days.zip(rule.defer_days).map(|(a, b)| a.min(b));
            return known.rule.id.clone();
        }
        let id = format!("{code}--{}", rule.id);
        self.slots.push(Slot {
            base: rule.id.clone(),
            rule: MaterialRule { id: id.clone(), ..rule },
            asked: vec![asked],
        });
        id
    }

    /// The materials of the composed item.
    pub fn finish(self) -> Vec<MaterialRule> {
        let one = |slot: Slot| {
            let because = if slot.asked.len() > 1 { None } else { slot.rule.because };
            MaterialRule { when: or(slot.asked.iter().map(Option::as_ref)), because, ..slot.rule }
        };
        self.slots.into_iter().map(one).collect()
    }
}

/// When a slot is asked in the whole: the part is needed, its own rule holds, and no earlier part that
/// is needed too will issue the licence. `None` when an earlier part that is always there issues it.
#[expect(clippy::option_option, reason = "an absent rule holds always; no slot at all is another thing")]
fn asked(part: &Part, material: &MaterialRule, own: Option<&Expr>, before: &[Member<'_>]) -> Option<Option<Expr>> {
    let mut rule = and(part.wanted().as_ref(), own);
    for (earlier, item) in before {
        if !issues(item, material) {
            continue;
        }
        match &earlier.when {
            None => return None,
            // A twin of the part's own condition holds whenever the slot could be asked; and a part is left
            // out together with what it waits for.
            twin if *twin == part.when => return None,
            Some(when) => rule = and(rule.as_ref(), Some(&not(earlier.wanted().as_ref().unwrap_or(when)))),
        }
    }
    Some(rule)
}

fn issues(item: &ServiceItem, material: &MaterialRule) -> bool {
    let issued = |wanted: &str| {
        let is = |output: &Output| matches!(output, Output::Licence { licence_type, .. } if licence_type == wanted);
        item.workflow.outputs.iter().any(is)
    };
    let by = |replacement: &Replacement| matches!(replacement, Replacement::Licence { licence_type, .. } if issued(licence_type));
    material.replaced_by.iter().any(by)
}

fn renamed(material: &MaterialRule, names: &Renaming<'_>) -> MaterialRule {
    let replacement = |replacement: &Replacement| match replacement {
        Replacement::Licence { licence_type, when } => {
            Replacement::Licence { licence_type: licence_type.clone(), when: names.maybe(when.as_ref()) }
        }
        Replacement::Register { rule, words } => Replacement::Register { rule: names.rule(rule), words: words.clone() },
    };
    MaterialRule { when: None, replaced_by: material.replaced_by.iter().map(replacement).collect(), ..material.clone() }
}
