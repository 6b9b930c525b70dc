//! The device's disk: transactions in a log with a mark behind each. What was acknowledged is there for ever; of a
//! transaction that was being written when the app or the power ended, any part may have reached the disk. A start
//! finds the mark behind a whole one and drops everything behind the last mark, as a write-ahead log does.

use std::collections::{BTreeMap, BTreeSet};

use haoban_domain::ids::OutboxId;

use crate::{
    drafts::Standing,
    outbox::row::{Entry, Step},
    sync::Cursor,
};

/// A draft: its number is the key of its act, its version stands for its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) standing: Standing,
    pub(super) version: u32,
}

/// One row as a transaction writes it.
#[derive(Debug, Clone)]
pub(super) enum Row {
    Entry(Box<Entry>),
    Step(Box<Step>),
    Finished(OutboxId),
    Gone(OutboxId),
    Draft(u8, Draft),
    /// An event took effect; effect and cursor are one row.
    Heard(i64, Cursor),
}

/// What is in the tables.
pub(super) struct Rows {
    /// In the order they were queued, done ones too.
    pub(super) entries: Vec<Entry>,
    pub(super) finished: BTreeSet<OutboxId>,
    pub(super) drafts: BTreeMap<u8, Draft>,
    pub(super) heard: Vec<i64>,
    pub(super) cursor: Cursor,
}

impl Rows {
    fn apply(&mut self, row: Row) {
        match row {
            Row::Entry(entry) => self.entries.push(*entry),
            Row::Step(step) => {
                let steps = self.entries.iter_mut().flat_map(|entry| &mut entry.steps);
                if let Some(one) = steps.into_iter().find(|one| one.id == step.id) {
                    *one = *step;
                }
            }
            Row::Finished(id) => {
                self.finished.insert(id);
            }
            Row::Gone(id) => self.entries.retain(|entry| entry.id != id),
            Row::Draft(number, draft) => {
                self.drafts.insert(number, draft);
            }
            Row::Heard(seq, cursor) => {
                self.heard.push(seq);
                self.cursor = cursor;
            }
        }
    }

    pub(super) fn unfinished(&self) -> Vec<Entry> {
        self.entries.iter().filter(|entry| !self.finished.contains(&entry.id)).cloned().collect()
    }

    pub(super) fn step(&self, id: &str) -> Option<&Step> {
        self.entries.iter().flat_map(|entry| &entry.steps).find(|step| step.id == id)
    }
}

pub(super) struct Disk {
    pub(super) rows: Rows,
    /// A disk that keeps halves of transactions, to see that somebody would notice.
    pub(super) keeps_halves: bool,
}

impl Disk {
    pub(super) fn new(cursor: Cursor, keeps_halves: bool) -> Self {
        let (entries, finished, drafts, heard) = (Vec::new(), BTreeSet::new(), BTreeMap::new(), Vec::new());
        Self { rows: Rows { entries, finished, drafts, heard, cursor }, keeps_halves }
    }

    /// Acknowledged: it is there whatever happens now.
    pub(super) fn commit(&mut self, rows: Vec<Row>) {
        rows.into_iter().for_each(|row| self.rows.apply(row));
    }

    /// The end came while this was written; so many pieces of it, the mark being the last, had reached the disk.
    pub(super) fn torn(&mut self, rows: Vec<Row>, reached: usize) {
        if reached > rows.len() {
            self.commit(rows);
        } else if self.keeps_halves {
            self.commit(rows.into_iter().take(reached).collect());
        }
    }
}
