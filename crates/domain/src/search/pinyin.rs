//! How characters are read.

use ::pinyin::ToPinyin;

use super::tokens::normal;

/// Words in which a character is not read as it usually is.
const READINGS: [(&str, &[&str]); 20] = [
    ("银行", &["yin", "hang"]),
    ("行业", &["hang", "ye"]),
    ("长辈", &["zhang", "bei"]),
    ("成长", &["cheng", "zhang"]),
    ("家长", &["jia", "zhang"]),
    ("校长", &["xiao", "zhang"]),
    ("长者", &["zhang", "zhe"]),
    ("重新", &["chong", "xin"]),
    ("重复", &["chong", "fu"]),
    ("会计", &["kuai", "ji"]),
    ("调解", &["tiao", "jie"]),
    ("调整", &["tiao", "zheng"]),
    ("空调", &["kong", "tiao"]),
    ("参差", &["cen", "ci"]),
    ("出差", &["chu", "chai"]),
    ("音乐", &["yin", "yue"]),
    ("勘查", &["kan", "cha"]),
    ("供给", &["gong", "ji"]),
    ("给付", &["ji", "fu"]),
    ("大夫", &["dai", "fu"]),
];

/// The syllable of each character; `None` where it has none.
pub(super) fn syllables(characters: &[char]) -> Vec<Option<&'static str>> {
    let plain = |character: &char| normal(*character)?.to_pinyin().map(|pinyin| pinyin.plain());
    let mut syllables: Vec<Option<&'static str>> = characters.iter().map(plain).collect();
    for (word, read) in READINGS {
        let length = read.len();
        for start in 0..characters.len().saturating_sub(length - 1) {
            if word.chars().eq(characters[start..start + length].iter().copied()) {
                for (offset, syllable) in read.iter().enumerate() {
                    syllables[start + offset] = Some(*syllable);
                }
            }
        }
    }
    syllables
}

/// The letters of a character: its syllable with `v` for `ü`, or the letter itself.
pub(super) fn letters(character: char, syllable: Option<&str>) -> impl Iterator<Item = u8> {
    let own = if syllable.is_none() { Some(u8::try_from(character).unwrap_or(b'?')) } else { None };
    let read = syllable.unwrap_or_default();
    own.into_iter().chain(read.chars().map(|c| if c == 'ü' { b'v' } else { u8::try_from(c).unwrap_or(b'?') }))
}
