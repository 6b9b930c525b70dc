//! The plan of a form: every rule is a cell that knows which cells depend on it, in an order in which
//! each comes after what it reads. A change then re-runs only the cells behind it.

mod order;

use std::{collections::HashMap, sync::Arc};

use super::{ChoiceOption, Field, FieldKind, Required, RuleError, entries::EntryPlan, names::Names, rows::fits_cell};
use crate::{
    item::ServiceItem,
    material::Replacement,
    rules::{Expr, Rule},
};

/// What one cell computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// Whether a page's own rule lets it show.
    Page,
    /// Whether a field shows.
    Visible(usize),
    /// Whether one option of a field is offered.
    Offered(usize),
    /// The value of a field, as rules read it.
    Value(usize),
    /// Whether an answer is needed.
    Required(usize),
    /// One check of a field, and perhaps when it is judged.
    FieldCheck(usize),
    /// The entries of a list field.
    Entries(usize),
    /// A check of the form, and perhaps when it is judged.
    FormCheck,
    /// One limit of the headline: its value, and perhaps when it counts.
    Limit(usize),
    /// The least limit.
    Headline,
    /// When a material is asked, and the rules of its replacements.
    Material,
}

/// One cell with its rules and the cells that read it.
#[derive(Debug)]
pub(super) struct CellPlan {
    /// What it computes.
    pub cell: Cell,
    /// Its rules; the meaning of each place is the cell's own.
    pub rules: Vec<Option<Rule>>,
    /// Positions of cells that read it; all greater than its own.
    pub dependents: Vec<usize>,
}

/// One field and where its cells are.
#[derive(Debug)]
pub(super) struct FieldPlan {
    /// Page and place on it.
    pub place: (usize, usize),
    /// Cell positions.
    pub visible: usize,
    /// Cell of its value.
    pub value: usize,
    /// Cell of its requirement, if a rule decides it.
    pub required: Option<usize>,
    /// Cells of its checks, in order.
    pub checks: Vec<usize>,
    /// Cells of its options that have a rule, by option.
    pub offered: Vec<Option<usize>>,
    /// Cell and rules of its entries.
    pub entries: Option<(usize, EntryPlan)>,
}

/// The whole plan of one item version.
#[derive(Debug)]
pub(super) struct Plan {
    /// The item.
    pub item: Arc<ServiceItem>,
    /// Cells in order.
    pub cells: Vec<CellPlan>,
    /// Fields in order of pages.
    pub fields: Vec<FieldPlan>,
    /// Fields by id.
    pub index: HashMap<String, usize>,
    /// Cells of pages.
    pub pages: Vec<usize>,
    /// Cells of form checks.
    pub checks: Vec<usize>,
    /// Cells of limits.
    pub limits: Vec<usize>,
    /// Cell of the headline.
    pub headline: Option<usize>,
    /// Cells of materials.
    pub materials: Vec<usize>,
}

impl Plan {
    /// Compiles every rule of the form and the materials.
    pub fn new(item: Arc<ServiceItem>) -> Result<Self, RuleError> {
        let mut draft = Draft::new(&item)?;
        draft.pages(&item)?;
        draft.headline(&item)?;
        draft.checks(&item)?;
        draft.materials(&item)?;
        draft.finish(item)
    }

    /// The definition of a field.
    pub fn field(&self, index: usize) -> &Field {
        let (page, place) = self.fields[index].place;
        &self.item.form.pages[page].fields[place]
    }
}

/// A plan in the making; positions are final once sorted.
struct Draft {
    cells: Vec<CellPlan>,
    reads: Vec<Vec<usize>>,
    fields: Vec<FieldPlan>,
    index: HashMap<String, usize>,
    pages: Vec<usize>,
    checks: Vec<usize>,
    limits: Vec<usize>,
    headline: Option<usize>,
    materials: Vec<usize>,
    names: Names,
}

impl Draft {
    fn new(item: &ServiceItem) -> Result<Self, RuleError> {
        let mut draft = Self {
            cells: Vec::new(),
            reads: Vec::new(),
            fields: Vec::new(),
            index: HashMap::new(),
            pages: Vec::new(),
            checks: Vec::new(),
            limits: Vec::new(),
            headline: None,
            materials: Vec::new(),
            names: Names::of(item),
        };
        // Ids first: rules may read fields of later pages.
        let all = item.form.pages.iter().flat_map(|page| &page.fields);
        for (position, field) in all.enumerate() {
            if draft.index.insert(field.id.clone(), position).is_some() {
                return Err(RuleError {
                    place: format!("form.fields[{}]", field.id),
                    expression: field.id.clone(),
                    reason: "two fields carry this id".to_owned(),
                });
            }
        }
        Ok(draft)
    }

    fn add(&mut self, cell: Cell, rules: Vec<Option<Rule>>) -> usize {
        self.cells.push(CellPlan { cell, rules, dependents: Vec::new() });
        self.reads.push(Vec::new());
        self.cells.len() - 1
    }

    fn compile(&self, place: &str, rule: Option<&Expr>) -> Result<Option<Rule>, RuleError> {
        rule.map(|rule| self.names.compile(place, rule)).transpose()
    }

    fn pages(&mut self, item: &ServiceItem) -> Result<(), RuleError> {
        for (number, page) in item.form.pages.iter().enumerate() {
            let place = format!("form.pages[{}]", page.id);
            let show = self.compile(&format!("{place}.show"), page.show.as_ref())?;
            let cell = self.add(Cell::Page, vec![show]);
            self.pages.push(cell);
            for (position, field) in page.fields.iter().enumerate() {
                self.field((number, position), &format!("{place}.fields[{}]", field.id), field)?;
            }
        }
        Ok(())
    }

