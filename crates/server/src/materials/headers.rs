//! The header names of tus 1.0.0, all of them here, so that the coming RFC can stand beside them.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use haoban_domain::time::Timestamp;
use haoban_wire::{Problem, ProblemCode};

/// Version spoken on both sides.
pub const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
/// Versions the server knows.
pub const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
/// Extensions the server knows.
pub const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
/// Most bytes of one upload.
pub const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
/// Digests the server can check.
pub const TUS_CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
/// Bytes that are safe.
pub const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// Bytes in all.
pub const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
/// What the file is.
pub const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
/// Digest of the bytes of one request.
pub const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
/// When an unfinished upload is forgotten.
pub const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

/// The one version.
pub const VERSION: &str = "1.0.0";
/// What the server can do beyond the core.
pub const EXTENSIONS: &str = "creation,creation-with-upload,checksum,expiration,termination";
/// The one digest.
pub const CHECKSUM: &str = "sha256";
/// Media type of a PATCH.
pub const OFFSET_OCTETS: &str = "application/offset+octet-stream";

/// A header as text.
pub fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A header as number of bytes.
pub fn bytes(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Problem> {
    let malformed = || Problem::new(ProblemCode::BadRequest).with("what", name);
    text(headers, name).ok_or_else(malformed)?.parse().map_err(|_| malformed())
}

/// `Upload-Metadata`: comma-separated pairs, key and base64 of the value.
pub fn metadata(headers: &HeaderMap) -> Result<BTreeMap<String, String>, Problem> {
    let malformed = || Problem::new(ProblemCode::BadRequest).with("what", UPLOAD_METADATA);
    let mut values = BTreeMap::new();
    for pair in text(headers, &UPLOAD_METADATA).ok_or_else(malformed)?.split(',') {
        let (key, coded) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        let value = STANDARD.decode(coded.trim()).map_err(|_| malformed())?;
        values.insert(key.to_owned(), String::from_utf8(value).map_err(|_| malformed())?);
    }
    Ok(values)
}

/// `Upload-Checksum: sha256 <base64>`; absent is fine, another digest is not.
pub fn checksum(headers: &HeaderMap) -> Result<Option<[u8; 32]>, Problem> {
    let Some(value) = headers.get(&UPLOAD_CHECKSUM) else { return Ok(None) };
    let malformed = || Problem::new(ProblemCode::BadRequest).with("what", UPLOAD_CHECKSUM);
    let (algorithm, coded) = value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or_else(malformed)?;
    if algorithm != CHECKSUM {
        return Err(malformed());
    }
    let digest = STANDARD.decode(coded.trim()).map_err(|_| malformed())?;
    digest.try_into().map(Some).map_err(|_| malformed())
}

/// `Upload-Expires` in the form of RFC 9110.
pub fn expires(at: Timestamp) -> HeaderValue {
    let written = at.inner().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::from_str(&written).unwrap_or(HeaderValue::from_static("0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn metadata_is_read_and_nonsense_is_refused() {
        let read = metadata(&with(UPLOAD_METADATA, "slot bGVhc2U=, kind cGRm,empty")).unwrap();
        assert_eq!(read.get("slot").map(String::as_str), Some("lease"));
        assert_eq!(read.get("kind").map(String::as_str), Some("pdf"));
        assert_eq!(read.get("empty").map(String::as_str), Some(""));
        assert!(metadata(&with(UPLOAD_METADATA, "slot %%%")).is_err());
        assert!(metadata(&HeaderMap::new()).is_err());
    }

    #[test]
    fn only_a_whole_sha256_is_a_checksum() {
        assert_eq!(checksum(&HeaderMap::new()).unwrap(), None);
        let good = "sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert!(checksum(&with(UPLOAD_CHECKSUM, good)).unwrap().is_some());
        assert!(checksum(&with(UPLOAD_CHECKSUM, "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")).is_err());
        assert!(checksum(&with(UPLOAD_CHECKSUM, "sha256 AAAA")).is_err());
    }

    #[test]
    fn expiry_is_an_http_date() {
        assert_eq!(expires(Timestamp::from_millis(784_111_777_000)), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
