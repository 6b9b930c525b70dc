//! Room on the disks that building and running write to, with words when there is none.

use std::path::{Path, PathBuf};

/// Less room than this is filled within the first minutes.
pub const LEAST: u64 = 64 << 20;

/// A folder that is written to, and how the user can have it elsewhere.
pub struct Place {
    /// What lies there, in words.
    pub what: &'static str,
    /// Where.
    pub folder: PathBuf,
    /// The variable that names another folder.
    pub variable: &'static str,
    /// Bytes that must be free to begin.
    pub least: u64,
}

/// Fails with words when a disk has no room to begin with.
pub fn enough(places: &[Place]) -> anyhow::Result<()> {
    match missing(places, left, |place| place.least) {
        Some(words) => anyhow::bail!(words),
        None => Ok(()),
    }
}

/// Says of what failed that a disk is full, when one is: what stands between us and the disk often does not.
pub fn explain<T>(outcome: anyhow::Result<T>, places: &[Place]) -> anyhow::Result<T> {
    outcome.map_err(|error| behind(missing(places, left, |place| place.least.min(LEAST)), error))
}

fn behind(words: Option<String>, error: anyhow::Error) -> anyhow::Error {
    match words {
        Some(words) => error.context(words),
        None => error,
    }
}

fn missing(places: &[Place], left: impl Fn(&Path) -> Option<u64>, needed: impl Fn(&Place) -> u64) -> Option<String> {
    places.iter().find_map(|place| {
        let there = left(&place.folder)?;
        let (what, folder, variable, needed) = (place.what, place.folder.display(), place.variable, needed(place));
        (there < needed).then(|| {
            format!(
                "the disk of {what} ({folder}) is full: {} MB are free, {} MB are needed. \
                 Make room there, or set {variable} to a folder on another disk",
                there >> 20,
                needed >> 20
            )
        })
    })
}

/// Bytes this user may still write on the disk of a folder, or of the folder it will be made in.
fn left(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|ancestor| ancestor.exists())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(folder: &str, least: u64) -> Place {
        Place { what: "the data", folder: PathBuf::from(folder), variable: "HAOBAN_RUN_DIR", least }
    }

    #[test]
    fn a_full_disk_is_named_with_its_folder_and_a_way_out() {
        let places = [place("/a", LEAST), place("/b", 3 << 30)];
        let left = |folder: &Path| Some(if folder == Path::new("/a") { LEAST } else { 5 << 20 });
        let words = missing(&places, left, |place| place.least).unwrap();
        assert_eq!(
            words,
            "the disk of the data (/b) is full: 5 MB are free, 3072 MB are needed. \
             Make room there, or set HAOBAN_RUN_DIR to a folder on another disk"
        );
    }

    #[test]
    fn a_disk_that_cannot_be_asked_stops_nobody() {
        assert_eq!(missing(&[place("/a", LEAST)], |_| None, |place| place.least), None);
    }

    #[test]
    fn the_disk_of_a_folder_that_is_not_there_yet_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        assert!(left(&folder.path().join("not/yet")).unwrap() > 0);
    }

    #[test]
    fn what_failed_keeps_its_own_words_behind_those_of_the_disk() {
        let failed = || anyhow::anyhow!("the platform did not start");
        assert_eq!(
            format!("{:#}", behind(Some("the disk is full".into()), failed())),
            "the disk is full: the platform did not start"
        );
        assert_eq!(format!("{:#}", behind(None, failed())), "the platform did not start");
        // What a first build asks for is not asked for when something failed: only a full disk explains it.
        let roomy = [Place { least: u64::MAX, ..place("/", 0) }];
        assert_eq!(format!("{:#}", explain::<()>(Err(failed()), &roomy).unwrap_err()), "the platform did not start");
    }
}
