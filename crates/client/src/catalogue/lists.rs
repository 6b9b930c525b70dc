//! The catalogue by theme, life event, department and audience.

use haoban_domain::{
    item::{AudienceKind, ServiceItem},
    pack::CityPack,
};
use haoban_wire::ui::{CatalogueOpen, DepartmentCount, EventCount, ThemeCount};

/// Items for which every given part of a request holds, a life event's in its own order.
pub(super) fn chosen<'p>(pack: &'p CityPack, request: &CatalogueOpen) -> Vec<&'p ServiceItem> {
    let in_order: Vec<&ServiceItem> = match &request.event {
        None => pack.items.iter().collect(),
        Some(id) => {
            let event = pack.city.life_events.iter().find(|event| event.id == *id);
            let codes = event.into_iter().flat_map(|event| &event.items);
            codes.filter_map(|code| pack.items.iter().find(|item| item.code == *code)).collect()
        }
    };
    let holds = |item: &&ServiceItem| {
        let guide = &item.guide;
        request.theme.as_ref().is_none_or(|theme| guide.themes.contains(theme))
            && request.department.as_ref().is_none_or(|department| guide.department == *department)
            && request.audience.is_none_or(|audience| guide.audience.contains(&audience))
    };
    in_order.into_iter().filter(holds).collect()
}

/// Themes in the city's order.
pub(super) fn themes(pack: &CityPack) -> Vec<ThemeCount> {
    let held = |id: &String| pack.items.iter().filter(|item| item.guide.themes.contains(id)).count();
    let themes = pack.city.themes.iter();
    themes.map(|theme| ThemeCount { theme: theme.clone(), count: count(held(&theme.id)) }).collect()
}

/// Life events in the city's order.
pub(super) fn events(pack: &CityPack) -> Vec<EventCount> {
    let row = |event: &haoban_domain::pack::LifeEvent| EventCount {
        id: event.id.clone(),
        name: event.name.clone(),
        icon: event.icon.clone(),
        count: count(event.items.len()),
    };
    pack.city.life_events.iter().map(row).collect()
}

/// Departments that have items, in the pack's order.
pub(super) fn departments(pack: &CityPack) -> Vec<DepartmentCount> {
    let held = |id: &str| count(pack.items.iter().filter(|item| item.guide.department == id).count());
    let row = |department: &haoban_domain::pack::Department| DepartmentCount {
        id: department.id.clone(),
        name: department.name.clone(),
        count: held(&department.id),
    };
    pack.departments.iter().map(row).filter(|row| row.count > 0).collect()
}

/// How many items are for an audience.
pub(super) fn audience(pack: &CityPack, audience: AudienceKind) -> u32 {
    count(pack.items.iter().filter(|item| item.guide.audience.contains(&audience)).count())
}

/// A length as the page counts.
pub(super) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
