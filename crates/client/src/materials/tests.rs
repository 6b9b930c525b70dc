use haoban_domain::{
    ids::LicenceId,
    material::{FileKind, MaterialChoice, UploadLimit},
};
use haoban_wire::{
    Problem, ProblemCode,
    ui::{DraftOpen, MaterialDefer, MaterialRemove, MaterialUseLicence},
};
use image::{ImageEncoder, RgbImage, codecs::jpeg::JpegEncoder};
use serde_json::json;
use zeroize::Zeroizing;

use super::*;
use crate::fixture::{Device, attach as hand, begin, pdf, save};

fn photo(width: u32, height: u32) -> RgbImage {
    // The left half is red, the right half blue: turning it upright is visible.
    RgbImage::from_fn(width, height, |x, y| {
        if x < width / 2 { image::Rgb([200, (y % 7) as u8, 10]) } else { image::Rgb([10, (y % 5) as u8, 200]) }
    })
}

/// A JPEG with an EXIF block: orientation 6 (turn right), and a place.
fn photo_with_place(width: u32, height: u32) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"GPS 34.7466N 113.6253E CANARYPLACE");
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90)
        .write_image(&photo(width, height), width, height, image::ExtendedColorType::Rgb8)
        .unwrap();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

fn code(error: ClientError) -> Problem {
    Problem::from(error)
}

async fn content(client: &Client, file: FileId, bytes: u64) -> Vec<u8> {
    let keys = client.vault().keys().unwrap();
    client
        .files()
        .unwrap()
        .read(keys, &file.to_string(), 0, usize::try_from(bytes).unwrap() + 10)
        .await
        .unwrap()
        .to_vec()
}

#[tokio::test]
async fn a_photo_is_turned_upright_scaled_down_and_rid_of_its_place() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin(&client).await.id;
    let original = photo_with_place(3000, 1500);
    assert!(original.windows(11).any(|window| window == b"CANARYPLACE"));
    let shown = hand(&device, &client, id, "lease", "../C:\\x\\Wohnung\u{202e}.pdf", original.clone()).await.unwrap();
    let file = shown.files[0].clone();
    assert_eq!(
        (file.kind, file.pages, file.metadata_removed, file.name.as_str()),
        (FileKind::Jpeg, 1, true, "Wohnung.pdf")
    );
    assert_eq!(file.original_bytes, original.len() as u64);
    let sent = content(&client, file.id, file.bytes).await;
    assert_eq!(sent.len() as u64, file.bytes);
    assert!(!sent.windows(11).any(|window| window == b"CANARYPLACE"));
    let picture = image::load_from_memory(&sent).unwrap().to_rgb8();
    assert_eq!((picture.width(), picture.height()), (1280, 2560), "orientation 6 turns a wide picture upright");
    assert!(
        picture.get_pixel(600, 100).0[0] > 150 && picture.get_pixel(600, 2400).0[2] > 150,
        "red on top after turning right"
    );
    let (kind, thumb) = client.thumbnail(file.id).await.unwrap();
    let thumb = image::load_from_memory(&thumb).unwrap();
    assert_eq!((kind, thumb.height()), ("image/jpeg", 320));
    assert!(matches!(&shown.choices["lease"], MaterialChoice::Upload { files } if *files == [file.id]));
}

#[test]
fn a_service_that_asks_for_place_and_time_gets_the_photo_as_it_was_taken() {
    let keep = UploadLimit { keep_metadata: true, ..UploadLimit::default() };
    for (kind, photo) in [(FileKind::Jpeg, photo_with_place(300, 150)), (FileKind::Heic, PHONE_PHOTO.to_vec())] {
        let kept = clean::clean(Zeroizing::new(photo.clone()), &keep).ok().unwrap();
        assert!(*kept.content == photo && !kept.metadata_removed && kept.kind == kind, "{kind:?}");
        let plain = clean::clean(Zeroizing::new(photo), &UploadLimit::default()).ok().unwrap();
        assert!(plain.metadata_removed && !plain.content.windows(4).any(|four| four == b"Exif"), "{kind:?}");
    }
}

