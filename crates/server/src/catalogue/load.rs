//! Texts of a pack → `CityPack`: YAML, schema, types, version.

use haoban_domain::{
    appointment::Schedule,
    calendar::CalendarYear,
    form::Form,
    item::{Guide, ServiceItem},
    joint::JointService,
    licence::LicenceType,
    material::MaterialRule,
    pack::{City, CityPack, DemoFact, Department, Element, Region, Register, Synonym},
    workflow::Workflow,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    Finding, PackSource,
    inherit::{self, Inherited},
    schema::{self, FileKind},
};

/// item.yaml: the part of an item that is neither form, materials nor workflow.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemFile {
    code: String,
    version: u32,
    guide: Guide,
}

/// Reads every file and puts the pack together; on any finding there is no pack.
pub fn assemble(source: &PackSource) -> (Option<CityPack>, Vec<Finding>) {
    let mut reader = Reader { source, findings: Vec::new(), inherited: Inherited::default() };
    let dictionary = reader.dictionary();
    let city: Option<City> = reader.file("city.yaml", FileKind::City);
    let departments: Option<Vec<Department>> = reader.file("departments.yaml", FileKind::Departments);
    let regions: Option<Vec<Region>> = reader.file("regions.yaml", FileKind::Regions);
    let licence_types: Option<Vec<LicenceType>> = reader.list("licences.yaml", FileKind::Licences);
    let registers: Option<Vec<Register>> = reader.list("registers.yaml", FileKind::Registers);
    let demo: Vec<DemoFact> = reader.list("demo.yaml", FileKind::Demo).unwrap_or_default();
    let synonyms: Vec<Synonym> = reader.list("synonyms.yaml", FileKind::Synonyms).unwrap_or_default();
    let schedules: Vec<Schedule> = reader.list("appointments.yaml", FileKind::Appointments).unwrap_or_default();
    let calendars: Vec<CalendarYear> = reader.calendars();
    let items: Vec<ServiceItem> = source.item_codes().iter().filter_map(|code| reader.item(code)).collect();
    let joint: Vec<JointService> = reader.joint();
    reader.strangers();
    let findings = reader.findings;
    let pack = match (city, departments, regions, licence_types, registers) {
        (Some(city), Some(departments), Some(regions), Some(licence_types), Some(registers)) if findings.is_empty() => {
            Some(CityPack {
                city,
                departments,
                regions,
                licence_types,
                calendars,
                registers,
                dictionary,
                synonyms,
                schedules,
                demo,
                joint,
                items,
            })
        }
        _ => None,
    };
    (pack, findings)
}

/// SHA-256 over the canonical JSON of a pack: the same content always has the same version.
#[must_use]
pub fn version(pack: &CityPack) -> String {
    let canonical =
        serde_json::to_value(pack).map(|value| haoban_domain::receipt::canonical_json(&value)).unwrap_or_default();
    hex::encode(Sha256::digest(canonical.as_bytes()))
}

/// The file of a joint service.
#[must_use]
pub fn joint_file(code: &str) -> String {
    format!("joint/{code}.yaml")
}

struct Reader<'a> {
    source: &'a PackSource,
    findings: Vec<Finding>,
    inherited: Inherited,
}

