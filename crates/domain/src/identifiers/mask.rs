//! How identifiers are shown where the whole would say too much.

/// `41010519900307123X` → `410105********123X`; a text that is too short is hidden whole.
#[must_use]
pub fn id_number(text: &str) -> String {
    middle(text, 6, 4)
}

/// `13812342046` → `138****2046`.
#[must_use]
pub fn phone(text: &str) -> String {
    middle(text, 3, 4)
}

/// `6217000000000000004` → `***************0004`: only the last four stay.
#[must_use]
pub fn bank_card(text: &str) -> String {
    middle(text, 0, 4)
}

/// First and last character stay: 罗晓明 → `罗*明`, 王五 → `王*`.
#[must_use]
pub fn name(text: &str) -> String {
    let length = text.chars().count();
    let keep_last = usize::from(length > 2);
    text.chars()
        .enumerate()
        .map(|(i, c)| if i == 0 || i + keep_last >= length + usize::from(keep_last == 0) { c } else { '*' })
        .collect()
}

fn middle(text: &str, first: usize, last: usize) -> String {
    let length = text.chars().count();
    let short = length <= first + last;
    text.chars().enumerate().map(|(i, c)| if !short && (i < first || i + last >= length) { c } else { '*' }).collect()
}
