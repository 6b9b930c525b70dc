//! What a file really is, by its bytes.

use haoban_domain::material::FileKind;
use haoban_wire::{Problem, ProblemCode};

/// A stream inside a PDF may not grow beyond this when it is unpacked.
const MAX_UNPACKED: usize = 64 * 1024 * 1024;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Kind.
    pub kind: FileKind,
    /// Pages; a picture is one.
    pub pages: u16,
}

/// Looks into a whole file. Blocking: PDFs are parsed.
pub fn inspect(bytes: &[u8], kinds: &[FileKind], max_pages: u16) -> Result<Found, Problem> {
    if bytes.is_empty() {
        return Err(unreadable("empty"));
    }
    let kind = kind_of(bytes).filter(|kind| kinds.contains(kind)).ok_or_else(|| not_accepted(kinds))?;
    let pages = match kind {
        FileKind::Pdf => pdf_pages(bytes)?,
        FileKind::Jpeg | FileKind::Png | FileKind::Heic => 1,
    };
    if pages > usize::from(max_pages) {
        return Err(Problem::new(ProblemCode::FilePages).with("max", max_pages).with("pages", pages));
    }
    Ok(Found { kind, pages: u16::try_from(pages).unwrap_or(u16::MAX) })
}

fn kind_of(bytes: &[u8]) -> Option<FileKind> {
    match infer::get(bytes)?.mime_type() {
        "application/pdf" => Some(FileKind::Pdf),
        "image/jpeg" => Some(FileKind::Jpeg),
        "image/png" => Some(FileKind::Png),
        "image/heif" => Some(FileKind::Heic),
        _ => None,
    }
}

fn pdf_pages(bytes: &[u8]) -> Result<usize, Problem> {
    let options = lopdf::LoadOptions { max_decompressed_size: Some(MAX_UNPACKED), ..lopdf::LoadOptions::default() };
    let document = match lopdf::Document::load_mem_with_options(bytes, options) {
        Ok(document) => document,
        Err(lopdf::Error::InvalidPassword) => return Err(unreadable("locked")),
        Err(_) => return Err(unreadable("damaged")),
    };
    if document.is_encrypted() {
        return Err(unreadable("locked"));
    }
    match document.get_pages().len() {
        0 => Err(unreadable("damaged")),
        pages => Ok(pages),
    }
}

fn unreadable(why: &str) -> Problem {
    Problem::new(ProblemCode::FileUnreadable).with("why", why)
}

fn not_accepted(kinds: &[FileKind]) -> Problem {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.media_type()).collect();
    Problem::new(ProblemCode::FileKind).with("kinds", names.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [FileKind; 4] = [FileKind::Pdf, FileKind::Jpeg, FileKind::Png, FileKind::Heic];

    fn pdf(pages: usize) -> Vec<u8> {
        let mut document = lopdf::Document::with_version("1.5");
        let root = document.new_object_id();
        let kids: Vec<lopdf::Object> = (0..pages)
            .map(|_| document.add_object(lopdf::dictionary! { "Type" => "Page", "Parent" => root }).into())
            .collect();
        let count = i64::try_from(pages).unwrap();
        let tree = lopdf::dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count };
        document.objects.insert(root, tree.into());
        let catalog = document.add_object(lopdf::dictionary! { "Type" => "Catalog", "Pages" => root });
        document.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn pages_of_a_pdf_are_counted_and_limited() {
        assert_eq!(inspect(&pdf(3), &ALL, 30), Ok(Found { kind: FileKind::Pdf, pages: 3 }));
        assert_eq!(inspect(&pdf(3), &ALL, 2).unwrap_err().code, ProblemCode::FilePages);
        assert_eq!(inspect(&pdf(0), &ALL, 2).unwrap_err().code, ProblemCode::FileUnreadable);
    }

    #[test]
    fn the_kind_is_read_from_the_bytes() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
        assert_eq!(inspect(png, &ALL, 1).unwrap().kind, FileKind::Png);
        assert_eq!(inspect(b"\xff\xd8\xff\xe0\0\x10JFIF", &ALL, 1).unwrap().kind, FileKind::Jpeg);
        assert_eq!(inspect(heic, &ALL, 1).unwrap().kind, FileKind::Heic);
        assert_eq!(inspect(png, &[FileKind::Pdf], 1).unwrap_err().code, ProblemCode::FileKind);
    }

    #[test]
    fn scripts_empty_and_broken_files_are_refused() {
        assert_eq!(inspect(b"", &ALL, 1).unwrap_err().code, ProblemCode::FileUnreadable);
        assert_eq!(inspect(b"MZ\x90\0 a program", &ALL, 1).unwrap_err().code, ProblemCode::FileKind);
        assert_eq!(inspect(b"<svg onload=alert(1)>", &ALL, 1).unwrap_err().code, ProblemCode::FileKind);
        assert_eq!(inspect(b"%PDF-1.7 and then nothing", &ALL, 9).unwrap_err().code, ProblemCode::FileUnreadable);
    }
}
