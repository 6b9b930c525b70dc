//! One item made of a joint service and the items of its parts.

use std::collections::BTreeMap;

use super::{
    Joint, JointError, JointPart, JointService, Part,
    gather::{Shared, fields, prefix},
    leaving,
    logic::and,
    materials::{Materials, Member},
    pages::{Pages, renamed_check},
    rewrite::Renaming,
};
use crate::{
    form::{Check, Form, Headline, Limit},
    item::{FactUse, Figure, Guide, ServiceItem},
    pack::CityPack,
    rules::{Expr, reads},
    workflow::Workflow,
};

/// Composes a joint service. The result is judged, filled and sent like any other item; its version
/// grows with the joint service's own and with every part's.
///
/// # Errors
/// What is wrong in the definition. Rules are checked when the result is compiled.
pub fn compose(service: &JointService, pack: &CityPack) -> Result<ServiceItem, JointError> {
    if pack.items.iter().any(|item| item.code == service.code && item.joint.is_none()) {
        return Err(JointError::Taken(service.code.clone()));
    }
    let members = members(service, pack)?;
    leaving::check(service)?;
    let order = in_order(service)?;
    let mut shared = Shared::default();
    shared.situation(service.situation.iter().flat_map(|page| page.fields.clone()));
    let mut parts: Vec<Part> = Vec::new();
    for at in &order {
        let (part, item) = (&service.parts[*at], members[*at]);
        parts.push(skeleton(part, item, pack, shared.part(part, item)));
    }
    for at in 0..parts.len() {
        let before: Vec<&Part> = earlier(&parts, at).into_iter().map(|at| &parts[at]).collect();
        parts[at].unless = leaving::rule(&service.parts[order[at]], &before);
    }
    let items: Vec<&ServiceItem> = order.iter().map(|at| members[*at]).collect();
    let materials = materials(&mut parts, &items);
    let form = form(service, &mut parts, &items, &order)?;
    Ok(ServiceItem {
        code: service.code.clone(),
        version: service.version * 1_000 + items.iter().map(|item| item.version).sum::<u32>(),
        guide: guide(service, &items),
        form,
        materials,
        workflow: Workflow {
            instant: None,
            charge: None,
            steps: Vec::new(),
            outputs: Vec::new(),
            refusal_reasons: Vec::new(),
            correction_texts: Vec::new(),
            opinions: Vec::new(),
            correction_in_review: None,
            reminders: Vec::new(),
            renewal: None,
            records: Vec::new(),
        },
        joint: Some(Box::new(Joint {
            situation: service.situation.iter().map(|page| page.id.clone()).collect(),
            parts,
            notes: service.notes.clone(),
        })),
    })
}

/// The item of every part.
fn members<'a>(service: &JointService, pack: &'a CityPack) -> Result<Vec<&'a ServiceItem>, JointError> {
    let mut members: Vec<&ServiceItem> = Vec::new();
    for part in &service.parts {
        let item = pack.items.iter().find(|item| item.code == part.item && item.joint.is_none());
        let item = item.ok_or_else(|| JointError::UnknownItem(part.item.clone()))?;
        if members.iter().any(|known| known.code == item.code) {
            return Err(JointError::Twice(part.item.clone()));
        }
        let unknown = part.answers.keys().find(|id| !fields(&item.form).any(|field| field.id == **id));
        if let Some(field) = unknown {
            return Err(JointError::UnknownField { item: part.item.clone(), field: field.clone() });
        }
        members.push(item);
    }
    Ok(members)
}

/// Places of the parts, each behind what it waits for, else as written.
fn in_order(service: &JointService) -> Result<Vec<usize>, JointError> {
    let place = |code: &str| service.parts.iter().position(|part| part.item == code);
    for part in &service.parts {
        if let Some(before) = part.after.iter().find(|code| place(code).is_none()) {
            return Err(JointError::UnknownPrerequisite { item: part.item.clone(), before: before.clone() });
        }
    }
    let mut order: Vec<usize> = Vec::new();
    while order.len() < service.parts.len() {
        let ready = |at: &usize| {
            !order.contains(at)
                && service.parts[*at].after.iter().all(|code| place(code).is_some_and(|at| order.contains(&at)))
        };
        match (0..service.parts.len()).find(ready) {
            Some(next) => order.push(next),
            None => {
                let left = (0..service.parts.len()).find(|at| !order.contains(at)).unwrap_or(0);
                return Err(JointError::Circle(service.parts[left].item.clone()));
            }
        }
    }
    Ok(order)
}

fn skeleton(part: &JointPart, item: &ServiceItem, pack: &CityPack, fields: BTreeMap<String, String>) -> Part {
    let department = pack.departments.iter().find(|department| department.id == item.guide.department);
    Part {
        item: item.code.clone(),
        version: item.version,
        name: item.guide.name.clone(),
        icon: item.guide.icon.clone(),
        department: department.map(|department| department.name.clone()).unwrap_or_default(),
        promised_limit: item.guide.promised_limit,
        trips: item.guide.trips,
        charged: item.guide.fee.charged,
        when: part.when.clone(),
        unless: None,
        because: part.because.clone(),
        not_because: part.not_because.clone(),
        after: part.after.clone(),
        optional: part.optional,
        blocked: part.blocked.iter().map(|check| format!("{}__{}", prefix(&item.code), check.id)).collect(),
        fields,
        given: part.answers.clone(),
        slots: BTreeMap::new(),
        listed: Vec::new(),
    }
}

