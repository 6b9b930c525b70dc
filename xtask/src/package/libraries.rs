//! What the program is linked to comes with the packages ours depends on, in versions that are new enough.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::Context;

use super::contents::{field, names};
use crate::shell;

/// Everything the package forgets to ask for.
pub(super) fn missing(program: &Path, control: &str) -> anyhow::Result<Vec<String>> {
    let program = program.to_string_lossy();
    let sections = shell::output("readelf", &["--wide", "--dynamic", &program]).context("readelf says nothing")?;
    let versions = shell::output("readelf", &["--wide", "--version-info", &program]).context("readelf says nothing")?;
    let depends = field(control, "Depends");
    let installed = shell::output("dpkg-query", &["-W", "-f", "${Package}\t${Depends}, ${Pre-Depends}\n"])
        .context("dpkg-query says nothing")?;
    let comes = with_all_below(names(depends), &installed);
    let mut wrong: Vec<String> = Vec::new();
    for library in linked(&sections) {
        let owners = shell::output("dpkg-query", &["-S", &format!("*/{library}")]).unwrap_or_default();
        let mut owners = owners.lines().filter_map(|line| line.split([':', ',']).next());
        if !owners.any(|owner| comes.contains(owner)) {
            wrong.push(format!("control: nothing in Depends brings {library}"));
        }
    }
    wrong.extend(too_old(depends, &versions));
    Ok(wrong)
}

/// Names of libraries in the dynamic section.
fn linked(sections: &str) -> impl Iterator<Item = &str> {
    sections
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .filter_map(|line| line.split_once('[')?.1.split_once(']').map(|(name, _)| name))
}

/// These packages and those they depend on, as far as they are installed here.
fn with_all_below<'a>(first: impl Iterator<Item = &'a str>, installed: &'a str) -> BTreeSet<&'a str> {
    let below: BTreeMap<&str, &str> = installed.lines().filter_map(|line| line.split_once('\t')).collect();
    let (mut found, mut open) = (BTreeSet::new(), first.collect::<Vec<_>>());
    while let Some(package) = open.pop() {
        if found.insert(package) {
            open.extend(names(below.get(package).copied().unwrap_or_default()));
        }
    }
    found
}

/// The program asks for a newer C library than the package does.
fn too_old(depends: &str, versions: &str) -> Option<String> {
    let number = |text: &str| -> Vec<u32> { text.split('.').map_while(|part| part.parse().ok()).collect() };
    let needed = versions
        .split("GLIBC_")
        .skip(1)
        .map(|rest| rest.split(|c: char| c != '.' && !c.is_ascii_digit()).next().unwrap_or_default())
        .max_by_key(|version| number(version))?;
    let asked = depends.split("libc6 (>= ").nth(1).and_then(|rest| rest.split(')').next()).unwrap_or_default();
    (number(asked) < number(needed)).then(|| format!("control: libc6 {needed} is needed, `{asked}` is asked for"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_read_from_the_dynamic_section() {
        let sections = " 0x0000000000000001 (NEEDED)             Shared library: [libgtk-3.so.0]\n \
                        0x000000000000000c (INIT)               0x1000\n \
                        0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]\n";
        assert_eq!(linked(sections).collect::<Vec<_>>(), ["libgtk-3.so.0", "libc.so.6"]);
    }

    #[test]
    fn what_comes_with_a_package_comes_too() {
        let installed = "libgtk-3-0\tlibglib2.0-0 (>= 2.59), libcairo2 | libcairo3, \nlibglib2.0-0\tlibc6:any (>= 2.34), \n\
                         libc6\tlibgcc-s1, libgtk-3-0\nvim\tlibacl1, \n";
        let comes = with_all_below(["libgtk-3-0"].into_iter(), installed);
        assert_eq!(comes, ["libcairo2", "libc6", "libgcc-s1", "libglib2.0-0", "libgtk-3-0"].into());
    }

    #[test]
    fn an_old_c_library_is_noticed() {
        let versions =
            "0x0010:   Name: GLIBC_2.2.5  Flags: none\n  0x0020:   Name: GLIBC_2.35  Flags: none  Version: 9";
        assert_eq!(too_old("libc6 (>= 2.36), xdg-utils", versions), None);
        assert_eq!(too_old("libc6 (>= 2.35)", versions), None);
        assert_eq!(too_old("libc6 (>= 2.4)", versions).unwrap(), "control: libc6 2.35 is needed, `2.4` is asked for");
        assert!(too_old("xdg-utils", versions).is_some());
    }
}
