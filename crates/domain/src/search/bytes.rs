//! The index as bytes: entries, then the sorted arrays, then a digest over both. Texts are cut again
//! on reading, which is quick; sorting is not repeated.

use sha2::{Digest as _, Sha256};

use super::{Index, NotAnIndex, suffix::Arrays, tokens::Tokens};

const MAGIC: &[u8; 8] = b"HBSRCH01";
const DIGEST: usize = 32;

pub(super) fn write(index: &Index) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    let entries = serde_json::to_vec(&index.entries).unwrap_or_default();
    block(&mut out, &entries);
    for array in [&index.arrays.characters, &index.arrays.pinyin, &index.arrays.initials] {
        let bytes: Vec<u8> = array.iter().flat_map(|cell| cell.to_le_bytes()).collect();
        block(&mut out, &bytes);
    }
    let digest = Sha256::digest(&out);
    out.extend_from_slice(&digest);
    out
}

pub(super) fn read(bytes: &[u8]) -> Result<Index, NotAnIndex> {
    let (body, digest) = bytes.split_at_checked(bytes.len().saturating_sub(DIGEST)).ok_or(NotAnIndex)?;
    if Sha256::digest(body).as_slice() != digest {
        return Err(NotAnIndex);
    }
    let mut rest = body.strip_prefix(MAGIC.as_slice()).ok_or(NotAnIndex)?;
    let entries: Vec<super::SearchEntry> = serde_json::from_slice(next(&mut rest)?).map_err(|_| NotAnIndex)?;
    let tokens = Tokens::of(&entries);
    let mut array = || -> Result<Vec<u32>, NotAnIndex> {
        let cells: Vec<u32> =
            next(&mut rest)?.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)).collect();
        let all_known = cells.iter().all(|cell| (*cell as usize) < tokens.cells.len());
        all_known.then_some(cells).ok_or(NotAnIndex)
    };
    let arrays = Arrays { characters: array()?, pinyin: array()?, initials: array()? };
    Ok(Index { entries, tokens, arrays })
}

fn block(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u64::try_from(bytes.len()).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(bytes);
}

fn next<'b>(rest: &mut &'b [u8]) -> Result<&'b [u8], NotAnIndex> {
    let (length, after) = rest.split_first_chunk::<8>().ok_or(NotAnIndex)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| NotAnIndex)?;
    let (block, after) = after.split_at_checked(length).ok_or(NotAnIndex)?;
    *rest = after;
    Ok(block)
}
