//! 免申即办: what registers show renews by itself, without the resident doing anything.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    person::{Fact, Facts},
    rules::Expr,
    text::LocalText,
    time::Date,
};

/// A proof that must be given again and again, and what stands in for it. Its rules read facts, figures and `today`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct SilentRenewal {
    /// Whom it concerns.
    pub when: Expr,
    /// Fact that holds the day of the last proof; a renewal writes it.
    pub proof: String,
    /// Last day for which the last proof counts. Of the facts it reads `proof` only.
    pub until: Expr,
    /// Facts that stand in for a proof, each the day of its latest.
    pub signs: Vec<LifeSign>,
    /// Where the latest sign is noted for the resident: its day and what it was.
    pub seen: SignNote,
    /// Headline of the notice; `{day}` is the new last day.
    pub title: LocalText,
    /// Text of the notice, likewise.
    pub body: LocalText,
}

/// A trusted sign that somebody is alive: only its day is read, never what the person did there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct LifeSign {
    /// Fact with the day.
    pub fact: String,
    /// What it was, in a word or two.
    pub words: LocalText,
}

/// Facts in which the latest sign is noted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct SignNote {
    /// Fact for the day.
    pub on: String,
    /// Fact for what it was.
    pub from: String,
}

impl SilentRenewal {
    /// Every fact it reads or writes.
    pub fn facts(&self) -> impl Iterator<Item = &str> {
        let own = [&self.proof, &self.seen.on, &self.seen.from];
        own.into_iter().chain(self.signs.iter().map(|sign| &sign.fact)).map(String::as_str)
    }

    /// The latest sign after the last proof, no later than today.
    #[must_use]
    pub fn latest_sign(&self, facts: &Facts, today: Date) -> Option<(Date, &LifeSign)> {
        let proof = day_of(facts, &self.proof);
        let signs = self.signs.iter().filter_map(|sign| Some((day_of(facts, &sign.fact)?, sign)));
        let counts = |day: Date| day <= today && proof.is_none_or(|proof| day > proof);
        signs.filter(|(day, _)| counts(*day)).max_by_key(|(day, _)| *day)
    }
}

/// A fact that is a day.
#[must_use]
pub fn day_of(facts: &Facts, key: &str) -> Option<Date> {
    let Fact { value, .. } = facts.0.get(key)?;
    value.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::time::Timestamp;

    fn facts(list: &[(&str, &str)]) -> Facts {
        let fact = |value: &str| Fact {
            value: json!(value),
            register: LocalText::default(),
            read_at: Timestamp::from_millis(0),
        };
        Facts(list.iter().map(|(key, value)| ((*key).to_owned(), fact(value))).collect())
    }

    fn renewal() -> SilentRenewal {
        let sign = |fact: &str| LifeSign { fact: fact.to_owned(), words: LocalText::new(fact, fact) };
        SilentRenewal {
            when: Expr("true".to_owned()),
            proof: "pension.checked_on".to_owned(),
            until: Expr("months_after(facts.pension.checked_on, 12)".to_owned()),
            signs: vec![sign("clinic.seen_on"), sign("transit.rode_on")],
            seen: SignNote { on: "pension.seen_on".to_owned(), from: "pension.seen_from".to_owned() },
            title: LocalText::default(),
            body: LocalText::default(),
        }
    }

    #[test]
    fn the_latest_sign_after_the_proof_counts() {
        let today = "2026-11-23".parse().unwrap();
        let of = |list: &[(&str, &str)]| {
            renewal().latest_sign(&facts(list), today).map(|(day, sign)| (day.to_string(), sign.fact.clone()))
        };
        let proof = ("pension.checked_on", "2025-11-30");
        let rode = |on: &str| Some((on.to_owned(), "transit.rode_on".to_owned()));
        assert_eq!(
            of(&[proof, ("clinic.seen_on", "2026-03-01"), ("transit.rode_on", "2026-11-09")]),
            rode("2026-11-09")
        );
        assert_eq!(of(&[proof, ("transit.rode_on", "2025-11-30")]), None, "the proof itself is no news");
        assert_eq!(of(&[proof, ("transit.rode_on", "2026-11-24")]), None, "tomorrow is nobody's sign");
        assert_eq!(of(&[proof, ("clinic.seen_on", "soon")]), None);
        assert_eq!(of(&[("transit.rode_on", "2026-11-09")]), rode("2026-11-09"), "nobody has proved anything yet");
    }
}
