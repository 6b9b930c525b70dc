//! Whether an answer is what its kind of field asks for.

use serde_json::Value;

use super::{
    DateAllow, Field, FieldKind, FieldProblem, OfferedOption, drawn,
    words::{Ask, At},
};
use crate::{
    appointment::SlotStart,
    identifiers::{self, IdentifierError},
    money,
    time::Date,
};

const DETAIL_LENGTH: usize = 200;

/// What a typed check needs besides the answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    /// The day in the city.
    pub today: Date,
    /// Options offered now; absent while that is not to be judged.
    pub offered: Option<&'a [OfferedOption]>,
}

/// Problems of one answer by its kind alone. Lists of entries are judged elsewhere.
pub(super) fn check(field: &Field, at: At<'_>, value: &Value, around: Around<'_>) -> Vec<FieldProblem> {
    let found = match &field.kind {
        FieldKind::Text { max_length } | FieldKind::Textarea { max_length } => text(at, value, *max_length),
        FieldKind::Number { decimals, unit, min, max } => {
            let unit = unit.as_ref().map_or(("", ""), |unit| (unit.zh.as_str(), unit.en.as_str()));
            number(at, value, *min, *max, &|n| decimal(n, *decimals), unit, "number_invalid")
        }
        FieldKind::Money { min, max } => {
            number(at, value, min.or(Some(0)), *max, &money::yuan, ("元", "yuan"), "money_invalid")
        }
        FieldKind::IdNumber => identifier(at, value, |text| {
            let parsed = identifiers::id_number::parse(text)?;
            identifiers::id_number::born_after(&parsed, around.today)
        }),
        FieldKind::CreditCode => identifier(at, value, |text| identifiers::credit_code::parse(text).map(drop)),
        FieldKind::Phone => identifier(at, value, |text| identifiers::phone::parse(text).map(drop)),
        FieldKind::BankCard => identifier(at, value, |text| identifiers::bank_card::parse(text).map(drop)),
        FieldKind::PropertyUnit => identifier(at, value, |text| identifiers::property_unit::parse(text).map(drop)),
        FieldKind::Address => return address(at, value),
        FieldKind::Region => drawn::region(at, value),
        FieldKind::MapPoint => return drawn::map_point(at, value),
        FieldKind::Signature => drawn::signature(at, value),
        FieldKind::Date { allow } => date(at, value, *allow, around.today).err().map(|problem| *problem),
        FieldKind::DateRange { allow } => return date_range(at, value, *allow, around.today),
        FieldKind::SingleChoice { .. } | FieldKind::FactChoice { .. } => single(at, value, around.offered),
        FieldKind::MultiChoice { .. } => multi(at, value, around.offered),
        FieldKind::Appointment { places, .. } => {
            appointment(at, value, around.today, around.offered.filter(|_| !places.is_empty()))
        }
        FieldKind::YesNo => (!value.is_boolean()).then(|| at.wrong_type()),
        FieldKind::Declaration => (value != &Value::Bool(true)).then(|| at.required(Ask::Tick)),
        FieldKind::Computed { .. }
        | FieldKind::Fact { .. }
        | FieldKind::TextBlock
        | FieldKind::Material { .. }
        | FieldKind::People { .. }
        | FieldKind::Group { .. } => None,
    };
    found.into_iter().collect()
}

