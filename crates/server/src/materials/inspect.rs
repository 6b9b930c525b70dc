//! What a file really is, by its bytes, and whether it can be shown without harm.

#[cfg(test)]
mod corpus;
mod notes;
mod outside;
mod pdf;
mod picture;
#[cfg(test)]
mod tests;

use haoban_domain::material::FileKind;
use haoban_wire::{Problem, ProblemCode};

/// The end record of a ZIP lies within this from the end of a file.
const ZIP_TAIL: usize = 65_557;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Kind.
    pub kind: FileKind,
    /// Pages; a picture is one.
    pub pages: u16,
    /// What a photo tells besides the picture (`exif`, `xmp`, `iptc`).
    pub notes: Option<&'static str>,
}

/// Looks into a whole file. Blocking: PDFs are parsed, photos decoded.
pub fn inspect(bytes: &[u8], kinds: &[FileKind], max_pages: u16) -> Result<Found, Problem> {
    if bytes.is_empty() {
        return Err(unreadable("empty"));
    }
    let kind = kind_of(bytes).filter(|kind| kinds.contains(kind)).ok_or_else(|| not_accepted(kinds))?;
    let pages = match kind {
        FileKind::Pdf => pdf::pages(bytes)?,
        FileKind::Jpeg | FileKind::Png | FileKind::Heic => {
            picture::check(bytes, kind)?;
            1
        }
    };
    if is_zip_too(bytes) {
        return Err(active());
    }
    if pages > usize::from(max_pages) {
        return Err(Problem::new(ProblemCode::FilePages).with("max", max_pages).with("pages", pages));
    }
    Ok(Found { kind, pages: u16::try_from(pages).unwrap_or(u16::MAX), notes: notes::notes(bytes, kind) })
}

fn kind_of(bytes: &[u8]) -> Option<FileKind> {
    match infer::get(bytes)?.mime_type() {
        // Readers look further for the mark; what stands before it would be something else as well.
        "application/pdf" if !bytes.starts_with(b"%PDF-") => None,
        "application/pdf" => Some(FileKind::Pdf),
        "image/jpeg" => Some(FileKind::Jpeg),
        "image/png" => Some(FileKind::Png),
        "image/heif" => Some(FileKind::Heic),
        _ => None,
    }
}

/// Whether an unpacker would find an archive in the same bytes.
fn is_zip_too(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(ZIP_TAIL)..];
    tail.windows(4).any(|four| four == b"PK\x05\x06")
}

fn unreadable(why: &str) -> Problem {
    Problem::new(ProblemCode::FileUnreadable).with("why", why)
}

/// Something in it would run, or it is two files at once.
fn active() -> Problem {
    Problem::new(ProblemCode::FileActive)
}

fn not_accepted(kinds: &[FileKind]) -> Problem {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.media_type()).collect();
    Problem::new(ProblemCode::FileKind).with("kinds", names.join(","))
}
