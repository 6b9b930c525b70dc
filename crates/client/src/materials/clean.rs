//! Judges a file by its content and makes it fit to send: pages counted, pictures turned upright,
//! scaled down and rid of place and time.

use std::io::Cursor;

use haoban_domain::material::{FileKind, UploadLimit};
use haoban_wire::{Problem, ProblemCode};
use image::{
    DynamicImage, ImageDecoder, ImageReader, Limits,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
    imageops::FilterType,
};
use zeroize::Zeroizing;

/// Longest edge of a picture that is sent: an A4 page at 220 dpi.
const EDGE: u32 = 2560;
/// JPEG quality.
const QUALITY: u8 = 80;
/// Longest edge and quality of the small picture.
const THUMB_EDGE: u32 = 320;
const THUMB_QUALITY: u8 = 72;
/// Pictures beyond these are refused before they are decoded.
const PIXELS_EDGE_MOST: u32 = 20_000;
const DECODED_BYTES_MOST: u64 = 512 * 1024 * 1024;

/// A file that may be attached.
pub(crate) struct Cleaned {
    pub(crate) kind: FileKind,
    pub(crate) content: Zeroizing<Vec<u8>>,
    pub(crate) pages: u16,
    pub(crate) metadata_removed: bool,
    pub(crate) thumb: Option<Zeroizing<Vec<u8>>>,
}

/// Judges and cleans. Takes time: call it where blocking is allowed.
pub(crate) fn clean(content: Zeroizing<Vec<u8>>, limit: &UploadLimit) -> Result<Cleaned, Problem> {
    if content.is_empty() {
        return Err(unreadable("empty"));
    }
    let kind = sniff(&content).ok_or_else(|| wrong_kind(None, limit))?;
    if !limit.kinds.contains(&kind) {
        return Err(wrong_kind(Some(kind), limit));
    }
    match kind {
        FileKind::Pdf => document(content, limit),
        FileKind::Jpeg | FileKind::Png | FileKind::Heic => picture(kind, content, limit),
    }
}

/// The kind by content, never by name.
pub(crate) fn sniff(content: &[u8]) -> Option<FileKind> {
    match infer::get(content)?.mime_type() {
        "application/pdf" => Some(FileKind::Pdf),
        "image/jpeg" => Some(FileKind::Jpeg),
        "image/png" => Some(FileKind::Png),
        "image/heif" | "image/heic" => Some(FileKind::Heic),
        _ => None,
    }
}

fn word(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Pdf => "pdf",
        FileKind::Jpeg => "jpeg",
        FileKind::Png => "png",
        FileKind::Heic => "heic",
    }
}

fn wrong_kind(found: Option<FileKind>, limit: &UploadLimit) -> Problem {
    let kinds: Vec<_> = limit.kinds.iter().map(|kind| word(*kind)).collect();
    Problem::new(ProblemCode::FileKind).with("kinds", kinds.join(" ")).with("found", found.map_or("other", word))
}

fn unreadable(why: &str) -> Problem {
    Problem::new(ProblemCode::FileUnreadable).with("why", why)
}

fn document(content: Zeroizing<Vec<u8>>, limit: &UploadLimit) -> Result<Cleaned, Problem> {
    let pdf = lopdf::Document::load_mem(&content).map_err(|_| unreadable("damaged"))?;
    if pdf.is_encrypted() {
        return Err(unreadable("locked"));
    }
    let pages = u16::try_from(pdf.get_pages().len()).unwrap_or(u16::MAX);
    if pages == 0 {
        return Err(unreadable("empty"));
    }
    if pages > limit.max_pages {
        return Err(Problem::new(ProblemCode::FilePages).with("max", limit.max_pages).with("found", pages));
    }
    Ok(Cleaned { kind: FileKind::Pdf, content, pages, metadata_removed: false, thumb: None })
}

fn picture(kind: FileKind, content: Zeroizing<Vec<u8>>, limit: &UploadLimit) -> Result<Cleaned, Problem> {
    let upright = if kind == FileKind::Heic { decode_heic(&content)? } else { decode(&content)? };
    let thumb = Some(encode_jpeg(&upright.thumbnail(THUMB_EDGE, THUMB_EDGE), THUMB_QUALITY)?);
    if limit.keep_metadata {
        return Ok(Cleaned { kind, content, pages: 1, metadata_removed: false, thumb });
    }
    let fitting = if upright.width().max(upright.height()) > EDGE {
        upright.resize(EDGE, EDGE, FilterType::Lanczos3)
    } else {
        upright
    };
    let (kind, content) = encode_smaller(kind, &fitting, limit)?;
    Ok(Cleaned { kind, content, pages: 1, metadata_removed: true, thumb })
}

