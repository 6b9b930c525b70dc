use super::*;

fn keys() -> Keys {
    Keys::derive(&[3; 32]).unwrap()
}

/// A log of a few records of different lengths, and where each ends.
fn written(path: &Path) -> (Vec<Vec<u8>>, Vec<usize>) {
    let mut log = SealedLog::open(path).unwrap().unwrap();
    let (mut contents, mut ends) = (Vec::new(), Vec::new());
    for length in [1_usize, 40, 0, 300, 17] {
        let content = vec![u8::try_from(length % 251).unwrap(); length];
        log.append(&keys(), &content).unwrap();
        contents.push(content);
        ends.push(usize::try_from(log.len()).unwrap());
    }
    (contents, ends)
}

fn contents(reading: &Reading) -> Vec<Vec<u8>> {
    reading.records.iter().map(|(_, content)| content.to_vec()).collect()
}

#[test]
fn a_log_cut_at_any_byte_gives_every_whole_record_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let (wanted, ends) = written(&path);
    let bytes = std::fs::read(&path).unwrap();
    for cut in 0..=bytes.len() {
        let whole = ends.iter().filter(|end| **end <= cut).count();
        let reading = parse(&bytes[..cut], &keys());
        assert_eq!(contents(&reading), wanted[..whole], "cut at {cut}");
        assert!(!reading.damaged, "a torn tail is no damage (cut at {cut})");
        assert_eq!(reading.end, if whole == 0 { 0 } else { ends[whole - 1] as u64 });
        let mut grown = bytes[..cut].to_vec();
        grown.resize(bytes.len(), 0);
        let reading = parse(&grown, &keys());
        assert!(contents(&reading).starts_with(&wanted[..whole]), "a tail of zeros (cut at {cut})");
    }
}

#[test]
fn any_changed_byte_is_told_and_costs_only_its_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let (wanted, ends) = written(&path);
    let bytes = std::fs::read(&path).unwrap();
    for at in 0..bytes.len() {
        for mask in [1, 0x80, 0xFF] {
            let mut changed = bytes.clone();
            changed[at] ^= mask;
            let reading = parse(&changed, &keys());
            let hit = ends.iter().filter(|end| **end <= at).count();
            let mut left = wanted.clone();
            left.remove(hit);
            assert!(reading.damaged, "byte {at} mask {mask}");
            assert_eq!(contents(&reading), left, "byte {at} mask {mask}");
        }
    }
}

#[test]
fn records_cannot_be_swapped_dropped_unseen_or_read_with_another_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let (_, ends) = written(&path);
    let bytes = std::fs::read(&path).unwrap();
    let reading = parse(&bytes, &keys());
    assert_eq!(reading.records.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    // The second record under the head of the first.
    let renumbered = [&bytes[..HEAD], &bytes[ends[0] + HEAD..ends[1]]].concat();
    assert!(parse(&renumbered, &keys()).records.is_empty());
    let foreign = parse(&bytes, &Keys::derive(&[4; 32]).unwrap());
    assert!(foreign.damaged && foreign.records.is_empty());
}

#[test]
fn one_process_holds_it_and_goes_on_after_the_last_whole_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let (wanted, ends) = written(&path);
    let mut torn = std::fs::read(&path).unwrap();
    torn.extend_from_slice(&[9; 7]);
    std::fs::write(&path, torn).unwrap();
    let mut log = SealedLog::open(&path).unwrap().unwrap();
    assert!(SealedLog::open(&path).unwrap().is_none(), "held");
    let reading = log.read(&keys()).unwrap();
    assert_eq!(reading.end, *ends.last().unwrap() as u64);
    log.cut(reading.end).unwrap();
    log.go_on_from(6);
    assert_eq!(log.append(&keys(), b"more").unwrap(), 6);
    drop(log);
    let reading = read(&path, &keys()).unwrap();
    assert_eq!(reading.records.len(), wanted.len() + 1);
    assert!(SealedLog::open(&path).unwrap().is_some(), "free again");
}
