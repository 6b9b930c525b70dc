//! Lists and search.

use haoban_domain::{
    item::{AudienceKind, ServiceItem},
    pack::HomeTile,
    search::{Found, MOST_NUDGE},
};
use haoban_wire::{
    Problem,
    ui::{CatalogueOpen, CatalogueView, ItemRow, Mark, SearchHit, SearchView},
};

use super::{Loaded, lists, required, used};
use crate::{Client, session};

const MOST_HITS: usize = 30;

/// An item as a line of a list.
pub(crate) fn item_row(loaded: &Loaded, item: &ServiceItem) -> ItemRow {
    let guide = &item.guide;
    ItemRow {
        code: item.code.clone(),
        name: guide.name.clone(),
        summary: guide.summary.clone(),
        plain: guide.plain.clone(),
        icon: guide.icon.clone(),
        department: loaded.department_name(&guide.department),
        online_depth: guide.online_depth,
        trips: guide.trips,
        handling: guide.handling,
        promised_limit: guide.promised_limit,
        fee: guide.fee.charged.then(|| guide.fee.words.clone()),
    }
}

/// All items, or those that every given part of the request holds for.
pub(crate) async fn open(client: &Client, request: &CatalogueOpen) -> Result<CatalogueView, Problem> {
    let loaded = required(client)?;
    let pack = &loaded.catalogue.pack;
    let used = used::rows(client, &loaded).await;
    let items = lists::chosen(pack, request).into_iter().map(|item| item_row(&loaded, item)).collect();
    Ok(CatalogueView {
        themes: lists::themes(pack),
        events: lists::events(pack),
        departments: lists::departments(pack),
        for_people: lists::audience(pack, AudienceKind::NaturalPerson),
        for_businesses: lists::audience(pack, AudienceKind::LegalEntity),
        used,
        items,
    })
}

/// Searches on the device. Of equal matches those come first that were used before, then those for
/// the kind of person who is signed in.
pub(crate) async fn search(client: &Client, query: &str) -> Result<SearchView, Problem> {
    let query = query.trim().to_owned();
    let loaded = required(client)?;
    let used = used::codes(client).await;
    let audience = session::person(client).map_or(AudienceKind::NaturalPerson, |person| person.kind);
    let items = &loaded.catalogue.pack.items;
    let nudge = |entry: usize| match items.get(entry) {
        Some(item) if used.contains_key(&item.code) => MOST_NUDGE,
        Some(item) if item.guide.audience.contains(&audience) => MOST_NUDGE / 2,
        _ => 0,
    };
    let found = loaded.index.search_for(&query, MOST_HITS, nudge);
    let hit = |hit: Found| {
        let item = items.get(hit.index)?;
        let marks = hit.marks.into_iter().map(|(at, letters)| Mark { at, letters }).collect();
        let used = used.contains_key(&item.code);
        Some(SearchHit { item: item_row(&loaded, item), marks, via: hit.via, used })
    };
    Ok(SearchView { query, hits: found.hits.into_iter().filter_map(hit).collect(), corrected: found.corrected })
}

/// Tiles of the home page: standard, senior.
pub(crate) fn tiles(loaded: Option<&Loaded>) -> (Vec<HomeTile>, Vec<HomeTile>) {
    loaded.map_or_else(Default::default, |loaded| {
        let city = &loaded.catalogue.pack.city;
        (city.home_tiles.clone(), city.senior_tiles.clone())
    })
}

/// How many items there are.
pub(crate) fn item_count(loaded: Option<&Loaded>) -> u32 {
    loaded.map_or(0, |loaded| lists::count(loaded.catalogue.pack.items.len()))
}
