//! What stands in the package: control fields, files, the desktop entry, icons in the sizes they say.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt, path::Path};

use anyhow::Context;

use crate::icons;

const PROGRAM: &str = "usr/bin/haoban";
const ENTRY: &str = "usr/share/applications/haoban.desktop";
const COPYRIGHT: &str = "usr/share/doc/haoban/copyright";
const DRAWING: &str = "usr/share/icons/hicolor/scalable/apps/haoban.svg";

/// Without these it does not start, has no tray, or cannot open the browser people sign in with.
const DEPENDS: &[&str] =
    &["libc6", "libdbus-1-3", "libwebkit2gtk-4.1-0", "libgtk-3-0", "libayatana-appindicator3-1", "xdg-utils"];
/// A keychain, letters for Chinese and a browser; who has others is not forced to these.
const RECOMMENDS: &[&str] = &["gnome-keyring", "fonts-noto-cjk", "firefox-esr"];

/// Lines of the desktop entry. The desktop finds the app's notifications by the name of this file.
const LINES: &[&str] =
    &["Type=Application", "Name=Haoban", "Name[zh_CN]=好办", "Exec=haoban", "Icon=haoban", "Terminal=false"];

/// Everything that is wrong with an unpacked package.
pub(super) fn look_through(root: &Path) -> anyhow::Result<Vec<String>> {
    let read = |file: &str| fs::read_to_string(root.join(file)).with_context(|| format!("{file} is not there"));
    let mut wrong = control(&read("DEBIAN/control")?);
    wrong.extend(files(root)?);
    wrong.extend(lines(&read(ENTRY)?));
    if !read(COPYRIGHT)?.contains("Apache License") {
        wrong.push(format!("{COPYRIGHT} is not our licence"));
    }
    if fs::metadata(root.join(PROGRAM))?.permissions().mode() & 0o111 != 0o111 {
        wrong.push(format!("not everybody may start {PROGRAM}"));
    }
    for size in icons::SIZES {
        let bytes = fs::read(root.join(picture(*size))).unwrap_or_default();
        if measured(&bytes) != Some((*size, *size)) {
            wrong.push(format!("{} is {:?}", picture(*size), measured(&bytes)));
        }
    }
    Ok(wrong)
}

fn picture(size: u32) -> String {
    format!("usr/share/icons/hicolor/{size}x{size}/apps/haoban.png")
}

/// A field's value; the lines that go on with it are not ours.
pub(super) fn field<'a>(control: &'a str, name: &str) -> &'a str {
    let line = control.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_default().trim()
}

/// Names of packages in a list of them, without versions; of alternatives the first.
pub(super) fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter_map(|one| one.split(['|', '(', ':']).next()).map(str::trim).filter(|name| !name.is_empty())
}

fn control(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, expected) in [("Package", "haoban"), ("Version", env!("CARGO_PKG_VERSION")), ("Section", "utils")] {
        let value = field(text, name);
        if value != expected {
            wrong.push(format!("control: {name} is `{value}`, not `{expected}`"));
        }
    }
    for (name, expected) in [("Depends", DEPENDS), ("Recommends", RECOMMENDS)] {
        let listed: BTreeSet<&str> = names(field(text, name)).collect();
        let missing = expected.iter().filter(|package| !listed.contains(**package));
        wrong.extend(missing.map(|package| format!("control: {name} does not have {package}")));
    }
    for name in ["Architecture", "Maintainer", "Description", "Installed-Size"] {
        if field(text, name).is_empty() {
            wrong.push(format!("control: there is no {name}"));
        }
    }
    wrong
}

