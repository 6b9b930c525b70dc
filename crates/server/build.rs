//! Puts the built desk page into the program, so that one file is the whole platform.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    let built = Path::new("../../ui/dist-desk");
    // Also when it is not there yet: the build that makes it wakes this one.
    println!("cargo:rerun-if-changed={}", built.display());
    let inside = Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("desk");
    if inside.exists() {
        fs::remove_dir_all(&inside)?;
    }
    fs::create_dir_all(&inside)?;
    if built.join("desk.html").is_file() { copy(built, &inside) } else { Ok(()) }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else if target.extension().is_none_or(|kind| kind != "map") {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
