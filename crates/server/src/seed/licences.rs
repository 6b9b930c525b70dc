//! The e-licences each resident and enterprise holds.

use haoban_domain::{
    identifiers::licence_identifier,
    ids::LicenceId,
    licence::{Licence, LicenceLine, LicenceStatus},
    time::Date,
};

use super::{
    random::Numbers,
    town::{Enterprise, Person, Town, months_before},
    words::Words,
};
use crate::catalogue::LoadedPack;

const IDS_AT: i64 = 1_735_689_600_000;

/// Makes licences with running serial numbers.
#[derive(Debug)]
pub struct Maker<'a> {
    pack: &'a LoadedPack,
    words: &'a Words,
    today: Date,
    numbers: Numbers,
    serial: u32,
}

/// What is printed, before it is a licence.
struct Draft<'a> {
    kind: &'static str,
    number: String,
    holder: &'a str,
    issued_on: Date,
    valid_to: Option<Date>,
    lines: Vec<(&'static str, String)>,
}

impl<'a> Maker<'a> {
    /// Starts at serial 1. The seed differs from that of the people, so that neither moves the other.
    pub fn new(pack: &'a LoadedPack, words: &'a Words, today: Date) -> Self {
        Self { pack, words, today, numbers: Numbers::new(7), serial: 0 }
    }

    /// Licences of a resident.
    pub fn of_person(&mut self, town: &Town, person: &Person) -> Vec<Licence> {
        let mut drafts = vec![self.identity(person)];
        drafts.extend(self.household(town, person));
        drafts.extend(self.marriage(town, person));
        drafts.extend(self.work(person));
        drafts.extend(self.homes(person));
        drafts.extend(self.life(person));
        let business = person.enterprise.and_then(|at| town.enterprises.get(at));
        drafts.extend(business.map(|enterprise| self.business(enterprise, &person.name, &person.name)));
        drafts.into_iter().filter_map(|draft| self.licence(draft)).collect()
    }

    /// The business licence of an enterprise.
    pub fn of_enterprise(&mut self, town: &Town, enterprise: &Enterprise) -> Vec<Licence> {
        let operator = &town.people[enterprise.owner].name;
        let draft = self.business(enterprise, &enterprise.name, operator);
        self.licence(draft).into_iter().collect()
    }

    fn licence(&mut self, draft: Draft<'_>) -> Option<Licence> {
        let kind = self.pack.licence_type(draft.kind)?;
        let issuer = self.pack.department(&kind.issuer)?;
        self.serial += 1;
        let serial = format!("{:04}{:010}", draft.issued_on.0.year(), self.serial);
        let lines = draft.lines.into_iter().map(|(label, value)| LicenceLine { label: self.words.line(label), value });
        Some(Licence {
            id: LicenceId::new(IDS_AT, self.numbers.ten()),
            licence_type: kind.id.clone(),
            identifier: licence_identifier::build(&kind.type_code, &issuer.credit_code, &serial, 1)?,
            number: draft.number,
            name: kind.name.clone(),
            glyph: kind.glyph.clone(),
            holder: draft.holder.to_owned(),
            issuer: issuer.name.clone(),
            issued_on: draft.issued_on,
            valid_to: draft.valid_to,
            status: LicenceStatus::Valid,
            lines: lines.collect(),
            case_number: None,
        })
    }

    fn ago(&self, months: i32) -> Date {
        months_before(self.today, months)
    }

