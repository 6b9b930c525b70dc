//! The demo city with only the services a test speaks of: compiling a hundred definitions for every test
//! would cost minutes and prove nothing more.

use std::path::PathBuf;

use haoban_server::catalogue::{LoadedPack, PackSource};

/// The three services most tests speak of.
pub const THREE: [&str; 3] = ["gjj-rent", "residence-permit", "deed-tax"];

/// The pack without the other services, without joint services and without the facts only those need.
pub fn pack_with(items: &[&str]) -> LoadedPack {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../cities/zhengzhou");
    let mut source = PackSource::read(&folder).unwrap();
    source.files.retain(|name, _| match name.split('/').collect::<Vec<_>>().as_slice() {
        ["items", code, ..] => items.contains(code),
        ["joint", ..] | ["demo.yaml"] => false,
        _ => true,
    });
    LoadedPack::from_source(&source).unwrap()
}
