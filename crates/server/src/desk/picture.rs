//! Pages drawn anew as PNG. Photos are decoded here within limits; PDFs are drawn by poppler's `pdftoppm`
//! in a process of its own, so that a hostile file can end that process and nothing else.

use std::{
    io::{Cursor, Write as _},
    process::{Command, Stdio},
    time::Duration,
};

use haoban_domain::material::FileKind;
use haoban_wire::ProblemCode;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};

use crate::{Error, Result};

/// Longest side of a picture.
const MOST_PIXELS: u32 = 1_800;
/// Memory for decoding one photo.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;
/// How long drawing one page may take, in steps of a fiftieth of a second.
const MOST_STEPS: u32 = 1_000;

/// Draws one page. Blocking.
pub(super) fn draw(bytes: &[u8], kind: FileKind, page: u16) -> Result<Vec<u8>> {
    match kind {
        FileKind::Jpeg => photo(bytes, ImageFormat::Jpeg),
        FileKind::Png => photo(bytes, ImageFormat::Png),
        FileKind::Pdf => pdf(bytes, page),
        FileKind::Heic => phone_photo(bytes),
    }
}

fn photo(bytes: &[u8], format: ImageFormat) -> Result<Vec<u8>> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    fitted(reader.decode().map_err(|_| ProblemCode::FileUnreadable)?)
}

fn phone_photo(bytes: &[u8]) -> Result<Vec<u8>> {
    let options = heic_rs::DecodeOptions::default().with_alpha(false).with_max_pixels(Some(MOST_MEMORY / 4));
    let decoded = heic_rs::decode(bytes, &options).map_err(|_| ProblemCode::FileUnreadable)?;
    let pixels = image::RgbImage::from_raw(decoded.width, decoded.height, decoded.data);
    fitted(DynamicImage::ImageRgb8(pixels.ok_or(ProblemCode::FileUnreadable)?))
}

fn fitted(picture: DynamicImage) -> Result<Vec<u8>> {
    let fits = picture.width() <= MOST_PIXELS && picture.height() <= MOST_PIXELS;
    let picture: DynamicImage = if fits { picture } else { picture.thumbnail(MOST_PIXELS, MOST_PIXELS) };
    let mut drawn = Cursor::new(Vec::new());
    picture.write_to(&mut drawn, ImageFormat::Png).map_err(|_| ProblemCode::FileUnreadable)?;
    Ok(drawn.into_inner())
}

fn pdf(bytes: &[u8], page: u16) -> Result<Vec<u8>> {
    let number = page.to_string();
    let most = MOST_PIXELS.to_string();
    let child = Command::new("pdftoppm")
        .args(["-png", "-singlefile", "-scale-to", &most, "-f", &number, "-l", &number, "-"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return Err(ProblemCode::NotSupported.into()) };
    let (Some(mut into), Some(mut out)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Error::internal("a child without pipes"));
    };
    let whole = bytes.to_vec();
    // The program reads everything before it writes, but neither side may wait for the other.
    let feeding = std::thread::spawn(move || into.write_all(&whole));
    let reading = std::thread::spawn(move || {
        let mut drawn = Vec::new();
        std::io::Read::read_to_end(&mut out, &mut drawn).map(|_| drawn)
    });
    let done = wait(&mut child)?;
    let fed = feeding.join().is_ok();
    let drawn = reading.join().map_err(|_| ProblemCode::FileUnreadable)??;
    if done && fed && !drawn.is_empty() { Ok(drawn) } else { Err(ProblemCode::FileUnreadable.into()) }
}

/// Whether it ended well in time.
fn wait(child: &mut std::process::Child) -> Result<bool> {
    for _ in 0..MOST_STEPS {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    child.wait()?;
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_drawn_anew_and_never_too_large() {
        let mut photo = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(3_000, 20).write_to(&mut photo, ImageFormat::Jpeg).unwrap();
        let drawn = draw(photo.get_ref(), FileKind::Jpeg, 1).unwrap();
        let again = image::load_from_memory_with_format(&drawn, ImageFormat::Png).unwrap();
        assert_eq!(again.width(), MOST_PIXELS);
        assert!(draw(b"\xff\xd8\xff nonsense", FileKind::Jpeg, 1).is_err());
    }

    #[test]
    fn a_phones_own_format_is_drawn_too() {
        let photo = include_bytes!("../../../client/src/fixture/photo.heic");
        let drawn = draw(photo, FileKind::Heic, 1).unwrap();
        let again = image::load_from_memory_with_format(&drawn, ImageFormat::Png).unwrap();
        assert_eq!((again.width(), again.height()), (320, 240));
        assert!(draw(&photo[..200], FileKind::Heic, 1).is_err());
    }
}
