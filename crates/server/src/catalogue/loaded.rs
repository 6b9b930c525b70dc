//! A pack ready for use: compiled once, kept with its evaluators.

use std::{collections::BTreeMap, sync::Arc};

use haoban_domain::{
    calendar::WorkCalendar,
    form::Evaluator,
    item::{ItemCode, ServiceItem},
    licence::LicenceType,
    pack::{CityPack, Department, Register},
};

use super::{Finding, LoadError, PackSource, check, fixture::Fixture, load};

/// A pack that can be used.
#[derive(Debug, Clone)]
pub struct LoadedPack {
    /// The pack.
    pub pack: CityPack,
    /// Digest of it; also the ETag.
    pub version: String,
    /// Working days.
    pub calendar: Arc<WorkCalendar>,
    evaluators: BTreeMap<ItemCode, Arc<Evaluator>>,
    samples: BTreeMap<ItemCode, Arc<Fixture>>,
}

impl LoadedPack {
    /// Puts texts together and compiles every rule.
    ///
    /// # Errors
    /// Everything that keeps it from being used.
    pub fn from_source(source: &PackSource) -> Result<Self, LoadError> {
        let (pack, findings) = load::assemble(source);
        let Some(pack) = pack else { return Err(LoadError::Wrong(findings)) };
        let broken = check::references::check(&pack);
        if !broken.is_empty() {
            return Err(LoadError::Wrong(broken));
        }
        let mut loaded = Self::compile(pack).map_err(LoadError::Wrong)?;
        loaded.samples = samples(source, &loaded.pack);
        Ok(loaded)
    }

    /// Compiles a pack that is already typed.
    ///
    /// # Errors
    /// The first rule of each item that cannot be used.
    pub fn compile(mut pack: CityPack) -> Result<Self, Vec<Finding>> {
        pack.items.extend(check::joint::composed(&pack)?);
        let calendar = Arc::new(WorkCalendar::new(&pack.calendars));
        let mut evaluators = BTreeMap::new();
        let mut findings = Vec::new();
        for item in &pack.items {
            match Evaluator::new(Arc::new(item.clone()), Arc::clone(&calendar)) {
                Ok(evaluator) => {
                    evaluators.insert(item.code.clone(), Arc::new(evaluator));
                }
                Err(error) => findings.push(rule_finding(&item.code, item.joint.is_some(), &error)),
            }
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        let version = load::version(&pack);
        Ok(Self { pack, version, calendar, evaluators, samples: BTreeMap::new() })
    }

    /// The evaluator of an item.
    #[must_use]
    pub fn evaluator(&self, code: &str) -> Option<Arc<Evaluator>> {
        self.evaluators.get(code).cloned()
    }

    /// The example an item's filled sample and the sample of its result are drawn from.
    #[must_use]
    pub fn sample(&self, code: &str) -> Option<Arc<Fixture>> {
        self.samples.get(code).cloned()
    }

    /// An item, shared with its evaluator.
    #[must_use]
    pub fn item(&self, code: &str) -> Option<Arc<ServiceItem>> {
        self.evaluators.get(code).map(|evaluator| Arc::clone(evaluator.item()))
    }

    /// A department.
    #[must_use]
    pub fn department(&self, id: &str) -> Option<&Department> {
        self.pack.departments.iter().find(|department| department.id == id)
    }

    /// A licence type.
    #[must_use]
    pub fn licence_type(&self, id: &str) -> Option<&LicenceType> {
        self.pack.licence_types.iter().find(|kind| kind.id == id)
    }

    /// A register.
    #[must_use]
    pub fn register(&self, id: &str) -> Option<&Register> {
        self.pack.registers.iter().find(|register| register.id == id)
    }
}

/// The first example of each item that may be sent. Files that begin with `valid` are read first, so that
/// a start does not read hundreds of examples.
fn samples(source: &PackSource, pack: &CityPack) -> BTreeMap<ItemCode, Arc<Fixture>> {
    let first = |item: &ServiceItem| {
        let mut names: Vec<&String> = check::fixtures::names(source, &item.code).collect();
        names.sort_by_key(|name| !name.contains("/valid"));
        let mut examples = names.into_iter().flat_map(|name| check::fixtures::read_all(source, name).0);
        let example = examples.find(|example| example.fixture.expect.complete)?;
        Some((item.code.clone(), Arc::new(example.fixture)))
    };
    pack.items.iter().filter_map(first).collect()
}

/// A rule error as a finding in the file the rule stands in.
pub(super) fn rule_finding(code: &str, joint: bool, error: &haoban_domain::form::RuleError) -> Finding {
    let (file, path) = error.place.split_once('.').unwrap_or(("item", error.place.as_str()));
    let file = match file {
        "form" | "materials" | "workflow" => file,
        _ => "item",
    };
    let message = format!("`{}`: {}", error.expression, error.reason);
    let item = format!("items/{code}/{file}.yaml");
    Finding::at(
        if joint { load::joint_file(code) } else { item },
        path,
        "expression",
        message,
        "mend the rule; names are in form.yaml, registers.yaml and figures",
    )
}
