//! What can be left out of the whole: one question more, asked on the plan, and what it means for each part.

use super::{JointError, JointPart, JointService, Part, gather::prefix};
use crate::{
    form::{ChoiceOption, Field, FieldKind, Page, Required},
    rules::Expr,
    text::LocalText,
};

/// The question what is left out, and the page it stands on; its answers are codes of parts.
pub const LEFT_OUT: &str = "left_out";

/// A part cannot be left out while one that is a must waits for it, and nothing else has the question's name.
pub(super) fn check(service: &JointService) -> Result<(), JointError> {
    let fields = service.situation.iter().flat_map(|page| &page.fields).map(|field| field.id.as_str());
    let pages = service.situation.iter().map(|page| page.id.as_str());
    if fields.chain(pages).any(|name| name == LEFT_OUT) {
        return Err(JointError::Reserved(LEFT_OUT.to_owned()));
    }
    let optional = |code: &str| service.parts.iter().any(|part| part.item == code && part.optional);
    for waiting in service.parts.iter().filter(|part| !part.optional) {
        if let Some(item) = waiting.after.iter().find(|code| optional(code)) {
            return Err(JointError::NotOptional { item: item.clone(), waiting: waiting.item.clone() });
        }
    }
    Ok(())
}

/// When a part is left out: it is chosen, or one before it is that would be needed.
pub(super) fn rule(part: &JointPart, before: &[&Part]) -> Option<Expr> {
    if !part.optional {
        return None;
    }
    let mut said = vec![chosen(&part.item)];
    for earlier in before.iter().filter(|earlier| earlier.optional) {
        said.push(match &earlier.when {
            Some(when) => format!("({}) && {}", when.0.trim(), chosen(&earlier.item)),
            None => chosen(&earlier.item),
        });
    }
    let codes: Vec<String> = said.iter().map(|rule| format!("({rule})")).collect();
    Some(Expr(format!("answers.{LEFT_OUT} != null && ({})", codes.join(" || "))))
}

fn chosen(code: &str) -> String {
    format!("\"{code}\" in answers.{LEFT_OUT}")
}

/// The question, where there is something to choose.
pub(super) fn page(parts: &[Part], section: &LocalText) -> Option<Page> {
    let option = |part: &Part| ChoiceOption {
        value: part.item.clone(),
        label: part.name.clone(),
        effect: None,
        plain: None,
        show: None,
    };
    let options: Vec<ChoiceOption> = parts.iter().filter(|part| part.optional).map(option).collect();
    let title = LocalText::new("这次不办的", "Left out this time");
    let field = Field {
        id: LEFT_OUT.to_owned(),
        kind: FieldKind::MultiChoice { options },
        element: None,
        label: title.clone(),
        why: None,
        hint: None,
        plain: None,
        sample: None,
        show: None,
        required: Required::Always(false),
        prefill: None,
        checks: Vec::new(),
    };
    parts.iter().any(|part| part.optional).then(|| Page {
        id: LEFT_OUT.to_owned(),
        title: title.clone(),
        plain: title,
        why: LocalText::new("不办也不影响别的，以后可以单独办。", "The rest goes on; it can be done later."),
        show: None,
        section: section.clone(),
        fields: vec![field],
    })
}

impl Part {
    /// Whether a check of the composed form is this part's own.
    pub(crate) fn makes(&self, check: &str) -> bool {
        check.strip_prefix(&prefix(&self.item)).is_some_and(|rest| rest.starts_with("__"))
    }

    /// When it is needed and not left out; absent means always.
    pub(crate) fn wanted(&self) -> Option<Expr> {
        let kept = self.unless.as_ref().map(super::logic::not);
        super::logic::and(self.when.as_ref(), kept.as_ref())
    }
}