/// These files and no others: whatever lies beside them was forgotten there.
fn files(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut expected: BTreeSet<String> = [PROGRAM, ENTRY, COPYRIGHT, DRAWING].map(str::to_owned).into();
    expected.extend(icons::SIZES.iter().map(|size| picture(*size)));
    let mut found = BTreeSet::new();
    collect(root, root, &mut found)?;
    let found: BTreeSet<String> = found.into_iter().filter(|file| !file.starts_with("DEBIAN/")).collect();
    let missing = expected.difference(&found).map(|file| format!("{file} is missing"));
    let strange = found.difference(&expected).map(|file| format!("{file} does not belong there"));
    Ok(missing.chain(strange).collect())
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeSet<String>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, found)?;
        } else {
            found.insert(path.strip_prefix(root)?.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

fn lines(entry: &str) -> Vec<String> {
    let mut wrong: Vec<String> = LINES
        .iter()
        .filter(|line| !entry.lines().any(|there| there == **line))
        .map(|line| format!("the desktop entry does not say {line}"))
        .collect();
    if !entry.starts_with("[Desktop Entry]\n") || entry.contains("{{") {
        wrong.push(format!("the desktop entry is none:\n{entry}"));
    }
    wrong
}

/// Width and height of a PNG, from its first block.
fn measured(png: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
    png.starts_with(b"\x89PNG\r\n\x1a\n").then(|| Some((number(16)?, number(20)?)))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place;

    /// A package as it should be, unpacked.
    fn sound() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let put = |file: &str, bytes: &[u8]| {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        let control = format!(
            "Package: haoban\nVersion: {}\nArchitecture: amd64\nInstalled-Size: 6470\nMaintainer: Haoban contributors\n\
             Section: utils\nDepends: libc6 (>= 2.36), libdbus-1-3, xdg-utils, libayatana-appindicator3-1, \
             libwebkit2gtk-4.1-0, libgtk-3-0\nRecommends: gnome-keyring, fonts-noto-cjk, firefox-esr | www-browser\n\
             Description: City services in one app\n More.\n",
            env!("CARGO_PKG_VERSION")
        );
        put("DEBIAN/control", control.as_bytes());
        put(PROGRAM, b"\x7fELF");
        fs::set_permissions(folder.path().join(PROGRAM), fs::Permissions::from_mode(0o755)).unwrap();
        let template = fs::read_to_string(place::root().join("src-tauri/haoban.desktop")).unwrap();
        let entry = template.replace("{{exec}}", "haoban").replace("{{icon}}", "haoban");
        put(ENTRY, entry.replace("{{comment}}", "-").replace("{{categories}}", "Utility;").as_bytes());
        put(COPYRIGHT, &fs::read(place::root().join("LICENSE")).unwrap());
        put(DRAWING, b"<svg/>");
        for size in icons::SIZES {
            put(&picture(*size), &fs::read(place::root().join(format!("icons/{size}x{size}.png"))).unwrap());
        }
        folder
    }

    #[test]
    fn a_package_as_it_should_be_has_nothing_wrong() {
        let wrong = look_through(sound().path()).unwrap();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn every_fault_is_named() {
        type Fault = fn(&Path);
        let faults: [(&str, Fault); 5] = [
            ("48x48/apps/haoban.png is missing", |root| fs::remove_file(root.join(picture(48))).unwrap()),
            ("64x64/apps/haoban.png is Some((16, 16))", |root| {
                fs::copy(root.join(picture(16)), root.join(picture(64))).map(drop).unwrap();
            }),
            ("usr/share/haoban/notes.txt does not belong there", |root| {
                fs::create_dir_all(root.join("usr/share/haoban")).unwrap();
                fs::write(root.join("usr/share/haoban/notes.txt"), b"").unwrap();
            }),
            ("not everybody may start usr/bin/haoban", |root| {
                fs::set_permissions(root.join(PROGRAM), fs::Permissions::from_mode(0o644)).unwrap();
            }),
            ("is not our licence", |root| fs::write(root.join(COPYRIGHT), b"all rights reserved").unwrap()),
        ];
        for (words, fault) in faults {
            let package = sound();
            fault(package.path());
            let wrong = look_through(package.path()).unwrap();
            assert!(wrong.iter().any(|said| said.contains(words)), "{words}: {wrong:#?}");
        }
        for (file, (from, to), words) in [
            ("DEBIAN/control", ("libgtk-3-0", "libgtk-4-1"), "Depends does not have libgtk-3-0"),
            ("DEBIAN/control", (", xdg-utils", ""), "Depends does not have xdg-utils"),
            ("DEBIAN/control", ("gnome-keyring, ", ""), "Recommends does not have gnome-keyring"),
            ("DEBIAN/control", ("Package: haoban", "Package: app"), "Package is `app`"),
            ("DEBIAN/control", ("Architecture: amd64\n", ""), "there is no Architecture"),
            (ENTRY, ("Icon=haoban", "Icon=app"), "does not say Icon=haoban"),
            (ENTRY, ("Name[zh_CN]=好办\n", ""), "does not say Name[zh_CN]=好办"),
            (ENTRY, ("Exec=haoban", "Exec={{exec}}"), "the desktop entry is none"),
        ] {
            let package = sound();
            let path = package.path().join(file);
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(from), "{file} has no `{from}`");
            fs::write(&path, text.replacen(from, to, 1)).unwrap();
            let wrong = look_through(package.path()).unwrap();
            assert!(wrong.iter().any(|said| said.contains(words)), "{words}: {wrong:#?}");
        }
    }
}
