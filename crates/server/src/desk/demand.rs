//! What an act must bring with it: reasons, points, days.

use haoban_domain::{case::CorrectionPoint, form::FieldProblem, ids::CorrectionId};
use haoban_wire::{Problem, ProblemCode};

use super::review::targets;
use crate::{
    Error, Result, licences,
    workflow::{Correction, Dossier, Scene},
};

/// Most working days an officer may give or expect.
const MOST_DAYS: u16 = 60;
/// Longest text of an officer.
const MOST_WORDS: usize = 2_000;

/// Reasons with words in them; none is refused.
pub(super) fn reasons(given: &[String]) -> Result<Vec<String>> {
    let kept: Vec<String> =
        given.iter().map(|words| words.trim().to_owned()).filter(|words| !words.is_empty()).collect();
    if kept.is_empty() || kept.iter().any(|words| words.chars().count() > MOST_WORDS) {
        return Err(wrong("reasons"));
    }
    Ok(kept)
}

/// A number of working days that makes sense.
pub(super) fn days(given: u16) -> Result<u16> {
    if (1..=MOST_DAYS).contains(&given) { Ok(given) } else { Err(wrong("days")) }
}

/// A text that is not endless.
pub(super) fn words(given: &str) -> Result<String> {
    let given = given.trim();
    if given.chars().count() > MOST_WORDS { Err(wrong("opinion")) } else { Ok(given.to_owned()) }
}

/// The notice an officer asks for. Every point names something the applicant can change; names are the form's.
pub(super) async fn notice(
    scene: &Scene<'_>,
    case: &Dossier,
    points: &[CorrectionPoint],
    days_given: u16,
) -> Result<Correction> {
    let given = days(days_given)?;
    let held = licences::of_party(&scene.state.store, case.party, scene.today).await?;
    let known = targets(case, &case.rules.evaluate(&case.inputs(held, scene.today)));
    let mut kept = Vec::new();
    for point in points {
        let target = known.iter().find(|known| known.target == point.target).ok_or_else(|| wrong("points"))?;
        if point.words.trim().is_empty() || point.words.chars().count() > MOST_WORDS {
            return Err(wrong("points"));
        }
        kept.push(CorrectionPoint { name: target.name.clone(), ..point.clone() });
    }
    if kept.is_empty() {
        return Err(wrong("points"));
    }
    Ok(Correction {
        id: CorrectionId::new(scene.now.millis(), scene.random()),
        department: case.department().to_owned(),
        points: kept,
        days: given,
        due_on: scene.calendar.workdays_after(scene.today, given),
        requested_at: scene.now,
        answered_at: None,
        answers_before: None,
    })
}

fn wrong(field: &str) -> Error {
    let message = match field {
        "reasons" => crate::notices::say!("desk", "reasons_needed"),
        "days" => crate::notices::say!("desk", "days_needed"),
        "opinion" => crate::notices::say!("desk", "too_long"),
        _ => crate::notices::say!("desk", "points_needed"),
    };
    let problem =
        FieldProblem { field: Some(field.to_owned()), part: None, rule: field.to_owned(), message, warning: false };
    Problem::new(ProblemCode::Invalid).with_fields(vec![problem]).into()
}
