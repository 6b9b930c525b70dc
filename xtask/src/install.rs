//! Installs what is missing on a bare Debian 12: by apt when we may, else by telling the exact line.

use std::path::PathBuf;

use crate::{place, shell};

/// What the window needs to be built, to keep its key and to sign in, and what the platform beside it needs.
pub const WINDOW: &[&str] = &[
    "build-essential",
    "pkg-config",
    "poppler-utils",
    "gnome-keyring",
    "chromium",
    "libwebkit2gtk-4.1-dev",
    "libgtk-3-dev",
    "librsvg2-dev",
    "libayatana-appindicator3-dev",
    "fonts-noto-cjk",
    "xdg-utils",
];
/// What building the core and the platform needs.
pub const CORE: &[&str] = &["build-essential", "pkg-config", "fonts-noto-cjk", "poppler-utils"];
/// What the tests need on top.
pub const TESTS: &[&str] = &[
    "chromium",
    "webkit2gtk-driver",
    "xvfb",
    "xauth",
    "dbus",
    "dbus-x11",
    "gnome-keyring",
    "postgresql",
    "poppler-utils",
    "python3-venv",
];

/// What the rigs need to cut power and lines; each rig says so itself where it is missing.
pub const FAULTS: &[&str] = &["xfsprogs", "e2fsprogs", "nftables", "iproute2", "faketime", "fiu-utils"];

/// Outside judges of identifiers and workdays, used by tests only.
const ORACLES: &[&str] = &["python-stdnum==2.2", "id-validator==1.0.20", "chinesecalendar==1.11.0"];

/// A Python of its own with the outside judges; the path of its interpreter.
pub fn oracles() -> anyhow::Result<PathBuf> {
    let folder = place::target()?.join("oracles");
    let python = folder.join("bin/python");
    let there = || shell::output(&python.to_string_lossy(), &["-c", "import stdnum, id_validator, chinese_calendar"]);
    if there().is_none() {
        eprintln!("· installing: {}", ORACLES.join(" "));
        shell::must("python3", &["-m", "venv", &folder.to_string_lossy()])?;
        let mut arguments = vec!["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        arguments.extend(ORACLES);
        shell::must(&python.to_string_lossy(), &arguments)?;
    }
    Ok(python)
}

/// Makes sure all packages are there.
pub fn packages(wanted: &[&str]) -> anyhow::Result<()> {
    if !shell::has("dpkg-query") {
        eprintln!("· this is no Debian system; please install the equivalents of: {}", wanted.join(" "));
        return Ok(());
    }
    let missing: Vec<&str> = wanted.iter().copied().filter(|name| !installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    let line = format!("apt-get install -y --no-install-recommends {list}");
    let Some(prefix) = privilege() else {
        anyhow::bail!(
            "packages are missing and this user may not install them; please run:\n\n  sudo apt-get update && sudo {line}\n"
        );
    };
    eprintln!("· installing: {list}");
    let environment = "DEBIAN_FRONTEND=noninteractive";
    let install = format!("{prefix}env {environment} {line}");
    // Unpacking hundreds of packages in one go failed once for no lasting reason: mend and try again.
    let script = format!(
        "{prefix}apt-get update -qq; {install} || {{ {prefix}env {environment} apt-get -f install -y; {install}; }}"
    );
    shell::must("sh", &["-c", &script])
}

fn installed(name: &str) -> bool {
    shell::output("dpkg-query", &["-W", "-f", "${Status}", name]).is_some_and(|status| status.ends_with(" installed"))
}

/// How to become root: nothing when we are, sudo when it does not ask, else not at all.
fn privilege() -> Option<&'static str> {
    if shell::output("id", &["-u"]).as_deref() == Some("0") {
        return Some("");
    }
    shell::output("sudo", &["-n", "true"]).map(|_| "sudo ")
}
