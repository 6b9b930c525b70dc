//! L09: those a service is for agree with the themes it stands under.

use haoban_domain::{
    item::{AudienceKind, Guide, ServedParty},
    pack::CityPack,
};

use super::Finding;

/// Checks one guide. A theme without an audience is for everybody.
#[must_use]
pub fn check(guide: &Guide, file: &str, pack: &CityPack) -> Vec<Finding> {
    let themes: Vec<_> = guide
        .themes
        .iter()
        .enumerate()
        .filter_map(|(at, id)| Some((at, pack.city.themes.iter().find(|theme| theme.id == *id)?)))
        .collect();
    let mut findings = served(guide, file);
    for (at, theme) in &themes {
        if !theme.audience.is_empty() && !guide.audience.iter().any(|kind| theme.audience.contains(kind)) {
            let message = format!("the theme `{}` is for others than this service", theme.id);
            let remedy = "choose a theme for the same people, or correct `audience`";
            findings.push(Finding::at(file, format!("guide.themes.{at}"), "L09", message, remedy));
        }
    }
    for (at, kind) in guide.audience.iter().enumerate() {
        if !themes.iter().any(|(_, theme)| theme.audience.is_empty() || theme.audience.contains(kind)) {
            let message = "no theme of this service is for them, so they would not find it";
            findings.push(Finding::at(
                file,
                format!("guide.audience.{at}"),
                "L09",
                message,
                "add a theme for them, or take them out of `audience`",
            ));
        }
    }
    findings
}

/// Natural persons are served exactly when they may apply, and so are organisations.
fn served(guide: &Guide, file: &str) -> Vec<Finding> {
    if guide.served.is_empty() {
        return Vec::new();
    }
    let of = |party: &ServedParty| match party {
        ServedParty::NaturalPerson => AudienceKind::NaturalPerson,
        _ => AudienceKind::LegalEntity,
    };
    let kinds = [AudienceKind::NaturalPerson, AudienceKind::LegalEntity];
    let disagree =
        |kind: &AudienceKind| guide.audience.contains(kind) != guide.served.iter().any(|party| of(party) == *kind);
    let message = "those served (服务对象) and those who may apply disagree";
    let remedy = "correct `served` or `audience`";
    let wrong = kinds.into_iter().filter(disagree);
    wrong.map(|_| Finding::at(file, "guide.served", "L09", message, remedy)).collect()
}
