//! Lists and search.

use haoban_domain::{item::ServiceItem, pack::HomeTile};
use haoban_wire::ui::{CatalogueView, ItemRow, Mark, SearchHit, SearchView, ThemeCount};

use super::{Loaded, loaded};
use crate::Client;

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

/// All items, or those of a theme.
pub(crate) fn open(client: &Client, theme: Option<&str>) -> CatalogueView {
    let Some(loaded) = loaded(client) else { return CatalogueView { themes: Vec::new(), items: Vec::new() } };
    let pack = &loaded.catalogue.pack;
    let holds = |item: &ServiceItem, id: &str| item.guide.themes.iter().any(|held| held == id);
    let themes = pack
        .city
        .themes
        .iter()
        .map(|theme| ThemeCount {
            theme: theme.clone(),
            count: count(pack.items.iter().filter(|item| holds(item, &theme.id)).count()),
        })
        .collect();
    let items = pack
        .items
        .iter()
        .filter(|item| theme.is_none_or(|theme| holds(item, theme)))
        .map(|item| item_row(&loaded, item))
        .collect();
    CatalogueView { themes, items }
}

/// Searches on the device.
pub(crate) fn search(client: &Client, query: &str) -> SearchView {
    let query = query.trim().to_owned();
    let Some(loaded) = loaded(client) else { return SearchView { query, hits: Vec::new(), corrected: None } };
    let found = loaded.index.search(&query, MOST_HITS);
    let hits = found
        .hits
        .into_iter()
        .filter_map(|hit| {
            let item = loaded.catalogue.pack.items.get(hit.index)?;
            let marks = hit.marks.into_iter().map(|(at, letters)| Mark { at, letters }).collect();
            Some(SearchHit { item: item_row(&loaded, item), marks, via: hit.via })
        })
        .collect();
    SearchView { query, hits, corrected: found.corrected }
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
    loaded.map_or(0, |loaded| count(loaded.catalogue.pack.items.len()))
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
