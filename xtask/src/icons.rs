//! `cargo xtask icons`: every picture of the icon, from its one drawing.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::Context;

use crate::{place, ui};

/// The drawing.
const SOURCE: &str = "icons/icon.svg";
/// Pictures in the sizes that desktops ask for.
pub const SIZES: &[u32] = &[16, 24, 32, 48, 64, 128, 256, 512];
/// What other systems want in one file.
const SETS: &[&str] = &["icon.icns", "icon.ico"];

/// Draws all of them anew into `icons/`.
pub fn generate() -> anyhow::Result<()> {
    ui::install()?;
    let drawn = place::data().join("icons");
    draw(&drawn)?;
    let folder = place::root().join("icons");
    for name in names() {
        let new = fs::read(drawn.join(&name)).with_context(|| name.clone())?;
        let kept = fs::read(folder.join(&name)).unwrap_or_default();
        if parts(&new) != parts(&kept) {
            fs::write(folder.join(&name), new).with_context(|| name.clone())?;
        }
    }
    fs::remove_dir_all(&drawn)?;
    eprintln!("· icons: {} files from {SOURCE}", names().count());
    Ok(())
}

fn names() -> impl Iterator<Item = String> {
    let pictures = SIZES.iter().map(|size| format!("{size}x{size}.png"));
    pictures.chain(SETS.iter().map(|name| (*name).to_owned()))
}

/// What a file consists of, in no order: the tool writes the pictures of an `.icns` in another one each time.
fn parts(file: &[u8]) -> BTreeSet<&[u8]> {
    let Some(mut rest) = file.strip_prefix(b"icns").and_then(|rest| rest.get(4..)) else {
        return [file].into();
    };
    let mut found = BTreeSet::new();
    while let Some(length) = rest.get(4..8).and_then(|length| length.try_into().ok()).map(u32::from_be_bytes) {
        let (part, after) = rest.split_at((length as usize).clamp(8, rest.len()));
        found.insert(part);
        rest = after;
    }
    found
}

/// Draws into a folder of its own: the packaging tool makes many pictures that nobody here needs.
fn draw(folder: &Path) -> anyhow::Result<()> {
    let sizes = SIZES.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let into = folder.to_string_lossy();
    let runs: [&[&str]; 2] = [&[], &["--png", &sizes]];
    for wanted in runs {
        let mut command = ui::packager()?;
        command.current_dir(place::root()).args(["icon", SOURCE, "--output", &into]).args(wanted);
        let drawn = command.output().context("the packaging tool could not be started")?;
        anyhow::ensure!(drawn.status.success(), "no icons: {}", String::from_utf8_lossy(&drawn.stderr));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pictures_are_what_the_drawing_gives() {
        let drawn = tempfile::tempdir().unwrap();
        draw(drawn.path()).unwrap();
        let folder = place::root().join("icons");
        for name in names() {
            let (new, kept) = (fs::read(drawn.path().join(&name)).unwrap(), fs::read(folder.join(&name)).unwrap());
            assert!(
                parts(&new) == parts(&kept),
                "icons/{name} is not what {SOURCE} gives; run `cargo xtask icons` and commit"
            );
        }
        let there = fs::read_dir(&folder).unwrap().flatten().map(|file| file.file_name().into_string().unwrap());
        let strange: Vec<String> =
            there.filter(|name| !name.ends_with(".svg") && !names().any(|known| known == *name)).collect();
        assert!(strange.is_empty(), "nobody draws {strange:?}");
    }
}
