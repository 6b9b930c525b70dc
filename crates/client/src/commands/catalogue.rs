//! Home, catalogue, search, guide.

use haoban_wire::{
    Problem,
    ui::{
        CalculatorOpen, CalculatorView, CatalogueOpen, CatalogueSearch, CatalogueView, GuideOpen, GuideView, HomeOpen,
        HomeView, PaperList, PaperListView, PaperSave, PaperSaved, SearchView,
    },
};

use crate::{Client, cases, catalogue, drafts, papers};

/// Latest cases and drafts on the home page.
const LATEST: usize = 3;

/// The home page.
pub async fn home_open(client: &Client, _request: HomeOpen) -> Result<HomeView, Problem> {
    let loaded = catalogue::loaded(client);
    let (tiles, senior_tiles) = catalogue::tiles(loaded.as_deref());
    let today = client.now().city_date();
    // A closed vault hides personal rows; the page itself still opens.
    let rows: Vec<_> = cases::all(client)
        .await
        .unwrap_or_default()
        .iter()
        .filter(|case| cases::stands_alone(case))
        .map(|case| cases::case_row(case, today))
        .collect();
    let drafts = drafts::rows(client).await;
    let (due, other): (Vec<_>, Vec<_>) = rows.iter().cloned().partition(|row| row.waits_for_applicant());
    Ok(HomeView {
        due,
        tiles,
        senior_tiles,
        cases: other.into_iter().take(LATEST).collect(),
        case_count: rows.len().try_into().unwrap_or(u32::MAX),
        draft_count: drafts.len().try_into().unwrap_or(u32::MAX),
        drafts: drafts.into_iter().take(LATEST).collect(),
        item_count: catalogue::item_count(loaded.as_deref()),
        catalogue_at: loaded.map(|loaded| loaded.fetched_at),
    })
}

/// All items, or those of a theme, life event, department or audience.
pub async fn catalogue_open(client: &Client, request: CatalogueOpen) -> Result<CatalogueView, Problem> {
    catalogue::open(client, &request).await
}

/// Searches on the device.
pub async fn catalogue_search(client: &Client, request: CatalogueSearch) -> Result<SearchView, Problem> {
    catalogue::search(client, &request.query).await
}

/// A guide.
pub async fn guide_open(client: &Client, request: GuideOpen) -> Result<GuideView, Problem> {
    catalogue::guide_open(client, &request.code).await
}

/// Works the figures of an item out; keeps nothing.
pub async fn calculator_open(client: &Client, request: CalculatorOpen) -> Result<CalculatorView, Problem> {
    catalogue::calculator_open(client, request).await
}

/// Which papers a service has; the resident asked to see them, so this may wait for the platform.
pub async fn paper_list(client: &Client, request: PaperList) -> Result<PaperListView, Problem> {
    papers::list(client, &request.code).await
}

/// Saves a paper where the resident finds it.
pub async fn paper_save(client: &Client, request: PaperSave) -> Result<PaperSaved, Problem> {
    papers::save(client, request).await
}
