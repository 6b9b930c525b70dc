//! The demo city with only the services a test speaks of, or whole but compiled once a program: compiling a
//! hundred definitions for every test would cost minutes and prove nothing more.
#![allow(dead_code, reason = "each program uses its half")]

use std::{path::PathBuf, sync::OnceLock};

use haoban_server::catalogue::{LoadedPack, PackSource};

/// The three services most tests speak of.
pub const THREE: [&str; 3] = ["gjj-rent", "residence-permit", "deed-tax"];

/// Folder of the demo city's pack.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../cities/zhengzhou")
}

/// The whole pack, joint services included.
pub fn whole_pack() -> LoadedPack {
    static WHOLE: OnceLock<LoadedPack> = OnceLock::new();
    let load = || {
        let mut source = PackSource::read(&folder()).unwrap();
        // Facts for people who do not appear in these tests.
        source.files.remove("demo.yaml");
        LoadedPack::from_source(&source).unwrap()
    };
    WHOLE.get_or_init(load).clone()
}

/// The pack without the other services, without joint services and without the facts only those need.
pub fn pack_with(items: &[&str]) -> LoadedPack {
    let mut source = PackSource::read(&folder()).unwrap();
    source.files.retain(|name, _| match name.split('/').collect::<Vec<_>>().as_slice() {
        ["items", code, ..] => items.contains(code),
        ["joint", ..] | ["demo.yaml"] => false,
        _ => true,
    });
    // Tiles that lead to services which are not there.
    let city = source.files.get_mut("city.yaml").unwrap();
    let leads = |line: &&str| match line.split_once("to: \"item:") {
        Some((_, code)) => items.iter().any(|item| code.starts_with(&format!("{item}\""))),
        None => true,
    };
    *city = city.lines().filter(leads).fold(String::new(), |all, line| all + line + "\n");
    LoadedPack::from_source(&source).unwrap()
}
