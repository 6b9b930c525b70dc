//! Everything that can happen, moment by moment, and what must hold at each.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet, VecDeque},
    fmt::Write as _,
};

use haoban_domain::{
    ids::{CaseId, DraftId, FileId, OutboxId},
    material::FileKind,
    text::LocalText,
    time::Timestamp,
};
use haoban_wire::{ProblemCode, ui::OutboxAct};

use super::{
    Tally,
    dice::Dice,
    disk::{Disk, Draft, Row},
    platform::{Answer, Message, Platform, Said, Tap, Wish},
};
use crate::{
    drafts::Standing,
    outbox::{
        backoff::wait_millis,
        machine::{StepEvent, StepState},
        plan::plan,
        row::{Entry, EntryContent, Step, StepContent, UploadWork, Work},
        worker::advance,
    },
    sync::Cursor,
};

const DAY: i64 = 86_400_000;
/// Most taps of a run.
const TAPS: usize = 12;

/// Bad habits, to see that they would be noticed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Habits {
    pub(super) keeps_halves: bool,
    pub(super) never_asks: bool,
}

/// Who sits at the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Person {
    Owner,
    Nobody,
    Other,
}

pub(super) struct World {
    dice: Dice,
    pub(super) habits: Habits,
    pub(super) now: i64,
    pub(super) disk: Disk,
    /// Memory of the app: gone when it ends.
    pub(super) running: HashSet<String>,
    pub(super) life: u32,
    /// How far the device's clock is off.
    skew: i64,
    pub(super) platform: Platform,
    pub(super) under_way: VecDeque<Message>,
    pub(super) partition: bool,
    pub(super) person: Person,
    pub(super) trouble: bool,
    pub(super) taps: BTreeMap<u8, Tap>,
    /// Of which draft and which version of its answers an entry is.
    pub(super) sent: BTreeMap<OutboxId, (u8, u32)>,
    /// Cases in which something was refused or taken back: their order is up to the resident.
    pub(super) stirred: BTreeSet<CaseId>,
    tapped: u8,
    queued: u16,
    pub(super) tally: Tally,
    pub(super) told: String,
}

impl World {
    pub(super) fn new(seed: u64, habits: Habits) -> Self {
        let since = Timestamp::from_millis(1_795_000_000_000);
        Self {
            dice: Dice(seed),
            habits,
            now: since.millis(),
            disk: Disk::new(Cursor { seq: 0, since }, habits.keeps_halves),
            running: HashSet::new(),
            life: 0,
            skew: 0,
            platform: Platform::default(),
            under_way: VecDeque::new(),
            partition: false,
            person: Person::Owner,
            trouble: true,
            taps: BTreeMap::new(),
            sent: BTreeMap::new(),
            stirred: BTreeSet::new(),
            tapped: 0,
            queued: 0,
            tally: Tally::default(),
            told: String::new(),
        }
    }

