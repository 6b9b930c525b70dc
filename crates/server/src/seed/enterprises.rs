//! Twenty enterprises, each run by a resident.

use super::{families::Builder, numbers, town::Enterprise};

/// Adds them. The first one is run by the business owner of the demonstration.
pub fn add(town: &mut Builder<'_>) {
    let words = town.words;
    let mut free: Vec<usize> = (0..town.town.people.len())
        .filter(|&one| (25..60).contains(&town.town.people[one].age(town.today)) && !town.town.people[one].has_password)
        .collect();
    let demo = town.town.people.iter().position(|person| person.phone == "13800000002");
    for (at, shop) in words.enterprises.iter().enumerate() {
        let drawn = town.numbers.between(0, u32::try_from(free.len().saturating_sub(1)).unwrap_or(0)) as usize;
        let owner = match demo {
            Some(owner) if at == 0 => owner,
            _ if free.is_empty() => continue,
            _ => free.swap_remove(drawn),
        };
        let serial = u32::try_from(at).unwrap_or(0);
        let region = town.town.people[owner].lives.region.clone();
        let Some(credit_code) = numbers::credit_code(shop.sole, &region, serial) else { continue };
        let months = if at == 0 { 38 } else { town.numbers.between(2, 120) };
        let party = town.party();
        let index = town.town.enterprises.len();
        town.town.people[owner].enterprise = Some(index);
        town.town.enterprises.push(Enterprise {
            party,
            name: shop.name.clone(),
            credit_code,
            phone: format!("1370000{:04}", serial + 1000),
            owner,
            months,
        });
    }
}
