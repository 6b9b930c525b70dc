//! What an upload may be: by its slot, and per party.

use haoban_domain::{item::ServiceItem, material::UploadLimit};

/// Most bytes of any upload, whatever a pack says.
pub const MOST_BYTES: u64 = 128 * 1024 * 1024;

/// What one party may keep in uploads that no case uses yet.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// Files.
    pub files: u64,
    /// Bytes in all.
    pub bytes: u64,
    /// Days until an unused upload is forgotten.
    pub days: i64,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { files: 200, bytes: 400 * 1024 * 1024, days: 7 }
    }
}

/// Limits of a slot: those of the named item, else the widest of all items that know such a slot.
/// The submission judges again, by the item itself.
pub fn of_slot(items: &[ServiceItem], item: Option<&str>, slot: &str) -> Option<UploadLimit> {
    items
        .iter()
        .filter(|candidate| item.is_none_or(|code| candidate.code == code))
        .flat_map(|candidate| &candidate.materials)
        .filter(|material| material.id == slot)
        .map(|material| material.upload.clone())
        .reduce(widest)
}

fn widest(mut one: UploadLimit, other: UploadLimit) -> UploadLimit {
    one.max_bytes = one.max_bytes.max(other.max_bytes);
    one.max_pages = one.max_pages.max(other.max_pages);
    one.max_files = one.max_files.max(other.max_files);
    one.keep_metadata |= other.keep_metadata;
    for kind in other.kinds {
        if !one.kinds.contains(&kind) {
            one.kinds.push(kind);
        }
    }
    one
}

#[cfg(test)]
mod tests {
    use haoban_domain::material::FileKind;

    use super::*;

    #[test]
    fn the_widest_slot_counts_when_no_item_is_named() {
        let one = UploadLimit { kinds: vec![FileKind::Pdf], max_bytes: 5, ..UploadLimit::default() };
        let other = UploadLimit {
            kinds: vec![FileKind::Png],
            max_bytes: 9,
            max_pages: 1,
            keep_metadata: true,
            ..UploadLimit::default()
        };
        let both = widest(one.clone(), other);
        assert_eq!((both.max_bytes, both.max_pages, both.keep_metadata), (9, one.max_pages, true));
        assert_eq!(both.kinds, [FileKind::Pdf, FileKind::Png]);
        assert_eq!(of_slot(&[], None, "lease"), None);
    }
}
