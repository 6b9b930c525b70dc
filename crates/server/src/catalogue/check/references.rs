//! Names of a pack lead to something, and are given once.

use std::collections::BTreeSet;

use haoban_domain::{
    form::FieldKind,
    identifiers::credit_code,
    item::ServiceItem,
    material::Replacement,
    pack::{CityPack, HomeTile},
    rules,
    workflow::{Output, StepRole},
};

use super::{Finding, expressions, item_file};

/// Pages of the app a tile may lead to.
const ROUTES: [&str; 7] = ["licences", "cases", "help", "inbox", "drafts", "items", "publicity"];

/// Checks the names of a whole pack.
#[must_use]
pub fn check(pack: &CityPack) -> Vec<Finding> {
    let mut said = Said { findings: Vec::new() };
    lists(pack, &mut said);
    registers(pack, &mut said);
    demo(pack, &mut said);
    schedules(pack, &mut said);
    tiles(pack, &mut said);
    for item in &pack.items {
        guide(item, pack, &mut said);
        materials(item, pack, &mut said);
        workflow(item, pack, &mut said);
        form(item, pack, &mut said);
    }
    said.findings
}

struct Said {
    findings: Vec<Finding>,
}

impl Said {
    fn wrong(&mut self, file: &str, path: String, message: String, remedy: &str) {
        self.findings.push(Finding::at(file, path, "reference", message, remedy));
    }

    fn once<'a>(&mut self, file: &str, what: &str, names: impl Iterator<Item = (String, &'a str)>) {
        let mut seen = BTreeSet::new();
        for (path, name) in names {
            if !seen.insert(name) {
                self.wrong(file, path, format!("the {what} `{name}` is given twice"), "give each its own");
            }
        }
    }

    fn known(&mut self, file: &str, path: String, what: &str, name: &str, is_known: bool) {
        if !is_known {
            self.wrong(file, path, format!("there is no {what} `{name}`"), "correct the name or add it");
        }
    }
}

fn numbered<'a, T>(
    list: &'a [T],
    part: &'static str,
    name: impl Fn(&'a T) -> &'a str,
) -> impl Iterator<Item = (String, &'a str)> {
    list.iter().enumerate().map(move |(at, entry)| (format!("{at}.{part}"), name(entry)))
}

fn has_department(pack: &CityPack, id: &str) -> bool {
    pack.departments.iter().any(|department| department.id == id)
}

fn lists(pack: &CityPack, said: &mut Said) {
    said.once("departments.yaml", "department", numbered(&pack.departments, "id", |d| &d.id));
    said.once("regions.yaml", "region", numbered(&pack.regions, "code", |r| &r.code));
    said.once("licences.yaml", "licence type", numbered(&pack.licence_types, "id", |l| &l.id));
    said.once("licences.yaml", "glyph", numbered(&pack.licence_types, "glyph", |l| &l.glyph));
    said.once("licences.yaml", "type code", numbered(&pack.licence_types, "type_code", |l| &l.type_code));
    said.once("registers.yaml", "register", numbered(&pack.registers, "id", |r| &r.id));
    said.once("city.yaml", "theme", numbered(&pack.city.themes, "id", |t| &t.id));
    said.known(
        "city.yaml",
        "region".to_owned(),
        "region",
        &pack.city.region,
        pack.regions.iter().any(|r| r.code == pack.city.region),
    );
    for (at, department) in pack.departments.iter().enumerate() {
        if let Err(error) = credit_code::parse(&department.credit_code) {
            said.wrong("departments.yaml", format!("{at}.credit_code"), error.to_string(), "write a valid credit code");
        }
    }
    for (at, region) in pack.regions.iter().enumerate() {
        if let Some(parent) = &region.parent {
            let before = pack.regions[..at].iter().any(|known| known.code == *parent);
            said.known("regions.yaml", format!("{at}.parent"), "region before it", parent, before);
        }
    }
    for (at, kind) in pack.licence_types.iter().enumerate() {
        said.known(
            "licences.yaml",
            format!("{at}.issuer"),
            "department",
            &kind.issuer,
            has_department(pack, &kind.issuer),
        );
        if let Err(error) = credit_code::parse(kind.type_code.get(..18).unwrap_or_default()) {
            said.wrong(
                "licences.yaml",
                format!("{at}.type_code"),
                error.to_string(),
                "begin it with the credit code of the office",
            );
        }
    }
    let mut years = BTreeSet::new();
    for calendar in &pack.calendars {
        let file = format!("calendars/{}.yaml", calendar.year);
        if !years.insert(calendar.year) {
            said.wrong(&file, "year".to_owned(), "the year is given twice".to_owned(), "keep one file a year");
        }
        let strange = calendar.off.iter().chain(&calendar.work).find(|day| day.0.year() != calendar.year);
        if let Some(day) = strange {
            said.wrong(&file, "off".to_owned(), format!("{day} is in another year"), "move it to its year");
        }
    }
}

