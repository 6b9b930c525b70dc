//! What is said about an answer: field, rule, remedy, in both languages.

use super::FieldProblem;
use crate::text::LocalText;

/// A problem in the making: which field, under which label.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    /// Field id, or path of an entry.
    pub field: &'a str,
    /// Label of the field.
    pub label: &'a LocalText,
    /// Part of the field, if the problem is in one.
    pub part: Option<&'static str>,
}

impl<'a> At<'a> {
    pub fn new(field: &'a str, label: &'a LocalText) -> Self {
        Self { field, label, part: None }
    }

    pub fn part(self, part: &'static str) -> Self {
        Self { part: Some(part), ..self }
    }

    /// A problem whose sentences follow the label.
    pub fn says(&self, rule: &str, zh: &str, en: &str) -> FieldProblem {
        let message = LocalText::new(format!("{}：{zh}", self.label.zh), format!("{}: {en}", self.label.en));
        self.problem(rule, message)
    }

    /// A problem with its own whole sentence.
    pub fn problem(&self, rule: &str, message: LocalText) -> FieldProblem {
        FieldProblem {
            field: Some(self.field.to_owned()),
            part: self.part.map(str::to_owned),
            rule: rule.to_owned(),
            message,
            warning: false,
        }
    }

    /// The answer is missing.
    pub fn required(&self, how: Ask) -> FieldProblem {
        let (zh, en) = match how {
            Ask::Type => ("请填写", "Enter"),
            Ask::Choose => ("请选择", "Choose"),
            Ask::Answer => ("请回答", "Answer"),
            Ask::Tick => ("请阅读并勾选", "Read and tick"),
            Ask::Add => ("请至少添加一项", "Add at least one entry"),
        };
        let message = LocalText::new(format!("{zh}“{}”", self.label.zh), format!("{en}: {}", self.label.en));
        self.problem("required", message)
    }

    /// The answer has a shape that this kind never has.
    pub fn wrong_type(&self) -> FieldProblem {
        self.says("wrong_type", "这一项的内容无法识别，请重新填写", "this answer cannot be read; enter it again")
    }
}

/// How one is asked to answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ask {
    /// By typing.
    Type,
    /// By choosing.
    Choose,
    /// By yes or no.
    Answer,
    /// By ticking.
    Tick,
    /// By adding an entry.
    Add,
}

/// A part of a joint service that the applicant does without.
pub(super) fn left_out() -> LocalText {
    LocalText::new("您选了这次不办，以后可以单独办", "You leave it out this time; it can be done later")
}

/// A part that goes with another one.
pub(super) fn left_out_with(before: &LocalText) -> LocalText {
    LocalText::new(
        format!("要先有“{}”，那一项这次不办", before.zh),
        format!("It needs “{}” first, which is left out", before.en),
    )
}

/// A paper that is not there.
pub(super) fn paper_missing(name: &LocalText) -> LocalText {
    LocalText::new(format!("还没交“{}”", name.zh), format!("{} is missing", name.en))
}

/// "另一个" of a choice among facts.
pub(super) fn another() -> LocalText {
    LocalText::new("其他", "Another")
}
