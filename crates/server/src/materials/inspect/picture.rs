//! Photos: decoded once within limits, so that what is kept can also be shown.

use std::io::Cursor;

use haoban_domain::material::FileKind;
use haoban_wire::Problem;
use image::{ImageFormat, ImageReader, Limits};

use super::{active, outside::outside, unreadable};

/// Most pixels of one photo.
const MAX_PIXELS: u64 = 64_000_000;
/// Memory for decoding one photo.
const MAX_MEMORY: u64 = 200 * 1024 * 1024;
/// What no photo holds, and a browser or interpreter would run.
const PROGRAMS: [&[u8]; 5] = [b"<?php", b"<script", b"<html", b"<!DOCTYPE", b"<svg"];

/// Looks at a photo.
pub(super) fn check(bytes: &[u8], kind: FileKind) -> Result<(), Problem> {
    let parts = outside(bytes, kind);
    if PROGRAMS.iter().any(|program| parts.iter().any(|part| contains(part, program))) {
        return Err(active());
    }
    match kind {
        // Decoders fill up what is missing; an officer would see half a contract.
        FileKind::Jpeg if !ends(bytes) => Err(unreadable("damaged")),
        FileKind::Jpeg => coded(bytes, ImageFormat::Jpeg),
        FileKind::Png => coded(bytes, ImageFormat::Png),
        FileKind::Heic => phone(bytes),
        FileKind::Pdf => Ok(()),
    }
}

fn coded(bytes: &[u8], format: ImageFormat) -> Result<(), Problem> {
    let (width, height) =
        ImageReader::with_format(Cursor::new(bytes), format).into_dimensions().map_err(|_| unreadable("damaged"))?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(unreadable("pixels"));
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    reader.decode().map(drop).map_err(|_| unreadable("damaged"))
}

/// Whether the end mark of a JPEG comes after its last scan.
fn ends(bytes: &[u8]) -> bool {
    let last = |mark: [u8; 2]| bytes.windows(2).rposition(|two| two == mark);
    last([0xFF, 0xD9]) > last([0xFF, 0xDA])
}

fn phone(bytes: &[u8]) -> Result<(), Problem> {
    let options = heic_rs::DecodeOptions::default().with_alpha(false).with_max_pixels(Some(MAX_PIXELS));
    heic_rs::decode(bytes, &options).map(drop).map_err(|_| unreadable("damaged"))
}

/// Without regard to the case of letters.
fn contains(bytes: &[u8], program: &[u8]) -> bool {
    let mut starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == program[0]);
    starts.any(|(at, _)| bytes[at..].get(..program.len()).is_some_and(|part| part.eq_ignore_ascii_case(program)))
}