/// A picture of 320×240 with maker and place in its notes, written by another program (libheif).
const PHONE_PHOTO: &[u8] = include_bytes!("../fixture/photo.heic");

#[tokio::test]
async fn a_phones_own_format_becomes_a_jpeg_without_place_and_maker() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin(&client).await.id;
    assert!(PHONE_PHOTO.windows(6).any(|window| window == b"Haoban"), "the original names its maker");
    let shown = hand(&device, &client, id, "lease", "IMG_0001.HEIC", PHONE_PHOTO.to_vec()).await.unwrap();
    let file = &shown.files[0];
    assert_eq!((file.kind, file.pages, file.metadata_removed), (FileKind::Jpeg, 1, true));
    let sent = content(&client, file.id, file.bytes).await;
    assert!(!sent.windows(6).any(|window| window == b"Haoban"));
    let picture = image::load_from_memory(&sent).unwrap().to_rgb8();
    assert_eq!((picture.width(), picture.height()), (320, 240));
    let (left, right) = (picture.get_pixel(10, 120).0, picture.get_pixel(310, 120).0);
    assert!(left[0] < 60 && right[0] > 190, "red grows from left to right: {left:?} {right:?}");
    assert!(client.thumbnail(file.id).await.is_some());
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_content_and_leaves_nothing() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin(&client).await.id;
    let mut heic = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1".to_vec();
    heic.extend([0; 100]);
    type Refused = (&'static str, Vec<u8>, ProblemCode, Option<(&'static str, &'static str)>);
    let cases: [Refused; 8] = [
        ("a.pdf", b"just words, no document at all".to_vec(), ProblemCode::FileKind, Some(("found", "other"))),
        ("a.jpg", heic, ProblemCode::FileUnreadable, Some(("why", "damaged"))),
        ("a.pdf", Vec::new(), ProblemCode::FileUnreadable, Some(("why", "empty"))),
        ("a.pdf", b"%PDF-1.5 and then nothing".to_vec(), ProblemCode::FileUnreadable, Some(("why", "damaged"))),
        ("a.pdf", pdf(4, 10, "w"), ProblemCode::FilePages, Some(("max", "3"))),
        ("a.jpg", photo_with_place(40, 40)[..200].to_vec(), ProblemCode::FileUnreadable, None),
        ("a.pdf", vec![0; 8_388_609], ProblemCode::FileTooLarge, Some(("max", "8388608"))),
        ("a.exe", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff".to_vec(), ProblemCode::FileKind, None),
    ];
    for (name, bytes, expected, param) in cases {
        let problem = code(hand(&device, &client, id, "lease", name, bytes).await.unwrap_err());
        assert_eq!(problem.code, expected, "{name} {problem:?}");
        if let Some((key, value)) = param {
            assert_eq!(problem.params[key], value, "{name}");
        }
    }
    let shown = crate::drafts::open(&client, DraftOpen { draft_id: id }).await.unwrap();
    assert!(shown.files.is_empty() && shown.revision == 1);
    assert!(client.files().unwrap().names().is_empty());
}

#[tokio::test]
async fn a_slot_holds_its_number_of_files_and_removing_clears_the_disk() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin(&client).await.id;
    for _ in 0..3 {
        hand(&device, &client, id, "lease", "a.pdf", pdf(2, 100_000, "w")).await.unwrap();
    }
    let problem = code(hand(&device, &client, id, "lease", "a.pdf", pdf(1, 10, "w")).await.unwrap_err());
    assert_eq!((problem.code, problem.params["max"].as_str()), (ProblemCode::FileCount, "3"));
    let shown = crate::drafts::open(&client, DraftOpen { draft_id: id }).await.unwrap();
    assert_eq!(shown.files.iter().map(|file| file.pages).collect::<Vec<_>>(), [2, 2, 2]);
    let first = shown.files[0].id;
    let shown =
        remove(&client, MaterialRemove { draft_id: id, slot: "lease".into(), file_id: Some(first) }).await.unwrap();
    assert_eq!((shown.files.len(), client.files().unwrap().names().len()), (2, 2));
    let shown = remove(&client, MaterialRemove { draft_id: id, slot: "lease".into(), file_id: None }).await.unwrap();
    assert!(shown.files.is_empty() && shown.choices.is_empty() && client.files().unwrap().names().is_empty());
}

