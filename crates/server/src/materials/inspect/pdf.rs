//! PDFs: readable, with pages, and with nothing that acts.

use haoban_wire::Problem;
use lopdf::{Dictionary, Document, LoadOptions, Object};

use super::{active, unreadable};

/// A stream inside a PDF may not grow beyond this when it is unpacked.
const MAX_UNPACKED: usize = 64 * 1024 * 1024;
/// What a whole PDF ends with.
const END: &[u8] = b"%%EOF";
/// Actions that run something or send something.
const ACTS: [&[u8]; 7] = [b"JavaScript", b"Launch", b"SubmitForm", b"ImportData", b"Rendition", b"GoToE", b"GoToR"];
/// Entries that carry programs or other files.
const CARRIERS: [&[u8]; 7] = [b"JS", b"JavaScript", b"EmbeddedFiles", b"EmbeddedFile", b"EF", b"XFA", b"RichMedia"];
/// Deepest nesting of one object that is looked into.
const MAX_DEPTH: usize = 64;

/// Number of pages.
pub(super) fn pages(bytes: &[u8]) -> Result<usize, Problem> {
    // Parsers make up what is missing; an officer would see half a contract.
    if memchr::memmem::rfind(bytes, END).is_none() {
        return Err(unreadable("damaged"));
    }
    let options = LoadOptions { max_decompressed_size: Some(MAX_UNPACKED), ..LoadOptions::default() };
    let document = match Document::load_mem_with_options(bytes, options) {
        Ok(document) => document,
        Err(lopdf::Error::InvalidPassword) => return Err(unreadable("locked")),
        Err(_) => return Err(unreadable("damaged")),
    };
    if document.is_encrypted() {
        return Err(unreadable("locked"));
    }
    if document.objects.values().any(|object| acts(&document, object, 0)) {
        return Err(active());
    }
    match document.get_pages().len() {
        0 => Err(unreadable("damaged")),
        pages => Ok(pages),
    }
}

fn acts(document: &Document, object: &Object, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return true;
    }
    match object {
        Object::Dictionary(entries) => entries_act(document, entries, depth),
        Object::Stream(stream) => entries_act(document, &stream.dict, depth),
        Object::Array(list) => list.iter().any(|one| acts(document, one, depth + 1)),
        _ => false,
    }
}

fn entries_act(document: &Document, entries: &Dictionary, depth: usize) -> bool {
    // The name of an action may stand elsewhere and only be pointed at.
    let named = |key: &[u8]| {
        let value = entries.get(key).and_then(|value| document.dereference(value));
        value.and_then(|(_, value)| value.as_name()).unwrap_or_default()
    };
    ACTS.contains(&named(b"S"))
        || CARRIERS.contains(&named(b"Type"))
        || CARRIERS.contains(&named(b"Subtype"))
        || entries.iter().any(|(key, value)| CARRIERS.contains(&key.as_slice()) || acts(document, value, depth + 1))
}
