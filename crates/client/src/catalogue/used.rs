//! What was done before, known from this device's own cases and drafts; nothing is recorded for it and
//! nothing of it leaves the device.

use std::collections::BTreeMap;

use haoban_domain::{item::ItemCode, time::Timestamp};
use haoban_wire::ui::UsedItem;

use super::{Loaded, pages::item_row};
use crate::{Client, cases, drafts};

/// Most rows of the list.
const MOST_ROWS: usize = 8;

/// How often, and when last, by item.
pub(super) async fn codes(client: &Client) -> BTreeMap<ItemCode, (u32, Timestamp)> {
    // A closed vault hides them; the page itself still opens.
    let cases = cases::all(client).await.unwrap_or_default();
    let drafts = drafts::rows(client).await;
    let cases = cases.into_iter().map(|case| (case.item_code, case.submitted_at));
    let drafts = drafts.into_iter().map(|draft| (draft.item_code, draft.saved_at));
    let mut used: BTreeMap<ItemCode, (u32, Timestamp)> = BTreeMap::new();
    for (code, at) in cases.chain(drafts) {
        let (times, last) = used.entry(code).or_insert((0, at));
        *times += 1;
        *last = (*last).max(at);
    }
    used
}

/// The same as rows, most often first, then latest first.
pub(super) async fn rows(client: &Client, loaded: &Loaded) -> Vec<UsedItem> {
    let row = |(code, (times, last_at)): (ItemCode, (u32, Timestamp))| {
        let item = loaded.item(&code)?;
        Some(UsedItem { item: item_row(loaded, item), times, last_at })
    };
    let mut rows: Vec<UsedItem> = codes(client).await.into_iter().filter_map(row).collect();
    rows.sort_by(|a, b| b.times.cmp(&a.times).then(b.last_at.cmp(&a.last_at)));
    rows.truncate(MOST_ROWS);
    rows
}