    pub(super) fn tell(&mut self, what: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.told, "{} {what}", self.now);
    }

    fn clock(&self) -> Timestamp {
        Timestamp::from_millis(self.now + self.skew)
    }

    /// One transaction. False: the app ended while it was written.
    pub(super) fn write(&mut self, rows: Vec<Row>) -> bool {
        if self.trouble && self.dice.one_in(60) {
            let reached = usize::try_from(self.dice.below(rows.len() as u64 + 2)).unwrap();
            self.tell(format_args!("torn after {reached} of {} rows", rows.len()));
            self.tally.torn += 1;
            self.disk.torn(rows, reached);
            self.crash();
            return false;
        }
        self.disk.commit(rows);
        true
    }

    /// The resident sends something: a new case with files, or an act on a case of before.
    fn tap(&mut self) {
        self.tapped += 1;
        let draft = self.tapped;
        let known: Vec<CaseId> = self.taps.values().map(|tap| tap.case).collect();
        let before = if self.dice.one_in(2) { self.dice.one_of(&known) } else { None };
        let refused = if self.dice.one_in(4) { 1 + u32::try_from(self.dice.below(2)).unwrap() } else { 0 };
        let with = if self.dice.one_in(2) { ProblemCode::Invalid } else { ProblemCode::NotAllowedNow };
        let files = if before.is_some() { 0 } else { usize::try_from(self.dice.below(4)).unwrap() };
        let case = before.unwrap_or_else(|| CaseId::new(1, [draft; 10]));
        self.taps.insert(draft, Tap { case, files, follows: before.is_some(), refused, with });
        self.tell(format_args!("tap {draft} on {case} with {files} files"));
        self.submit(draft, 0);
        // What was never acknowledged may be there or not; nobody was told that it is.
        if self.disk.rows.drafts.contains_key(&draft) {
            self.tally.taps += 1;
        } else {
            self.taps.remove(&draft);
        }
    }

    /// Frozen draft and entry in one transaction, as `drafts::submit` writes them.
    pub(super) fn submit(&mut self, draft: u8, version: u32) {
        self.queued += 1;
        let Tap { case, files, follows, .. } = self.taps[&draft];
        let [high, low] = self.queued.to_be_bytes();
        let id = OutboxId::new(i64::from(self.queued), [high, low, draft, 0, 0, 0, 0, 0, 0, 0]);
        let step = |position: usize, work: Work, needs: Vec<String>| Step {
            id: format!("{id}.{position}"),
            state: StepState::Ready,
            attempts: 0,
            revision: 1,
            needs,
            content: StepContent { work, problem: None, in_doubt: false },
        };
        let mut steps: Vec<Step> = (0..files).map(|number| step(number, file(draft, number), Vec::new())).collect();
        let needs = steps.iter().map(|step| step.id.clone()).collect();
        steps.push(step(files, Work::Withdraw { case_id: case, reason: String::new() }, needs));
        let act = if follows { OutboxAct::Correct } else { OutboxAct::Submit };
        let content = EntryContent { act, owner: None, item_name: LocalText::default(), deadline: None };
        let draft_id = Some(DraftId::new(1, [draft; 10]));
        let entry = Entry { id, draft_id, case_id: case, revision: 1, content, queued_at: self.clock(), steps };
        self.sent.insert(id, (draft, version));
        let frozen = Draft { standing: Standing::Frozen, version };
        self.write(vec![Row::Draft(draft, frozen), Row::Entry(Box::new(entry))]);
    }

    /// One change of a step, as the worker writes it.
    pub(super) fn change(&mut self, id: &str, event: &StepEvent) -> bool {
        let Some(mut step) = self.disk.rows.step(id).cloned() else { return false };
        if advance(&mut step, event).is_err() {
            return false;
        }
        step.revision += 1;
        self.write(vec![Row::Step(Box::new(step))])
    }

    /// One round of the worker.
    pub(super) fn look(&mut self) {
        let (life, now) = (self.life, self.clock());
        let planned = plan(&self.disk.rows.unfinished(), &self.running, now);
        for step in &planned.due {
            self.change(step, &StepEvent::Due);
            if self.life != life {
                return;
            }
        }
        for step in planned.start {
            if self.change(&step, &StepEvent::Started) {
                self.running.insert(step.clone());
                let said = self.said_of(&step);
                self.send(Message::Request { step, life, said });
            }
            if self.life != life {
                return;
            }
        }
        if self.dice.one_in(3) {
            self.send(Message::Pull { life, after: self.disk.rows.cursor.seq });
        }
    }

    fn said_of(&self, step: &str) -> Said {
        let (entry, position) = step.rsplit_once('.').unwrap();
        let (entry, number): (OutboxId, usize) = (entry.parse().unwrap(), position.parse().unwrap());
        let (draft, version) = self.sent[&entry];
        if number < self.taps[&draft].files { Said::File { draft, number } } else { Said::Act { draft, version } }
    }

    /// Onto the line, which may lose it, double it or let it overtake.
    pub(super) fn send(&mut self, message: Message) {
        if self.trouble && (self.partition || self.dice.one_in(4)) {
            self.lost(message);
            return;
        }
        if self.trouble && self.dice.one_in(8) {
            self.under_way.push_front(message.clone());
        }
        self.under_way.push_back(message);
    }

    /// A request that is lost ends as "no answer" at the device; an answer too. Of the others nothing is heard.
    fn lost(&mut self, message: Message) {
        if let Message::Request { step, life, .. } | Message::Answer { step, life, .. } = message {
            self.under_way.push_back(Message::Answer { step, life, answer: Answer::Nothing });
        }
    }

    pub(super) fn deliver(&mut self) {
        if self.under_way.is_empty() {
            return;
        }
        let at = if self.trouble { usize::try_from(self.dice.below(self.under_way.len() as u64)).unwrap() } else { 0 };
        match self.under_way.remove(at) {
            Some(Message::Request { step, life, said }) => self.arrive(step, life, said),
            Some(Message::Answer { step, life, answer }) => self.answer(&step, life, answer),
            Some(Message::LookUp { step, life, draft, revision, wish }) => {
                let there = self.platform.has(draft);
                self.send(Message::Found { step, life, revision, wish, there });
            }
            Some(Message::Found { step, life, revision, wish, there }) if life == self.life => {
                self.found(&step, revision, wish, there);
            }
            Some(Message::Pull { life, after }) => {
                let events = (after + 1..=self.platform.events).collect();
                self.send(Message::News { life, events });
            }
            Some(Message::News { life, events }) => self.news(life, &events),
            Some(Message::Found { .. }) | None => {}
        }
    }

    fn arrive(&mut self, step: String, life: u32, said: Said) {
        let answer = if self.person != Person::Owner {
            Answer::SignedOut
        } else if self.trouble && self.dice.one_in(6) {
            Answer::Busy { wish: self.dice.one_in(2).then_some(5_000) }
        } else {
            self.platform.take(&self.taps, said)
        };
        if let (Answer::Refused(_), Said::Act { draft, .. }) = (&answer, said) {
            self.stirred.insert(self.taps[&draft].case);
            self.tally.refusals += 1;
        }
        self.tell(format_args!("platform says {answer:?} to {said:?}"));
        self.send(Message::Answer { step, life, answer });
    }

    /// The device writes down what came of a step; a later life of the app hears nothing of an earlier one's.
    fn answer(&mut self, step: &str, life: u32, answer: Answer) {
        if life != self.life || !self.running.contains(step) {
            return;
        }
        let later = |world: &mut Self, wish| {
            let attempts = world.disk.rows.step(step).map_or(0, |step| step.attempts);
            let wait = wait_millis(attempts, wish, world.dice.roll());
            StepEvent::Failed { until: world.clock().plus_millis(i64::try_from(wait).unwrap()) }
        };
        let event = match answer {
            Answer::Done => StepEvent::Delivered,
            Answer::Refused(problem) => StepEvent::Refused { problem },
            Answer::SignedOut if self.person != Person::Owner => StepEvent::SignedOut,
            Answer::SignedOut | Answer::Nothing => later(self, None),
            Answer::Busy { wish } => later(self, wish),
        };
        // The app ends before its own commit: the answer was for nothing.
        if self.trouble && self.dice.one_in(30) {
            self.crash();
            return;
        }
        self.settle(step, &event);
        self.running.remove(step);
    }

    /// A delivered act with everything that follows from it in one transaction.
    pub(super) fn settle(&mut self, id: &str, event: &StepEvent) {
        let Some(mut step) = self.disk.rows.step(id).cloned() else { return };
        if advance(&mut step, event).is_err() {
            return;
        }
        step.revision += 1;
        let mut rows = vec![Row::Step(Box::new(step))];
        if let (StepEvent::Delivered, Said::Act { draft, version }) = (event, self.said_of(id)) {
            assert!(self.platform.has(draft), "done on the device, unknown at the platform");
            let entry = id.rsplit_once('.').unwrap().0.parse().unwrap();
            rows.push(Row::Finished(entry));
            rows.push(Row::Draft(draft, Draft { standing: Standing::Sent, version }));
        }
        self.tell(format_args!("device heard {event:?} of {id}"));
        self.write(rows);
    }

    fn news(&mut self, life: u32, events: &[i64]) {
        for seq in events {
            if life != self.life {
                return;
            }
            if let Some(next) = self.disk.rows.cursor.past(*seq) {
                self.write(vec![Row::Heard(*seq, next)]);
            }
        }
    }

    /// `kill -9`: memory is gone, the disk stays; the next life finds steps under way and makes them ready.
    fn crash(&mut self) {
        self.tell(format_args!("the app ends and starts again"));
        self.tally.ends += 1;
        self.life += 1;
        self.running.clear();
        let steps = self.disk.rows.entries.iter().flat_map(|entry| &entry.steps);
        let sending: Vec<Step> = steps.filter(|step| step.state == StepState::Sending).cloned().collect();
        for mut step in sending {
            if advance(&mut step, &StepEvent::Interrupted).is_ok() {
                step.revision += 1;
                self.disk.commit(vec![Row::Step(Box::new(step))]);
            }
        }
    }

    pub(super) fn every_step(&mut self, event: &StepEvent) {
        let entries = self.disk.rows.unfinished();
        let life = self.life;
        for step in entries.iter().flat_map(|entry| &entry.steps) {
            self.change(&step.id, event);
            if self.life != life {
                return;
            }
        }
    }

    pub(super) fn something_happens(&mut self) {
        self.now += i64::try_from(self.dice.below(3_000)).unwrap();
        match self.dice.below(44) {
            0 | 1 if self.taps.len() < TAPS => self.tap(),
            2 => self.crash(),
            3 => self.partition = !self.partition,
            4 => self.person = if self.dice.one_in(2) { Person::Nobody } else { Person::Other },
            // Somebody signs in: every step that waits for a session is tried, whoever it was.
            5 => {
                self.person = if self.dice.one_in(4) { Person::Other } else { Person::Owner };
                self.every_step(&StepEvent::SignedIn);
            }
            6 => self.every_step(&StepEvent::Paused),
            7 => self.every_step(&StepEvent::Resumed),
            8 => self.every_step(&StepEvent::Retried),
            9 => self.now += i64::try_from(self.dice.below(3 * 86_400_000)).unwrap(),
            10 => {
                let days = self.dice.one_of(&[-1, 1, 3_653, -20_000, 16_347]).unwrap();
                self.skew += days * DAY;
                self.tell(format_args!("the device's clock jumps by {days} days"));
            }
            11 | 12 => {
                let waiting: Vec<OutboxId> = self.disk.rows.unfinished().iter().map(|entry| entry.id).collect();
                let wish = if self.dice.one_in(3) { Wish::GiveUp } else { Wish::Edit };
                if let Some(entry) = self.dice.one_of(&waiting) {
                    self.wants(entry, wish);
                }
            }
            13 => {
                let open = self.open_drafts();
                if let Some(draft) = self.dice.one_of(&open) {
                    self.send_again(draft, 0);
                }
            }
            14..=24 => self.look(),
            _ => self.deliver(),
        }
        self.check();
    }
}

fn file(entry: u8, number: usize) -> Work {
    let number = u8::try_from(number).unwrap();
    Work::Upload(UploadWork {
        file_id: FileId::new(i64::from(entry), [number; 10]),
        draft_id: DraftId::new(1, [entry; 10]),
        item_code: "i".into(),
        slot: "s".into(),
        kind: FileKind::Pdf,
        bytes: 1,
        sha256: String::new(),
        path: None,
    })
}
