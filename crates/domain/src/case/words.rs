//! Words of the timeline, in both languages.

use super::{AcceptedBy, CaseEvent};
use crate::text::LocalText;

fn t(zh: &str, en: &str) -> LocalText {
    LocalText::new(zh, en)
}

/// The first line.
pub(super) fn submitted() -> (LocalText, LocalText) {
    (t("您提交了申请", "You sent the application"), t("回执已生成", "The receipt is ready"))
}

/// Title of something that happened, and its own note; without a note the department is named.
/// `None` for what a resident need not read.
pub(super) fn happened(event: CaseEvent, step: &LocalText) -> Option<(LocalText, Option<LocalText>)> {
    let told = |zh: &str, en: &str| Some((t(zh, en), None));
    let noted = |zh: &str, en: &str, note: LocalText| Some((t(zh, en), Some(note)));
    match event {
        CaseEvent::Accept { by: AcceptedBy::Officer } => told("已受理", "Accepted"),
        CaseEvent::Accept { by: AcceptedBy::Rules } => {
            noted("已受理", "Accepted", t("系统自动核对通过", "Checked by the rules, without a person"))
        }
        CaseEvent::Accept { by: AcceptedBy::Silence } => noted(
            "依法视为已受理",
            "Accepted by law",
            t("五个工作日内没有通知您补正", "No word came within five working days"),
        ),
        CaseEvent::StartReview => None,
        CaseEvent::RequestCorrection => told("通知您补正", "You were asked to correct"),
        CaseEvent::Correct => noted("您已补正", "You corrected it", t("继续计时", "The clock runs on")),
        CaseEvent::NotAccept => told("不予受理", "Not accepted"),
        CaseEvent::PassStep => Some((step.clone(), None)),
        CaseEvent::Suspend => {
            noted("进入特别程序", "A special procedure began", t("这段时间不计入办理期限", "This time does not count"))
        }
        CaseEvent::Resume => noted("特别程序结束", "The special procedure ended", t("继续计时", "The clock runs on")),
        CaseEvent::Grant { automatic: false } => told("准予", "Granted"),
        CaseEvent::Grant { automatic: true } => {
            noted("准予", "Granted", t("系统按规则自动批准", "Granted by the rules, without a person"))
        }
        CaseEvent::Refuse => told("不予", "Refused"),
        CaseEvent::Withdraw => noted("您撤回了申请", "You withdrew it", t("需要时可以重新申请", "You can apply again")),
        CaseEvent::Terminate => told("办理终止", "Ended by the office"),
        CaseEvent::Pay => noted("您已缴费", "You paid", t("继续办理", "The case goes on")),
        CaseEvent::Abandon => {
            told("逾期没有缴费，视为放弃申请", "Not paid in time: the application counts as given up")
        }
        CaseEvent::Object => noted(
            "有人提出异议",
            "Somebody objected",
            t("查清以前不计时", "The clock stands still until it is settled"),
        ),
        CaseEvent::Dismiss => {
            noted("异议不成立", "The objection was dismissed", t("公示继续", "The publicity goes on"))
        }
        CaseEvent::Uphold => {
            noted("异议成立，退回重新审查", "The objection was upheld", t("重新审查", "The case is reviewed again"))
        }
        CaseEvent::EndPublicity => {
            noted("公示期满", "The publicity period is over", t("没有未处理的异议", "No objection is open"))
        }
        CaseEvent::AwaitPromised => noted(
            "其他材料已看完，等您补交",
            "The rest was looked at; your promised papers are waited for",
            t("等您期间不计入办理期限", "The clock stands still meanwhile"),
        ),
        CaseEvent::Supply { open: 0 } => noted(
            "您补交了材料",
            "You handed in the promised papers",
            t("承诺后补的都齐了", "Everything you promised is there"),
        ),
        CaseEvent::Supply { .. } => noted(
            "您补交了材料",
            "You handed in some of the promised papers",
            t("还有承诺后补的没有交", "Others are still to come"),
        ),
        CaseEvent::Lapse => noted(
            "没有按承诺补交材料，办理终止",
            "Ended: the promised papers did not come in time",
            t("材料齐了可以重新申请", "You can apply again once you have them"),
        ),
        CaseEvent::Close => noted("办结", "Done", t("结果已送达", "The result was delivered")),
    }
}

pub(super) fn waiting_for_acceptance() -> LocalText {
    t("等待受理", "Waiting to be accepted")
}

pub(super) fn your_correction() -> (LocalText, LocalText) {
    (
        t("请您补正", "Please correct it"),
        t("一次改完全部要点，期间不计时", "All points at once; the clock stands still meanwhile"),
    )
}

pub(super) fn suspended() -> (LocalText, LocalText) {
    (t("特别程序进行中", "A special procedure is going on"), t("这段时间不计入办理期限", "This time does not count"))
}

pub(super) fn objected() -> LocalText {
    t("正在查异议，查清以前不计时", "An objection is looked into; the clock stands still")
}

/// "公示 5 个工作日".
pub(super) fn in_public(days: u16, working: bool) -> LocalText {
    let (zh, en) = if working { ("个工作日", "working days") } else { ("天", "days") };
    LocalText::new(format!("公示 {days} {zh}，不计入办理期限"), format!("{days} {en} in public, which do not count"))
}

pub(super) fn your_payment() -> (LocalText, LocalText) {
    (t("请您缴费", "Please pay"), t("缴费前不计入办理期限", "The clock stands still until you have paid"))
}

pub(super) fn your_promise() -> (LocalText, LocalText) {
    (
        t("请您补交承诺后补的材料", "Please hand in the papers you promised"),
        t("补齐以后才能办成", "It cannot be granted before"),
    )
}

pub(super) fn delivering() -> LocalText {
    t("制作并送达结果", "The result is made and delivered")
}

/// How a part of a joint case ended.
pub(super) fn part(name: &LocalText, granted: bool) -> LocalText {
    let (zh, en) = if granted { ("办好了", "done") } else { ("没有办成", "not granted") };
    LocalText::new(format!("{}：{zh}", name.zh), format!("{}: {en}", name.en))
}

/// When a joint case is over.
pub(super) fn all_parts() -> LocalText {
    t("每一项都有结果", "Every part has its result")
}

pub(super) fn done() -> LocalText {
    t("办结", "Done")
}

/// "受理后 3 个工作日内".
pub(super) fn within(days: u16, working: bool) -> LocalText {
    let (zh, en) = if working { ("个工作日", "working days") } else { ("天", "days") };
    match days {
        0 => t("受理后当场", "At once after acceptance"),
        1 if working => t("受理后 1 个工作日内", "Within 1 working day of acceptance"),
        _ => LocalText::new(format!("受理后 {days} {zh}内"), format!("Within {days} {en} of acceptance")),
    }
}
