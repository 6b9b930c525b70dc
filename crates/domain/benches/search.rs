//! Prints what a search costs over 700 and 10,000 generated items, beside one pass over their names, and what
//! opening the stored index costs, beside only reading the file. Aims: p99 at most 1 ms, open in at most 20 ms.
//! Counted is the time of this thread on a processor where the system tells it: a busy machine changes little.

#![allow(clippy::print_stdout, clippy::expect_used)]

#[cfg(not(unix))]
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
const QUERIES: [&str; 18] = [
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
    "公鸡金",
    "gonjijin",
    "居主证",
    "我妈的养老金怎么领",
    "想办个营业执照要什么手续",
    "wodejuzhuzhengdiule",
];

fn entries(count: usize) -> Vec<SearchEntry> {
    let entry = |number: usize| {
        let (subject, act) = (SUBJECTS[number % 20], ACTS[number / 20 % 10]);
        let other = SUBJECTS[number * 7 % 20];
        SearchEntry {
            name: format!("{subject}{act}·{other}第{number}类"),
            keywords: vec![format!("{act}{subject}"), format!("{other}怎么办"), format!("我要{act}")],
            phrases: Vec::new(),
            summary: format!("{subject}的{act}，适合已经办过{other}的人，全程网办，不用跑。"),
        }
    };
    (0..count).map(entry).collect()
}

/// Milliseconds that work takes.
#[cfg(unix)]
fn spent<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let now = || {
        let spec = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        spec.tv_sec as f64 * 1e3 + spec.tv_nsec as f64 / 1e6
    };
    let started = now();
    let done = work();
    (done, now() - started)
}

/// Milliseconds that work takes.
#[cfg(not(unix))]
fn spent<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let done = work();
    (done, started.elapsed().as_secs_f64() * 1e3)
}

/// Milliseconds: of the middle, of the slowest hundredth, and of the slowest query at its middle turn.
struct Measured {
    p50: f64,
    p99: f64,
    slowest: (f64, &'static str),
}

fn measured(mut run: impl FnMut(&str)) -> Measured {
    let mut all: Vec<f64> = Vec::new();
    let mut slowest = (0.0, "");
    for query in QUERIES {
        let mut turns: Vec<f64> = Vec::new();
        for _ in 0..100 {
            turns.push(spent(|| run(query)).1);
        }
        turns.sort_by(f64::total_cmp);
        if turns[50] > slowest.0 {
            slowest = (turns[50], query);
        }
        all.extend(turns);
    }
    all.sort_by(f64::total_cmp);
    let at = |share: usize| all[(all.len() - 1) * share / 100];
    Measured { p50: at(50), p99: at(99), slowest }
}

/// The middle of nine turns.
fn middle(mut turn: impl FnMut() -> f64) -> f64 {
    let mut turns: Vec<f64> = (0..9).map(|_| turn()).collect();
    turns.sort_by(f64::total_cmp);
    turns[4]
}

fn main() {
    for count in [700, 10_000] {
        let entries = entries(count);
        let (index, built) = spent(|| Index::build(&entries));
        let bytes = index.to_bytes();
        let path = std::env::temp_dir().join(format!("haoban-search-{}-{count}", std::process::id()));
        std::fs::write(&path, &bytes).expect("a folder for temporary files");
        let read = || std::fs::read(&path).expect("the file that was just written");
        let opened = middle(|| spent(|| Index::from_bytes(&read()).expect("its own bytes")).1);
        let only_read = middle(|| spent(read).1);
        let index = Index::from_bytes(&read()).expect("its own bytes");
        std::fs::remove_file(&path).expect("the file that was just written");
        let search = measured(|query| {
            std::hint::black_box(index.search(query, 20));
        });
        // The floor: one pass over the names, which finds no pinyin, no typo and no sentence.
        let floor = measured(|query| {
            let found = entries.iter().filter(|entry| entry.name.contains(query)).count();
            std::hint::black_box(found);
        });
        println!(
            "search_ms items={count} p50={:.3} p99={:.3} aim=1 slowest={:.3} ({}) floor_p50={:.3} floor_p99={:.3} \
             ratio_p50={:.2}",
            search.p50,
            search.p99,
            search.slowest.0,
            search.slowest.1,
            floor.p50,
            floor.p99,
            search.p50 / floor.p50,
        );
        println!(
            "search_open_ms items={count} open={opened:.1} aim=20 floor_read={only_read:.1} build={built:.0} bytes={}",
            bytes.len()
        );
    }
}
