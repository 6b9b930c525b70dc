//! A catalogue with everything that is built from it once.

use std::{collections::BTreeMap, sync::Arc};

use haoban_domain::{
    calendar::WorkCalendar, form::Evaluator, item::ServiceItem, search::Index, text::LocalText, time::Timestamp,
};
use haoban_wire::http::Catalogue;

/// A catalogue, its search index, its working days and its compiled rules.
pub struct Loaded {
    /// As it was published.
    pub catalogue: Arc<Catalogue>,
    /// When the platform last said that it is the newest.
    pub fetched_at: Timestamp,
    /// Working days of the city.
    pub calendar: Arc<WorkCalendar>,
    pub(super) index: Arc<Index>,
    items: Arc<BTreeMap<String, Arc<ServiceItem>>>,
    evaluators: Arc<BTreeMap<String, Arc<Evaluator>>>,
}

impl Loaded {
    /// Builds it; `index` is the one kept beside the catalogue, if it still fits.
    pub(super) fn build(catalogue: Catalogue, fetched_at: Timestamp, index: Option<Index>) -> Self {
        let pack = &catalogue.pack;
        let calendar = Arc::new(WorkCalendar::new(&pack.calendars));
        let index = index.unwrap_or_else(|| Index::of_pack(&catalogue.pack));
        let items: BTreeMap<_, _> = pack.items.iter().map(|item| (item.code.clone(), Arc::new(item.clone()))).collect();
        let evaluators = items.values().filter_map(|item| compiled(item, &calendar)).collect();
        Self {
            catalogue: Arc::new(catalogue),
            fetched_at,
            calendar,
            index: Arc::new(index),
            items: Arc::new(items),
            evaluators: Arc::new(evaluators),
        }
    }

    /// The same, confirmed at another instant.
    pub(super) fn confirmed(&self, at: Timestamp) -> Self {
        Self {
            catalogue: self.catalogue.clone(),
            fetched_at: at,
            calendar: self.calendar.clone(),
            index: self.index.clone(),
            items: self.items.clone(),
            evaluators: self.evaluators.clone(),
        }
    }

    /// One service item.
    #[must_use]
    pub fn item(&self, code: &str) -> Option<&Arc<ServiceItem>> {
        self.items.get(code)
    }

    /// Its rules, compiled once. `None` also when this app cannot compile them: it is too old for them.
    #[must_use]
    pub fn evaluator(&self, code: &str) -> Option<Arc<Evaluator>> {
        self.evaluators.get(code).cloned()
    }

    /// A department in words; its id when the pack does not know it.
    #[must_use]
    pub fn department_name(&self, id: &str) -> LocalText {
        let departments = &self.catalogue.pack.departments;
        departments
            .iter()
            .find(|department| department.id == id)
            .map_or_else(|| LocalText::new(id, id), |d| d.name.clone())
    }
}

fn compiled(item: &Arc<ServiceItem>, calendar: &Arc<WorkCalendar>) -> Option<(String, Arc<Evaluator>)> {
    match Evaluator::new(item.clone(), calendar.clone()) {
        Ok(evaluator) => Some((item.code.clone(), Arc::new(evaluator))),
        Err(error) => {
            tracing::error!(item = item.code, place = error.place, "a rule of the catalogue cannot be compiled");
            None
        }
    }
}
