//! What the resident does with what is stuck: change it, send it again, try again, give it up.

use haoban_domain::ids::OutboxId;
use haoban_wire::ProblemCode;

use super::{
    disk::{Draft, Row},
    platform::{Message, Wish},
    world::{Person, World},
};
use crate::{
    drafts::Standing,
    outbox::{
        machine::{StepEvent, StepState},
        take_back::{WayBack, way_back},
    },
};

impl World {
    /// The resident wants an entry back.
    pub(super) fn wants(&mut self, entry: OutboxId, wish: Wish) {
        let Some(entry) = self.disk.rows.unfinished().into_iter().find(|one| one.id == entry) else { return };
        let Some(act) = entry.act_step() else { return };
        let (id, revision) = (act.id.clone(), act.revision);
        match way_back(act, self.running.contains(&id)) {
            WayBack::Busy => {}
            WayBack::AskFirst if !self.habits.never_asks => {
                let ((draft, _), life) = (self.sent[&entry.id], self.life);
                if self.person == Person::Owner {
                    self.send(Message::LookUp { step: id, life, draft, revision, wish });
                }
            }
            WayBack::AskFirst | WayBack::Free => self.take_back(&id, revision, wish),
        }
    }

    /// The platform said whether it has the act.
    pub(super) fn found(&mut self, step: &str, revision: u64, wish: Wish, there: bool) {
        if !there {
            self.take_back(step, revision, wish);
            return;
        }
        let life = self.life;
        for event in [StepEvent::Resumed, StepEvent::Retried] {
            self.change(step, &event);
            if self.life != life {
                return;
            }
        }
        self.settle(step, &StepEvent::Delivered);
    }

    pub(super) fn take_back(&mut self, step: &str, judged: u64, wish: Wish) {
        let entry =
            self.disk.rows.unfinished().into_iter().find(|one| one.act_step().is_some_and(|act| act.id == step));
        let Some(entry) = entry else { return };
        let Some(act) = entry.act_step() else { return };
        if act.revision != judged || way_back(act, self.running.contains(step)) == WayBack::Busy {
            return;
        }
        let (draft, version) = self.sent[&entry.id];
        let standing = if wish == Wish::Edit { Standing::Open } else { Standing::Deleted };
        self.stirred.insert(entry.case_id);
        self.tell(format_args!("{wish:?} of draft {draft}"));
        if self.write(vec![Row::Gone(entry.id), Row::Draft(draft, Draft { standing, version })]) {
            let count = if wish == Wish::Edit { &mut self.tally.edits } else { &mut self.tally.given_up };
            *count += 1;
        }
    }

    /// The resident changes a draft that came back and sends it again.
    pub(super) fn send_again(&mut self, draft: u8, least: u32) {
        let version = (self.disk.rows.drafts[&draft].version + 1).max(least);
        let changed = Draft { standing: Standing::Open, version };
        if self.write(vec![Row::Draft(draft, changed)]) {
            self.submit(draft, version);
        }
    }

    pub(super) fn open_drafts(&self) -> Vec<u8> {
        let drafts = self.disk.rows.drafts.iter();
        drafts.filter(|(_, draft)| draft.standing == Standing::Open).map(|(number, _)| *number).collect()
    }

    /// What a resident does with what is stuck.
    pub(super) fn mend(&mut self) {
        for entry in self.disk.rows.unfinished() {
            let Some(act) = entry.act_step() else { continue };
            let StepState::Wedged { problem } = &act.state else { continue };
            let (draft, _) = self.sent[&entry.id];
            let tap = self.taps[&draft];
            let begun = self.platform.acts.iter().any(|(key, _)| self.taps[key].case == tap.case);
            match problem.code {
                ProblemCode::NotFound if begun => {
                    self.change(&act.id, &StepEvent::Retried);
                }
                ProblemCode::NotFound => self.wants(entry.id, Wish::GiveUp),
                _ => self.wants(entry.id, Wish::Edit),
            }
        }
        for draft in self.open_drafts() {
            self.send_again(draft, self.taps[&draft].refused);
        }
    }
}
