//! Looks for what was typed in everything that lies in a folder, in every form it could lie there readable.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use memchr::memmem;

/// Shorter forms turn up by chance.
const SHORTEST: usize = 8;
/// More than this out of one packed stream is not looked at.
const MOST_UNPACKED: u64 = 64 * 1024 * 1024;

/// A secret as plain bytes, wide characters, hex and base64 at each of its three alignments.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let wide = |bytes: fn(u16) -> [u8; 2]| secret.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let mut forms = vec![
        secret.as_bytes().to_vec(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
        hex::encode(secret).into_bytes(),
        // As a script or JSON writes other characters than ASCII.
        secret
            .encode_utf16()
            .map(|unit| if unit < 128 { char::from(unit as u8).to_string() } else { format!("\\u{unit:04x}") })
            .collect::<String>()
            .into_bytes(),
    ];
    for lead in 0..3 {
        let coded = STANDARD.encode([&vec![b'x'; lead], secret.as_bytes()].concat());
        forms.push(coded.as_bytes()[4 * usize::from(lead > 0)..coded.len() - 4].to_vec());
    }
    forms.retain(|form| form.len() >= SHORTEST);
    forms
}

/// The bytes, and what is packed in them (gzip and zlib streams wherever they begin).
fn layers(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut layers = vec![bytes.to_vec()];
    for at in memmem::find_iter(bytes, b"\x1f\x8b\x08") {
        let mut out = Vec::new();
        let _ = flate2::read::GzDecoder::new(&bytes[at..]).take(MOST_UNPACKED).read_to_end(&mut out);
        layers.push(out);
    }
    for head in [b"\x78\x01", b"\x78\x9c", b"\x78\xda"] {
        for at in memmem::find_iter(bytes, head) {
            let mut out = Vec::new();
            let _ = flate2::read::ZlibDecoder::new(&bytes[at..]).take(MOST_UNPACKED).read_to_end(&mut out);
            layers.push(out);
        }
    }
    layers.retain(|layer| layer.len() >= SHORTEST);
    layers
}

/// What was looked through, and where a secret lies readable.
#[derive(Debug, Default)]
pub struct Search {
    /// Files.
    pub files: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Which secret lies in which file.
    pub found: Vec<(String, PathBuf)>,
}

/// Looks through everything below a folder except what the test itself put there (by file name).
///
/// # Errors
/// When a folder cannot be read.
pub fn search(folder: &Path, secrets: &[&str], except: &[&str]) -> anyhow::Result<Search> {
    let wanted: Vec<(&str, Vec<Vec<u8>>)> = secrets.iter().map(|secret| (*secret, forms(secret))).collect();
    let mut search = Search::default();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && !except.iter().any(|name| path.ends_with(name)) {
                // Gone meanwhile: a log that was folded, a lock.
                let Ok(bytes) = std::fs::read(&path) else { continue };
                search.files += 1;
                search.bytes += bytes.len() as u64;
                search.look(&path, &bytes, &wanted);
            }
        }
    }
    Ok(search)
}

impl Search {
    fn look(&mut self, path: &Path, bytes: &[u8], wanted: &[(&str, Vec<Vec<u8>>)]) {
        for layer in layers(bytes) {
            for (secret, forms) in wanted {
                if forms.iter().any(|form| memmem::find(&layer, form).is_some()) {
                    self.found.push(((*secret).to_owned(), path.to_owned()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn every_form_is_found() {
        let secret = "锦绣苑 3 号楼 602";
        let packed = |plain: &[u8]| {
            let mut gzip = flate2::write::GzEncoder::new(b"before".to_vec(), flate2::Compression::best());
            gzip.write_all(plain).unwrap();
            gzip.finish().unwrap()
        };
        let hidden = [
            secret.as_bytes().to_vec(),
            format!("..{secret}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
            format!("..{secret}").encode_utf16().flat_map(u16::to_be_bytes).collect(),
            STANDARD.encode(format!("a{secret}b")).into_bytes(),
            hex::encode(secret).into_bytes(),
            packed(format!("{{\"address\":\"{secret}\"}}").as_bytes()),
            br"\u9526\u7ee3\u82d1 3 \u53f7\u697c 602".to_vec(),
        ];
        for (number, bytes) in hidden.iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir(folder.path().join("deep")).unwrap();
            std::fs::write(folder.path().join("deep/file"), bytes).unwrap();
            let search = search(folder.path(), &[secret, "something else"], &[]).unwrap();
            assert_eq!(search.found.len(), 1, "form {number}");
            assert_eq!((search.files, search.bytes), (1, bytes.len() as u64));
        }
    }

    #[test]
    fn what_the_test_put_there_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("contract.pdf"), "Lease contract, page 1").unwrap();
        assert!(search(folder.path(), &["Lease contract, page 1"], &["contract.pdf"]).unwrap().found.is_empty());
    }
}
