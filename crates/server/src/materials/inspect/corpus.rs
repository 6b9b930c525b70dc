//! Hostile files, all made here. Each is refused with a code that says what to do; the clean ones beside them pass.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use lopdf::{Document, Object, Stream, dictionary};

use super::*;

const ALL: [FileKind; 4] = [FileKind::Pdf, FileKind::Jpeg, FileKind::Png, FileKind::Heic];
const PHOTO: &[u8] = include_bytes!("../../../../client/src/fixture/photo.heic");

/// A PDF of one page; `change` may add to it: the document and the id of its catalogue.
fn pdf(change: impl FnOnce(&mut Document, lopdf::ObjectId)) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let tree = document.new_object_id();
    let page = document.add_object(dictionary! { "Type" => "Page", "Parent" => tree });
    let pages = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(tree, pages.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    change(&mut document, catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// A PDF whose catalogue has one entry more.
fn pdf_with(name: &str, value: impl Into<Object>) -> Vec<u8> {
    let value = value.into();
    pdf(|document, catalog| document.get_dictionary_mut(catalog).unwrap().set(name, value))
}

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(64, 48).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A picture that says it is 60,000 × 60,000.
fn huge_jpeg() -> Vec<u8> {
    let mut bytes = picture(ImageFormat::Jpeg);
    let frame = bytes.windows(2).position(|two| two == [0xFF, 0xC0]).unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xEA, 0x60, 0xEA, 0x60]);
    bytes
}

