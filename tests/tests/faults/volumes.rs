//! File systems of a rig's own, to be filled or cut off.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::tally::run;

/// A file system of our own; unmounted with its value.
pub struct Volume {
    folder: tempfile::TempDir,
    options: Vec<String>,
    source: String,
}

impl Volume {
    /// In an image file on a loop device.
    pub fn on_loop(kind: &str, megabytes: u64) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let image = folder.path().join("image").display().to_string();
        run("truncate", &["-s", &format!("{megabytes}M"), &image])?;
        run(&format!("mkfs.{kind}"), &["-q", &image])?;
        let volume =
            Self { folder, options: vec!["-o".into(), "loop".into(), "-t".into(), kind.into()], source: image };
        volume.mount()?;
        Ok(volume)
    }

    /// In memory, with a size.
    pub fn in_memory(megabytes: u64) -> anyhow::Result<Self> {
        let options = vec!["-t".into(), "tmpfs".into(), "-o".into(), format!("size={megabytes}M")];
        let volume = Self { folder: tempfile::tempdir()?, options, source: "tmpfs".into() };
        volume.mount()?;
        Ok(volume)
    }

    /// Where it is mounted.
    pub fn place(&self) -> PathBuf {
        self.folder.path().join("mount")
    }

    fn is_mounted(&self) -> bool {
        let place = self.place().display().to_string();
        std::fs::read_to_string("/proc/mounts").unwrap_or_default().lines().any(|line| line.contains(&place))
    }

    /// Mounts it; it must not be.
    pub fn mount(&self) -> anyhow::Result<()> {
        std::fs::create_dir_all(self.place())?;
        anyhow::ensure!(!self.is_mounted(), "it is mounted already");
        let mut arguments: Vec<&str> = self.options.iter().map(String::as_str).collect();
        let place = self.place().display().to_string();
        arguments.extend([self.source.as_str(), place.as_str()]);
        run("mount", &arguments)
    }

    /// The power goes: nothing that was not synced reaches the disk.
    pub fn cut(&self) -> anyhow::Result<()> {
        run("xfs_io", &["-x", "-c", "shutdown", &self.place().display().to_string()])
    }

    /// Unmounts for certain: a busy volume that is mounted over would show the wrong files.
    pub fn unmount(&self) -> anyhow::Result<()> {
        for _ in 0..100 {
            if Command::new("umount").arg(self.place()).output()?.status.success() {
                anyhow::ensure!(!self.is_mounted(), "it is still mounted");
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        anyhow::bail!("{} stays busy", self.place().display())
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        if self.is_mounted() {
            let _ = Command::new("umount").args(["-l"]).arg(self.place()).status();
        }
    }
}

/// Fills a volume to the last byte; removing the file gives the room back.
pub fn fill(place: &Path) -> anyhow::Result<PathBuf> {
    let filler = place.join("filler");
    let _ = Command::new("dd")
        .args(["if=/dev/zero", "bs=4096", &format!("of={}", filler.display())])
        .stderr(std::process::Stdio::null())
        .status()?;
    Ok(filler)
}
