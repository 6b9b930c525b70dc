//! 证照 `Licence`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    ids::LicenceId,
    reminder::Reminder,
    text::LocalText,
    time::{Date, Timestamp},
};

/// A licence type of the pack (licences.yaml).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct LicenceType {
    /// Id in rules and materials, e.g. `resident-id`.
    pub id: String,
    /// 证照类型代码, 21 characters (domain.md §1.11); synthetic in the demo.
    pub type_code: String,
    /// Name.
    pub name: LocalText,
    /// One character, unique over all types (身 社 驾 婚 居 营 …).
    pub glyph: String,
    /// Issuing department id.
    pub issuer: String,
    /// Label (zh) of the printed line that tells several licences of one holder apart: a shop, a vehicle. Without it a
    /// newer licence of the type takes the place of an older one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub told_apart_by: Option<String>,
    /// Notices before a day that matters to the holder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Reminder>>", optional)]
    pub reminders: Vec<Reminder>,
}

impl LicenceType {
    /// Whether `newer` takes the place of `older`: issued later to the same holder for the same thing, and not ending
    /// before it. A taken-back or ended licence replaces nothing.
    #[must_use]
    pub fn replaces(&self, newer: &Licence, older: &Licence) -> bool {
        let same_thing = self.told_apart_by.as_ref().is_none_or(|label| line(newer, label) == line(older, label));
        let lasts = newer.valid_to.is_none_or(|end| older.valid_to.is_some_and(|before| end >= before));
        let later = (newer.issued_on, newer.id) > (older.issued_on, older.id);
        newer.status == LicenceStatus::Valid && later && lasts && same_thing && newer.licence_type == older.licence_type
    }
}

fn line<'a>(licence: &'a Licence, label: &str) -> Option<&'a str> {
    licence.lines.iter().find(|line| line.label.zh == label).map(|line| line.value.as_str())
}

/// A licence a resident holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Licence {
    /// Id.
    pub id: LicenceId,
    /// Type id of the pack.
    pub licence_type: String,
    /// 电子证照标识 (domain.md §1.11), with its check character.
    pub identifier: String,
    /// Printed number.
    pub number: String,
    /// Name of the type.
    pub name: LocalText,
    /// One character.
    pub glyph: String,
    /// Holder's name.
    pub holder: String,
    /// Issuer in words.
    pub issuer: LocalText,
    /// Day of issue.
    pub issued_on: Date,
    /// Last day of validity.
    pub valid_to: Option<Date>,
    /// Standing.
    pub status: LicenceStatus,
    /// Printed lines.
    pub lines: Vec<LicenceLine>,
    /// The case that produced it, if it came from one.
    pub case_number: Option<String>,
}

/// One printed line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct LicenceLine {
    /// Label.
    pub label: LocalText,
    /// Value, already written for people.
    pub value: String,
}

/// Whether a licence may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum LicenceStatus {
    /// In force.
    Valid,
    /// Past its last day.
    Expired,
    /// Taken back.
    Revoked,
}

/// 亮证: a code that lives 60 seconds, bound to one showing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Presentation {
    /// Content of the QR code.
    pub payload: String,
    /// The same in eight digits, for reading aloud.
    pub digits: String,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// What the other side sees, in words.
    pub discloses: LocalText,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn licence(serial: u8, issued_on: &str, valid_to: Option<&str>, shop: &str) -> Licence {
        Licence {
            id: LicenceId::new(i64::from(serial), [serial; 10]),
            licence_type: "food".to_owned(),
            identifier: serial.to_string(),
            number: serial.to_string(),
            name: LocalText::default(),
            glyph: "食".to_owned(),
            holder: "罗志明".to_owned(),
            issuer: LocalText::default(),
            issued_on: issued_on.parse().unwrap(),
            valid_to: valid_to.map(|day| day.parse().unwrap()),
            status: LicenceStatus::Valid,
            lines: vec![LicenceLine { label: LocalText::new("经营场所", "Premises"), value: shop.to_owned() }],
            case_number: None,
        }
    }

    fn kind(told_apart_by: Option<&str>) -> LicenceType {
        LicenceType {
            id: "food".to_owned(),
            type_code: String::new(),
            name: LocalText::default(),
            glyph: "食".to_owned(),
            issuer: String::new(),
            told_apart_by: told_apart_by.map(str::to_owned),
            reminders: Vec::new(),
        }
    }

    #[test]
    fn a_licence_is_replaced_by_a_later_one_for_the_same_thing() {
        let old = licence(1, "2021-12-01", Some("2026-11-30"), "云杉街 8 号");
        let renewed = licence(2, "2026-11-01", Some("2031-10-31"), "云杉街 8 号");
        let other_shop = licence(3, "2026-11-01", Some("2031-10-31"), "青杨路 2 号");
        let (apart, alike) = (kind(Some("经营场所")), kind(None));
        assert!(apart.replaces(&renewed, &old) && !apart.replaces(&other_shop, &old));
        assert!(alike.replaces(&other_shop, &old), "where there can be only one, the later one counts");
        assert!(!apart.replaces(&old, &renewed) && !apart.replaces(&old, &old));
    }

    #[test]
    fn what_is_taken_back_or_ends_earlier_replaces_nothing() {
        let old = licence(1, "2021-12-01", Some("2026-11-30"), "a");
        let mut renewed = licence(2, "2026-11-01", Some("2031-10-31"), "a");
        renewed.status = LicenceStatus::Revoked;
        assert!(!kind(None).replaces(&renewed, &old));
        assert!(!kind(None).replaces(&licence(2, "2026-10-01", Some("2026-11-01"), "a"), &old));
        let endless = licence(1, "2021-12-01", None, "a");
        assert!(kind(None).replaces(&licence(2, "2026-11-01", None, "a"), &endless));
        assert!(!kind(None).replaces(&licence(2, "2026-11-01", Some("2031-10-31"), "a"), &endless));
    }
}