fn registers(pack: &CityPack, said: &mut Said) {
    for (at, register) in pack.registers.iter().enumerate() {
        said.known(
            "registers.yaml",
            format!("{at}.department"),
            "department",
            &register.department,
            has_department(pack, &register.department),
        );
        said.once(
            "registers.yaml",
            "fact",
            numbered(&register.facts, "id", |fact| &fact.id).map(|(path, id)| (format!("{at}.facts.{path}"), id)),
        );
    }
}

/// The demo city's data names facts that are there, by rules that can be read.
fn demo(pack: &CityPack, said: &mut Said) {
    said.once("demo.yaml", "fact", numbered(&pack.demo, "fact", |line| &line.fact));
    for (at, line) in pack.demo.iter().enumerate() {
        let known = known_fact(pack, &line.fact);
        said.known("demo.yaml", format!("{at}.fact"), "fact in registers.yaml", &line.fact, known);
        if let Err(reason) = rules::reads(&line.value) {
            said.wrong("demo.yaml", format!("{at}.value"), reason, "mend the rule");
        }
    }
}

/// Timetables are named once, belong to a department and have at least one time on some day.
fn schedules(pack: &CityPack, said: &mut Said) {
    const FILE: &str = "appointments.yaml";
    said.once(FILE, "timetable", numbered(&pack.schedules, "id", |schedule| &schedule.id));
    for (at, schedule) in pack.schedules.iter().enumerate() {
        let known = has_department(pack, &schedule.department);
        said.known(FILE, format!("{at}.department"), "department", &schedule.department, known);
        let places = numbered(&schedule.places, "id", |place| &place.id);
        said.once(FILE, "place", places.map(|(path, id)| (format!("{at}.places.{path}"), id)));
        let slots = &schedule.slots;
        if slots.times().is_empty() {
            said.wrong(FILE, format!("{at}.slots"), "no time fits between `from` and `to`".to_owned(), "widen them");
        }
        if slots.workdays != slots.weekdays.is_empty() {
            let message = "either `workdays` or `weekdays` says on which days".to_owned();
            said.wrong(FILE, format!("{at}.slots"), message, "write one of them");
        }
    }
}

fn known_fact(pack: &CityPack, key: &str) -> bool {
    key.split_once('.').is_some_and(|(register, id)| {
        pack.registers.iter().any(|known| known.id == register && known.facts.iter().any(|fact| fact.id == id))
    })
}

fn tiles(pack: &CityPack, said: &mut Said) {
    let mut tile = |path: String, tile: &HomeTile| {
        let (kind, name) = tile.to.split_once(':').unwrap_or_default();
        let known = match kind {
            "item" => pack.has_service(name),
            "theme" => pack.city.themes.iter().any(|theme| theme.id == name),
            "route" => ROUTES.contains(&name),
            _ => false,
        };
        said.known("city.yaml", path, "target", &tile.to, known);
    };
    pack.city.home_tiles.iter().enumerate().for_each(|(at, entry)| tile(format!("home_tiles.{at}.to"), entry));
    pack.city.senior_tiles.iter().enumerate().for_each(|(at, entry)| tile(format!("senior_tiles.{at}.to"), entry));
}

fn guide(item: &ServiceItem, pack: &CityPack, said: &mut Said) {
    let file = item_file(&item.code, "item");
    said.known(
        &file,
        "guide.department".to_owned(),
        "department",
        &item.guide.department,
        has_department(pack, &item.guide.department),
    );
    for (at, theme) in item.guide.themes.iter().enumerate() {
        let known = pack.city.themes.iter().any(|known| known.id == *theme);
        said.known(&file, format!("guide.themes.{at}"), "theme", theme, known);
    }
    for (at, fact) in item.guide.facts.iter().enumerate() {
        let known = known_fact(pack, &fact.key);
        said.known(&file, format!("guide.facts.{at}.key"), "fact in registers.yaml", &fact.key, known);
    }
    said.once(
        &file,
        "fact",
        numbered(&item.guide.facts, "key", |fact| &fact.key).map(|(path, key)| (format!("guide.facts.{path}"), key)),
    );
    said.once(
        &file,
        "condition",
        numbered(&item.guide.conditions, "id", |c| &c.id).map(|(path, id)| (format!("guide.conditions.{path}"), id)),
    );
}

