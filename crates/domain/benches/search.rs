//! Prints what a search costs over 700 and 10,000 generated items. Aim: p99 at most 1 ms.

#![allow(clippy::print_stdout, clippy::expect_used)]

use std::time::Instant;

use haoban_domain::search::{Index, SearchEntry};

const SUBJECTS: [&str; 20] = [
    "公积金",
    "居住证",
    "契税",
    "社会保险",
    "不动产",
    "营业执照",
    "食品经营",
    "道路占用",
    "养老金",
    "残疾人证",
    "婚姻登记",
    "户口迁移",
    "驾驶证",
    "出生证明",
    "就业登记",
    "创业贷款",
    "人才认定",
    "入学报名",
    "医保",
    "水电气",
];
const ACTS: [&str; 10] = ["申请", "变更", "注销", "补办", "提取", "查询", "登记", "核发", "延续", "备案"];
const QUERIES: [&str; 12] = [
    "公积金",
    "社保",
    "gongjijin",
    "gjj",
    "juzhuzheng",
    "gongijjin",
    "证",
    "g",
    "公积jin",
    "提取公积金",
    "yinghyezhizhao",
    "残疾 补办",
];

fn entries(count: usize) -> Vec<SearchEntry> {
    let entry = |number: usize| {
        let (subject, act) = (SUBJECTS[number % 20], ACTS[number / 20 % 10]);
        let other = SUBJECTS[number * 7 % 20];
        SearchEntry {
            name: format!("{subject}{act}·{other}第{number}类"),
            keywords: vec![format!("{act}{subject}"), format!("{other}怎么办"), format!("我要{act}")],
            summary: format!("{subject}的{act}，适合已经办过{other}的人，全程网办，不用跑。"),
        }
    };
    (0..count).map(entry).collect()
}

fn main() {
    for count in [700, 10_000] {
        let started = Instant::now();
        let index = Index::build(&entries(count));
        let built = started.elapsed();
        let bytes = index.to_bytes();
        let started = Instant::now();
        let index = Index::from_bytes(&bytes).expect("its own bytes");
        let read = started.elapsed();
        let mut worst: Vec<(f64, &str)> = Vec::new();
        for query in QUERIES {
            for _ in 0..100 {
                let started = Instant::now();
                std::hint::black_box(index.search(query, 20));
                worst.push((started.elapsed().as_secs_f64() * 1e3, query));
            }
        }
        worst.sort_by(|a, b| a.0.total_cmp(&b.0));
        let at = |share: usize| worst[(worst.len() - 1) * share / 100];
        println!(
            "search_ms items={count} p50={:.3} p99={:.3} slowest={} build_ms={:.0} read_ms={:.0} bytes={} aim=1",
            at(50).0,
            at(99).0,
            at(99).1,
            built.as_secs_f64() * 1e3,
            read.as_secs_f64() * 1e3,
            bytes.len(),
        );
    }
}