/// Whether a value counts as an answer at all.
pub(super) fn is_answer(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => map.values().any(is_answer),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Whether people answer this kind of field.
pub(super) fn takes_answer(kind: &FieldKind) -> bool {
    !matches!(
        kind,
        FieldKind::Computed { .. } | FieldKind::Fact { .. } | FieldKind::TextBlock | FieldKind::Material { .. }
    )
}

/// How one is asked to answer this kind.
pub(super) fn ask(kind: &FieldKind) -> Ask {
    match kind {
        FieldKind::SingleChoice { .. }
        | FieldKind::MultiChoice { .. }
        | FieldKind::FactChoice { .. }
        | FieldKind::Region
        | FieldKind::Appointment { .. }
        | FieldKind::Date { .. }
        | FieldKind::DateRange { .. } => Ask::Choose,
        FieldKind::YesNo => Ask::Answer,
        FieldKind::Declaration => Ask::Tick,
        FieldKind::People { .. } | FieldKind::Group { .. } => Ask::Add,
        _ => Ask::Type,
    }
}

fn text(at: At<'_>, value: &Value, max_length: u16) -> Option<FieldProblem> {
    let Some(text) = value.as_str() else { return Some(at.wrong_type()) };
    let length = text.chars().count();
    if length > usize::from(max_length) {
        return Some(at.says(
            "too_long",
            &format!("最多 {max_length} 个字，现在 {length} 个字，请删减"),
            &format!("at most {max_length} characters, now {length}; shorten it"),
        ));
    }
    let control = text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    control.then(|| {
        at.says(
            "unreadable_character",
            "含有无法显示的字符，请重新填写",
            "it holds characters that cannot be shown; enter it again",
        )
    })
}

fn number(
    at: At<'_>,
    value: &Value,
    min: Option<i64>,
    max: Option<i64>,
    write: &dyn Fn(i64) -> String,
    (unit_zh, unit_en): (&str, &str),
    invalid: &str,
) -> Option<FieldProblem> {
    let Some(number) = value.as_i64() else {
        return Some(at.says(invalid, "请填写数字，例如 1200 或 1200.50", "enter a number like 1200 or 1200.50"));
    };
    if let Some(min) = min.filter(|min| number < *min) {
        let least = write(min);
        return Some(at.says(
            "too_small",
            &format!("不能小于 {least}{unit_zh}，请核对"),
            &format!("not less than {least} {unit_en}; check it").replace(" ;", ";"),
        ));
    }
    let most = write(max.filter(|max| number > *max)?);
    Some(at.says(
        "too_large",
        &format!("不能大于 {most}{unit_zh}，请核对"),
        &format!("not more than {most} {unit_en}; check it").replace(" ;", ";"),
    ))
}

/// An integer of `10^-decimals` as people write it.
/// Writes a number kept in units of `10^-decimals`: `12050` with two → `120.50`.
#[must_use]
pub fn decimal(number: i64, decimals: u8) -> String {
    if decimals == 0 {
        return number.to_string();
    }
    let scale = 10u64.saturating_pow(u32::from(decimals));
    let sign = if number < 0 { "-" } else { "" };
    let number = number.unsigned_abs();
    format!("{sign}{}.{:0width$}", number / scale, number % scale, width = usize::from(decimals))
}

fn identifier(at: At<'_>, value: &Value, parse: impl Fn(&str) -> Result<(), IdentifierError>) -> Option<FieldProblem> {
    let Some(text) = value.as_str() else { return Some(at.wrong_type()) };
    let error = parse(text).err()?;
    let mut problem = at.says(error.rule, &error.message.zh, &error.message.en);
    problem.warning = error.rule == identifiers::bank_card::LUHN_RULE;
    Some(problem)
}

fn address(at: At<'_>, value: &Value) -> Vec<FieldProblem> {
    let Some(map) = value.as_object() else { return vec![at.wrong_type()] };
    let part = |name: &str| map.get(name).and_then(Value::as_str).unwrap_or("").trim();
    let mut problems = Vec::new();
    let region = part("region");
    if region.len() != 6 || !region.bytes().all(|b| b.is_ascii_digit()) {
        problems.push(at.part("region").says("region_missing", "请选择所在区县", "choose the district"));
    }
    let detail = part("detail").chars().count();
    if detail == 0 {
        problems.push(at.part("detail").says(
            "detail_missing",
            "请填写街道、小区、楼号和门牌号",
            "enter street, estate, building and door number",
        ));
    } else if detail > DETAIL_LENGTH {
        problems.push(at.part("detail").says(
            "too_long",
            &format!("详细地址最多 {DETAIL_LENGTH} 个字，请删减"),
            &format!("at most {DETAIL_LENGTH} characters; shorten it"),
        ));
    }
    problems
}

fn date(at: At<'_>, value: &Value, allow: DateAllow, today: Date) -> Result<Date, Box<FieldProblem>> {
    let day: Option<Date> = value.as_str().filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
    let Some(day) = day else {
        return Err(Box::new(at.says(
            "date_invalid",
            "没有这一天，请核对年、月、日",
            "there is no such day; check year, month and day",
        )));
    };
    if day.0.year() < 1900 {
        return Err(Box::new(at.says(
            "date_too_early",
            "年份不能早于 1900 年，请核对年份",
            "not before 1900; check the year",
        )));
    }
    if allow == DateAllow::Past && day > today {
        return Err(Box::new(at.says(
            "date_in_future",
            &format!("不能晚于今天（{today}），请核对"),
            &format!("not after today ({today}); check it"),
        )));
    }
    if allow == DateAllow::Future && day < today {
        return Err(Box::new(at.says(
            "date_in_past",
            &format!("不能早于今天（{today}），请核对"),
            &format!("not before today ({today}); check it"),
        )));
    }
    Ok(day)
}

fn date_range(at: At<'_>, value: &Value, allow: DateAllow, today: Date) -> Vec<FieldProblem> {
    let Some(map) = value.as_object() else { return vec![at.wrong_type()] };
    let read = |part: &'static str, zh: &str, en: &str| match map.get(part) {
        Some(value) if is_answer(value) => date(at.part(part), value, allow, today),
        _ => Err(Box::new(at.part(part).says("required", zh, en))),
    };
    let from = read("from", "请选择开始日期", "choose the first day");
    let to = read("to", "请选择结束日期", "choose the last day");
    match (from, to) {
        (Ok(from), Ok(to)) if to < from => vec![at.part("to").says(
            "range_order",
            "结束日期要晚于开始日期，请核对年份",
            "the last day comes after the first; check the years",
        )],
        (from, to) => from.err().into_iter().chain(to.err()).map(|problem| *problem).collect(),
    }
}

