//! Which field of the composed form each field of a part becomes.

use std::collections::{BTreeMap, BTreeSet};

use super::{JointPart, kinds::mergeable};
use crate::{
    form::{Field, FieldKind, Form},
    item::ServiceItem,
};

/// Fields that later parts may join, by element.
#[derive(Debug, Default)]
pub(super) struct Shared {
    known: BTreeMap<String, Vec<(String, FieldKind)>>,
}

impl Shared {
    /// The situation's own fields keep their ids.
    pub fn situation(&mut self, fields: impl Iterator<Item = Field>) {
        for field in fields {
            if let Some(element) = field.element {
                self.known.entry(element).or_default().push((field.id, field.kind));
            }
        }
    }

    /// The composed id of every field of a part; those that the situation answers have none. A part
    /// that binds an element twice keeps two fields.
    pub fn part(&mut self, part: &JointPart, item: &ServiceItem) -> BTreeMap<String, String> {
        let mut ids = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for field in fields(&item.form).filter(|field| !part.answers.contains_key(&field.id)) {
            let joined = field.element.as_ref().and_then(|element| self.find(element, field, &taken));
            let id = joined.unwrap_or_else(|| {
                let id = format!("{}__{}", prefix(&item.code), field.id);
                if let Some(element) = &field.element {
                    self.known.entry(element.clone()).or_default().push((id.clone(), field.kind.clone()));
                }
                id
            });
            taken.insert(id.clone());
            ids.insert(field.id.clone(), id);
        }
        ids
    }

    fn find(&self, element: &str, field: &Field, taken: &BTreeSet<String>) -> Option<String> {
        let known = self.known.get(element)?;
        known.iter().find(|(id, kind)| !taken.contains(id) && mergeable(kind, &field.kind)).map(|(id, _)| id.clone())
    }
}

/// Fields of a form, in order.
pub(super) fn fields(form: &Form) -> impl Iterator<Item = &Field> {
    form.pages.iter().flat_map(|page| &page.fields)
}

/// What stands before a part's own names; names of rules know no hyphen.
pub(super) fn prefix(code: &str) -> String {
    code.replace('-', "_")
}
