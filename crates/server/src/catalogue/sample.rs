//! The papers of a service: blank form, filled sample, sample of the result. They are drawn from the
//! definition and one of its examples, so they can never disagree with it, and no item carries pictures.

use haoban_domain::{
    form::{Evaluator, Field, FieldKind, FieldState, FormState},
    material::{MaterialRule, WrittenLine},
    text::LocalText,
    workflow::{Output, OutputField, ValueFormat},
};
use serde_json::Value;

use super::{LoadedPack, fixture::Fixture};
use crate::workflow::written;

/// One paper: a heading and its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// What it is.
    pub title: LocalText,
    /// Label and what stands beside it; empty on a blank.
    pub lines: Vec<Line>,
}

/// One line of a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Label.
    pub label: LocalText,
    /// Value, or the boxes to tick on a blank.
    pub value: LocalText,
}

impl Paper {
    /// Whether there is something on it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.lines.iter().any(|line| !line.value.zh.trim().is_empty())
    }
}

/// The blank form, page by page.
#[must_use]
pub fn blank(evaluator: &Evaluator) -> Vec<Paper> {
    pages(evaluator, |field| Some(boxes(&field.kind)))
}

/// The form as the example fills it: what is hidden in its situation is left out.
#[must_use]
pub fn filled(evaluator: &Evaluator, fixture: &Fixture) -> Vec<Paper> {
    let state: FormState = evaluator.evaluate(&fixture.inputs());
    let papers = pages(evaluator, |field| {
        let known = state.fields.get(&field.id).filter(|known| known.visible)?;
        Some(answer(field, known))
    });
    papers.into_iter().filter(|paper| !paper.lines.is_empty()).collect()
}

/// What a grant of the example would produce, one paper an output.
#[must_use]
pub fn result(evaluator: &Evaluator, pack: &LoadedPack, fixture: &Fixture) -> Vec<Paper> {
    let evaluation = evaluator.begin(fixture.inputs());
    let lines = |fields: &[OutputField]| -> Vec<Line> {
        let line = |field: &OutputField| Line {
            label: field.label.clone(),
            value: both(written(evaluation.value(&field.value), field.format)),
        };
        fields.iter().map(line).collect()
    };
    let paper = |output: &Output| match output {
        Output::Licence { licence_type, fields, .. } => {
            let name = pack.licence_type(licence_type).map(|kind| kind.name.clone()).unwrap_or_default();
            Paper { title: name, lines: lines(fields) }
        }
        Output::Document { title, fields } => Paper { title: title.clone(), lines: lines(fields) },
        Output::Payment { amount, words } => {
            let fen = evaluation.value(amount).filter(|value| value.as_i64().is_some_and(|fen| fen > 0));
            let label = LocalText::new("金额（元）", "Amount (yuan)");
            Paper { title: words.clone(), lines: vec![Line { label, value: both(written(fen, ValueFormat::Money)) }] }
        }
    };
    evaluator.item().workflow.outputs.iter().map(paper).collect()
}

/// The blank of a paper that one writes oneself; `None` for materials that others issue.
#[must_use]
pub fn written_blank(material: &MaterialRule) -> Option<Paper> {
    paper_of(material, |_| both("____________________".to_owned()))
}

/// The same as an invented person wrote it.
#[must_use]
pub fn written_sample(material: &MaterialRule) -> Option<Paper> {
    paper_of(material, |line| line.sample.clone())
}

fn paper_of(material: &MaterialRule, value: impl Fn(&WrittenLine) -> LocalText) -> Option<Paper> {
    let lines = material.written.iter().map(|line| Line { label: line.label.clone(), value: value(line) });
    (!material.written.is_empty()).then(|| Paper { title: material.name.clone(), lines: lines.collect() })
}

fn pages(evaluator: &Evaluator, value: impl Fn(&Field) -> Option<LocalText>) -> Vec<Paper> {
    let line = |field: &Field| Some(Line { label: field.label.clone(), value: value(field)? });
    let pages = evaluator.item().form.pages.iter();
    pages
        .map(|page| Paper { title: page.title.clone(), lines: page.fields.iter().filter_map(line).collect() })
        .collect()
}

/// What stands on a blank: boxes for choices, a line to write on for the rest.
fn boxes(kind: &FieldKind) -> LocalText {
    match kind {
        FieldKind::SingleChoice { options } | FieldKind::MultiChoice { options } => {
            let join = |words: Vec<String>| words.join("  ");
            LocalText::new(
                join(options.iter().map(|option| format!("□ {}", option.label.zh)).collect()),
                join(options.iter().map(|option| format!("□ {}", option.label.en)).collect()),
            )
        }
        FieldKind::YesNo => LocalText::new("□ 是  □ 否", "□ yes  □ no"),
        FieldKind::Declaration => both("□".to_owned()),
        FieldKind::Computed { .. } | FieldKind::Fact { .. } => LocalText::new("（系统填写）", "(filled in for you)"),
        FieldKind::TextBlock => LocalText::default(),
        FieldKind::Material { .. } => LocalText::new("□ 附在后面", "□ attached"),
        FieldKind::Date { .. } => LocalText::new("____年__月__日", "____-__-__"),
        FieldKind::DateRange { .. } => LocalText::new("____年__月__日至____年__月__日", "____-__-__ to ____-__-__"),
        _ => both("____________________".to_owned()),
    }
}

/// An answer in words; options by their label.
fn answer(field: &Field, known: &FieldState) -> LocalText {
    let Some(value) = &known.value else { return LocalText::default() };
    let offered = |wanted: &str| known.offered.iter().find(|option| option.value == wanted);
    let named = |value: &Value| match value.as_str().and_then(offered) {
        Some(option) => option.label.clone(),
        None => both(plain(value)),
    };
    match (&field.kind, value) {
        (FieldKind::Money { .. }, value) => both(written(Some(value.clone()), ValueFormat::Money)),
        (FieldKind::Computed { format, .. } | FieldKind::Fact { format, .. }, value) => {
            both(written(Some(value.clone()), *format))
        }
        (FieldKind::Number { decimals: 2, .. }, value) => both(written(Some(value.clone()), ValueFormat::Hundredths)),
        (_, Value::Bool(true)) => LocalText::new("是", "yes"),
        (_, Value::Bool(false)) => LocalText::new("否", "no"),
        (_, Value::Array(list)) => {
            let all: Vec<LocalText> = list.iter().map(named).collect();
            let join = |words: Vec<&str>, between: &str| words.join(between);
            LocalText::new(
                join(all.iter().map(|text| text.zh.as_str()).collect(), "、"),
                join(all.iter().map(|text| text.en.as_str()).collect(), ", "),
            )
        }
        (_, value) => named(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(map) => map.values().map(plain).collect::<Vec<_>>().join(" "),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn both(text: String) -> LocalText {
    LocalText { zh: text.clone(), en: text }
}