fn materials(item: &ServiceItem, pack: &CityPack, said: &mut Said) {
    let file = item_file(&item.code, "materials");
    said.once(&file, "material", numbered(&item.materials, "id", |material| &material.id));
    for (at, material) in item.materials.iter().enumerate() {
        for (index, replacement) in material.replaced_by.iter().enumerate() {
            if let Replacement::Licence { licence_type, .. } = replacement {
                let known = pack.licence_types.iter().any(|kind| kind.id == *licence_type);
                said.known(
                    &file,
                    format!("{at}.replaced_by.{index}.licence_type"),
                    "licence type",
                    licence_type,
                    known,
                );
            }
        }
    }
}

fn workflow(item: &ServiceItem, pack: &CityPack, said: &mut Said) {
    let file = item_file(&item.code, "workflow");
    let last = item.workflow.steps.len().saturating_sub(1);
    for (at, step) in item.workflow.steps.iter().enumerate() {
        said.known(
            &file,
            format!("steps.{at}.department"),
            "department",
            &step.department,
            has_department(pack, &step.department),
        );
        for (number, route) in step.route.iter().enumerate() {
            let known = has_department(pack, &route.department);
            said.known(&file, format!("steps.{at}.route.{number}.department"), "department", &route.department, known);
        }
        if (step.role == StepRole::Decide) != (at == last) {
            said.wrong(
                &file,
                format!("steps.{at}.role"),
                "exactly the last step decides".to_owned(),
                "set `decide` on the last step only",
            );
        }
    }
    for (at, output) in item.workflow.outputs.iter().enumerate() {
        if let Output::Licence { licence_type, .. } = output {
            let known = pack.licence_types.iter().any(|kind| kind.id == *licence_type);
            said.known(&file, format!("outputs.{at}.licence_type"), "licence type", licence_type, known);
        }
    }
    let texts =
        [("correction_texts", &item.workflow.correction_texts), ("refusal_reasons", &item.workflow.refusal_reasons)];
    for (list, reasons) in texts {
        for (at, reason) in reasons.iter().enumerate() {
            let Some(target) = &reason.target else { continue };
            let known = match target.split_once(':') {
                Some(("material", id)) => item.materials.iter().any(|material| material.id == id),
                Some(("field", id)) => expressions::fields(item).iter().any(|(_, field, _)| field.id == id),
                _ => false,
            };
            said.known(&file, format!("{list}.{at}.target"), "target", target, known);
        }
    }
}

fn form(item: &ServiceItem, pack: &CityPack, said: &mut Said) {
    let file = item_file(&item.code, "form");
    let fields = expressions::fields(item);
    for (path, field, _) in &fields {
        if let FieldKind::Appointment { schedule, places, .. } = &field.kind {
            let found = pack.schedules.iter().find(|known| known.id == *schedule);
            said.known(&file, format!("{path}.schedule"), "timetable in appointments.yaml", schedule, found.is_some());
            for (at, place) in places.iter().enumerate() {
                let known = found.is_some_and(|schedule| schedule.place(&place.value).is_some());
                said.known(&file, format!("{path}.places.{at}.value"), "place of the timetable", &place.value, known);
            }
            let values = numbered(places, "value", |place| &place.value);
            said.once(&file, "place", values.map(|(at, value)| (format!("{path}.places.{at}"), value)));
        }
    }
    let ids = fields.iter().filter(|(_, _, inner)| !inner).map(|(path, field, _)| (path.clone(), field.id.as_str()));
    said.once(&file, "field", ids);
    said.once(
        &file,
        "page",
        numbered(&item.form.pages, "id", |page| &page.id).map(|(path, id)| (format!("pages.{path}"), id)),
    );
    let checks = fields
        .iter()
        .flat_map(|(path, field, _)| field.checks.iter().map(move |check| (path.clone(), check.id.as_str())));
    let own = item.form.checks.iter().map(|check| ("checks".to_owned(), check.id.as_str()));
    said.once(&file, "check", checks.chain(own));
    let slots = fields.iter().filter_map(|(path, field, _)| match &field.kind {
        FieldKind::Material { material } => Some((format!("{path}.material"), material.as_str())),
        _ => None,
    });
    let slots: Vec<(String, &str)> = slots.collect();
    for (path, slot) in &slots {
        let known = item.materials.iter().any(|material| material.id == *slot);
        said.known(&file, path.clone(), "material in materials.yaml", slot, known);
    }
    said.once(&file, "material", slots.into_iter());
    for (old, new) in &item.form.renamed_fields {
        let known = fields.iter().any(|(_, field, _)| field.id == *new);
        said.known(&file, format!("renamed_fields.{old}"), "field", new, known);
    }
}
