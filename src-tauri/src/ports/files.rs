//! Files of the machine: picker, drops, clipboard, exports. Bytes go straight to the core.

use std::{io::Cursor, path::Path, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use haoban_client::material::FileKind;
use haoban_client::ports::{FileSource, FileSourceError, PickedFile, Wanted};
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

use crate::dropped::HeldFiles;

/// The shell's files.
pub(crate) struct ShellFiles {
    app: AppHandle,
    held: Arc<HeldFiles>,
}

impl ShellFiles {
    pub(crate) fn new(app: AppHandle, held: Arc<HeldFiles>) -> Self {
        Self { app, held }
    }

    /// The paths a person picks. The desktop's own dialog is outside the page, so that no driver can press it:
    /// in debug builds a test names the paths instead.
    async fn choose(&self, wanted: Wanted<'_>) -> Result<Vec<PathBuf>, FileSourceError> {
        #[cfg(debug_assertions)]
        if let Some(paths) = std::env::var_os("HAOBAN_PICK_FILES") {
            return Ok(std::env::split_paths(&paths).collect());
        }
        let (tell, told) = oneshot::channel();
        let dialog = self.app.dialog().file();
        match wanted {
            Wanted::Materials(kinds) => dialog
                .add_filter("PDF, JPEG, PNG, HEIC", &extensions(kinds))
                .pick_files(move |picked| drop(tell.send(picked))),
            Wanted::Table => dialog
                .add_filter("CSV", &["csv", "CSV", "txt", "TXT"])
                .pick_file(move |picked| drop(tell.send(picked.map(|file| vec![file])))),
        }
        let picked = told.await.map_err(|_| FileSourceError::Io("the picker went away".to_owned()))?;
        picked.unwrap_or_default().into_iter().map(|file| file.into_path().map_err(io)).collect()
    }
}

#[async_trait]
impl FileSource for ShellFiles {
    async fn pick(&self, wanted: Wanted<'_>) -> Result<Vec<PickedFile>, FileSourceError> {
        let mut files = Vec::new();
        for path in self.choose(wanted).await? {
            files.push(open(&path).await?);
        }
        Ok(files)
    }

    async fn take(&self, token: &str) -> Result<PickedFile, FileSourceError> {
        let path = self.held.take(token).ok_or(FileSourceError::Nothing)?;
        open(&path).await
    }

    async fn paste(&self) -> Result<PickedFile, FileSourceError> {
        let png = tokio::task::spawn_blocking(clipboard_png)
            .await
            .map_err(|error| FileSourceError::Io(error.to_string()))??;
        let bytes = Some(png.len() as u64);
        Ok(PickedFile { name: "clipboard.png".to_owned(), bytes, content: Box::new(Cursor::new(png)) })
    }

    async fn export(&self, suggested_name: &str, content: Vec<u8>) -> Result<String, FileSourceError> {
        let paths = self.app.path();
        let folder = paths.download_dir().or_else(|_| paths.home_dir()).map_err(io)?;
        tokio::fs::create_dir_all(&folder).await.map_err(io)?;
        let place = free_name(&folder, suggested_name);
        tokio::fs::write(&place, content).await.map_err(io)?;
        Ok(place.display().to_string())
    }
}

fn io(error: impl std::fmt::Display) -> FileSourceError {
    FileSourceError::Io(error.to_string())
}

async fn open(path: &Path) -> Result<PickedFile, FileSourceError> {
    let name = path.file_name().map_or_else(|| "file".to_owned(), |name| name.to_string_lossy().into_owned());
    let file = tokio::fs::File::open(path).await.map_err(io)?;
    let bytes = file.metadata().await.map_err(io)?.len();
    Ok(PickedFile { name, bytes: Some(bytes), content: Box::new(file) })
}

/// Endings for the picker's filter only; what a file is, its content says.
fn extensions(accept: &[FileKind]) -> Vec<&'static str> {
    accept
        .iter()
        .flat_map(|kind| match kind {
            FileKind::Pdf => &["pdf", "PDF"][..],
            FileKind::Jpeg => &["jpg", "jpeg", "JPG", "JPEG"],
            FileKind::Png => &["png", "PNG"],
            FileKind::Heic => &["heic", "HEIC", "heif"],
        })
        .copied()
        .collect()
}

/// A name that overwrites nothing.
fn free_name(folder: &Path, suggested: &str) -> PathBuf {
    let (stem, ending) = suggested.rsplit_once('.').unwrap_or((suggested, "pdf"));
    (0..1000)
        .map(|n| if n == 0 { folder.join(suggested) } else { folder.join(format!("{stem} ({n}).{ending}")) })
        .find(|place| !place.exists())
        .unwrap_or_else(|| folder.join(suggested))
}

fn clipboard_png() -> Result<Vec<u8>, FileSourceError> {
    let mut clipboard = arboard::Clipboard::new().map_err(io)?;
    let picture = clipboard.get_image().map_err(|_| FileSourceError::Nothing)?;
    let (width, height) = (u32::try_from(picture.width).map_err(io)?, u32::try_from(picture.height).map_err(io)?);
    haoban_client::materials::png_from_rgba(width, height, picture.bytes.into_owned()).map_err(io)
}
