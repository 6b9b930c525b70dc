//! The platform, as far as the outbox can tell, and what travels between the two.

use std::collections::{BTreeMap, BTreeSet};

use haoban_domain::ids::CaseId;
use haoban_wire::{Problem, ProblemCode};

/// What a resident wants to reach with one draft.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tap {
    pub(super) case: CaseId,
    pub(super) files: usize,
    /// An act on a case that another tap sends.
    pub(super) follows: bool,
    /// So many versions of the answers are refused, with this.
    pub(super) refused: u32,
    pub(super) with: ProblemCode,
}

/// What a step says: of which draft, and for the act itself the version of its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    File { draft: u8, number: usize },
    Act { draft: u8, version: u32 },
}

/// Why the resident asks for a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Edit,
    GiveUp,
}

/// A message under way. Requests and answers belong to the life of the app that asked.
#[derive(Debug, Clone)]
pub(super) enum Message {
    Request {
        step: String,
        life: u32,
        said: Said,
    },
    Answer {
        step: String,
        life: u32,
        answer: Answer,
    },
    /// "Do you have this act?", of the revision at which it was judged.
    LookUp {
        step: String,
        life: u32,
        draft: u8,
        revision: u64,
        wish: Wish,
    },
    Found {
        step: String,
        life: u32,
        revision: u64,
        wish: Wish,
        there: bool,
    },
    /// "What is new after this?"
    Pull {
        life: u32,
        after: i64,
    },
    News {
        life: u32,
        events: Vec<i64>,
    },
}

#[derive(Debug, Clone)]
pub(super) enum Answer {
    Done,
    Refused(Problem),
    Busy { wish: Option<u64> },
    SignedOut,
    Nothing,
}

#[derive(Default)]
pub(super) struct Platform {
    files: BTreeSet<(u8, usize)>,
    /// Keys of the acts with the version that was taken, in order.
    pub(super) acts: Vec<(u8, u32)>,
    /// Each act makes one event; its place is its number.
    pub(super) events: i64,
}

impl Platform {
    pub(super) fn has(&self, draft: u8) -> bool {
        self.acts.iter().any(|(key, _)| *key == draft)
    }

    /// Takes what a step says, once a key.
    pub(super) fn take(&mut self, taps: &BTreeMap<u8, Tap>, said: Said) -> Answer {
        let (draft, version) = match said {
            Said::File { draft, number } => {
                self.files.insert((draft, number));
                return Answer::Done;
            }
            Said::Act { draft, version } => (draft, version),
        };
        let tap = taps[&draft];
        if let Some((_, taken)) = self.acts.iter().find(|(key, _)| *key == draft) {
            return if *taken == version { Answer::Done } else { Answer::Refused(ProblemCode::KeyReused.into()) };
        }
        let begun = |(key, _): &(u8, u32)| taps[key].case == tap.case && !taps[key].follows;
        if tap.follows && !self.acts.iter().any(begun) {
            return Answer::Refused(ProblemCode::NotFound.into());
        }
        assert!((0..tap.files).all(|number| self.files.contains(&(draft, number))), "an act came before its files");
        if version < tap.refused {
            return Answer::Refused(tap.with.into());
        }
        self.acts.push((draft, version));
        self.events += 1;
        Answer::Done
    }
}