fn huge_png() -> Vec<u8> {
    let mut bytes = picture(ImageFormat::Png);
    bytes[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    let sum = crc32fast::hash(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// A chunk of text in a PNG, before its end.
fn png_saying(words: &str) -> Vec<u8> {
    let mut bytes = picture(ImageFormat::Png);
    let end = bytes.len() - 12;
    let mut chunk = b"tEXtComment\0".to_vec();
    chunk.extend(words.bytes());
    let mut whole = u32::try_from(chunk.len() - 4).unwrap().to_be_bytes().to_vec();
    whole.extend(&chunk);
    whole.extend(crc32fast::hash(&chunk).to_be_bytes());
    bytes.splice(end..end, whole);
    bytes
}

/// A comment in a JPEG, after its first mark.
fn jpeg_saying(words: &str) -> Vec<u8> {
    let mut bytes = picture(ImageFormat::Jpeg);
    let mut comment = vec![0xFF, 0xFE];
    comment.extend(u16::try_from(words.len() + 2).unwrap().to_be_bytes());
    comment.extend(words.bytes());
    bytes.splice(2..2, comment);
    bytes
}

/// An archive with one stored file.
fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let (size, sum) = (u32::try_from(content.len()).unwrap().to_le_bytes(), crc32fast::hash(content).to_le_bytes());
    let length = u16::try_from(name.len()).unwrap().to_le_bytes();
    let fields = [&[0; 8][..], &sum, &size, &size, &length, &[0; 2]].concat();
    let local = [b"PK\x03\x04\x14\0", &fields[..], name.as_bytes(), content].concat();
    let central = [b"PK\x01\x02\x14\0\x14\0", &fields[..], &[0; 14], name.as_bytes()].concat();
    let (at, long) = (u32::try_from(local.len()).unwrap(), u32::try_from(central.len()).unwrap());
    let end = [b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &long.to_le_bytes()[..], &at.to_le_bytes(), &[0; 2]].concat();
    [local, central, end].concat()
}

fn joined(first: Vec<u8>, second: Vec<u8>) -> Vec<u8> {
    [first, second].concat()
}

fn half(bytes: Vec<u8>) -> Vec<u8> {
    bytes[..bytes.len() / 2].to_vec()
}

/// An action whose kind stands in an object of its own.
fn pointed_at(kind: &str) -> Vec<u8> {
    pdf(|document, catalog| {
        let name = document.add_object(Object::Name(kind.as_bytes().to_vec()));
        let action = document.add_object(dictionary! { "S" => name, "F" => Object::string_literal("cmd.exe") });
        document.get_dictionary_mut(catalog).unwrap().set("OpenAction", action);
    })
}

/// A picture whose data holds, by chance, the letters of a drawing.
fn unlucky_png() -> Vec<u8> {
    use image::{ImageEncoder as _, codecs::png};
    let mut pixels = vec![7_u8; 64 * 48 * 3];
    pixels[300..312].copy_from_slice(b"<svg onload=");
    let (best, plain) = (png::CompressionType::Uncompressed, png::FilterType::NoFilter);
    let mut bytes = Vec::new();
    let encoder = png::PngEncoder::new_with_quality(&mut bytes, best, plain);
    encoder.write_image(&pixels, 64, 48, image::ExtendedColorType::Rgb8).unwrap();
    assert!(bytes.windows(4).any(|four| four == b"<svg"));
    bytes
}

fn action(kind: &str) -> lopdf::Dictionary {
    dictionary! { "S" => kind }
}

/// A page tree that contains itself.
fn loops() -> Vec<u8> {
    pdf(|document, _| {
        let tree = document.objects.iter().find_map(|(id, object)| {
            let named = object.as_dict().ok()?.get(b"Type").and_then(Object::as_name).ok()?;
            (named == b"Pages").then_some(*id)
        });
        let tree = tree.unwrap();
        document.get_dictionary_mut(tree).unwrap().set("Kids", vec![Object::Reference(tree)]);
    })
}

/// A stream of objects that grows from kilobytes to far more than may be unpacked.
fn grows() -> Vec<u8> {
    pdf(|document, _| {
        let zeros = vec![b'0'; 96 * 1024 * 1024];
        let mut stream = Stream::new(dictionary! { "Type" => "ObjStm", "N" => 1, "First" => 8 }, zeros);
        stream.compress().unwrap();
        document.add_object(stream);
    })
}

fn encrypted() -> Vec<u8> {
    pdf(|document, _| {
        let id = Object::string_literal("0123456789abcdef");
        document.trailer.set("ID", vec![id.clone(), id]);
        let version = lopdf::EncryptionVersion::V1 {
            document,
            owner_password: "owner",
            user_password: "user",
            permissions: lopdf::Permissions::all(),
        };
        let state = lopdf::EncryptionState::try_from(version).unwrap();
        document.encrypt(&state).unwrap();
    })
}

fn deep() -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n1 0 obj\n".to_vec();
    bytes.extend(std::iter::repeat_n(b'[', 100_000));
    bytes.extend(b"\nendobj\ntrailer <</Root 1 0 R>>\n%%EOF");
    bytes
}

/// Name, bytes, what the sender is told.
fn corpus() -> Vec<(&'static str, Vec<u8>, ProblemCode)> {
    use ProblemCode::{FileActive as Active, FileKind as Kind, FileUnreadable as Unreadable};
    let text = |words: &str| words.as_bytes().to_vec();
    let script = || dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") };
    vec![
        ("nothing", Vec::new(), Unreadable),
        ("one byte", text("%"), Kind),
        ("words", text("hello"), Kind),
        ("Windows program", text("MZ\u{1}\0 This program cannot be run in DOS mode"), Kind),
        ("Linux program", b"\x7fELF\x02\x01\x01\0".to_vec(), Kind),
        ("shell script", text("#!/bin/sh\nrm -rf /\n"), Kind),
        ("web page", text("<!DOCTYPE html><html><script>alert(1)</script></html>"), Kind),
        (
            "drawing with a script",
            text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
            Kind,
        ),
        ("drawing with a foreign object", text("<svg><foreignObject><iframe src='//x'/></foreignObject></svg>"), Kind),
        (
            "external entity",
            text("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"),
            Kind,
        ),
        ("PHP", text("<?php system($_GET['x']); ?>"), Kind),
        ("GIF with a script", text("GIF89a/*<script>*/=1;alert(1)//"), Kind),
        ("BMP", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0".to_vec(), Kind),
        ("TIFF", b"II*\0\x08\0\0\0".to_vec(), Kind),
        ("film", b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2".to_vec(), Kind),
        ("archive", zip("a.txt", b"a"), Kind),
        ("archive that climbs out", zip("../../etc/cron.d/x", b"* * * * * root x"), Kind),
        ("archive with an absolute path", zip("/etc/passwd", b"root"), Kind),
        ("archive in an archive", zip("inner.zip", &zip("inner.zip", &zip("eicar.com", b"X5O!"))), Kind),
        ("archive that lies about its size", zip("bomb", &[0; 4]).into_iter().chain([0xFF; 64]).collect(), Kind),
        ("Word document", zip("[Content_Types].xml", b"<Types/>"), Kind),
        ("Word document with macros", zip("word/vbaProject.bin", b"\xd0\xcf\x11\xe0"), Kind),
        ("OFD", zip("OFD.xml", b"<ofd:OFD/>"), Kind),
        ("old Word document", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), Kind),
        ("RTF with DDE", text("{\\rtf1{\\field{\\*\\fldinst DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe}}}"), Kind),
        ("RAR", b"Rar!\x1a\x07\0".to_vec(), Kind),
        ("7z", b"7z\xbc\xaf\x27\x1c".to_vec(), Kind),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0".to_vec(), Kind),
        ("Java class", b"\xca\xfe\xba\xbe\0\0\0\x34".to_vec(), Kind),
        ("test virus", text("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"), Kind),
        ("PDF behind something else", joined(text("#!/bin/sh\n"), pdf(|_, _| {})), Kind),
        ("head of a PDF only", text("%PDF-1.7 and then nothing"), Unreadable),
        ("half a PDF", half(pdf(|_, _| {})), Unreadable),
        ("PDF without pages", loops(), Unreadable),
        ("PDF with a password", encrypted(), Unreadable),
        ("PDF nested a hundred thousand deep", deep(), Unreadable),
        ("PDF with a script at opening", pdf_with("OpenAction", script()), Active),
        (
            "PDF with a script among its names",
            pdf_with("Names", dictionary! { "JavaScript" => dictionary! {} }),
            Active,
        ),
        ("PDF with a script at closing", pdf_with("AA", dictionary! { "WC" => script() }), Active),
        ("PDF that launches", pdf_with("OpenAction", action("Launch")), Active),
        ("PDF that launches by a name elsewhere", pointed_at("Launch"), Active),
        ("PDF that opens another file", pdf_with("OpenAction", action("GoToR")), Active),
        ("JPEG with a page behind it", joined(picture(ImageFormat::Jpeg), text("<script>alert(1)</script>")), Active),
        ("PNG with a page behind it", joined(picture(ImageFormat::Png), text("<html>")), Active),
        ("PDF that sends", pdf_with("OpenAction", action("SubmitForm")), Active),
        ("PDF that fetches", pdf_with("OpenAction", action("ImportData")), Active),
        ("PDF that opens what is inside it", pdf_with("OpenAction", action("GoToE")), Active),
        ("PDF with a file inside", pdf_with("Names", dictionary! { "EmbeddedFiles" => dictionary! {} }), Active),
        (
            "PDF with a form of programs",
            pdf_with("AcroForm", dictionary! { "XFA" => Object::string_literal("<x/>") }),
            Active,
        ),
        ("PDF with a film", pdf_with("Annots", vec![dictionary! { "Subtype" => "RichMedia" }.into()]), Active),
        ("PDF and archive at once", joined(pdf(|_, _| {}), zip("a.exe", b"MZ")), Active),
        ("head of a JPEG only", b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec(), Unreadable),
        ("half a JPEG", half(picture(ImageFormat::Jpeg)), Unreadable),
        ("JPEG of 60,000 × 60,000", huge_jpeg(), Unreadable),
        ("JPEG with PHP", jpeg_saying("<?php system('id'); ?>"), Active),
        ("JPEG with a page", jpeg_saying("<HTML><body onload=alert(1)>"), Active),
        ("JPEG and archive at once", joined(picture(ImageFormat::Jpeg), zip("a.exe", b"MZ")), Active),
        ("head of a PNG only", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), Unreadable),
        ("half a PNG", half(picture(ImageFormat::Png)), Unreadable),
        ("PNG of 60,000 × 60,000", huge_png(), Unreadable),
        ("PNG with a script", png_saying("<script>alert(1)</script>"), Active),
        ("PNG with a drawing", png_saying("<svg onload=alert(1)>"), Active),
        ("PNG and archive at once", joined(picture(ImageFormat::Png), zip("a.exe", b"MZ")), Active),
        ("head of a HEIC only", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), Unreadable),
        ("half a HEIC", half(PHOTO.to_vec()), Unreadable),
        ("HEIC and archive at once", joined(PHOTO.to_vec(), zip("a.exe", b"MZ")), Active),
    ]
}