    fn identity<'p>(&self, person: &'p Person) -> Draft<'p> {
        let sex = self.words.word(if person.male { "male" } else { "female" }).to_owned();
        Draft {
            kind: "resident-id",
            number: person.id_number.clone(),
            holder: &person.name,
            issued_on: self.ago(40),
            valid_to: (person.age(self.today) < 46).then(|| self.ago(-80)),
            lines: vec![
                ("name", person.name.clone()),
                ("sex", sex),
                ("birth", person.birth.to_string()),
                ("address", person.hukou_place.clone()),
                ("id_number", person.id_number.clone()),
            ],
        }
    }

    fn household<'p>(&self, town: &'p Town, person: &'p Person) -> Option<Draft<'p>> {
        let members: Vec<&Person> = town
            .people
            .iter()
            .filter(|other| other.household == person.household && other.hukou_region == person.hukou_region)
            .collect();
        let head = members.first()?;
        Some(Draft {
            kind: "household-register",
            number: format!("{}{:06}", person.hukou_region, person.household),
            holder: &person.name,
            issued_on: self.ago(90),
            valid_to: None,
            lines: vec![
                ("household_head", head.name.clone()),
                ("members", members.len().to_string()),
                ("address", person.hukou_place.clone()),
                ("name", person.name.clone()),
            ],
        })
    }

    fn marriage<'p>(&self, town: &'p Town, person: &'p Person) -> Option<Draft<'p>> {
        let spouse = &town.people[person.spouse?];
        let registered = self.ago(72);
        Some(Draft {
            kind: "marriage-certificate",
            number: format!("J{}-{}-{:06}", person.lives.region, registered.0.year(), person.household),
            holder: &person.name,
            issued_on: registered,
            valid_to: None,
            lines: vec![
                ("holder", person.name.clone()),
                ("spouse", spouse.name.clone()),
                ("registered_on", registered.to_string()),
            ],
        })
    }

    fn work<'p>(&self, person: &'p Person) -> Vec<Draft<'p>> {
        let mut drafts = Vec::new();
        let mut push = |kind, number: &str, months, lines| {
            drafts.push(Draft {
                kind,
                number: number.to_owned(),
                holder: &person.name,
                issued_on: self.ago(months),
                valid_to: None,
                lines,
            });
        };
        if person.insured.is_some() {
            let lines = vec![("name", person.name.clone()), ("social_number", person.id_number.clone())];
            push("social-security-card", &person.id_number, 60, lines);
        }
        if person.drives {
            push(
                "driving-licence",
                &person.id_number,
                50,
                vec![("name", person.name.clone()), ("vehicle_class", "C1".to_owned())],
            );
        }
        if let Some(grade) = person.talent {
            let number = format!("ZZRC{}", &person.id_number[10..17]);
            push("talent-certificate", &number, 14, vec![("name", person.name.clone()), ("grade", grade.to_owned())]);
        }
        drafts
    }

    fn homes<'p>(&self, person: &'p Person) -> Vec<Draft<'p>> {
        let mut drafts = Vec::new();
        let mut push = |kind, number: String, issued_on, valid_to, lines| {
            drafts.push(Draft { kind, number, holder: &person.name, issued_on, valid_to, lines });
        };
        for home in &person.homes {
            let lines = vec![
                ("address", home.address.detail.clone()),
                ("unit_no", home.address.unit.clone()),
                ("area", hundredths(home.area)),
            ];
            push("real-estate-certificate", home.address.unit.clone(), self.ago(64), None, lines);
        }
        for contract in &person.contracts {
            let lines = vec![
                ("contract_no", contract.number.clone()),
                ("address", contract.label.clone()),
                ("unit_no", contract.unit.clone()),
                ("area", hundredths(contract.area)),
                ("price", hundredths(contract.price)),
            ];
            push("purchase-contract", contract.number.clone(), contract.signed_on, None, lines);
        }
        if let Some(lease) = &person.lease {
            let number = format!("ZL{}-{}-{:06}", person.lives.region, lease.from.0.year(), person.household);
            let lines = vec![
                ("address", person.lives.detail.clone()),
                ("term", format!("{} – {}", lease.from, lease.to)),
                ("rent", hundredths(lease.rent)),
            ];
            push("lease-filing", number, lease.from, Some(lease.to), lines);
        }
        drafts
    }

    fn life<'p>(&self, person: &'p Person) -> Vec<Draft<'p>> {
        let age = person.age(self.today);
        let mut drafts = Vec::new();
        let mut push = |kind, number: String, issued_on, valid_to, lines| {
            drafts.push(Draft { kind, number, holder: &person.name, issued_on, valid_to, lines });
        };
        if let Some((school, months)) = &person.school {
            let entered = self.ago(i32::try_from(*months).unwrap_or(0));
            let lines =
                vec![("name", person.name.clone()), ("school", school.clone()), ("entered_on", entered.to_string())];
            push("pupil-record", format!("G{}", person.id_number), entered, None, lines);
        }
        if age < 6 {
            let lines = vec![("name", person.name.clone()), ("birth", person.birth.to_string())];
            push("birth-certificate", format!("U41{:07}", person.household * 10), person.birth, None, lines);
        }
        if age >= 65 {
            let lines = vec![("name", person.name.clone()), ("birth", person.birth.to_string())];
            push("senior-card", format!("LN{}", &person.id_number[6..]), self.ago(12), None, lines);
        }
        if person.permit {
            let lines = vec![
                ("name", person.name.clone()),
                ("id_number", person.id_number.clone()),
                ("address", person.lives.detail.clone()),
            ];
            push("residence-permit", format!("JZ{}", person.id_number), self.ago(5), Some(self.ago(-7)), lines);
        }
        drafts
    }

    fn business<'p>(&self, enterprise: &'p Enterprise, holder: &'p str, operator: &str) -> Draft<'p> {
        Draft {
            kind: "business-licence",
            number: enterprise.credit_code.clone(),
            holder,
            issued_on: self.ago(i32::try_from(enterprise.months).unwrap_or(0)),
            valid_to: None,
            lines: vec![
                ("business_name", enterprise.name.clone()),
                ("credit_code", enterprise.credit_code.clone()),
                ("operator", operator.to_owned()),
            ],
        }
    }
}

fn hundredths(value: i64) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}
