//! Identifiers and workdays against judges we did not write: python-stdnum 2.2, id-validator 1.0.20 and
//! chinesecalendar 1.11.0. `cargo xtask test` installs them and names their Python in `HAOBAN_ORACLES`;
//! without them these tests say so and pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "a test may panic and speak")]

use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use haoban_domain::{
    calendar::{CalendarYear, WorkCalendar},
    identifiers::{credit_code, id_number, licence_identifier},
    time::Date,
};

const COUNT: usize = 10_000;
/// id-validator takes 20 ms a number: it judges every so many.
const SLOW_EVERY: usize = 20;

/// A small generator of our own (splitmix64): the same questions in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(limit).unwrap()).unwrap()
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(*self.of(alphabet))).collect()
    }
}

/// The Python that has the judges, or none.
fn python() -> Option<PathBuf> {
    let named = std::env::var_os("HAOBAN_ORACLES").map(PathBuf::from);
    let python = named.unwrap_or_else(|| PathBuf::from("python3"));
    let imports = "import stdnum, id_validator, chinese_calendar";
    let there = Command::new(&python).args(["-c", imports]).stderr(Stdio::null()).status();
    let found = there.is_ok_and(|status| status.success()).then_some(python);
    if found.is_none() {
        assert!(std::env::var_os("HAOBAN_ORACLES").is_none(), "HAOBAN_ORACLES names a Python without the judges");
        eprintln!("skipped: python3 has no python-stdnum, id-validator and chinesecalendar");
    }
    found
}

fn ask(python: &PathBuf, questions: &[String]) -> Vec<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles.py");
    let mut child =
        Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python starts");
    let mut stdin = child.stdin.take().unwrap();
    let text = questions.join("\n") + "\n";
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let answer = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let answers: Vec<String> = String::from_utf8(answer.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), questions.len());
    answers
}

const DIGITS: &[u8] = b"0123456789";
/// Regions that exist since before 1984, and two abolished ones.
const REGIONS: [&str; 10] =
    ["110101", "310101", "410102", "410103", "410104", "440106", "510104", "610102", "410105", "320102"];

/// A number that is right, or has one character damaged.
fn id(random: &mut Random) -> String {
    let (year, month, day) = (1985 + random.below(40), 1 + random.below(12), 1 + random.below(31));
    let region = *random.of(&REGIONS);
    let body = format!("{region}{year:04}{month:02}{day:02}{}", random.text(DIGITS, 3));
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = body.bytes().zip(weights).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    let mut text = format!("{body}{}", char::from(b"10X98765432"[sum % 11]));
    if random.below(2) == 0 {
        // Only behind the region: which regions exist is told by each judge in its own way.
        let at = 6 + random.below(11);
        text.replace_range(at..=at, &random.text(DIGITS, 1));
    }
    text
}

#[test]
fn ten_thousand_id_numbers_are_judged_alike() {
    let Some(python) = python() else { return };
    let mut random = Random(1);
    let numbers: Vec<String> = (0..COUNT).map(|_| id(&mut random)).collect();
    let questions: Vec<String> = numbers.iter().map(|number| format!("id {number}")).collect();
    let today: Date = "2026-11-23".parse().unwrap();
    let accepted =
        |number: &str| id_number::parse(number).is_ok_and(|read| id_number::born_after(&read, today).is_ok());
    let mut valid = 0;
    for (number, answer) in numbers.iter().zip(ask(&python, &questions)) {
        // python-stdnum also asks whether the region existed in the year of birth: stricter than the law.
        assert!(accepted(number) || answer == "0", "python-stdnum accepts what we refuse: {number}");
        valid += usize::from(accepted(number));
    }
    let some: Vec<&String> = numbers.iter().step_by(SLOW_EVERY).collect();
    let questions: Vec<String> = some.iter().map(|number| format!("idv {number}")).collect();
    for (number, answer) in some.iter().zip(ask(&python, &questions)) {
        assert_eq!(accepted(number), answer == "1", "id-validator says otherwise: {number}");
    }
    assert!(valid > COUNT / 3 && valid < COUNT, "{valid}");
}

