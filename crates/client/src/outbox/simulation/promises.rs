//! What holds at every moment, and what must be true when all is well again.

use std::collections::{BTreeMap, BTreeSet};

use super::world::{Person, World};
use crate::{drafts::Standing, outbox::machine::StepEvent};

/// Most moments of the second phase; far more than a healthy device needs.
const PATIENCE: usize = 5_000;

impl World {
    /// What holds at every moment.
    pub(super) fn check(&self) {
        let (acts, rows) = (&self.platform.acts, &self.disk.rows);
        let unique: BTreeSet<u8> = acts.iter().map(|(key, _)| *key).collect();
        assert_eq!(unique.len(), acts.len(), "an act was taken twice");
        let mut carried: BTreeMap<u8, usize> = BTreeMap::new();
        for entry in rows.entries.iter().filter(|entry| !rows.finished.contains(&entry.id)) {
            *carried.entry(self.sent[&entry.id].0).or_default() += 1;
        }
        for draft in self.taps.keys() {
            let Some(now) = rows.drafts.get(draft) else { panic!("a tap vanished from the disk") };
            let wanted = usize::from(now.standing == Standing::Frozen);
            let found = carried.get(draft).copied().unwrap_or(0);
            assert_eq!(found, wanted, "draft {draft} is {:?} and in {found} entries", now.standing);
            assert!(now.standing != Standing::Sent || unique.contains(draft), "sent, and the platform has nothing");
        }
        for lane in self.taps.values().map(|tap| tap.case).collect::<BTreeSet<_>>() {
            let of_lane = acts.iter().map(|(key, _)| *key).filter(|key| self.taps[key].case == lane);
            let taken: Vec<u8> = of_lane.collect();
            assert!(taken.first().is_none_or(|first| !self.taps[first].follows), "an act on a case that is not there");
            let wanted = self.taps.iter().filter(|(_, tap)| tap.case == lane).map(|(key, _)| *key);
            let in_order = taken.iter().copied().zip(wanted).all(|(taken, wanted)| taken == wanted);
            assert!(in_order || self.stirred.contains(&lane), "a case went out of order");
        }
        let in_order = rows.heard.windows(2).all(|two| two[0] < two[1]);
        assert!(in_order, "an event took effect twice or out of order");
    }

    /// All is well again. What goes by itself must arrive by itself; what was refused, the resident mends or gives up.
    pub(super) fn heal(&mut self) {
        self.tell(format_args!("all is well"));
        (self.trouble, self.partition, self.person) = (false, false, Person::Owner);
        self.every_step(&StepEvent::SignedIn);
        self.every_step(&StepEvent::Resumed);
        for _ in 0..PATIENCE {
            self.now += 1_000;
            self.look();
            while !self.under_way.is_empty() {
                self.deliver();
            }
            self.mend();
            self.check();
            let caught_up = self.disk.rows.cursor.seq == self.platform.events;
            if caught_up && self.disk.rows.unfinished().is_empty() && self.open_drafts().is_empty() {
                break;
            }
        }
        let left: Vec<String> = self.disk.rows.unfinished().iter().map(|entry| format!("{:?}", entry.steps)).collect();
        assert!(left.is_empty(), "never arrived: {left:#?}");
        let arrived = |draft: &u8| self.platform.has(*draft);
        let given_up = |draft: &u8| self.disk.rows.drafts[draft].standing == Standing::Deleted;
        assert!(self.taps.keys().all(|draft| arrived(draft) || given_up(draft)), "a tap was lost");
        let all: Vec<i64> = (1..=self.platform.events).collect();
        assert_eq!(self.disk.rows.heard, all, "every event once, in order");
    }
}
