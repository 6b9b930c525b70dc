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
    assert_eq!(inspect(&pdf(3), &ALL, 30), Ok(Found { kind: FileKind::Pdf, pages: 3, notes: None }));
    assert_eq!(inspect(&pdf(3), &ALL, 2).unwrap_err().code, ProblemCode::FilePages);
    assert_eq!(inspect(&pdf(0), &ALL, 2).unwrap_err().code, ProblemCode::FileUnreadable);
}

#[test]
fn the_kind_is_read_from_the_bytes() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    assert_eq!(kind_of(png), Some(FileKind::Png));
    assert_eq!(kind_of(b"\xff\xd8\xff\xe0\0\x10JFIF"), Some(FileKind::Jpeg));
    assert_eq!(kind_of(heic), Some(FileKind::Heic));
    assert_eq!(inspect(png, &[FileKind::Pdf], 1).unwrap_err().code, ProblemCode::FileKind);
}

#[test]
fn scripts_empty_and_broken_files_are_refused() {
    assert_eq!(inspect(b"", &ALL, 1).unwrap_err().code, ProblemCode::FileUnreadable);
    assert_eq!(inspect(b"MZ\x90\0 a program", &ALL, 1).unwrap_err().code, ProblemCode::FileKind);
    assert_eq!(inspect(b"<svg onload=alert(1)>", &ALL, 1).unwrap_err().code, ProblemCode::FileKind);
    assert_eq!(inspect(b"%PDF-1.7 and then nothing", &ALL, 9).unwrap_err().code, ProblemCode::FileUnreadable);
}
