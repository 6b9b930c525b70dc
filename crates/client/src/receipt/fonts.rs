//! A font of this device that can write Chinese.

use fontdb::{Database, Family, Query, Weight};
use haoban_wire::{Problem, ProblemCode};
use krilla::text::Font;

/// Families in the order they are wanted: Debian, Android and macOS, Windows, then older Linux ones.
const FAMILIES: [&str; 13] = [
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "HarmonyOS Sans SC",
    "Heiti SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Noto Serif CJK SC",
    "SimSun",
];

/// The two cuts of one family.
pub(super) struct Fonts {
    pub(super) regular: Font,
    pub(super) bold: Font,
}

/// Finds them; an error in words when there is none.
pub(super) fn find() -> Result<Fonts, Problem> {
    let mut database = Database::new();
    database.load_system_fonts();
    find_in(&database)
}

pub(super) fn find_in(database: &Database) -> Result<Fonts, Problem> {
    FAMILIES
        .iter()
        .find_map(|family| {
            let regular = load(database, family, Weight::NORMAL)?;
            let bold = load(database, family, Weight::BOLD).unwrap_or_else(|| regular.clone());
            Some(Fonts { regular, bold })
        })
        .ok_or_else(|| Problem::new(ProblemCode::NoFont).with("family", FAMILIES[0]))
}

fn load(database: &Database, family: &str, weight: Weight) -> Option<Font> {
    let id = database.query(&Query { families: &[Family::Name(family)], weight, ..Query::default() })?;
    database.with_face_data(id, |data, index| Font::new(data.to_vec().into(), index)).flatten()
}
