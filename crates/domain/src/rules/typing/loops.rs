//! `exists`, `all`, `map`, `filter`: what the parser made of them.

use cel::common::ast::ComprehensionExpr;

use super::{Type, Typing};

impl Typing<'_> {
    pub(super) fn comprehension(&mut self, part: &ComprehensionExpr) -> Type {
        let entries = match self.of(&part.iter_range) {
            Type::List(entries) => *entries,
            Type::Any | Type::Null | Type::Object(_) => Type::Any,
            found => {
                self.say(format!("{found} is gone through entry by entry, but a list is needed"));
                Type::Any
            }
        };
        let begun = self.of(&part.accu_init);
        let before = self.bound.len();
        self.bound.push((part.iter_var.clone(), entries));
        self.bound.extend(part.iter_var2.clone().map(|name| (name, Type::Any)));
        self.bound.push((part.accu_var.clone(), begun.clone()));
        self.of(&part.loop_cond);
        let step = self.of(&part.loop_step);
        if let Some((_, gathered)) = self.bound.last_mut() {
            *gathered = begun.or(step);
        }
        let result = self.of(&part.result);
        self.bound.truncate(before);
        result
    }
}
