//! L01–L08, L10, L12, L13, L16, L18: the guide agrees with itself and with the workflow.

use haoban_domain::{
    item::{ApplyWay, DayUnit, Guide, HandlingKind, ItemType, OnlineDepth, ResultKind, ServiceItem, TimeLimit},
    joint::JointService,
    pack::CityPack,
    time::Date,
    workflow::Output,
};

use super::{Finding, item_file};
use crate::catalogue::load::joint_file;

/// Days after which addresses and phones must be looked at again (L18: 12 months).
const VERIFIED_DAYS: i32 = 366;
/// Fewest steps of a licensing item (L10).
const LICENSING_STEPS: usize = 5;

/// Checks the guide of one item.
#[must_use]
pub fn check(item: &ServiceItem, pack: &CityPack, today: Date) -> Vec<Finding> {
    let mut said = Said {
        guide: item_file(&item.code, "item"),
        workflow: item_file(&item.code, "workflow"),
        findings: Vec::new(),
    };
    handling(item, &mut said);
    result(item, &mut said);
    trips(&item.guide, &mut said);
    money(item, &mut said);
    fee(&item.guide, &mut said);
    contact(&item.guide, &pack.city.area_code, &mut said);
    licensing(&item.guide, &mut said);
    limits(item, &mut said);
    law(&item.guide, today, &mut said);
    said.findings
}

/// Checks the guide of a joint service by the same rules, against its parts where an item's is checked against
/// its workflow.
#[must_use]
pub fn of_joint(service: &JointService, pack: &CityPack, today: Date) -> Vec<Finding> {
    let file = joint_file(&service.code);
    let mut said = Said { guide: file.clone(), workflow: file, findings: Vec::new() };
    let guide = &service.guide;
    said.guide(
        guide.handling == HandlingKind::Instant,
        "handling",
        "L01",
        "a joint service is handled by its parts, never at once",
        "set `promised`",
    );
    trips(guide, &mut said);
    fee(guide, &mut said);
    contact(guide, &pack.city.area_code, &mut said);
    licensing(guide, &mut said);
    law(guide, today, &mut said);
    parts(service, pack, &mut said);
    said.findings
}

/// L07, L12, L13 against the parts: what one of them charges is announced, and the promise covers the longest
/// way through their order.
fn parts(service: &JointService, pack: &CityPack, said: &mut Said) {
    let guide = &service.guide;
    let items: Vec<&ServiceItem> = service.parts.iter().filter_map(|part| pack.item(&part.item)).collect();
    let charged = items.iter().any(|item| item.workflow.charge.is_some());
    said.guide(
        charged && !(guide.fee.charged && guide.fee.pay_online),
        "fee",
        "L07",
        "a part charges but the guide names no fee that is paid on line",
        "set `charged` and `pay_online`",
    );
    let late = calendar_days(guide.promised_limit, true) > calendar_days(guide.statutory_limit, false);
    said.guide(late, "promised_limit", "L12", "the promise is later than the law allows", "promise fewer days");
    let longest = longest(service, pack);
    let short = calendar_days(guide.promised_limit, true) < calendar_days(working(longest), true);
    let message = format!("the parts after each other take {longest} working days, the promise is shorter");
    said.guide(short, "promised_limit", "L13", &message, "promise as many days as the longest way takes");
}

fn working(days: u16) -> TimeLimit {
    TimeLimit { days, unit: DayUnit::WorkingDay }
}

/// Days of the longest way through the parts. Circles end where they began: they are found elsewhere.
fn longest(service: &JointService, pack: &CityPack) -> u16 {
    let days = |code: &str| pack.item(code).map_or(0, |item| item.guide.promised_limit.days);
    let mut ends: Vec<u16> = vec![0; service.parts.len()];
    for _ in &service.parts {
        for at in 0..service.parts.len() {
            let before = service.parts.iter().enumerate();
            let starts =
                before.filter(|(_, part)| service.parts[at].after.contains(&part.item)).map(|(other, _)| ends[other]);
            ends[at] = starts.max().unwrap_or(0).saturating_add(days(&service.parts[at].item));
        }
    }
    ends.into_iter().max().unwrap_or(0)
}

struct Said {
    /// File of the guide.
    guide: String,
    /// File of what is checked against it.
    workflow: String,
    findings: Vec<Finding>,
}

impl Said {
    fn guide(&mut self, wrong: bool, path: &str, rule: &'static str, message: &str, remedy: &str) {
        if wrong {
            self.findings.push(Finding::at(&self.guide, format!("guide.{path}"), rule, message, remedy));
        }
    }

