//! QR codes as modules; whoever shows them draws squares.

use haoban_wire::{Problem, ProblemCode};
use qrcode::{Color, EcLevel, QrCode};

/// Modules row by row (`1` dark) and how many a side has.
pub(crate) fn qr_modules(content: &str) -> Result<(String, u32), Problem> {
    let code =
        QrCode::with_error_correction_level(content, EcLevel::M).map_err(|_| Problem::new(ProblemCode::Internal))?;
    let width = u32::try_from(code.width()).map_err(|_| Problem::new(ProblemCode::Internal))?;
    let modules = code.into_colors().into_iter().map(|color| if color == Color::Dark { '1' } else { '0' }).collect();
    Ok((modules, width))
}
