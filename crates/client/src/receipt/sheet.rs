//! One A4 page and the few things that are drawn on it. Points, from the top left.

use haoban_wire::{Problem, ProblemCode};
use krilla::{
    Document,
    color::rgb,
    geom::{PathBuilder, Point, Rect},
    num::NormalizedF32,
    page::PageSettings,
    paint::{Fill, FillRule, Stroke},
    surface::Surface,
    text::TextDirection,
};

use super::fonts::Fonts;

pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;

/// The few colours of the page.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ink {
    Band,
    White,
    Text,
    Soft,
    Line,
    Good,
    Warn,
    Black,
}

impl Ink {
    fn color(self) -> rgb::Color {
        let (r, g, b) = match self {
            Self::Band => (0x06, 0x35, 0x63),
            Self::White => (0xff, 0xff, 0xff),
            Self::Text => (0x14, 0x20, 0x2b),
            Self::Soft => (0x51, 0x60, 0x6e),
            Self::Line => (0xc9, 0xd3, 0xdc),
            Self::Good => (0x1d, 0x6b, 0x3f),
            Self::Warn => (0x8a, 0x4b, 0x00),
            Self::Black => (0, 0, 0),
        };
        rgb::Color::new(r, g, b)
    }
}

/// Draws on one page.
pub(super) struct Sheet<'a, 'b> {
    surface: Surface<'a>,
    fonts: &'b Fonts,
}

impl Sheet<'_, '_> {
    /// One line of text; `y` is its base line.
    pub(super) fn text(&mut self, x: f32, y: f32, size: f32, ink: Ink, bold: bool, text: &str) {
        self.fill(ink);
        let font = if bold { &self.fonts.bold } else { &self.fonts.regular };
        self.surface.draw_text(Point::from_xy(x, y), font.clone(), size, text, false, TextDirection::Auto);
    }

    /// A filled rectangle.
    pub(super) fn block(&mut self, x: f32, y: f32, width: f32, height: f32, ink: Ink) {
        let Some(rect) = Rect::from_xywh(x, y, width, height) else { return };
        let mut path = PathBuilder::new();
        path.push_rect(rect);
        if let Some(path) = path.finish() {
            self.fill(ink);
            self.surface.draw_path(&path);
        }
    }

    /// A line through points: the mark and the rules.
    pub(super) fn stroke(&mut self, points: &[(f32, f32)], width: f32, ink: Ink) {
        let mut path = PathBuilder::new();
        for (position, (x, y)) in points.iter().enumerate() {
            if position == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
        }
        let Some(path) = path.finish() else { return };
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke { paint: ink.color().into(), width, ..Stroke::default() }));
        self.surface.draw_path(&path);
        self.surface.set_stroke(None);
    }

    /// Text broken into lines that fit; answers the base line after the last one.
    pub(super) fn paragraph(&mut self, x: f32, mut y: f32, width: f32, size: f32, ink: Ink, text: &str) -> f32 {
        for line in broken(text, width / size) {
            self.text(x, y, size, ink, false, &line);
            y += size * 1.6;
        }
        y
    }

    /// Dark squares of a QR code on white.
    pub(super) fn qr(&mut self, x: f32, y: f32, side: f32, modules: &str, width: u32) {
        self.block(x, y, side, side, Ink::White);
        #[allow(clippy::cast_precision_loss, reason = "a QR code has at most 177 modules a side")]
        let (step, width) = (side / width as f32, width as usize);
        for (position, _) in modules.bytes().enumerate().filter(|(_, module)| *module == b'1') {
            #[allow(clippy::cast_precision_loss, reason = "at most 177")]
            let (column, row) = ((position % width) as f32, (position / width) as f32);
            // A hair of overlap, or viewers show white seams between squares.
            self.block(x + column * step, y + row * step, step + 0.05, step + 0.05, Ink::Black);
        }
    }

    fn fill(&mut self, ink: Ink) {
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill {
            paint: ink.color().into(),
            opacity: NormalizedF32::ONE,
            rule: FillRule::NonZero,
        }));
    }
}

/// Lines of at most `ems` widths of the font. Chinese breaks anywhere, Latin words stay whole.
pub(super) fn broken(text: &str, ems: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0.0;
    for word in words(text) {
        let width: f32 = word.chars().map(em).sum();
        if used + width > ems && used > 0.0 {
            lines.push(String::new());
            used = 0.0;
        }
        let piece = if used == 0.0 { word.trim_start() } else { word };
        if let Some(line) = lines.last_mut() {
            line.push_str(piece);
        }
        used += piece.chars().map(em).sum::<f32>();
    }
    lines
}

/// Pieces that must not be broken: a Latin word with the space before it, or one Chinese character.
fn words(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let inside = before.is_ascii_graphic() && c.is_ascii_graphic() || before == ' ' && c.is_ascii_graphic();
        let closing = matches!(c, '\u{3002}' | '\u{ff0c}' | '\u{ff09}' | '\u{3001}');
        if at > start && !inside && !closing {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = c;
    }
    pieces.push(&text[start..]);
    pieces
}

fn em(c: char) -> f32 {
    match c {
        'i' | 'l' | 'j' | '.' | ',' | ':' | ' ' | '/' => 0.3,
        'm' | 'w' | 'M' | 'W' => 0.9,
        c if c.is_ascii_uppercase() => 0.68,
        c if c.is_ascii() => 0.57,
        _ => 1.0,
    }
}

/// Makes a page and lets `draw` fill it.
pub(super) fn page(
    document: &mut Document,
    fonts: &Fonts,
    draw: impl FnOnce(&mut Sheet<'_, '_>),
) -> Result<(), Problem> {
    let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or(ProblemCode::Internal)?;
    let mut page = document.start_page_with(settings);
    // Surface and page write themselves down when they are dropped, the inner one first.
    draw(&mut Sheet { surface: page.surface(), fonts });
    Ok(())
}