    fn workflow(&mut self, wrong: bool, path: &str, rule: &'static str, message: &str, remedy: &str) {
        if wrong {
            self.findings.push(Finding::at(&self.workflow, path, rule, message, remedy));
        }
    }
}

fn handling(item: &ServiceItem, said: &mut Said) {
    let guide = &item.guide;
    let at_once = guide.promised_limit.days == 0;
    let instant = guide.handling == HandlingKind::Instant;
    said.guide(
        at_once && !instant,
        "handling",
        "L01",
        "the promise is 0 days but it is not handled at once",
        "set `instant`, or promise days",
    );
    said.guide(
        !at_once && instant,
        "promised_limit",
        "L02",
        "days are promised but it is handled at once",
        "promise 0 days, or set `promised`",
    );
    let rules = item.workflow.instant.is_some();
    said.workflow(
        instant && !rules,
        "instant",
        "L01",
        "it is handled at once but no rule grants it",
        "add `instant.grant_when`",
    );
    said.workflow(
        !instant && rules,
        "instant",
        "L02",
        "rules grant it at once but days are promised",
        "remove `instant`, or handle at once",
    );
}

fn result(item: &ServiceItem, said: &mut Said) {
    let (kind, name) = (item.guide.result.kind, item.guide.result.name.zh.as_str());
    let licence = name.ends_with('证') || name.ends_with("证书") || name.ends_with("执照");
    said.guide(
        licence && kind != ResultKind::Licence,
        "result.kind",
        "L03",
        "the name is that of a licence, the kind is not",
        "set `licence`",
    );
    let paper = name.ends_with('文') || name.ends_with("批复") || name.ends_with("通知书");
    said.guide(
        paper && kind != ResultKind::Document,
        "result.kind",
        "L03",
        "the name is that of a document, the kind is not",
        "set `document`",
    );
    let makes_licence = item.workflow.outputs.iter().any(|output| matches!(output, Output::Licence { .. }));
    let makes_payment = item.workflow.outputs.iter().any(|output| matches!(output, Output::Payment { .. }));
    said.guide(
        kind == ResultKind::Licence && !makes_licence,
        "result.kind",
        "L03",
        "a licence is announced but no output makes one",
        "add the output",
    );
    said.guide(
        kind == ResultKind::Payment && !makes_payment,
        "result.kind",
        "L03",
        "a payment is announced but no output makes one",
        "add the output",
    );
}

fn trips(guide: &Guide, said: &mut Said) {
    let reason = guide.trips_reason.is_some();
    said.guide(
        guide.trips > 0 && !reason,
        "trips_reason",
        "L04",
        "a trip is asked for without a reason",
        "give the reason, or no trip",
    );
    said.guide(
        guide.trips == 0 && reason,
        "trips_reason",
        "L04",
        "a reason is given but no trip is asked for",
        "remove the reason",
    );
    let offline = guide.online_depth <= OnlineDepth::II && !guide.ways.contains(&ApplyWay::Post);
    said.guide(
        guide.trips == 0 && offline,
        "trips",
        "L05",
        "no trip, but it can be done neither on line nor by post",
        "say how many trips, raise the depth, or add `post` to `ways`",
    );
    let whole = guide.online_depth == OnlineDepth::IV;
    said.guide(whole && guide.trips > 0, "trips", "L06", "depth IV allows no trip", "set 0 trips, or depth III");
}

fn fee(guide: &Guide, said: &mut Said) {
    let fee = &guide.fee;
    said.guide(
        fee.charged && fee.basis.is_none(),
        "fee.basis",
        "L07",
        "a fee without basis and standard",
        "add `basis`",
    );
    said.guide(
        fee.charged && fee.lines.is_empty(),
        "fee.lines",
        "L07",
        "a fee without its table: name, standard, basis",
        "add `lines`, one for each charge",
    );
    said.guide(
        !fee.charged && !fee.lines.is_empty(),
        "fee.lines",
        "L07",
        "nothing is charged but charges are listed",
        "remove them, or charge",
    );
    said.guide(
        !fee.charged && fee.pay_online,
        "fee.pay_online",
        "L07",
        "nothing is charged but it can be paid",
        "set false",
    );
    said.guide(
        !fee.charged && fee.basis.is_some(),
        "fee.basis",
        "L07",
        "nothing is charged but a basis is given",
        "remove it, or charge",
    );
}

