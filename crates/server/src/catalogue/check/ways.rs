//! Ways to find a service: life events and synonyms lead to items and joint services of the pack, and each is
//! given once.

use std::collections::BTreeSet;

use haoban_domain::pack::CityPack;

use super::Finding;

/// Checks the life events of city.yaml and synonyms.yaml.
#[must_use]
pub fn check(pack: &CityPack) -> Vec<Finding> {
    let mut findings = events(pack);
    findings.extend(synonyms(pack));
    findings
}

fn events(pack: &CityPack) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, event) in pack.city.life_events.iter().enumerate() {
        if !seen.insert(event.id.as_str()) {
            let message = format!("the life event `{}` is given twice", event.id);
            findings.push(wrong("city.yaml", format!("life_events.{at}.id"), message, "give each its own"));
        }
        findings.extend(unknown(pack, "city.yaml", &format!("life_events.{at}.items"), &event.items));
    }
    findings
}

fn synonyms(pack: &CityPack) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut said = BTreeSet::new();
    for (at, synonym) in pack.synonyms.iter().enumerate() {
        findings.extend(unknown(pack, "synonyms.yaml", &format!("{at}.items"), &synonym.items));
        for words in synonym.say.iter().filter(|words| !said.insert(words.as_str())) {
            let message = format!("`{words}` is said twice");
            let remedy = "put everything it means into one line";
            findings.push(wrong("synonyms.yaml", format!("{at}.say"), message, remedy));
        }
    }
    findings
}

fn unknown(pack: &CityPack, file: &str, path: &str, codes: &[String]) -> Vec<Finding> {
    let strange = codes.iter().filter(|code| !pack.has_service(code));
    strange
        .map(|code| wrong(file, path.to_owned(), format!("there is no service `{code}`"), "correct the code or add it"))
        .collect()
}

fn wrong(file: &str, path: String, message: String, remedy: &'static str) -> Finding {
    Finding::at(file, path, "reference", message, remedy)
}
