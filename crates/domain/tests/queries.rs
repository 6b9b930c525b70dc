//! The labelled queries of a city pack: what people type and say, and the services they mean.
//! Ninety-five in a hundred of those must stand among the first five results.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use haoban_domain::{
    pack::Synonym,
    search::{Index, SearchEntry},
    text::LocalText,
};
use serde::Deserialize;

/// Results people look at.
const LOOKED_AT: usize = 5;

#[derive(Deserialize)]
struct ItemFile {
    code: String,
    guide: GuideTexts,
}

#[derive(Deserialize)]
struct GuideTexts {
    name: LocalText,
    keywords: Vec<String>,
    summary: LocalText,
}

struct Query {
    words: String,
    expected: Vec<String>,
    kind: String,
}

fn pack() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../cities/zhengzhou")
}

fn index() -> (Index, Vec<String>) {
    let read = |path: PathBuf| fs::read_to_string(path).unwrap();
    let synonyms: Vec<Synonym> = yaml_serde::from_str(&read(pack().join("synonyms.yaml"))).unwrap();
    let mut folders: Vec<PathBuf> = fs::read_dir(pack().join("items")).unwrap().map(|f| f.unwrap().path()).collect();
    folders.sort();
    // Joint services are found beside the items they are made of, as the app finds them.
    let mut files: Vec<PathBuf> = folders.iter().map(|folder| folder.join("item.yaml")).collect();
    let mut joint: Vec<PathBuf> = fs::read_dir(pack().join("joint")).unwrap().map(|f| f.unwrap().path()).collect();
    joint.sort();
    files.extend(joint);
    let items: Vec<ItemFile> = files.into_iter().map(|file| yaml_serde::from_str(&read(file)).unwrap()).collect();
    let entry = |item: &ItemFile| SearchEntry {
        name: item.guide.name.zh.clone(),
        keywords: item.guide.keywords.clone(),
        phrases: synonyms.iter().filter(|s| s.items.contains(&item.code)).flat_map(|s| s.say.clone()).collect(),
        summary: item.guide.summary.zh.clone(),
    };
    let entries: Vec<SearchEntry> = items.iter().map(entry).collect();
    let codes = items.into_iter().map(|item| item.code).collect();
    let index = Index::with_synonyms(&entries, &synonyms);
    (Index::from_bytes(&index.to_bytes()).unwrap(), codes)
}

fn queries() -> Vec<Query> {
    let text = fs::read_to_string(pack().join("queries.tsv")).unwrap();
    let query = |line: &str| {
        let [words, expected, kind] = line.split('\t').collect::<Vec<&str>>().try_into().unwrap();
        Query {
            words: words.to_owned(),
            expected: expected.split(' ').map(str::to_owned).collect(),
            kind: kind.to_owned(),
        }
    };
    text.lines().filter(|line| !line.starts_with('#')).map(query).collect()
}

/// The part of what a query means that stands among the first results.
fn recall(query: &Query, found: &[&str]) -> f64 {
    let there = query.expected.iter().filter(|code| found.contains(&code.as_str())).count();
    there as f64 / query.expected.len().min(LOOKED_AT) as f64
}

#[test]
fn what_people_type_and_say_is_among_the_first_five() {
    let (index, codes) = index();
    let queries = queries();
    assert!(queries.len() >= 1_000, "{} queries", queries.len());
    let mut by_kind: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
    let mut failing = String::new();
    for query in &queries {
        for code in &query.expected {
            assert!(codes.contains(code), "`{}` expects `{code}`, which the pack does not hold", query.words);
        }
        let hits = index.search(&query.words, LOOKED_AT).hits;
        let found: Vec<&str> = hits.iter().map(|hit| codes[hit.index].as_str()).collect();
        let recall = recall(query, &found);
        let kind = by_kind.entry(&query.kind).or_default();
        *kind = (kind.0 + 1, kind.1 + recall);
        if recall < 1.0 {
            let Query { words, expected, kind } = query;
            writeln!(failing, "{kind:9} {words} → {} (wanted {})", found.join(" "), expected.join(" ")).unwrap();
        }
    }
    let sum: f64 = by_kind.values().map(|(_, sum)| sum).sum();
    let overall = sum / queries.len() as f64;
    for (kind, (count, sum)) in &by_kind {
        println!("{kind:9} {count:5} recall@{LOOKED_AT} {:.3}", sum / *count as f64);
    }
    println!("overall   {:5} recall@{LOOKED_AT} {overall:.3}\n{failing}", queries.len());
    assert!(overall >= 0.95, "recall@{LOOKED_AT} is {overall:.3}\n{failing}");
}
