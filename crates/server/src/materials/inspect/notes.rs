//! What a photo tells besides the picture: where, when and with which device it was taken, and by whom.
//!
//! The platform takes no such notes out. The digest the sender computed is checked here, named in the submission, signed
//! in the receipt and shown to the officer; bytes changed here would fit none of these, and nobody could tell our change
//! from somebody else's. So a photo with notes is refused, with the remedy, before anything is kept. Our own app redraws
//! photos on the device and never meets the refusal; a service that needs place and time asks for `keep_metadata`.

use haoban_domain::material::FileKind;

use super::outside::outside;

/// Notes by the words they begin with. A JPEG behind the first one, as phones put there, is looked at too.
const IN_A_JPEG: [(&[u8], &str); 4] = [
    (b"Exif\0", "exif"),
    (b"http://ns.adobe.com/xap/", "xmp"),
    (b"http://ns.adobe.com/xmp/", "xmp"),
    (b"Photoshop 3.0\0", "iptc"),
];
/// Words before a profile of notes in a text of a PNG.
const PROFILES: [(&[u8], &str); 5] = [
    (b"XML:com.adobe.xmp\0", "xmp"),
    (b"Raw profile type exif\0", "exif"),
    (b"Raw profile type APP1\0", "exif"),
    (b"Raw profile type xmp\0", "xmp"),
    (b"Raw profile type iptc\0", "iptc"),
];

/// The first kind of notes in a photo.
pub(super) fn notes(bytes: &[u8], kind: FileKind) -> Option<&'static str> {
    match kind {
        FileKind::Jpeg => outside(bytes, kind).iter().find_map(|part| begins(part, &IN_A_JPEG)),
        FileKind::Png => png(bytes),
        FileKind::Heic => outside(bytes, kind).iter().find_map(|part| heic(part)),
        FileKind::Pdf => None,
    }
}

fn begins(part: &[u8], marks: &[(&[u8], &'static str)]) -> Option<&'static str> {
    let (_, name) = marks.iter().find(|(mark, _)| part.windows(mark.len()).any(|some| some == *mark))?;
    Some(*name)
}

/// Chunks of notes. What stands behind the last chunk is nobody's picture any more and is searched as it is.
fn png(bytes: &[u8]) -> Option<&'static str> {
    let mut at = 8;
    while let Some(head) = bytes.get(at..at + 8) {
        let length = usize::try_from(u32::from_be_bytes([head[0], head[1], head[2], head[3]])).ok()?;
        let content = bytes.get(at + 8..).map_or(&[][..], |rest| &rest[..length.min(rest.len())]);
        let found = match &head[4..] {
            b"eXIf" | b"zxIf" => Some("exif"),
            b"tEXt" | b"zTXt" | b"iTXt" => {
                PROFILES.iter().find(|(mark, _)| content.starts_with(mark)).map(|(_, name)| *name)
            }
            _ => None,
        };
        if found.is_some() {
            return found;
        }
        at = at.saturating_add(length).saturating_add(12);
        if &head[4..] == b"IEND" {
            return bytes.get(at..).and_then(|behind| begins(behind, &IN_A_JPEG));
        }
    }
    None
}

/// Items are announced before the picture data: `infe`, version, flags, number, protection, kind.
fn heic(part: &[u8]) -> Option<&'static str> {
    let mut entries = part.windows(4).enumerate().filter(|(_, four)| four == b"infe").map(|(at, _)| &part[at..]);
    entries.find_map(|entry| {
        let number = if *entry.get(4)? < 3 { 2 } else { 4 };
        let kind = entry.get(10 + number..14 + number)?;
        let named = entry.get(14 + number..)?;
        match kind {
            b"Exif" => Some("exif"),
            b"mime" => named[..named.len().min(256)].windows(7).any(|some| some == b"rdf+xml").then_some("xmp"),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat};

    use super::*;

    const PHOTO: &[u8] = include_bytes!("../../../../client/src/fixture/photo.heic");

    fn picture(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(64, 48).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// A JPEG with one segment more.
    fn jpeg_with(mark: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = picture(ImageFormat::Jpeg);
        let mut segment = vec![0xFF, mark];
        segment.extend(u16::try_from(content.len() + 2).unwrap().to_be_bytes());
        segment.extend(content);
        bytes.splice(2..2, segment);
        bytes
    }

    /// A PNG with one chunk more.
    fn png_with(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let mut bytes = picture(ImageFormat::Png);
        let end = bytes.len() - 12;
        let chunk = [&kind[..], content].concat();
        let mut whole = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
        whole.extend(&chunk);
        whole.extend(crc32fast::hash(&chunk).to_be_bytes());
        bytes.splice(end..end, whole);
        bytes
    }

    #[test]
    fn every_way_to_write_notes_is_found() {
        let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0\0\0\0\0";
        let behind = [picture(ImageFormat::Jpeg), jpeg_with(0xE1, exif)].concat();
        let png_behind = [picture(ImageFormat::Png), jpeg_with(0xE1, exif)].concat();
        for (name, bytes, kind, wanted) in [
            ("place and time", jpeg_with(0xE1, exif), FileKind::Jpeg, "exif"),
            ("a packet", jpeg_with(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"), FileKind::Jpeg, "xmp"),
            ("a long packet", jpeg_with(0xE1, b"http://ns.adobe.com/xmp/extension/\0"), FileKind::Jpeg, "xmp"),
            ("an agency's notes", jpeg_with(0xED, b"Photoshop 3.0\08BIM"), FileKind::Jpeg, "iptc"),
            ("in the second picture", behind, FileKind::Jpeg, "exif"),
            ("a chunk", png_with(b"eXIf", b"MM\0\x2a\0\0\0\x08"), FileKind::Png, "exif"),
            ("a profile", png_with(b"zTXt", b"Raw profile type exif\0\0xx"), FileKind::Png, "exif"),
            ("a packet", png_with(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>"), FileKind::Png, "xmp"),
            ("behind the end", png_behind, FileKind::Png, "exif"),
            ("of a phone", PHOTO.to_vec(), FileKind::Heic, "exif"),
        ] {
            assert_eq!(notes(&bytes, kind), Some(wanted), "{kind:?}: {name}");
        }
    }

    #[test]
    fn colours_comments_and_dates_of_a_drawing_are_no_notes() {
        let mut plain = PHOTO.to_vec();
        let at = plain.windows(4).position(|four| four == b"Exif").unwrap();
        plain[at..at + 4].copy_from_slice(b"hvc1");
        for (name, bytes, kind) in [
            ("drawn by a program", picture(ImageFormat::Jpeg), FileKind::Jpeg),
            ("with colours", jpeg_with(0xE2, b"ICC_PROFILE\0\x01\x01"), FileKind::Jpeg),
            ("with a comment", jpeg_with(0xFE, b"a scan"), FileKind::Jpeg),
            ("drawn by a program", picture(ImageFormat::Png), FileKind::Png),
            ("with a comment", png_with(b"tEXt", b"Comment\0a screenshot"), FileKind::Png),
            ("a picture alone", plain, FileKind::Heic),
        ] {
            assert_eq!(notes(&bytes, kind), None, "{kind:?}: {name}");
        }
    }
}