/// Decodes and turns upright by the picture's own note, which is then gone with the rest of its notes.
fn decode(content: &[u8]) -> Result<DynamicImage, Problem> {
    let mut reader = ImageReader::new(Cursor::new(content)).with_guessed_format().map_err(|_| unreadable("damaged"))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(PIXELS_EDGE_MOST);
    limits.max_image_height = Some(PIXELS_EDGE_MOST);
    limits.max_alloc = Some(DECODED_BYTES_MOST);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// A phone's own format. Turned upright by the file's own note, which stays behind with the rest of its notes.
fn decode_heic(content: &[u8]) -> Result<DynamicImage, Problem> {
    let options = heic_rs::DecodeOptions::default().with_alpha(false).with_max_pixels(Some(DECODED_BYTES_MOST / 4));
    let picture = heic_rs::decode(content, &options).map_err(|error| match error {
        heic_rs::Error::PixelLimit { .. } => unreadable("too_many_pixels"),
        _ => unreadable("damaged"),
    })?;
    image::RgbImage::from_raw(picture.width, picture.height, picture.data)
        .map(DynamicImage::ImageRgb8)
        .ok_or_else(|| unreadable("damaged"))
}

fn refused(error: &image::ImageError) -> Problem {
    match error {
        image::ImageError::Limits(_) => unreadable("too_many_pixels"),
        _ => unreadable("damaged"),
    }
}

/// A photo becomes JPEG, also one that came as HEIC: officers' machines read it everywhere. A drawing that came as PNG stays PNG where that is smaller, or where only PNG is taken.
fn encode_smaller(
    kind: FileKind,
    picture: &DynamicImage,
    limit: &UploadLimit,
) -> Result<(FileKind, Zeroizing<Vec<u8>>), Problem> {
    let jpeg = encode_jpeg(picture, QUALITY)?;
    if kind != FileKind::Png {
        return Ok((FileKind::Jpeg, jpeg));
    }
    let mut png = Vec::new();
    picture.write_with_encoder(PngEncoder::new(&mut png)).map_err(|_| unreadable("damaged"))?;
    let png = Zeroizing::new(png);
    let take_png = png.len() <= jpeg.len() || !limit.kinds.contains(&FileKind::Jpeg);
    Ok(if take_png { (FileKind::Png, png) } else { (FileKind::Jpeg, jpeg) })
}

/// JPEG knows no transparency: what was transparent becomes paper.
fn encode_jpeg(picture: &DynamicImage, quality: u8) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, quality);
    let result = if picture.color().has_alpha() {
        on_paper(picture).write_with_encoder(encoder)
    } else {
        as_jpeg_colours(picture).write_with_encoder(encoder)
    };
    result.map_err(|_| unreadable("damaged"))?;
    Ok(Zeroizing::new(jpeg))
}

fn as_jpeg_colours(picture: &DynamicImage) -> DynamicImage {
    if picture.color().has_color() {
        DynamicImage::ImageRgb8(picture.to_rgb8())
    } else {
        DynamicImage::ImageLuma8(picture.to_luma8())
    }
}

fn on_paper(picture: &DynamicImage) -> DynamicImage {
    let rgba = picture.to_rgba8();
    let mix = |colour: u8, alpha: u8| {
        let (colour, alpha) = (u32::from(colour), u32::from(alpha));
        u8::try_from((colour * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
    };
    let rgb = image::RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [red, green, blue, alpha] = rgba.get_pixel(x, y).0;
        image::Rgb([mix(red, alpha), mix(green, alpha), mix(blue, alpha)])
    });
    DynamicImage::ImageRgb8(rgb)
}

/// Why pixels do not make a picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PixelError {
    /// Width, height and bytes do not fit together.
    #[error("the pixels do not fit width and height")]
    Size,
    /// The picture could not be written.
    #[error("the picture could not be written")]
    Encode,
}

/// A PNG of RGBA pixels, for hosts whose clipboard hands out raw pixels.
pub fn png_from_rgba(width: u32, height: u32, rgba: Vec<u8>) -> Result<Vec<u8>, PixelError> {
    let picture = image::RgbaImage::from_raw(width, height, rgba).ok_or(PixelError::Size)?;
    let mut png = Vec::new();
    picture.write_with_encoder(PngEncoder::new(&mut png)).map_err(|_| PixelError::Encode)?;
    Ok(png)
}
