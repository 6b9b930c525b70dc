//! Counters near the resident: those in the district of their own address come first. The address is
//! one that a register has answered already; the device is not located.

use haoban_domain::{item::Counter, pack::Region, person::Facts, text::LocalText};

use super::Loaded;
use crate::{Client, facts};

/// Facts that say where somebody lives, the surest first: an address, or the code of a district.
const HOMES: [&str; 4] =
    ["lease.filed_address", "enrolment.permit_region", "population.household_address", "population.hukou_region"];

/// Puts the counters of the resident's own district first; answers which district that is.
pub(super) async fn first(client: &Client, loaded: &Loaded, counters: &mut [Counter]) -> Option<LocalText> {
    let known = facts::all_cached(client).await;
    let code = known.iter().find_map(district)?;
    let region = loaded.catalogue.pack.regions.iter().find(|region| region.code == code)?;
    sort(counters, region).then(|| region.name.clone())
}

/// The code of a district that facts name.
fn district(facts: &Facts) -> Option<String> {
    HOMES.iter().find_map(|key| {
        let value = &facts.0.get(*key)?.value;
        value.get("region").unwrap_or(value).as_str().map(str::to_owned)
    })
}

/// Those of a region first, each group in its own order; false when none is there.
fn sort(counters: &mut [Counter], region: &Region) -> bool {
    let away = |counter: &Counter| !counter.address.zh.contains(&region.name.zh);
    counters.sort_by_key(away);
    counters.first().is_some_and(|first| !away(first))
}

#[cfg(test)]
mod tests {
    use haoban_domain::{person::Fact, time::Timestamp};
    use serde_json::json;

    use super::*;

    fn facts(answered: &[(&str, serde_json::Value)]) -> Facts {
        let fact = |value| Fact { value, register: LocalText::new("r", "r"), read_at: Timestamp::from_millis(0) };
        Facts(answered.iter().map(|(key, value)| ((*key).to_owned(), fact(value.clone()))).collect())
    }

    #[test]
    fn the_own_district_comes_from_an_address_or_its_code() {
        let lease = ("lease.filed_address", json!({ "region": "410105" }));
        let household = ("population.household_address", json!({ "region": "410102" }));
        let hukou = ("population.hukou_region", json!("410103"));
        assert_eq!(district(&facts(std::slice::from_ref(&hukou))).as_deref(), Some("410103"));
        assert_eq!(district(&facts(&[hukou.clone(), household])).as_deref(), Some("410102"));
        assert_eq!(district(&facts(&[hukou.clone(), lease])).as_deref(), Some("410105"));
        let nothing = ("population.household_address", json!(null));
        assert_eq!(district(&facts(&[hukou, nothing])).as_deref(), Some("410103"), "an empty answer is none");
        assert_eq!(district(&facts(&[("gjj.balance", json!(5))])), None);
    }

    #[test]
    fn the_registers_of_the_city_answer_every_fact_asked() {
        let city = concat!(env!("CARGO_MANIFEST_DIR"), "/../../cities/zhengzhou/registers.yaml");
        let registers = std::fs::read_to_string(city).unwrap();
        for key in HOMES {
            let (register, field) = key.split_once('.').unwrap();
            let own = registers.split("\n- id: ").find(|part| part.lines().next() == Some(register));
            let own = own.unwrap_or_else(|| panic!("no register {register}"));
            assert!(own.contains(&format!("{{ id: {field},")), "{register} does not answer {field}");
        }
    }

    #[test]
    fn counters_of_the_district_come_first() {
        let counter = |address: &str| Counter {
            name: LocalText::new(address, address),
            address: LocalText::new(address, address),
            hours: LocalText::default(),
            transit: LocalText::default(),
            phone: String::new(),
            centre: None,
        };
        let region =
            |name: &str| Region { code: "1".into(), name: LocalText::new(name, name), parent: Some("0".into()) };
        let mut counters = vec![counter("West 1"), counter("East 2"), counter("West 3")];
        assert!(sort(&mut counters, &region("East")));
        let order: Vec<&str> = counters.iter().map(|counter| counter.address.zh.as_str()).collect();
        assert_eq!(order, ["East 2", "West 1", "West 3"]);
        assert!(!sort(&mut counters, &region("North")), "nobody is told of a district without a counter");
    }
}
