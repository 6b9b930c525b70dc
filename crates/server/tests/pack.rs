//! The demo city's pack: loads, has no finding, and every worked example comes out as written.

use std::path::PathBuf;

use haoban_domain::time::Date;
use haoban_server::catalogue::{self, PackSource, check};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../cities/zhengzhou")
}

fn today() -> Date {
    "2026-11-23".parse().unwrap()
}

#[test]
fn the_demo_city_has_no_finding() {
    let source = PackSource::read(&folder()).unwrap();
    let findings: Vec<String> = check::findings(&source, today()).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn every_worked_example_comes_out_as_written() {
    let source = PackSource::read(&folder()).unwrap();
    let pack = catalogue::load(&folder()).unwrap();
    let mut run = 0;
    for item in &pack.pack.items {
        let evaluator = pack.evaluator(&item.code).unwrap();
        for name in check::fixtures::names(&source, &item.code) {
            let fixture = check::fixtures::read(&source, name).unwrap();
            let differences = fixture.differences(&evaluator);
            assert!(differences.is_empty(), "{name}: {differences:#?}");
            run += 1;
        }
    }
    assert!(run >= 40, "only {run} examples were run");
}
