//! The receipt on paper: A4, everything needed to check it.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use haoban_domain::text::Language;
use haoban_wire::{
    Problem, ProblemCode,
    http::{RECEIPT_MARK, Receipt, ReceiptBody},
};
use krilla::{Document, metadata::Metadata};

use super::{
    fonts::Fonts,
    qr::qr_modules,
    sheet::{HEIGHT, Ink, Sheet, WIDTH, page},
};
use crate::words::words;

const LEFT: f32 = 56.0;
const RIGHT: f32 = WIDTH - 56.0;
const VALUE: f32 = LEFT + 110.0;
const QR_SIDE: f32 = 104.0;
/// Files on the first page and on each further one.
const FILES_FIRST: usize = 7;
const FILES_NEXT: usize = 18;

/// What is written.
pub(super) struct Paper<'a> {
    pub(super) receipt: &'a Receipt,
    pub(super) body: &'a ReceiptBody,
    pub(super) verified: bool,
    pub(super) language: Language,
    /// Address of the platform, no slash at the end.
    pub(super) platform: String,
}

/// Writes the PDF.
pub(super) fn write(paper: &Paper<'_>, fonts: &Fonts) -> Result<Vec<u8>, Problem> {
    let qr = qr_modules(&paper.address()?)?;
    let files: Vec<(usize, &String)> = paper.body.files.values().enumerate().collect();
    let (first, rest) = files.split_at(files.len().min(FILES_FIRST));
    let total = 1 + rest.len().div_ceil(FILES_NEXT);
    let mut document = Document::new();
    page(&mut document, fonts, |sheet| {
        head(sheet, paper);
        let y = facts(sheet, paper, &qr);
        let y = digests(sheet, paper, y, first, true);
        foot(sheet, paper, y + 18.0);
        number(sheet, paper, 1, total);
    })?;
    for (position, chunk) in rest.chunks(FILES_NEXT).enumerate() {
        page(&mut document, fonts, |sheet| {
            head(sheet, paper);
            digests(sheet, paper, 150.0, chunk, false);
            number(sheet, paper, position + 2, total);
        })?;
    }
    let title = format!("{} {}", paper.say("receipt.title", &[]), paper.body.case_number);
    let language = if paper.language == Language::Chinese { "zh-CN" } else { "en" };
    let keyword = format!("{RECEIPT_MARK}{}", STANDARD.encode(serde_json::to_vec(paper.receipt).unwrap_or_default()));
    let metadata = Metadata::new().title(title).language(language.to_owned()).keywords(vec![keyword]);
    document.set_metadata(metadata);
    document.finish().map_err(|_| ProblemCode::Internal.into())
}

impl Paper<'_> {
    /// Where anybody can check it; the signature stands in the address and names nobody.
    fn address(&self) -> Result<String, Problem> {
        let signature = STANDARD.decode(&self.receipt.signature).map_err(|_| ProblemCode::ReceiptInvalid)?;
        let mark = format!("{}.{}", self.body.receipt_id, URL_SAFE_NO_PAD.encode(signature));
        Ok(format!("{}/receipts/verify?r={mark}", self.platform))
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        words(key, values).in_language(self.language).to_owned()
    }
}

/// The band with the mark, and the title.
fn head(sheet: &mut Sheet<'_, '_>, paper: &Paper<'_>) {
    sheet.block(0.0, 0.0, WIDTH, 64.0, Ink::Band);
    sheet.block(LEFT - 3.5, 33.5, 7.0, 7.0, Ink::White);
    sheet.stroke(&[(LEFT, 37.0), (LEFT + 16.0, 37.0), (LEFT + 23.0, 44.0), (LEFT + 41.0, 23.0)], 3.0, Ink::White);
    sheet.text(LEFT + 54.0, 42.0, 18.0, Ink::White, true, &paper.say("brand", &[]));
    sheet.text(LEFT, 108.0, 24.0, Ink::Text, true, &paper.say("receipt.title", &[]));
}

