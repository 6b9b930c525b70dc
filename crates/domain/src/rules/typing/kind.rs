//! The types themselves and which of them fit together.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What an expression yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Not known; fits everything.
    Any,
    /// Nothing.
    Null,
    /// True or false.
    Bool,
    /// A whole number: counts, fen, hundredths.
    Int,
    /// A binary fraction, which no figure of a service is.
    Double,
    /// Any text.
    Text,
    /// One of known texts: the options of a choice, or the texts that stand in the expression.
    OneOf(BTreeSet<String>, bool),
    /// A day, written as text.
    Day,
    /// Entries of one type.
    List(Box<Type>),
    /// Named parts.
    Object(BTreeMap<String, Type>),
}

/// What is needed where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A condition.
    Bool,
    /// Money, a count, an area.
    Int,
    /// A day.
    Day,
    /// Something that can be written in one line: text, number, yes or no.
    Line,
    /// Anything at all.
    Anything,
}

impl Type {
    /// A list of one type.
    #[must_use]
    pub fn list(entries: Self) -> Self {
        Self::List(Box::new(entries))
    }

    /// A text that stands in the expression.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self::OneOf(BTreeSet::from([text.to_owned()]), true)
    }

    /// The values of a choice.
    #[must_use]
    pub fn choice<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        Self::OneOf(values.map(str::to_owned).collect(), false)
    }

    /// Either of two.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (one, two) if one == two => one,
            (Self::OneOf(mut one, a), Self::OneOf(two, b)) => {
                one.extend(two);
                Self::OneOf(one, a && b)
            }
            (Self::List(one), Self::List(two)) => match (*one, *two) {
                (Self::Any, known) | (known, Self::Any) => Self::list(known),
                (one, two) => Self::list(one.or(two)),
            },
            (Self::Null, known) | (known, Self::Null) => known,
            (one, two) if one.is_text() && two.is_text() => Self::Text,
            _ => Self::Any,
        }
    }

    /// Texts and days, which are texts too.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::OneOf(..) | Self::Day)
    }

    /// Whether nothing is known that could be wrong.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Any | Self::Null)
    }

    /// Whether two values may be compared at all; the error says why not.
    ///
    /// # Errors
    /// A sentence for the author.
    pub fn fits(&self, other: &Self) -> Result<(), String> {
        match (self, other) {
            (one, two) if one.is_open() || two.is_open() => Ok(()),
            (Self::OneOf(options, false), Self::OneOf(texts, true))
            | (Self::OneOf(texts, true), Self::OneOf(options, false)) => known(texts, options),
            (Self::Day, Self::OneOf(texts, true)) | (Self::OneOf(texts, true), Self::Day) => {
                Err(format!("a day is compared with {}, which is no day like 2026-01-31", quoted(texts)))
            }
            (Self::List(one), Self::List(two)) => one.fits(two),
            (one, two) if one.is_text() && two.is_text() => Ok(()),
            (one, two) if std::mem::discriminant(one) == std::mem::discriminant(two) => Ok(()),
            (one, two) => Err(format!("{one} is compared with {two}")),
        }
    }

    /// A named part.
    ///
    /// # Errors
    /// A sentence for the author when there is no such part.
    pub fn part(&self, name: &str) -> Result<Self, String> {
        match self {
            Self::Any | Self::Null => Ok(Self::Any),
            Self::Object(parts) => parts.get(name).cloned().ok_or_else(|| {
                let known: Vec<&str> = parts.keys().map(String::as_str).collect();
                format!("there is no part `{name}`; there is {}", known.join(", "))
            }),
            other => Err(format!("`.{name}` is read from {other}, which has no parts")),
        }
    }
}

/// Every text is one of the options.
fn known(texts: &BTreeSet<String>, options: &BTreeSet<String>) -> Result<(), String> {
    match texts.iter().find(|text| !options.contains(*text)) {
        None => Ok(()),
        Some(text) => Err(format!("\"{text}\" is none of the values {}", quoted(options))),
    }
}

fn quoted(texts: &BTreeSet<String>) -> String {
    texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ")
}

impl Expected {
    /// Whether a type may stand here.
    #[must_use]
    pub fn accepts(self, found: &Type) -> bool {
        found.is_open()
            || match self {
                Self::Bool => *found == Type::Bool,
                Self::Int => *found == Type::Int,
                Self::Day => matches!(found, Type::Day | Type::Text),
                Self::Line => !matches!(found, Type::List(_) | Type::Object(_)),
                Self::Anything => true,
            }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "something unknown",
            Self::Null => "nothing",
            Self::Bool => "yes or no",
            Self::Int => "a whole number",
            Self::Double => "a fraction",
            Self::Text | Self::OneOf(..) => "a text",
            Self::Day => "a day",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        })
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "yes or no",
            Self::Int => "a whole number",
            Self::Day => "a day",
            Self::Line => "one line of text or a number",
            Self::Anything => "anything",
        })
    }
}
