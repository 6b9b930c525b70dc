//! The pages of a composed form in the making. A shared field stands where it is asked first.

use super::{
    Part, kinds,
    logic::{and, or},
    rewrite::Renaming,
};
use crate::{
    form::{Check, ChoiceOption, Field, FieldKind, Page, Required},
    rules::Expr,
};

/// One field as one part (or the situation) uses it, in composed names.
#[derive(Debug)]
struct Usage {
    field: Field,
    /// When its page shows.
    page: Option<Expr>,
}

impl Usage {
    fn on(&self) -> Option<Expr> {
        and(self.page.as_ref(), self.field.show.as_ref())
    }
}

#[derive(Debug)]
struct PageDraft {
    page: Page,
    slots: Vec<Vec<Usage>>,
}

/// All pages so far.
#[derive(Debug, Default)]
pub(super) struct Pages {
    drafts: Vec<PageDraft>,
}

impl Pages {
    /// The situation's pages stand first, as they are.
    pub fn situation(&mut self, pages: &[Page]) {
        for page in pages {
            let usage = |field: &Field| vec![Usage { field: field.clone(), page: page.show.clone() }];
            self.drafts.push(PageDraft { page: page.clone(), slots: page.fields.iter().map(usage).collect() });
        }
    }

    /// A part's pages; fields that are asked already only add their conditions there. Gives the checks that the form
    /// makes as a whole: those of a part that may be left out, on a question that others ask too. There they would stop
    /// the others at that very question.
    pub fn part(&mut self, part: &Part, prefix: &str, pages: &[Page]) -> Vec<Check> {
        let renaming = Renaming { fields: &part.fields, given: &part.given, prefix };
        let wanted = part.wanted();
        let mut of_form = Vec::new();
        for page in pages {
            let show = and(wanted.as_ref(), renaming.maybe(page.show.as_ref()).as_ref());
            let mut own = Vec::new();
            for field in &page.fields {
                let Some(id) = part.fields.get(&field.id) else { continue };
                let mut usage = Usage { field: renamed(field, id, prefix, &renaming), page: show.clone() };
                match self.find(id) {
                    Some(known) => {
                        if part.optional {
                            let on = usage.on();
                            let checks = std::mem::take(&mut usage.field.checks).into_iter();
                            of_form.extend(
                                checks.map(|check| Check { when: and(on.as_ref(), check.when.as_ref()), ..check }),
                            );
                        }
                        known.push(usage);
                    }
                    None => own.push(vec![usage]),
                }
            }
            if !own.is_empty() {
                let id = format!("{prefix}__{}", page.id);
                self.drafts.push(PageDraft { page: Page { id, show, ..page.clone() }, slots: own });
            }
        }
        of_form
    }

    fn find(&mut self, id: &str) -> Option<&mut Vec<Usage>> {
        let slots = self.drafts.iter_mut().flat_map(|draft| &mut draft.slots);
        slots.into_iter().find(|usages| usages.first().is_some_and(|usage| usage.field.id == id))
    }

    /// The pages of the form.
    pub fn finish(self) -> Vec<Page> {
        self.drafts.into_iter().map(PageDraft::finish).collect()
    }
}

impl PageDraft {
    fn finish(self) -> Page {
        let shared = self.slots.iter().any(|usages| usages.len() > 1);
        let show = if shared { None } else { self.page.show };
        let fields = self.slots.into_iter().filter_map(|usages| field(usages, shared)).collect();
        Page { show, fields, ..self.page }
    }
}

/// The one field that all usages share. On a page that others use too, each field carries the page's condition.
fn field(usages: Vec<Usage>, page_is_shared: bool) -> Option<Field> {
    let on: Vec<Option<Expr>> = usages.iter().map(Usage::on).collect();
    if let [only] = usages.as_slice() {
        let show = if page_is_shared { on.into_iter().next()? } else { only.field.show.clone() };
        return Some(Field { show, ..only.field.clone() });
    }
    let uses: Vec<kinds::Use<'_>> =
        usages.iter().map(|usage| &usage.field.kind).zip(on.iter().map(Option::as_ref)).collect();
    let kind = kinds::merged(&uses)?;
    let show = or(on.iter().map(Option::as_ref));
    let required = required(&usages, &on);
    let checks = checks(&usages, &on);
    let prefill = usages.iter().find_map(|usage| usage.field.prefill.clone());
    let first = usages.into_iter().next()?.field;
    Some(Field { kind, show, required, checks, prefill, ..first })
}

