//! Puts the cells in an order in which each comes after what it reads.

use std::{collections::VecDeque, sync::Arc};

use super::{Cell, CellPlan, Draft, Plan};
use crate::{
    form::{Field, RuleError},
    item::ServiceItem,
};

impl Draft {
    /// Sorts the cells and turns reads into dependents.
    pub(super) fn finish(mut self, item: Arc<ServiceItem>) -> Result<Plan, RuleError> {
        for (position, cell) in self.cells.iter().enumerate() {
            for rule in cell.rules.iter().flatten() {
                let values = rule.reads.answers.iter().filter_map(|id| self.index.get(id));
                self.reads[position].extend(values.map(|field| self.fields[*field].value));
                self.reads[position].extend(rule.reads.headline.then_some(self.headline).flatten());
            }
        }
        let order = self.order(&item)?;
        let mut position_of = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            position_of[*old] = new;
        }
        let mut slots: Vec<Option<CellPlan>> = self.cells.drain(..).map(Some).collect();
        let mut cells: Vec<CellPlan> = order.iter().filter_map(|old| slots[*old].take()).collect();
        for (old, reads) in self.reads.iter().enumerate() {
            for read in reads {
                cells[position_of[*read]].dependents.push(position_of[old]);
            }
        }
        for cell in &mut cells {
            cell.dependents.sort_unstable();
            cell.dependents.dedup();
        }
        self.renumber(&position_of);
        let Self { fields, index, pages, checks, limits, headline, materials, .. } = self;
        Ok(Plan { item, cells, fields, index, pages, checks, limits, headline, materials })
    }

    /// Kahn's order; what is left over reads itself in a circle.
    fn order(&self, item: &ServiceItem) -> Result<Vec<usize>, RuleError> {
        let mut waits: Vec<usize> = self.reads.iter().map(Vec::len).collect();
        let mut readers: Vec<Vec<usize>> = vec![Vec::new(); self.cells.len()];
        for (cell, reads) in self.reads.iter().enumerate() {
            for read in reads {
                readers[*read].push(cell);
            }
        }
        let mut ready: VecDeque<usize> = (0..waits.len()).filter(|cell| waits[*cell] == 0).collect();
        let mut order = Vec::with_capacity(waits.len());
        while let Some(cell) = ready.pop_front() {
            order.push(cell);
            for reader in &readers[cell] {
                waits[*reader] -= 1;
                if waits[*reader] == 0 {
                    ready.push_back(*reader);
                }
            }
        }
        match waits.iter().position(|waits| *waits > 0) {
            None => Ok(order),
            Some(cell) => Err(self.circle(item, cell)),
        }
    }

    fn circle(&self, item: &ServiceItem, cell: usize) -> RuleError {
        let fields: Vec<&Field> = item.form.pages.iter().flat_map(|page| &page.fields).collect();
        let place = match self.cells[cell].cell {
            Cell::Visible(f) | Cell::Value(f) | Cell::Offered(f) | Cell::Required(f) => {
                fields.get(f).map_or_else(|| "form".to_owned(), |field| format!("form.fields[{}]", field.id))
            }
            Cell::Limit(_) | Cell::Headline => "form.headline".to_owned(),
            _ => "form".to_owned(),
        };
        let reason = "its rules read each other in a circle; break it at one of them".to_owned();
        RuleError { place, expression: String::new(), reason }
    }

    fn renumber(&mut self, position_of: &[usize]) {
        let move_all = |cells: &mut Vec<usize>| cells.iter_mut().for_each(|cell| *cell = position_of[*cell]);
        move_all(&mut self.pages);
        move_all(&mut self.checks);
        move_all(&mut self.limits);
        move_all(&mut self.materials);
        self.headline = self.headline.map(|cell| position_of[cell]);
        for field in &mut self.fields {
            field.visible = position_of[field.visible];
            field.value = position_of[field.value];
            field.required = field.required.map(|cell| position_of[cell]);
            move_all(&mut field.checks);
            for cell in field.offered.iter_mut().flatten() {
                *cell = position_of[*cell];
            }
            if let Some((cell, _)) = &mut field.entries {
                *cell = position_of[*cell];
            }
        }
    }
}