/// Place and start are there, the place is offered, and the day is not over. Whether the seat is still held is for
/// the platform.
fn appointment(at: At<'_>, value: &Value, today: Date, offered: Option<&[OfferedOption]>) -> Option<FieldProblem> {
    let Some(map) = value.as_object() else { return Some(at.wrong_type()) };
    let place = map.get("place").and_then(Value::as_str).filter(|place| !place.is_empty());
    let start = map.get("start").and_then(Value::as_str).and_then(|text| text.parse::<SlotStart>().ok());
    match (place, start) {
        (Some(place), Some(_)) if !is_offered(offered, place) => Some(not_offered(at)),
        (Some(_), Some(start)) => (start.day < today).then(|| {
            at.says(
                "appointment_past",
                "预约的时间已经过了，请重新选一个",
                "the time that was chosen is over; choose another",
            )
        }),
        _ => Some(at.wrong_type()),
    }
}

fn not_offered(at: At<'_>) -> FieldProblem {
    at.says("not_offered", "这个选项现在不可选，请重新选择", "this option is not available now; choose again")
}

fn is_offered(offered: Option<&[OfferedOption]>, value: &str) -> bool {
    offered.is_none_or(|offered| offered.iter().any(|option| option.value == value))
}

fn single(at: At<'_>, value: &Value, offered: Option<&[OfferedOption]>) -> Option<FieldProblem> {
    let Some(chosen) = value.as_str() else { return Some(at.wrong_type()) };
    (!is_offered(offered, chosen)).then(|| not_offered(at))
}

fn multi(at: At<'_>, value: &Value, offered: Option<&[OfferedOption]>) -> Option<FieldProblem> {
    let Some(list) = value.as_array() else { return Some(at.wrong_type()) };
    for (position, chosen) in list.iter().enumerate() {
        let Some(text) = chosen.as_str() else { return Some(at.wrong_type()) };
        if list[..position].contains(chosen) {
            return Some(at.wrong_type());
        }
        if !is_offered(offered, text) {
            return Some(not_offered(at));
        }
    }
    None
}