/// Required when a usage that is on requires it.
fn required(usages: &[Usage], on: &[Option<Expr>]) -> Required {
    let mut when: Vec<Option<Expr>> = Vec::new();
    for (usage, on) in usages.iter().zip(on) {
        match &usage.field.required {
            Required::Always(true) => when.push(on.clone()),
            Required::Always(false) => {}
            Required::When(rule) => when.push(and(on.as_ref(), Some(rule))),
        }
    }
    if when.is_empty() {
        return Required::Always(false);
    }
    or(when.iter().map(Option::as_ref)).map_or(Required::Always(true), Required::When)
}

/// Every check once, judged while a usage that makes it is on.
fn checks(usages: &[Usage], on: &[Option<Expr>]) -> Vec<Check> {
    let mut list: Vec<Check> = Vec::new();
    for (usage, on) in usages.iter().zip(on) {
        for check in &usage.field.checks {
            let when = and(on.as_ref(), check.when.as_ref());
            match list.iter_mut().find(|known| known.rule == check.rule && known.warning == check.warning) {
                Some(known) => known.when = or([known.when.as_ref(), when.as_ref()]),
                None => list.push(Check { when, ..check.clone() }),
            }
        }
    }
    list
}

fn renamed(field: &Field, id: &str, prefix: &str, names: &Renaming<'_>) -> Field {
    let required = match &field.required {
        Required::When(rule) => Required::When(names.rule(rule)),
        always @ Required::Always(_) => always.clone(),
    };
    Field {
        id: id.to_owned(),
        kind: kind(&field.kind, names),
        show: names.maybe(field.show.as_ref()),
        required,
        checks: field.checks.iter().map(|check| renamed_check(check, prefix, names)).collect(),
        ..field.clone()
    }
}

/// A check in composed names.
pub(super) fn renamed_check(check: &Check, prefix: &str, names: &Renaming<'_>) -> Check {
    Check {
        id: format!("{prefix}__{}", check.id),
        rule: names.rule(&check.rule),
        when: names.maybe(check.when.as_ref()),
        ..check.clone()
    }
}

fn kind(kind: &FieldKind, names: &Renaming<'_>) -> FieldKind {
    let renamed_options = |options: &[ChoiceOption]| {
        let one = |option: &ChoiceOption| ChoiceOption { show: names.maybe(option.show.as_ref()), ..option.clone() };
        options.iter().map(one).collect()
    };
    match kind {
        FieldKind::Computed { value, format } => FieldKind::Computed { value: names.rule(value), format: *format },
        FieldKind::SingleChoice { options } => FieldKind::SingleChoice { options: renamed_options(options) },
        FieldKind::MultiChoice { options } => FieldKind::MultiChoice { options: renamed_options(options) },
        FieldKind::Appointment { schedule, places, carries_case } => FieldKind::Appointment {
            schedule: schedule.clone(),
            places: renamed_options(places),
            carries_case: *carries_case,
        },
        FieldKind::People { fields, max, csv } => {
            FieldKind::People { fields: inner(fields, names), max: *max, csv: *csv }
        }
        FieldKind::Group { fields, max, csv } => {
            FieldKind::Group { fields: inner(fields, names), max: *max, csv: *csv }
        }
        other => other.clone(),
    }
}

/// Fields of entries keep their ids; their rules may read the form.
fn inner(fields: &[Field], names: &Renaming<'_>) -> Vec<Field> {
    let own = |check: &Check| Check {
        rule: names.rule(&check.rule),
        when: names.maybe(check.when.as_ref()),
        ..check.clone()
    };
    let one = |field: &Field| Field {
        checks: field.checks.iter().map(own).collect(),
        ..renamed(&Field { checks: Vec::new(), ..field.clone() }, &field.id, "", names)
    };
    fields.iter().map(one).collect()
}