impl Reader<'_> {
    /// The root files that fill others, either of which a pack may do without.
    fn dictionary(&mut self) -> Vec<Element> {
        let defaults = self.optional("defaults.yaml", FileKind::Defaults);
        let dictionary = self.optional("dictionary.yaml", FileKind::Dictionary);
        let elements = dictionary.as_ref().map_or(Ok(Vec::new()), inherit::elements);
        self.inherited = Inherited::new(defaults, dictionary);
        elements.unwrap_or_else(|error| {
            self.findings.push(Finding::at("dictionary.yaml", "", "type", error, "compare with cities/schema"));
            Vec::new()
        })
    }

    fn optional(&mut self, file: &str, kind: FileKind) -> Option<Value> {
        if self.source.files.contains_key(file) { self.checked(file, kind) } else { None }
    }

    /// One file that its schema accepts, filled with what it inherits.
    fn checked(&mut self, file: &str, kind: FileKind) -> Option<Value> {
        let mut value = match self.source.value(file) {
            Ok(value) => value,
            Err(finding) => {
                self.findings.push(*finding);
                return None;
            }
        };
        let mut against = schema::validate(kind, file, &value);
        match kind {
            FileKind::Item => self.inherited.item(&mut value),
            FileKind::Workflow => self.inherited.workflow(&mut value),
            FileKind::Materials => against.extend(self.inherited.materials(file, &mut value)),
            FileKind::Joint => against.extend(self.inherited.joint(file, &mut value)),
            FileKind::Form => against.extend(self.inherited.form(file, &mut value)),
            _ => {}
        }
        if !against.is_empty() {
            self.findings.extend(against);
            return None;
        }
        Some(value)
    }

    fn file<T: DeserializeOwned>(&mut self, file: &str, kind: FileKind) -> Option<T> {
        let value = self.checked(file, kind)?;
        match serde_json::from_value(value) {
            Ok(typed) => Some(typed),
            Err(error) => {
                self.findings.push(Finding::at(file, "", "type", error.to_string(), "compare with cities/schema"));
                None
            }
        }
    }

    /// A list a small city may do without.
    fn list<T: DeserializeOwned>(&mut self, file: &str, kind: FileKind) -> Option<Vec<T>> {
        if self.source.files.contains_key(file) { self.file(file, kind) } else { Some(Vec::new()) }
    }

    fn calendars(&mut self) -> Vec<CalendarYear> {
        let names: Vec<&String> = self.source.files.keys().filter(|name| name.starts_with("calendars/")).collect();
        names.into_iter().filter_map(|name| self.file(name, FileKind::Calendar)).collect()
    }

    fn joint(&mut self) -> Vec<JointService> {
        let names: Vec<&String> = self.source.files.keys().filter(|name| name.starts_with("joint/")).collect();
        let mut services = Vec::new();
        for name in names {
            let Some(service) = self.file::<JointService>(name, FileKind::Joint) else { continue };
            if *name != joint_file(&service.code) {
                let message = format!("the code is `{}` but the file is `{name}`", service.code);
                self.findings.push(Finding::at(name, "code", "reference", message, "make both the same"));
            }
            services.push(service);
        }
        services
    }

    fn item(&mut self, code: &str) -> Option<ServiceItem> {
        let path = |name: &str| format!("items/{code}/{name}.yaml");
        let item: Option<ItemFile> = self.file(&path("item"), FileKind::Item);
        let form: Option<Form> = self.file(&path("form"), FileKind::Form);
        let materials: Option<Vec<MaterialRule>> = self.list(&path("materials"), FileKind::Materials);
        let workflow: Option<Workflow> = self.file(&path("workflow"), FileKind::Workflow);
        let ItemFile { code: named, version, guide } = item?;
        if named != code {
            let message = format!("the code is `{named}` but the folder is `{code}`");
            self.findings.push(Finding::at(path("item"), "code", "reference", message, "make both the same"));
        }
        Some(ServiceItem {
            code: named,
            version,
            guide,
            form: form?,
            materials: materials?,
            workflow: workflow?,
            joint: None,
        })
    }

    /// Files that nothing reads are mistakes in a name.
    fn strangers(&mut self) {
        const ROOT: [&str; 10] = [
            "appointments.yaml",
            "city.yaml",
            "defaults.yaml",
            "demo.yaml",
            "departments.yaml",
            "dictionary.yaml",
            "licences.yaml",
            "regions.yaml",
            "registers.yaml",
            "synonyms.yaml",
        ];
        const ITEM: [&str; 5] = ["item.yaml", "form.yaml", "materials.yaml", "workflow.yaml", "examples.yaml"];
        for name in self.source.files.keys() {
            let parts: Vec<&str> = name.split('/').collect();
            let known = match parts.as_slice() {
                [file] => ROOT.contains(file),
                ["calendars" | "joint", _] => true,
                ["items", _, file] => ITEM.contains(file),
                ["items", _, "fixtures", _] => true,
                _ => false,
            };
            if !known {
                let finding = Finding::at(name, "", "file", "nothing reads this file", "correct its name or remove it");
                self.findings.push(finding);
            }
        }
    }
}
