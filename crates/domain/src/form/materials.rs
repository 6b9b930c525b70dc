//! The standing of each material slot for one applicant: 免交, 您来交, 可后补.

use super::Inputs;
use crate::{
    calendar::WorkCalendar,
    ids::LicenceId,
    licence::{Licence, LicenceStatus},
    material::{MaterialChoice, MaterialRule, MaterialStanding, MaterialState, Replacement},
    time::Date,
};

/// What the rules of a slot said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MaterialVerdict {
    /// Asked at all.
    pub asked: bool,
    /// Per replacement: whether it holds in this situation.
    pub holds: Vec<bool>,
}

/// Whether a licence may stand in on that day.
pub(super) fn is_usable(licence: &Licence, today: Date) -> bool {
    licence.status == LicenceStatus::Valid && licence.valid_to.is_none_or(|last| today <= last)
}

/// The state of one slot.
pub(super) fn state(
    rule: &MaterialRule,
    verdict: &MaterialVerdict,
    inputs: &Inputs,
    calendar: &WorkCalendar,
) -> MaterialState {
    let usable_licences = if verdict.asked { usable(rule, verdict, inputs) } else { Vec::new() };
    let defer_until = rule.defer_days.filter(|_| verdict.asked).map(|days| calendar.workdays_after(inputs.today, days));
    let standing = if verdict.asked {
        standing(rule, verdict, inputs.choices.get(&rule.id), &usable_licences)
    } else {
        MaterialStanding::NotAsked
    };
    MaterialState {
        id: rule.id.clone(),
        asked: verdict.asked,
        standing,
        usable_licences,
        may_defer: defer_until.is_some(),
        defer_until,
    }
}

/// Licences of the holder that fit a replacement which holds; those that last longest first.
fn usable(rule: &MaterialRule, verdict: &MaterialVerdict, inputs: &Inputs) -> Vec<LicenceId> {
    let mut ids = Vec::new();
    for (replacement, holds) in rule.replaced_by.iter().zip(&verdict.holds) {
        let Replacement::Licence { licence_type, .. } = replacement else { continue };
        if !holds {
            continue;
        }
        let mut fitting: Vec<&Licence> = inputs
            .licences
            .iter()
            .filter(|licence| licence.licence_type == *licence_type && is_usable(licence, inputs.today))
            .collect();
        fitting.sort_by_key(|licence| {
            let last =
                licence.valid_to.map_or(i64::MAX, |day| i64::from(day.0.year()) * 400 + i64::from(day.0.day_of_year()));
            (std::cmp::Reverse(last), std::cmp::Reverse(licence.issued_on), licence.id)
        });
        for licence in fitting {
            if !ids.contains(&licence.id) {
                ids.push(licence.id);
            }
        }
    }
    ids
}

fn standing(
    rule: &MaterialRule,
    verdict: &MaterialVerdict,
    choice: Option<&MaterialChoice>,
    usable: &[LicenceId],
) -> MaterialStanding {
    match choice {
        Some(MaterialChoice::Upload { files }) if !files.is_empty() => return MaterialStanding::Uploaded,
        Some(MaterialChoice::Licence { licence }) if usable.contains(licence) => {
            return MaterialStanding::WaivedByLicence;
        }
        _ => {}
    }
    for (replacement, holds) in rule.replaced_by.iter().zip(&verdict.holds) {
        match replacement {
            Replacement::Register { .. } if *holds => return MaterialStanding::WaivedByRegister,
            Replacement::Licence { .. } if *holds && !usable.is_empty() => return MaterialStanding::WaivedByLicence,
            _ => {}
        }
    }
    match choice {
        Some(MaterialChoice::Deferred) if rule.defer_days.is_some() => MaterialStanding::Deferred,
        _ => MaterialStanding::Needed,
    }
}