/// domain.md §1.1: numbers were given out from the 1980s with the regions of that time, so a birth before
/// them is no mistake. python-stdnum refuses these two, id-validator and we accept them.
#[test]
fn the_known_disagreements_are_still_these() {
    let Some(python) = python() else { return };
    let numbers = ["410181195512310022", "41010219800229004X"];
    for (judge, expected) in [("id", "0"), ("idv", "1")] {
        let questions: Vec<String> = numbers.iter().map(|number| format!("{judge} {number}")).collect();
        for (number, answer) in numbers.iter().zip(ask(&python, &questions)) {
            assert!(id_number::parse(number).is_ok(), "{number}");
            assert_eq!(answer, expected, "{judge} {number}");
        }
    }
}

const CREDIT: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

fn credit(random: &mut Random) -> String {
    let head = *random.of(&["91", "92", "93", "11", "12", "51", "52"]);
    let organisation = random.text(CREDIT, 8);
    let check = credit_code::organisation_check(&organisation).unwrap();
    let first = format!("{head}{}{organisation}{check}", *random.of(&REGIONS));
    let last = credit_code::check_character(&first).unwrap();
    let mut text = format!("{first}{last}");
    if random.below(2) == 0 {
        // Anywhere behind the region and the organisation's own check, which python-stdnum does not judge.
        text.replace_range(17..=17, &random.text(CREDIT, 1));
    }
    text
}

#[test]
fn ten_thousand_credit_codes_are_judged_alike() {
    let Some(python) = python() else { return };
    let mut random = Random(2);
    let codes: Vec<String> = (0..COUNT).map(|_| credit(&mut random)).collect();
    let questions: Vec<String> = codes.iter().map(|code| format!("uscc {code}")).collect();
    for (code, answer) in codes.iter().zip(ask(&python, &questions)) {
        assert_eq!(credit_code::parse(code).is_ok(), answer == "1", "{code}");
    }
}

#[test]
fn ten_thousand_licence_identifiers_carry_the_right_check() {
    let Some(python) = python() else { return };
    let mut random = Random(3);
    let letters = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let parts: Vec<[String; 3]> = (0..COUNT)
        .map(|_| {
            let serial = 1 + random.below(20);
            [random.text(letters, 21), random.text(letters, 18), random.text(letters, serial)]
        })
        .collect();
    let questions: Vec<String> = parts.iter().map(|parts| format!("mod3736 {}001", parts.concat())).collect();
    for ([kind, issuer, serial], answer) in parts.iter().zip(ask(&python, &questions)) {
        let built = licence_identifier::build(kind, issuer, serial, 1).unwrap();
        assert!(built.ends_with(&format!(".{answer}")), "{built}: {answer}");
        assert!(licence_identifier::parse(&built).is_ok(), "{built}");
    }
}

/// The calendars of the demo city, day by day. 2027 has no notice yet, so nobody can judge it.
#[test]
fn every_day_of_2025_and_2026_is_what_the_notices_say() {
    let Some(python) = python() else { return };
    let years: Vec<CalendarYear> = [2025, 2026]
        .iter()
        .map(|year| {
            let path = format!("{}/../../cities/zhengzhou/calendars/{year}.yaml", env!("CARGO_MANIFEST_DIR"));
            yaml_serde::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
        })
        .collect();
    let calendar = WorkCalendar::new(&years);
    let mut days: Vec<Date> = Vec::new();
    let mut day: Date = "2025-01-01".parse().unwrap();
    while day <= "2026-12-31".parse().unwrap() {
        days.push(day);
        day = Date(day.0.tomorrow().unwrap());
    }
    assert_eq!(days.len(), 730);
    let questions: Vec<String> = days.iter().map(|day| format!("day {day}")).collect();
    for (day, answer) in days.iter().zip(ask(&python, &questions)) {
        assert_eq!(calendar.is_workday(*day), answer == "1", "{day}");
    }
}