#[test]
fn every_hostile_file_is_refused_with_the_code_that_helps() {
    let wrong: Vec<String> = corpus()
        .into_iter()
        .filter_map(|(name, bytes, wanted)| match inspect(&bytes, &ALL, 30) {
            Err(problem) if problem.code == wanted => None,
            Err(problem) => Some(format!("{name}: {} instead of {}", problem.code.as_str(), wanted.as_str())),
            Ok(found) => Some(format!("{name}: taken as {:?}", found.kind)),
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_stream_that_grows_without_end_is_never_unpacked() {
    // Refused or taken for its one page: what counts is that memory and time stay bounded.
    let _ = inspect(&grows(), &ALL, 30);
}

#[test]
fn clean_files_pass() {
    let link = dictionary! { "S" => "GoTo", "D" => vec![0.into()] };
    for (name, bytes) in [
        ("PDF", pdf(|_, _| {})),
        ("PDF that opens at a page", pdf_with("OpenAction", link)),
        ("JPEG", picture(ImageFormat::Jpeg)),
        ("JPEG with words", jpeg_saying("taken with a phone")),
        ("PNG", picture(ImageFormat::Png)),
        ("PNG with words", png_saying("a screenshot")),
        ("HEIC", PHOTO.to_vec()),
        ("PNG with unlucky pixels", unlucky_png()),
    ] {
        assert!(inspect(&bytes, &ALL, 30).is_ok(), "{name}: {:?}", inspect(&bytes, &ALL, 30));
    }
}

#[test]
fn a_wrong_kind_is_told_which_kinds_are_right() {
    let problem = inspect(&picture(ImageFormat::Png), &[FileKind::Pdf], 30).unwrap_err();
    assert_eq!((problem.code, problem.params["kinds"].as_str()), (ProblemCode::FileKind, "application/pdf"));
}