fn materials(parts: &mut [Part], items: &[&ServiceItem]) -> Vec<crate::material::MaterialRule> {
    let mut materials = Materials::default();
    for at in 0..parts.len() {
        let earlier = earlier(parts, at);
        let before: Vec<Member<'_>> = earlier.iter().map(|at| (&parts[*at], items[*at])).collect();
        let (slots, listed) = materials.part((&parts[at], items[at]), &prefix(&items[at].code), &before);
        parts[at].slots = slots;
        parts[at].listed = listed;
    }
    materials.finish()
}

/// Places of everything that comes before a part, directly or not.
fn earlier(parts: &[Part], at: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut open: Vec<&str> = parts[at].after.iter().map(String::as_str).collect();
    while let Some(code) = open.pop() {
        let Some(place) = parts.iter().position(|part| part.item == code) else { continue };
        if !found.contains(&place) {
            found.push(place);
            open.extend(parts[place].after.iter().map(String::as_str));
        }
    }
    found
}

fn form(
    service: &JointService,
    parts: &mut [Part],
    items: &[&ServiceItem],
    order: &[usize],
) -> Result<Form, JointError> {
    let mut pages = Pages::default();
    pages.situation(&service.situation);
    let section = service.situation.first().map(|page| page.section.clone()).unwrap_or_default();
    pages.situation(leaving::page(parts, &section).as_slice());
    let mut checks = Vec::new();
    for ((part, item), at) in parts.iter().zip(items).zip(order) {
        let prefix = prefix(&item.code);
        let names = Renaming { fields: &part.fields, given: &part.given, prefix: &prefix };
        let wanted = part.wanted();
        let guarded = |check: Check| Check { when: and(wanted.as_ref(), check.when.as_ref()), ..check };
        let blocked = service.parts[*at].blocked.iter();
        checks.extend(blocked.map(|check| guarded(Check { id: format!("{prefix}__{}", check.id), ..check.clone() })));
        checks.extend(item.form.checks.iter().map(|check| guarded(renamed_check(check, &prefix, &names))));
        checks.extend(pages.part(part, &prefix, &item.form.pages));
    }
    let headline = if service.one_of { headline(parts, items) } else { None };
    if headline.is_none() {
        let reader = items.iter().find(|item| item.form.headline.is_some() && reads_headline(item));
        if let Some(item) = reader {
            return Err(JointError::Headline(item.code.clone()));
        }
    }
    Ok(Form {
        pages: pages.finish(),
        declaration: service.declaration.clone(),
        checks,
        headline,
        calculator: None,
        renamed_fields: BTreeMap::new(),
    })
}

fn reads_headline(item: &ServiceItem) -> bool {
    let of_fields = fields(&item.form).flat_map(|field| &field.checks);
    let of_form = item.form.checks.iter();
    let rules = of_fields.chain(of_form).map(|check| &check.rule);
    rules.into_iter().any(|rule| reads(rule).is_ok_and(|reads| reads.headline))
}

/// The figure of whichever part is needed: each limit counts for its own part alone.
fn headline(parts: &[Part], items: &[&ServiceItem]) -> Option<Headline> {
    let mut whole: Option<Headline> = None;
    for (part, item) in parts.iter().zip(items) {
        let Some(own) = &item.form.headline else { continue };
        let prefix = prefix(&item.code);
        let names = Renaming { fields: &part.fields, given: &part.given, prefix: &prefix };
        let wanted = part.wanted();
        let limit = |limit: &Limit| Limit {
            value: names.rule(&limit.value),
            when: and(wanted.as_ref(), names.maybe(limit.when.as_ref()).as_ref()),
            ..limit.clone()
        };
        let limits = own.least_of.iter().map(limit);
        match &mut whole {
            Some(whole) if whole.format == own.format => whole.least_of.extend(limits),
            Some(_) => {}
            None => whole = Some(Headline { least_of: limits.collect(), ..own.clone() }),
        }
    }
    whole
}

/// The joint service's own guide with the facts and figures that the parts' rules read.
fn guide(service: &JointService, items: &[&ServiceItem]) -> Guide {
    let mut guide = service.guide.clone();
    for item in items {
        let known = |fact: &FactUse, facts: &[FactUse]| facts.iter().any(|other| other.key == fact.key);
        for fact in &item.guide.facts {
            if !known(fact, &guide.facts) {
                guide.facts.push(fact.clone());
            }
        }
        let prefix = prefix(&item.code);
        let figures = item.guide.figures.iter();
        guide.figures.extend(figures.map(|figure| Figure { id: format!("{prefix}__{}", figure.id), ..figure.clone() }));
    }
    guide
}

/// The condition of a part, for those who check packs.
impl JointPart {
    /// Every rule of the part that reads the situation.
    pub fn rules(&self) -> impl Iterator<Item = &Expr> {
        let checks = self.blocked.iter().flat_map(|check| std::iter::once(&check.rule).chain(&check.when));
        self.when.iter().chain(checks).chain(self.answers.values())
    }
}