#[tokio::test]
async fn promises_only_where_the_item_allows_them_and_licences_only_when_held() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin(&client).await.id;
    save(&client, id, 1, &[("married", json!(true))]).await;
    let promise = |slot: &str, promised| MaterialDefer { draft_id: id, slot: slot.into(), promised };
    assert_eq!(code(defer(&client, promise("lease", true)).await.unwrap_err()).code, ProblemCode::NotAllowedNow);
    let shown = defer(&client, promise("later", true)).await.unwrap();
    assert_eq!(shown.choices["later"], MaterialChoice::Deferred);
    assert!(defer(&client, promise("later", false)).await.unwrap().choices.is_empty());
    let licence = MaterialUseLicence { draft_id: id, slot: "identity".into(), licence_id: LicenceId::new(1, [1; 10]) };
    assert_eq!(code(use_licence(&client, licence).await.unwrap_err()).code, ProblemCode::Invalid);
}

#[tokio::test]
async fn a_sealed_file_cannot_be_cut_swapped_or_read_under_another_name() {
    let device = Device::new();
    let client = device.open().await;
    let (files, keys) = (client.files().unwrap(), client.vault().keys().unwrap());
    let plain: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    files.write(keys.clone(), "fil_a", zeroize::Zeroizing::new(plain.clone())).await.unwrap();
    for (offset, len) in [(0, 10), (65_530, 20), (131_072, 65_536), (299_990, 100), (300_000, 5)] {
        let end = plain.len().min(offset + len);
        assert_eq!(
            files.read(keys.clone(), "fil_a", offset as u64, len).await.unwrap().as_slice(),
            &plain[offset..end],
            "{offset}"
        );
    }
    let path = device.dir.join("files/fil_a");
    let sealed = std::fs::read(&path).unwrap();
    let record = sealed.len() / 5;
    std::fs::write(device.dir.join("files/fil_b"), &sealed).unwrap();
    assert!(files.read(keys.clone(), "fil_b", 0, 10).await.is_err(), "another name");
    let full = 4 + 65_536 + 42;
    std::fs::write(&path, &sealed[..full * 4]).unwrap();
    assert!(files.read(keys.clone(), "fil_a", 0, 300_000).await.is_err(), "cut off at a chunk border ({record})");
    let mut swapped = sealed.clone();
    swapped[..full].copy_from_slice(&sealed[full..2 * full]);
    swapped[full..2 * full].copy_from_slice(&sealed[..full]);
    std::fs::write(&path, &swapped).unwrap();
    assert!(files.read(keys, "fil_a", 0, 10).await.is_err(), "swapped");
}

#[tokio::test]
async fn files_nobody_knows_are_swept_at_start() {
    let device = Device::new();
    let client = device.open_with_item(1).await;
    let id = begin(&client).await.id;
    hand(&device, &client, id, "lease", "a.pdf", pdf(1, 10, "w")).await.unwrap();
    client.shutdown().await;
    std::fs::write(device.dir.join("files/fil_lost"), b"x").unwrap();
    std::fs::write(device.dir.join("files/fil_half.part"), b"x").unwrap();
    let client = device.open().await;
    assert_eq!(client.files().unwrap().names().len(), 1);
}

#[test]
fn pixels_become_a_png() {
    let png = png_from_rgba(2, 1, vec![255, 0, 0, 255, 0, 0, 255, 255]).unwrap();
    assert_eq!(clean::sniff(&png), Some(FileKind::Png));
    assert_eq!(png_from_rgba(2, 2, vec![0; 4]), Err(PixelError::Size));
}
