use proptest::prelude::*;
use serde_json::json;

use crate::form::{Answers, Collisions, agreed, merge};

fn answers(pairs: &[(&str, i64)]) -> Answers {
    pairs.iter().map(|(field, value)| ((*field).to_owned(), json!(value))).collect()
}

#[test]
fn each_side_keeps_what_only_it_changed() {
    let base = answers(&[("a", 1), ("b", 1), ("c", 1)]);
    let merged =
        merge(&base, &answers(&[("a", 2), ("b", 1)]), &answers(&[("a", 1), ("b", 3), ("c", 1)]), &Collisions::new());
    assert_eq!(merged.answers, answers(&[("a", 2), ("b", 3)]), "an answer that was cleared stays cleared");
    assert!(merged.collisions.is_empty());
}

#[test]
fn a_cleared_answer_collides_with_a_changed_one() {
    let base = answers(&[("a", 1)]);
    let merged = merge(&base, &answers(&[]), &answers(&[("a", 2)]), &Collisions::new());
    assert!(merged.answers.is_empty());
    assert_eq!(merged.collisions["a"].theirs, Some(json!(2)));
    assert_eq!(agreed(&merged.answers, &merged.collisions), answers(&[("a", 2)]));
    let other = merge(&base, &answers(&[("a", 2)]), &answers(&[]), &Collisions::new());
    assert_eq!(other.collisions["a"].theirs, None);
    assert!(agreed(&other.answers, &other.collisions).is_empty());
}

#[test]
fn an_open_collision_stays_until_the_two_agree() {
    let (base, mine) = (answers(&[("a", 1)]), answers(&[("a", 2)]));
    let first = merge(&base, &mine, &answers(&[("a", 3)]), &Collisions::new());
    // The other side's word is the base from now on; without the open collision mine would win unasked.
    let base = answers(&[("a", 3)]);
    assert_eq!(merge(&base, &mine, &base, &first.collisions).collisions["a"].theirs, Some(json!(3)));
    let later = merge(&base, &mine, &answers(&[("a", 4)]), &first.collisions);
    assert_eq!(later.collisions["a"].theirs, Some(json!(4)));
    assert!(merge(&base, &mine, &mine, &first.collisions).collisions.is_empty());
}

fn any_answers() -> impl Strategy<Value = Answers> {
    prop::collection::btree_map("[a-e]", (0..3i64).prop_map(|value| json!(value)), 0..5)
}

/// One device as the core keeps it: what was agreed last, what it has, what waits for a choice.
#[derive(Debug, Default, Clone)]
struct Side {
    base: Answers,
    answers: Answers,
    open: Collisions,
}

impl Side {
    fn pull(&mut self, shared: &Answers) {
        let merged = merge(&self.base, &self.answers, shared, &self.open);
        (self.answers, self.open, self.base) = (merged.answers, merged.collisions, shared.clone());
    }

    fn sync(&mut self, shared: &mut Answers) {
        self.pull(shared);
        *shared = agreed(&self.answers, &self.open);
        self.base = shared.clone();
    }

    fn edit(&mut self, field: &str, value: Option<i64>) {
        match value {
            Some(value) => self.answers.insert(field.to_owned(), json!(value)),
            None => self.answers.remove(field),
        };
    }

    fn choose(&mut self, theirs: bool) {
        if theirs {
            self.answers = agreed(&self.answers, &self.open);
        }
        self.open.clear();
    }
}

#[derive(Debug, Clone)]
enum Step {
    Edit(bool, String, Option<i64>),
    Sync(bool),
}

fn steps(fields: &'static str) -> impl Strategy<Value = Vec<Step>> {
    let edit = (any::<bool>(), fields, prop::option::of(0..4i64))
        .prop_map(|(who, field, value)| Step::Edit(who, field, value));
    prop::collection::vec(prop_oneof![3 => edit, 1 => any::<bool>().prop_map(Step::Sync)], 0..40)
}

fn run(sides: &mut [Side; 2], shared: &mut Answers, steps: &[Step]) {
    for step in steps {
        match step {
            Step::Edit(who, field, value) => sides[usize::from(*who)].edit(field, *value),
            Step::Sync(who) => sides[usize::from(*who)].sync(shared),
        }
    }
}

proptest! {
    #[test]
    fn both_sides_see_the_same(base in any_answers(), mine in any_answers(), theirs in any_answers()) {
        let one = merge(&base, &mine, &theirs, &Collisions::new());
        let other = merge(&base, &theirs, &mine, &Collisions::new());
        prop_assert_eq!(one.collisions.keys().collect::<Vec<_>>(), other.collisions.keys().collect::<Vec<_>>());
        for (field, collision) in &one.collisions {
            prop_assert_eq!(&collision.theirs, &other.answers.get(field).cloned());
            prop_assert_eq!(&other.collisions[field].theirs, &one.answers.get(field).cloned());
        }
        let settled = |answers: &Answers| answers.iter().filter(|(field, _)| !one.collisions.contains_key(*field)).map(|(field, value)| (field.clone(), value.clone())).collect::<Answers>();
        prop_assert_eq!(settled(&one.answers), settled(&other.answers));
    }

    #[test]
    fn merging_once_more_changes_nothing(base in any_answers(), mine in any_answers(), theirs in any_answers()) {
        let once = merge(&base, &mine, &theirs, &Collisions::new());
        let twice = merge(&theirs, &once.answers, &theirs, &once.collisions);
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn nothing_of_this_device_is_lost_without_a_choice(base in any_answers(), mine in any_answers(), theirs in any_answers()) {
        let merged = merge(&base, &mine, &theirs, &Collisions::new());
        for field in base.keys().chain(mine.keys()) {
            if mine.get(field) != base.get(field) {
                prop_assert_eq!(merged.answers.get(field), mine.get(field));
            }
        }
    }

    #[test]
    fn two_devices_come_together_in_any_order(steps in steps("[a-c]"), last in any::<bool>(), theirs in any::<[bool; 2]>()) {
        let (mut sides, mut shared) = (<[Side; 2]>::default(), Answers::new());
        run(&mut sides, &mut shared, &steps);
        for turn in 0..6 {
            let who = usize::from(last) ^ (turn % 2);
            sides[who].sync(&mut shared);
            sides[who].choose(theirs[who]);
        }
        prop_assert_eq!(&sides[0].answers, &sides[1].answers);
        prop_assert!(sides.iter().all(|side| side.open.is_empty()));
        prop_assert_eq!(&sides[0].answers, &shared);
    }

    #[test]
    fn what_only_one_device_writes_is_there_in_the_end(steps in steps("[a-d]")) {
        let own: Vec<Step> = steps.into_iter().filter(|step| match step {
            Step::Edit(who, field, _) => *who == matches!(field.as_str(), "c" | "d"),
            Step::Sync(_) => true,
        }).collect();
        let (mut sides, mut shared) = (<[Side; 2]>::default(), Answers::new());
        run(&mut sides, &mut shared, &own);
        let mut wanted = Answers::new();
        for step in &own {
            if let Step::Edit(_, field, value) = step {
                match value {
                    Some(value) => wanted.insert(field.clone(), json!(value)),
                    None => wanted.remove(field),
                };
            }
        }
        for turn in 0..3 {
            sides[turn % 2].sync(&mut shared);
        }
        prop_assert_eq!(&sides[0].answers, &wanted);
        prop_assert_eq!(&sides[1].answers, &wanted);
        prop_assert!(sides.iter().all(|side| side.open.is_empty()));
    }
}
