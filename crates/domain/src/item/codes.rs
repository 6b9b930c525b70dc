//! What follows from a definition and is not written twice: its codes by GB/T 39554.1 (domain.md §1.9) and
//! the steps of the offices as a guide lists them.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use ts_rs::TS;
use utoipa::ToSchema;

use super::ServiceItem;
use crate::{
    pack::{CityPack, Department},
    text::LocalText,
    workflow::StepRole,
};

/// Serial of the one handling item that an item of a pack is.
const SERIAL: &str = "01";

/// The codes of an item as one organ carries it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ItemCodes {
    /// 实施编码, 31 characters: the organ's credit code, the level, the basic code.
    pub task: String,
    /// 业务办理项编码, 33 characters: with a serial.
    pub handling: String,
    /// 记录唯一标识 of this version.
    pub record: String,
}

/// One step of 办理流程: who does what, in how many working days, by which standard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ProcessStep {
    /// What happens.
    pub title: LocalText,
    /// Who does it.
    pub department: LocalText,
    /// What the step is for.
    pub role: StepRole,
    /// In how many working days.
    pub days: u16,
    /// 审查标准: what is looked at.
    pub standards: Vec<LocalText>,
    /// What comes out of it; of the deciding step alone.
    pub output: Option<LocalText>,
}

impl ServiceItem {
    /// The codes of this item as its organ carries it out; none while its level is not stated.
    #[must_use]
    pub fn codes(&self, organ: &Department) -> Option<ItemCodes> {
        let level = self.guide.levels.first()?.code();
        let task = format!("{}{level}{}", organ.credit_code, self.guide.basic_code);
        let handling = format!("{task}{SERIAL}");
        let record = record(&format!("{handling}.{}", self.version));
        Some(ItemCodes { task, handling, record })
    }

    /// What the offices do, in order. A joint service has none of its own: its parts have.
    #[must_use]
    pub fn process(&self, pack: &CityPack) -> Vec<ProcessStep> {
        let decides = |role: StepRole| role == StepRole::Decide;
        self.workflow
            .steps
            .iter()
            .map(|step| ProcessStep {
                title: step.title.clone(),
                department: name(pack, &step.department),
                role: step.role,
                days: step.days,
                standards: step.checks.iter().map(|check| check.words.clone()).collect(),
                output: decides(step.role).then(|| self.guide.result.name.clone()),
            })
            .collect()
    }

    /// 联办机构: the other offices that work on it.
    #[must_use]
    pub fn joint_offices(&self, pack: &CityPack) -> Vec<LocalText> {
        let mut found: Vec<&str> = Vec::new();
        for step in &self.workflow.steps {
            if step.department != self.guide.department && !found.contains(&step.department.as_str()) {
                found.push(&step.department);
            }
        }
        let of_parts = self.joint.iter().flat_map(|joint| &joint.parts).map(|part| part.department.clone());
        let mut names: Vec<LocalText> = found.into_iter().map(|id| name(pack, id)).collect();
        let own = name(pack, &self.guide.department);
        for department in of_parts {
            if department != own && !names.contains(&department) {
                names.push(department);
            }
        }
        names
    }
}

fn name(pack: &CityPack, id: &str) -> LocalText {
    pack.department(id).map(|department| department.name.clone()).unwrap_or_default()
}

/// The same version of the same item has the same identity everywhere.
fn record(of: &str) -> String {
    let digest = Sha256::digest(of.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::PowerLevel;

    fn organ() -> Department {
        Department {
            id: "office".to_owned(),
            name: LocalText::default(),
            credit_code: "11410105MB0TYN11X8".to_owned(),
            phone: String::new(),
            nature: None,
            central: None,
        }
    }

    /// The worked example of domain.md §1.9.
    #[test]
    fn codes_are_put_together_as_the_standard_says() {
        let mut item = crate::testing::item("code: test");
        item.guide.basic_code = "000162112001".to_owned();
        assert_eq!(item.codes(&organ()), None);
        item.guide.levels = vec![PowerLevel::County];
        let codes = item.codes(&organ()).unwrap();
        assert_eq!(codes.task, "11410105MB0TYN11X84000162112001");
        assert_eq!(codes.handling, "11410105MB0TYN11X8400016211200101");
        assert_eq!((codes.task.len(), codes.handling.len()), (31, 33));
        item.version += 1;
        let next = item.codes(&organ()).unwrap();
        assert_eq!(next.task, codes.task);
        assert_ne!(next.record, codes.record);
    }
}