fn money(item: &ServiceItem, said: &mut Said) {
    let fee = &item.guide.fee;
    let charged = item.workflow.charge.is_some();
    said.guide(
        charged && !(fee.charged && fee.pay_online),
        "fee",
        "L07",
        "the workflow charges but the guide names no fee that is paid on line",
        "set `charged` and `pay_online`, or remove `charge` from workflow.yaml",
    );
}

fn contact(guide: &Guide, area: &str, said: &mut Said) {
    let same = guide.consult_phone == guide.complaint_phone;
    said.guide(same, "complaint_phone", "L08", "questions and complaints have the same phone", "give two phones");
    for (path, phone) in [("consult_phone", &guide.consult_phone), ("complaint_phone", &guide.complaint_phone)] {
        let message = format!("the phone lacks the area code {area} of the city");
        let local = phone.strip_prefix(area).is_some_and(|rest| rest.starts_with('-'));
        said.guide(!local, path, "L08", &message, &format!("write {area}-…"));
    }
}

fn licensing(guide: &Guide, said: &mut Said) {
    said.guide(guide.faq.is_empty(), "faq", "L10", "no question is answered", "add at least one");
    let few = guide.item_type == ItemType::Licensing && guide.steps.len() < LICENSING_STEPS;
    said.guide(few, "steps", "L10", "a licence needs at least 5 steps", "name 受理, 审核, 审批, 办结, 送达");
}

fn limits(item: &ServiceItem, said: &mut Said) {
    let guide = &item.guide;
    let late = calendar_days(guide.promised_limit, true) > calendar_days(guide.statutory_limit, false);
    said.guide(late, "promised_limit", "L12", "the promise is later than the law allows", "promise fewer days");
    let sum: u16 = item.workflow.steps.iter().map(|step| step.days).sum();
    let steps = working(sum);
    if guide.handling == HandlingKind::Promised {
        let agree = steps == guide.promised_limit;
        said.workflow(
            !agree,
            "steps",
            "L13",
            &format!("the steps take {sum} working days, the promise says otherwise"),
            "make both the same",
        );
    } else {
        // What the rules do not grant goes to a person, within the law's time.
        let late = calendar_days(steps, true) > calendar_days(guide.statutory_limit, true);
        said.workflow(late, "steps", "L13", "the steps take longer than the law allows", "shorten them");
    }
}

/// The most (or fewest) calendar days a limit can mean, weekends counted, holidays not.
fn calendar_days(limit: TimeLimit, most: bool) -> u32 {
    let days = u32::from(limit.days);
    match limit.unit {
        DayUnit::CalendarDay => days,
        DayUnit::WorkingDay if most => days + 2 * days.div_ceil(5),
        DayUnit::WorkingDay => days + 2 * days.div_ceil(5).max(days / 5),
    }
}

fn law(guide: &Guide, today: Date, said: &mut Said) {
    for (at, basis) in guide.legal_basis.iter().enumerate() {
        let path = format!("legal_basis.{at}");
        said.guide(basis.article.trim().is_empty(), &path, "L16", "a law without its article", "name the article");
        said.guide(
            basis.effective_from > today,
            &path,
            "L16",
            "a law that is not in force yet",
            "name the one in force",
        );
    }
    for (at, figure) in guide.figures.iter().enumerate() {
        let path = format!("figures.{at}");
        let turned = figure.effective_to.is_some_and(|to| to < figure.effective_from);
        said.guide(turned, &path, "L16", "a figure ends before it begins", "correct its days");
        let in_force = guide.figures.iter().any(|other| {
            other.id == figure.id && other.effective_from <= today && other.effective_to.is_none_or(|to| to >= today)
        });
        said.guide(!in_force, &path, "L16", "no value of this figure is in force today", "add the one in force");
        let doubled = guide.figures.iter().skip(at + 1).any(|other| {
            other.id == figure.id
                && figure.effective_to.is_none_or(|to| other.effective_from <= to)
                && other.effective_to.is_none_or(|to| figure.effective_from <= to)
        });
        said.guide(
            doubled,
            &path,
            "L16",
            "two values of this figure are in force on one day",
            "end one before the other begins",
        );
    }
    let age = guide.last_verified.0.until(today.0).map_or(i32::MAX, |span| span.get_days());
    said.guide(
        age > VERIFIED_DAYS,
        "last_verified",
        "L18",
        "addresses and phones were last checked over 12 months ago",
        "check them and set the day",
    );
    said.guide(age < 0, "last_verified", "L18", "the day of the last check is in the future", "correct it");
}
