//! What the names of one item yield.

use std::collections::BTreeMap;

use super::{Type, type_of};
use crate::{
    form::{Field, FieldKind},
    item::ServiceItem,
    pack::CityPack,
    workflow::ValueFormat,
};

/// Types of the names that rules of an item may read.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    answers: BTreeMap<String, Type>,
    facts: BTreeMap<String, Type>,
    figures: BTreeMap<String, Type>,
    limits: Vec<String>,
    licences: Vec<String>,
    entry: Option<BTreeMap<String, Type>>,
}

impl Environment {
    /// The names of an item of a pack.
    #[must_use]
    pub fn of(item: &ServiceItem, pack: &CityPack) -> Self {
        let mut environment = Self {
            facts: facts(pack),
            figures: figures(item),
            limits: item.form.headline.iter().flat_map(|h| &h.least_of).map(|limit| limit.id.clone()).collect(),
            licences: pack.licence_types.iter().map(|kind| kind.id.clone()).collect(),
            ..Self::default()
        };
        let fields: Vec<&Field> = item.form.pages.iter().flat_map(|page| &page.fields).collect();
        for field in &fields {
            let known = environment.field(field);
            environment.answers.insert(field.id.clone(), known);
        }
        // Computed values may read each other; what is known of them grows round by round.
        for _ in 0..3 {
            for field in &fields {
                if let FieldKind::Computed { value, format } = &field.kind {
                    let known = computed(type_of(value, &environment), *format);
                    environment.answers.insert(field.id.clone(), known);
                }
            }
        }
        environment
    }

    /// The same inside an entry of a list: `entry.x` reads the other answers of the entry.
    #[must_use]
    pub fn within(&self, fields: &[Field]) -> Self {
        let entry = fields.iter().map(|field| (field.id.clone(), self.field(field))).collect();
        Self { entry: Some(entry), ..self.clone() }
    }

    /// `root.name`; `None` when the root is not one of ours.
    pub(super) fn root(&self, root: &str, name: &str) -> Option<Result<Type, String>> {
        let known = |table: &BTreeMap<String, Type>| Ok(table.get(name).cloned().unwrap_or(Type::Any));
        Some(match (root, name) {
            ("answers", _) => known(&self.answers),
            ("fig", _) => known(&self.figures),
            ("headline", "value") => Ok(Type::Int),
            ("headline", _) => Ok(Type::choice(self.limits.iter().map(String::as_str))),
            ("applicant", "kind") => Ok(Type::choice(["natural_person", "legal_entity"].into_iter())),
            ("applicant", _) => Ok(Type::Text),
            ("entry", _) => match &self.entry {
                Some(entry) => {
                    entry.get(name).cloned().ok_or_else(|| format!("`entry.{name}` is no field of the list"))
                }
                None => Err("`entry` is read outside a list".to_owned()),
            },
            _ => return None,
        })
    }

    pub(super) fn fact(&self, register: &str, name: &str) -> Type {
        self.facts.get(&format!("{register}.{name}")).cloned().unwrap_or(Type::Any)
    }

    pub(super) fn has_licence(&self, id: &str) -> bool {
        self.licences.iter().any(|known| known == id)
    }

    fn field(&self, field: &Field) -> Type {
        match &field.kind {
            FieldKind::Number { .. } | FieldKind::Money { .. } => Type::Int,
            FieldKind::Date { .. } => Type::Day,
            FieldKind::DateRange { .. } => range(),
            FieldKind::Address => address(),
            FieldKind::MapPoint => parts(["description", "region", "cell"]),
            FieldKind::Signature => parts(["name"]),
            FieldKind::Appointment { .. } => parts(["place", "start"]),
            FieldKind::SingleChoice { options } => Type::choice(options.iter().map(|option| option.value.as_str())),
            FieldKind::MultiChoice { options } => {
                Type::list(Type::choice(options.iter().map(|option| option.value.as_str())))
            }
            FieldKind::YesNo | FieldKind::Declaration => Type::Bool,
            FieldKind::Fact { key, .. } => self.facts.get(key).cloned().unwrap_or(Type::Any),
            FieldKind::Computed { .. } | FieldKind::TextBlock | FieldKind::Material { .. } => Type::Any,
            FieldKind::People { fields, .. } | FieldKind::Group { fields, .. } => {
                let parts = fields.iter().map(|field| (field.id.clone(), self.field(field))).collect();
                Type::list(Type::Object(parts))
            }
            _ => Type::Text,
        }
    }
}

/// What a computed field is known to be: its own type, or the one its format asks for.
fn computed(found: Type, format: ValueFormat) -> Type {
    match (found, format) {
        (Type::Any, ValueFormat::Money | ValueFormat::Hundredths) => Type::Int,
        (Type::Any, ValueFormat::Date) => Type::Day,
        (found, _) => found,
    }
}

fn facts(pack: &CityPack) -> BTreeMap<String, Type> {
    let all = pack.registers.iter().flat_map(|register| register.facts.iter().map(move |fact| (register, fact)));
    all.map(|(register, fact)| (format!("{}.{}", register.id, fact.id), fact_type(&fact.value_type))).collect()
}

fn fact_type(written: &str) -> Type {
    match written {
        "text" => Type::Text,
        "number" | "money" => Type::Int,
        "date" => Type::Day,
        "bool" => Type::Bool,
        "address" => address(),
        "date_range" => range(),
        "list" | "choices" => Type::list(Type::Any),
        _ => Type::Any,
    }
}

/// Whole figures are numbers; rates such as `1.5` are exact decimals, written as text.
fn figures(item: &ServiceItem) -> BTreeMap<String, Type> {
    let mut known: BTreeMap<String, Type> = BTreeMap::new();
    for figure in &item.guide.figures {
        let found = if figure.value.parse::<i64>().is_ok() { Type::Int } else { Type::Text };
        let all = match known.remove(&figure.id) {
            Some(other) if other != found => Type::Any,
            _ => found,
        };
        known.insert(figure.id.clone(), all);
    }
    known
}

fn address() -> Type {
    parts(["region", "detail"])
}

fn parts<const N: usize>(names: [&str; N]) -> Type {
    Type::Object(names.into_iter().map(|name| (name.to_owned(), Type::Text)).collect())
}

fn range() -> Type {
    Type::Object(BTreeMap::from([("from".to_owned(), Type::Day), ("to".to_owned(), Type::Day)]))
}
