//! What of a photo's file is not the picture itself: headers, notes, and whatever comes behind it. Only there can words
//! stand that somebody else would read as a program; among compressed picture data they turn up by chance, in one large
//! photo of a hundred.

use haoban_domain::material::FileKind;

/// The parts that are not picture data; all of a file that does not follow its own form.
pub(super) fn outside(bytes: &[u8], kind: FileKind) -> Vec<&[u8]> {
    let parts = match kind {
        FileKind::Jpeg => jpeg(bytes),
        FileKind::Png => png(bytes),
        FileKind::Heic => heic(bytes),
        FileKind::Pdf => None,
    };
    parts.unwrap_or_else(|| vec![bytes])
}

/// Segments but for what follows a start of scan. Phones put a second JPEG behind the first one.
fn jpeg(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut parts, mut at) = (Vec::new(), 0);
    while bytes.get(at..at + 2) == Some(&[0xFF, 0xD8]) {
        at += 2;
        loop {
            let [0xFF, mark] = *bytes.get(at..at + 2)? else { return None };
            at += 2;
            match mark {
                0xD9 => break,
                0xFF => at -= 1,
                0x01 | 0xD0..=0xD7 => {}
                _ => {
                    let length = usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
                    parts.push(bytes.get(at..at + length)?);
                    at += length;
                    if mark == 0xDA {
                        at += scan(bytes.get(at..)?)?;
                    }
                }
            }
        }
    }
    parts.push(&bytes[at..]);
    Some(parts)
}

/// How long picture data is: up to a mark that is neither a stuffed byte nor a restart.
fn scan(bytes: &[u8]) -> Option<usize> {
    bytes.windows(2).position(|two| two[0] == 0xFF && !matches!(two[1], 0x00 | 0xD0..=0xD7))
}

/// Chunks but for picture data.
fn png(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut parts, mut at) = (Vec::new(), 8);
    loop {
        let length = usize::try_from(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)).ok()?;
        let (kind, content) = (bytes.get(at + 4..at + 8)?, bytes.get(at + 8..at.checked_add(8)?.checked_add(length)?)?);
        at += 12 + length;
        if kind != b"IDAT" && kind != b"fdAT" {
            parts.push(content);
        }
        if kind == b"IEND" {
            parts.push(bytes.get(at..)?);
            return Some(parts);
        }
    }
}

/// Boxes but for media data.
fn heic(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut parts, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let head = bytes.get(at..at + 8)?;
        let length = match u32::from_be_bytes(head[..4].try_into().ok()?) {
            0 => bytes.len() - at,
            1 => usize::try_from(u64::from_be_bytes(bytes.get(at + 8..at + 16)?.try_into().ok()?)).ok()?,
            length => usize::try_from(length).ok()?,
        };
        let whole = bytes.get(at..at.checked_add(length.max(8))?)?;
        if &head[4..] != b"mdat" {
            parts.push(whole);
        }
        at += whole.len();
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(bytes: &[u8], kind: FileKind) -> bool {
        outside(bytes, kind).iter().any(|part| part.windows(4).any(|four| four == b"<svg"))
    }

    /// A comment, a scan with picture data, its end, and something behind.
    fn jpeg_of(comment: &[u8], data: &[u8], behind: &[u8]) -> Vec<u8> {
        let length = |part: &[u8]| u16::try_from(part.len() + 2).unwrap().to_be_bytes();
        [
            b"\xFF\xD8\xFF\xFE",
            &length(comment)[..],
            comment,
            b"\xFF\xDA\x00\x04ab",
            data,
            b"\xFF\x00\xFF\xD0",
            data,
            b"\xFF\xD9",
            behind,
        ]
        .concat()
    }

    #[test]
    fn words_count_everywhere_but_in_picture_data() {
        let jpeg = |comment, data, behind| says(&jpeg_of(comment, data, behind), FileKind::Jpeg);
        assert!(!jpeg(b"a", b"<svg ", b""));
        assert!(jpeg(b"<svg ", b"a", b""));
        assert!(jpeg(b"a", b"a", b"<svg "));
        let second = jpeg_of(b"a", b"<svg ", b"");
        assert!(!jpeg(b"a", b"a", &second), "a second picture behind the first");
        assert!(jpeg(b"a", b"a", &jpeg_of(b"<svg ", b"a", b"")));

        let chunk = |kind: &[u8; 4], content: &[u8]| {
            [&u32::try_from(content.len()).unwrap().to_be_bytes()[..], kind, content, &[0; 4]].concat()
        };
        let png = |kind: &[u8; 4], behind: &[u8]| {
            let whole = [&[0; 8][..], &chunk(kind, b"<svg "), &chunk(b"IEND", b""), behind].concat();
            says(&whole, FileKind::Png)
        };
        assert!(!png(b"IDAT", b""));
        assert!(png(b"tEXt", b"") && png(b"IDAT", b"<svg "));

        let part = |kind: &[u8; 4]| [&13_u32.to_be_bytes()[..], kind, b"<svg "].concat();
        assert!(!says(&part(b"mdat"), FileKind::Heic));
        assert!(says(&part(b"free"), FileKind::Heic));
    }

    #[test]
    fn a_file_against_its_own_form_is_looked_at_whole() {
        for (bytes, kind) in [
            (&b"\xFF\xD8<svg "[..], FileKind::Jpeg),
            (b"\x89PNG\r\n\x1a\n\xFF\xFF\xFF\xFFIDAT<svg ", FileKind::Png),
            (b"\x00\x00\xFF\xFFmdat<svg ", FileKind::Heic),
        ] {
            assert!(says(bytes, kind), "{kind:?}");
        }
    }
}
