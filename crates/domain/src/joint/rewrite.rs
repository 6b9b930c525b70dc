//! Puts the rules of an item into the names of a composed form, token by token: what stands in quotes
//! is left alone.

use std::collections::BTreeMap;

use crate::rules::Expr;

/// How the names of one part change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Renaming<'a> {
    /// Own field → composed field.
    pub fields: &'a BTreeMap<String, String>,
    /// Own field → what the situation says.
    pub given: &'a BTreeMap<String, Expr>,
    /// Stands before the names of figures.
    pub prefix: &'a str,
}

impl Renaming<'_> {
    /// A rule in the names of the composed form.
    pub fn rule(&self, rule: &Expr) -> Expr {
        let tokens = tokens(&rule.0);
        let mut out = String::with_capacity(rule.0.len() + 32);
        let mut at = 0;
        while at < tokens.len() {
            at += self.step(&tokens, at, &mut out);
        }
        Expr(out)
    }

    /// The same for a rule that may be absent.
    pub fn maybe(&self, rule: Option<&Expr>) -> Option<Expr> {
        rule.map(|rule| self.rule(rule))
    }

    /// Writes one token or one name; says how many tokens it took.
    fn step(&self, tokens: &[&str], at: usize, out: &mut String) -> usize {
        let after_dot = significant(tokens, at, -1).is_some_and(|before| tokens[before] == ".");
        if !after_dot
            && tokens[at] == "has"
            && let Some(taken) = self.presence(tokens, at, out)
        {
            return taken;
        }
        if after_dot || !matches!(tokens[at], "answers" | "fig") {
            out.push_str(tokens[at]);
            return 1;
        }
        let Some((name, end)) = selected(tokens, at) else {
            out.push_str(tokens[at]);
            return 1;
        };
        if tokens[at] == "fig" {
            out.push_str(&format!("fig.{}__{name}", self.prefix));
        } else if let Some(given) = self.given.get(name) {
            out.push_str(&format!("({})", given.0.trim()));
        } else {
            out.push_str("answers.");
            out.push_str(self.fields.get(name).map_or(name, String::as_str));
        }
        end - at + 1
    }

    /// `has(answers.x)` of a given answer asks whether the expression has a value.
    fn presence(&self, tokens: &[&str], at: usize, out: &mut String) -> Option<usize> {
        let open = significant(tokens, at, 1).filter(|open| tokens[*open] == "(")?;
        let root = significant(tokens, open, 1).filter(|root| tokens[*root] == "answers")?;
        let (name, end) = selected(tokens, root)?;
        let close = significant(tokens, end, 1).filter(|close| tokens[*close] == ")")?;
        let given = self.given.get(name)?;
        out.push_str(&format!("(({}) != null)", given.0.trim()));
        Some(close - at + 1)
    }
}

/// The name behind `root.` and the place of its token.
fn selected<'a>(tokens: &[&'a str], at: usize) -> Option<(&'a str, usize)> {
    let dot = significant(tokens, at, 1).filter(|dot| tokens[*dot] == ".")?;
    let name = significant(tokens, dot, 1)?;
    tokens[name].starts_with(is_name_start).then(|| (tokens[name], name))
}

/// The next (or former) token that is no space.
fn significant(tokens: &[&str], at: usize, direction: isize) -> Option<usize> {
    let mut at = at.checked_add_signed(direction)?;
    while tokens.get(at)?.trim().is_empty() {
        at = at.checked_add_signed(direction)?;
    }
    Some(at)
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

/// Names, texts in quotes, runs of space, comments, and every other character alone.
fn tokens(source: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' || first == '\'' {
            text_length(rest, false)
        } else if is_name_start(first) {
            name_or_text(rest)
        } else if first.is_whitespace() {
            rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len())
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, behind) = rest.split_at(length);
        tokens.push(token);
        rest = behind;
    }
    tokens
}

/// A name, or a text with its `r`, `b` or `br` in front.
fn name_or_text(rest: &str) -> usize {
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let (name, behind) = rest.split_at(length);
    let marks = name.len() <= 2 && name.chars().all(|c| matches!(c, 'r' | 'R' | 'b' | 'B'));
    if marks && behind.starts_with(['"', '\'']) {
        return length + text_length(behind, name.contains(['r', 'R']));
    }
    length
}

/// Length of the text in quotes that begins here; a text that never ends reaches to the end.
fn text_length(rest: &str, raw: bool) -> usize {
    let quote = &rest[..1];
    let triple = quote.repeat(3);
    let end = if rest.starts_with(&triple) { triple.as_str() } else { quote };
    let mut at = end.len();
    while at < rest.len() {
        if rest[at..].starts_with(end) {
            return at + end.len();
        }
        let mut here = rest[at..].chars();
        let skipped = here.next().is_some_and(|c| c == '\\') && !raw;
        at += rest[at..].chars().next().map_or(1, char::len_utf8);
        if skipped {
            at += here.next().map_or(0, char::len_utf8);
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("answers.area > 300", "answers.p__area > 300")]
    #[case("answers . area.region == 'answers.area'", "answers.p__area.region == 'answers.area'")]
    #[case("\"answers.area\\\" answers.area\" == answers.area", "\"answers.area\\\" answers.area\" == answers.p__area")]
    #[case("r\"\\\" + answers.area", "r\"\\\" + answers.p__area")]
    #[case("'''it's answers.area''' + answers.area", "'''it's answers.area''' + answers.p__area")]
    #[case("facts.answers.area && entry.answers.area", "facts.answers.area && entry.answers.area")]
    #[case("fig.min_area * 2", "fig.p__min_area * 2")]
    #[case("answers.kind == 'x'", "(answers.shop == 'hot') == 'x'")]
    #[case("has(answers.kind)", "((answers.shop == 'hot') != null)")]
    #[case("has( answers.area )", "has( answers.p__area )")]
    #[case("my_answers.area", "my_answers.area")]
    #[case("answers.unknown", "answers.unknown")]
    fn names_change_and_texts_do_not(#[case] before: &str, #[case] after: &str) {
        let fields = BTreeMap::from([("area".to_owned(), "p__area".to_owned())]);
        let given = BTreeMap::from([("kind".to_owned(), Expr("answers.shop == 'hot'".into()))]);
        let renaming = Renaming { fields: &fields, given: &given, prefix: "p" };
        assert_eq!(renaming.rule(&Expr(before.into())).0, after);
    }

    #[test]
    fn tokens_are_the_whole_text() {
        for source in ["a.b\n // c 'x\n + 'y", "\"never ends", "数 + answers.x", "'\\", ""] {
            assert_eq!(tokens(source).concat(), source);
        }
    }
}