    fn field(&mut self, at: (usize, usize), place: &str, field: &Field) -> Result<(), RuleError> {
        let number = self.fields.len();
        let show = self.compile(&format!("{place}.show"), field.show.as_ref())?;
        let visible = self.add(Cell::Visible(number), vec![show]);
        self.reads[visible].push(self.pages[at.0]);
        let computed = match &field.kind {
            FieldKind::Computed { value, .. } => Some(value),
            _ => None,
        };
        let computed = self.compile(&format!("{place}.value"), computed)?;
        let value = self.add(Cell::Value(number), vec![computed]);
        self.reads[value].push(visible);
        self.fact_keys(place, field)?;
        let required = match &field.required {
            Required::Always(_) => None,
            Required::When(rule) => {
                let rule = self.compile(&format!("{place}.required"), Some(rule))?;
                Some(self.add(Cell::Required(number), vec![rule]))
            }
        };
        let mut checks = Vec::new();
        for check in &field.checks {
            let rule = self.compile(&format!("{place}.checks[{}]", check.id), Some(&check.rule))?;
            let when = self.compile(&format!("{place}.checks[{}].when", check.id), check.when.as_ref())?;
            checks.push(self.add(Cell::FieldCheck(number), vec![rule, when]));
        }
        let offered = self.options(number, place, options(&field.kind))?;
        let entries = self.entries(number, place, field, value)?;
        self.fields.push(FieldPlan { place: at, visible, value, required, checks, offered, entries });
        Ok(())
    }

    fn fact_keys(&self, place: &str, field: &Field) -> Result<(), RuleError> {
        if let Some(key) = &field.prefill {
            self.names.fact(&format!("{place}.prefill"), key)?;
        }
        match &field.kind {
            FieldKind::Fact { key, .. } => self.names.fact(&format!("{place}.key"), key),
            FieldKind::FactChoice { from, .. } => self.names.fact(&format!("{place}.from"), from),
            _ => Ok(()),
        }
    }

    fn options(
        &mut self,
        number: usize,
        place: &str,
        options: &[ChoiceOption],
    ) -> Result<Vec<Option<usize>>, RuleError> {
        let mut cells = Vec::new();
        for option in options {
            let rule = self.compile(&format!("{place}.options[{}].show", option.value), option.show.as_ref())?;
            cells.push(rule.map(|rule| self.add(Cell::Offered(number), vec![Some(rule)])));
        }
        Ok(cells)
    }

    fn entries(
        &mut self,
        number: usize,
        place: &str,
        field: &Field,
        value: usize,
    ) -> Result<Option<(usize, EntryPlan)>, RuleError> {
        let (FieldKind::People { fields, csv, .. } | FieldKind::Group { fields, csv, .. }) = &field.kind else {
            return Ok(None);
        };
        if let Some(inner) = fields.iter().find(|inner| csv.is_some() && !fits_cell(&inner.kind)) {
            let reason = "a CSV has no cell for this kind; take it out of the list, or leave `csv` out".to_owned();
            let place = format!("{place}.fields[{}]", inner.id);
            return Err(RuleError { place, expression: String::new(), reason });
        }
        let plan = EntryPlan::new(place, fields, &self.names)?;
        let cell = self.add(Cell::Entries(number), plan.rules());
        self.reads[cell].push(value);
        Ok(Some((cell, plan)))
    }

    fn headline(&mut self, item: &ServiceItem) -> Result<(), RuleError> {
        let Some(headline) = &item.form.headline else { return Ok(()) };
        for (number, limit) in headline.least_of.iter().enumerate() {
            let place = format!("form.headline.least_of[{}]", limit.id);
            let value = self.compile(&format!("{place}.value"), Some(&limit.value))?;
            let when = self.compile(&format!("{place}.when"), limit.when.as_ref())?;
            let cell = self.add(Cell::Limit(number), vec![value, when]);
            self.limits.push(cell);
        }
        let cell = self.add(Cell::Headline, Vec::new());
        self.reads[cell].extend(&self.limits);
        self.headline = Some(cell);
        Ok(())
    }

    fn checks(&mut self, item: &ServiceItem) -> Result<(), RuleError> {
        for check in &item.form.checks {
            let rule = self.compile(&format!("form.checks[{}]", check.id), Some(&check.rule))?;
            let when = self.compile(&format!("form.checks[{}].when", check.id), check.when.as_ref())?;
            let cell = self.add(Cell::FormCheck, vec![rule, when]);
            self.checks.push(cell);
        }
        Ok(())
    }

    fn materials(&mut self, item: &ServiceItem) -> Result<(), RuleError> {
        for material in &item.materials {
            let place = format!("materials[{}]", material.id);
            let mut rules = vec![self.compile(&format!("{place}.when"), material.when.as_ref())?];
            for (position, replacement) in material.replaced_by.iter().enumerate() {
                let rule = match replacement {
                    Replacement::Licence { when, .. } => when.as_ref(),
                    Replacement::Register { rule, .. } => Some(rule),
                };
                rules.push(self.compile(&format!("{place}.replaced_by[{position}]"), rule)?);
            }
            let cell = self.add(Cell::Material, rules);
            self.materials.push(cell);
        }
        Ok(())
    }
}

/// The options of a choice, the places of an appointment; empty for other kinds.
pub(super) fn options(kind: &FieldKind) -> &[ChoiceOption] {
    match kind {
        FieldKind::SingleChoice { options } | FieldKind::MultiChoice { options } => options,
        FieldKind::Appointment { places, .. } => places,
        _ => &[],
    }
}