/// The rows of what and when; the QR code stands beside them.
fn facts(sheet: &mut Sheet<'_, '_>, paper: &Paper<'_>, qr: &(String, u32)) -> f32 {
    let body = paper.body;
    let (key, ink) = if paper.verified { ("receipt.verified", Ink::Good) } else { ("receipt.unverified", Ink::Warn) };
    sheet.text(LEFT, 130.0, 10.5, ink, false, &paper.say(key, &[]));
    sheet.qr(RIGHT - QR_SIDE, 88.0, QR_SIDE, &qr.0, qr.1);
    let item = format!(
        "{}  {}",
        body.item_name.in_language(paper.language),
        paper.say("receipt.version", &[("version", &body.item_version.to_string())])
    );
    let rows = [
        ("receipt.number", body.case_number.clone(), true),
        ("receipt.item", item, false),
        ("receipt.applicant", body.applicant_masked.clone(), false),
        ("receipt.received_at", instant(paper), false),
        ("receipt.received_by", body.received_by.in_language(paper.language).to_owned(), false),
    ];
    let mut y = 226.0;
    for (key, value, bold) in rows {
        rule(sheet, y - 20.0);
        sheet.text(LEFT, y, 10.5, Ink::Soft, false, &paper.say(key, &[]));
        sheet.text(VALUE, y, if bold { 14.0 } else { 12.0 }, Ink::Text, bold, &value);
        y += 32.0;
    }
    y
}

fn rule(sheet: &mut Sheet<'_, '_>, y: f32) {
    sheet.stroke(&[(LEFT, y), (RIGHT, y)], 0.75, Ink::Line);
}

fn instant(paper: &Paper<'_>) -> String {
    let at = paper.body.received_at;
    let (hour, minute) = at.city_hour_minute();
    format!("{} {hour:02}:{minute:02}", at.city_date())
}

/// Digest of the answers (on the first page), then of each file.
fn digests(sheet: &mut Sheet<'_, '_>, paper: &Paper<'_>, mut y: f32, files: &[(usize, &String)], answers: bool) -> f32 {
    if answers {
        y = digest(sheet, y, &paper.say("receipt.answers", &[]), &paper.body.answers_sha256);
        if files.is_empty() {
            rule(sheet, y - 20.0);
            sheet.text(LEFT, y, 10.5, Ink::Soft, false, &paper.say("receipt.files_none", &[]));
            y += 30.0;
        }
    }
    for (position, sha256) in files {
        y = digest(sheet, y, &paper.say("receipt.file", &[("n", &(position + 1).to_string())]), sha256);
    }
    y
}

/// Label on one line, the digest in groups of eight beneath: people compare groups, not 64 characters.
fn digest(sheet: &mut Sheet<'_, '_>, y: f32, label: &str, sha256: &str) -> f32 {
    rule(sheet, y - 20.0);
    sheet.text(LEFT, y - 3.0, 10.5, Ink::Soft, false, label);
    sheet.text(LEFT, y + 12.0, 9.0, Ink::Text, false, &grouped(sha256));
    y + 38.0
}

fn grouped(sha256: &str) -> String {
    sha256.as_bytes().chunks(8).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

/// Key, signature and how to check.
fn foot(sheet: &mut Sheet<'_, '_>, paper: &Paper<'_>, y: f32) {
    rule(sheet, y - 26.0);
    sheet.text(LEFT, y, 12.0, Ink::Text, true, &paper.say("receipt.verify.title", &[]));
    let address = format!("{}/v1/receipt-keys", paper.platform);
    let text = paper.say("receipt.verify.text", &[("address", &address)]);
    let y = sheet.paragraph(LEFT, y + 20.0, RIGHT - LEFT, 9.5, Ink::Soft, &text);
    sheet.text(
        LEFT,
        y + 6.0,
        9.0,
        Ink::Soft,
        false,
        &format!("{}  {}", paper.say("receipt.key", &[]), paper.receipt.key_id),
    );
    let (one, two) = paper.receipt.signature.split_at(paper.receipt.signature.len().min(64));
    sheet.text(LEFT, y + 20.0, 9.0, Ink::Soft, false, &format!("{}  {one}", paper.say("receipt.signature", &[])));
    sheet.text(LEFT, y + 33.0, 9.0, Ink::Soft, false, two);
}

fn number(sheet: &mut Sheet<'_, '_>, paper: &Paper<'_>, n: usize, total: usize) {
    let text = paper.say("receipt.page", &[("n", &n.to_string()), ("total", &total.to_string())]);
    sheet.text(WIDTH / 2.0 - 10.0, HEIGHT - 30.0, 9.0, Ink::Soft, false, &text);
}
