//! `element`: what the standard wants in every guide (domain.md §2.3, marked R) is stated, and what is stated
//! agrees with the rest. Elements that a definition gives in another place are not asked for twice.

use haoban_domain::{
    item::{ApplyWay, Guide, OnlineDepth, PowerLevel, PowerSource, ServiceItem},
    pack::{CityPack, Department},
    time::Date,
};

use super::{Finding, item_file};
use crate::catalogue::load::joint_file;

/// Checks the guides of all services, and the organs that carry them out.
#[must_use]
pub fn check(pack: &CityPack, today: Date) -> Vec<Finding> {
    let mut findings = Vec::new();
    for item in &pack.items {
        Said { file: item_file(&item.code, "item"), findings: &mut findings }.guide(&item.guide, today);
        materials(item, &mut findings);
    }
    for service in &pack.joint {
        Said { file: joint_file(&service.code), findings: &mut findings }.guide(&service.guide, today);
    }
    organs(&pack.departments, &mut findings);
    findings
}

struct Said<'a> {
    file: String,
    findings: &'a mut Vec<Finding>,
}

impl Said<'_> {
    fn says(&mut self, wrong: bool, path: &str, message: &str, remedy: &str) {
        if wrong {
            self.findings.push(Finding::at(&self.file, format!("guide.{path}"), "element", message, remedy));
        }
    }

    fn guide(&mut self, guide: &Guide, today: Date) {
        self.stated(guide);
        self.power(guide);
        self.ways(guide);
        self.days(guide, today);
    }

    fn stated(&mut self, guide: &Guide) {
        let missing = [
            (guide.levels.is_empty(), "levels", "行使层级"),
            (guide.power_source.is_none(), "power_source", "权力来源"),
            (guide.served.is_empty(), "served", "服务对象"),
            (
                guide.special_procedures.is_none(),
                "special_procedures",
                "特别程序 (an empty list says that there is none)",
            ),
            (guide.ways.is_empty(), "ways", "办理形式"),
            (guide.post.is_none(), "post", "物流快递"),
            (guide.consult.is_none(), "consult", "咨询方式"),
            (guide.supervise.is_none(), "supervise", "监督投诉方式"),
            (guide.in_force.is_none(), "in_force", "计划生效日期"),
        ];
        for (absent, path, name) in missing {
            let message = format!("the guide does not state {name}");
            self.says(absent, path, &message, "state it here, or for all of a department or city in defaults.yaml");
        }
        let online = guide.ways.contains(&ApplyWay::Online);
        self.says(online && guide.online.is_none(), "online", "it is done on line, but not said where", "add `online`");
        let counter = guide.ways.contains(&ApplyWay::Counter);
        self.says(
            counter && guide.at_counter.is_none(),
            "at_counter",
            "it is done at counters, but not said how",
            "add `at_counter`",
        );
    }

    fn power(&mut self, guide: &Guide) {
        let lent = guide.power_source.is_some_and(PowerSource::entrusted);
        self.says(
            lent != guide.entrusted_by.is_some(),
            "entrusted_by",
            "an entrusted power and the office that lends it go together",
            "name the office, or correct `power_source`",
        );
        let below = guide.levels.iter().any(|level| *level >= PowerLevel::Township);
        self.says(
            below && guide.grassroots.is_empty(),
            "grassroots",
            "it is carried out in townships or villages, and none is named",
            "name them with their codes, or correct `levels`",
        );
    }

    fn ways(&mut self, guide: &Guide) {
        let online = guide.ways.contains(&ApplyWay::Online);
        self.says(
            online != (guide.online_depth >= OnlineDepth::III),
            "ways",
            "the ways and the depth on line disagree: from III on it is accepted on line",
            "correct `ways` or `online_depth`",
        );
        let posted = guide.post.as_ref().is_some_and(|post| post.materials);
        self.says(
            posted != guide.ways.contains(&ApplyWay::Post),
            "post",
            "papers come by post exactly when post is one of the ways",
            "correct `ways` or `post.materials`",
        );
    }

    fn days(&mut self, guide: &Guide, today: Date) {
        let Some(days) = guide.in_force else { return };
        let over = days.until.is_some_and(|until| until < today || until < days.from);
        self.says(over, "in_force.until", "the service has ended", "take it out of the pack, or correct the day");
        self.says(days.from > today, "in_force.from", "the service has not begun", "publish it on its day");
    }
}

/// L15: every material says what it is, where it comes from and how often it is wanted.
fn materials(item: &ServiceItem, findings: &mut Vec<Finding>) {
    let file = item_file(&item.code, "materials");
    for (at, material) in item.materials.iter().enumerate() {
        let missing = [
            (material.origin.is_none(), "origin", "where it comes from (来源渠道)"),
            (material.material_type.is_none(), "type", "whether the original or a copy is wanted (材料类型)"),
            (material.format.is_none(), "format", "whether on paper or electronic (材料形式)"),
            (material.copies.is_none(), "copies", "how many are wanted (份数)"),
        ];
        for (_, key, what) in missing.into_iter().filter(|(absent, ..)| *absent) {
            let message = format!("`{}` does not say {what}", material.name.zh);
            let remedy = "say it here, or for all materials under `material` in defaults.yaml";
            findings.push(Finding::at(&file, format!("{at}.{key}"), "L15", message, remedy));
        }
    }
}

fn organs(departments: &[Department], findings: &mut Vec<Finding>) {
    for (at, department) in departments.iter().enumerate().filter(|(_, department)| department.nature.is_none()) {
        let message = format!("`{}` does not say what kind of organ it is (实施主体性质)", department.id);
        findings.push(Finding::at("departments.yaml", format!("{at}.nature"), "element", message, "add `nature`"));
    }
}
