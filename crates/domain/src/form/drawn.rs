//! Answers that are neither a line of text nor a choice: signatures, places, regions.

use serde_json::{Map, Value};

use super::{FieldProblem, words::At};

/// Most strokes of a signature, and most points of all of them together.
const STROKES: usize = 60;
const POINTS: usize = 4_000;
/// Fewest points that can be a name and not a slip of the finger.
const MIN_POINTS: usize = 8;
/// Strokes lie on a square of this size.
const SIDE: i64 = 1_000;
/// Most characters of a typed name, and of the words for a place.
const NAME_LENGTH: usize = 50;
const DESCRIPTION_LENGTH: usize = 200;

/// `{"name": "…"}` typed, or `{"strokes": [[x, y, x, y, …], …]}` drawn. Never a picture from outside.
pub(super) fn signature(at: At<'_>, value: &Value) -> Option<FieldProblem> {
    let Some(map) = value.as_object() else { return Some(at.wrong_type()) };
    match (map.get("name"), map.get("strokes"), map.len()) {
        (Some(Value::String(name)), None, 1) => {
            let long = name.chars().count() > NAME_LENGTH || name.chars().any(char::is_control);
            long.then(|| {
                at.says("signature_name", "请写您的姓名，最多 50 个字", "write your name, at most 50 characters")
            })
        }
        (None, Some(Value::Array(strokes)), 1) => drawn(at, strokes),
        _ => Some(at.wrong_type()),
    }
}

fn drawn(at: At<'_>, strokes: &[Value]) -> Option<FieldProblem> {
    let mut points = 0;
    for stroke in strokes {
        let Some(numbers) = stroke.as_array() else { return Some(at.wrong_type()) };
        let inside = |number: &Value| number.as_i64().is_some_and(|number| (0..=SIDE).contains(&number));
        if numbers.len() % 2 != 0 || !numbers.iter().all(inside) {
            return Some(at.wrong_type());
        }
        points += numbers.len() / 2;
    }
    if strokes.len() > STROKES || points > POINTS {
        return Some(at.says(
            "signature_long",
            "笔画太多，请清除后重新签",
            "too many strokes; clear it and sign again",
        ));
    }
    (points < MIN_POINTS).then(|| {
        at.says(
            "signature_short",
            "没有签完，请清除后重新签，或者改为输入姓名",
            "not finished; sign again, or type your name",
        )
    })
}

/// `{"description": "…", "region": "410105", "cell": "b2"}`: words always, a square of the region's grid if
/// one likes. Rows a–c from north to south, columns 1–3 from west to east.
pub(super) fn map_point(at: At<'_>, value: &Value) -> Vec<FieldProblem> {
    let Some(map) = value.as_object() else { return vec![at.wrong_type()] };
    if map.keys().any(|key| !matches!(key.as_str(), "description" | "region" | "cell")) {
        return vec![at.wrong_type()];
    }
    let mut problems = Vec::new();
    let description = text(map, "description").chars().count();
    if description == 0 {
        let (zh, en) = ("请用话说清在哪里，例如“锦绣路小学东门口”", "say where it is, e.g. “east gate of the school”");
        problems.push(at.part("description").says("description_missing", zh, en));
    } else if description > DESCRIPTION_LENGTH {
        problems.push(at.part("description").says(
            "too_long",
            "最多 200 个字，请删减",
            "at most 200 characters; shorten it",
        ));
    }
    if map.contains_key("region") && !is_region(text(map, "region")) {
        problems.push(at.part("region").says("region_missing", "请选择所在区县", "choose the district"));
    }
    if map.contains_key("cell") && (!is_cell(text(map, "cell")) || !map.contains_key("region")) {
        problems.push(at.part("region").says(
            "cell_invalid",
            "请先选区县，再点大概位置",
            "choose the district, then the square",
        ));
    }
    problems
}

/// The code of a region.
pub(super) fn region(at: At<'_>, value: &Value) -> Option<FieldProblem> {
    let Some(code) = value.as_str() else { return Some(at.wrong_type()) };
    (!is_region(code)).then(|| at.says("region_missing", "请选择所在区县", "choose the district"))
}

fn text<'a>(map: &'a Map<String, Value>, key: &str) -> &'a str {
    map.get(key).and_then(Value::as_str).unwrap_or("").trim()
}

fn is_region(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_cell(cell: &str) -> bool {
    matches!(cell.as_bytes(), [b'a'..=b'c', b'1'..=b'3'])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::text::LocalText;

    fn rules(judge: impl Fn(At<'_>, &Value) -> Vec<FieldProblem>, value: &Value) -> Vec<String> {
        let label = LocalText::new("签名", "Signature");
        judge(At::new("f", &label), value).into_iter().map(|problem| problem.rule).collect()
    }

    fn signed(value: &Value) -> Vec<String> {
        rules(|at, value| signature(at, value).into_iter().collect(), value)
    }

    #[test]
    fn a_signature_is_a_name_or_strokes_and_never_a_picture() {
        let stroke: Vec<i64> = (0..20).collect();
        assert!(signed(&json!({"name": "林知夏"})).is_empty());
        assert!(signed(&json!({"strokes": [stroke.clone()]})).is_empty());
        for (value, rule) in [
            (json!("data:image/png;base64,AAAA"), "wrong_type"),
            (json!({"name": "a", "strokes": [stroke.clone()]}), "wrong_type"),
            (json!({"image": "x"}), "wrong_type"),
            (json!({"strokes": [[1, 2, 3]]}), "wrong_type"),
            (json!({"strokes": [[1, 2000]]}), "wrong_type"),
            (json!({"strokes": [["<svg>", 1]]}), "wrong_type"),
            (json!({"strokes": [[1, 2]]}), "signature_short"),
            (json!({"strokes": vec![stroke.clone(); 61]}), "signature_long"),
            (json!({"name": "x".repeat(51)}), "signature_name"),
        ] {
            assert_eq!(signed(&value), [rule], "{value}");
        }
    }

    #[test]
    fn a_place_is_words_and_perhaps_a_square() {
        let point = |value: Value| rules(map_point, &value);
        assert!(point(json!({"description": "锦绣路小学东门口"})).is_empty());
        assert!(point(json!({"description": "东门口", "region": "410105", "cell": "b2"})).is_empty());
        assert_eq!(point(json!({"region": "410105"})), ["description_missing"]);
        assert_eq!(point(json!({"description": "x", "cell": "b2"})), ["cell_invalid"]);
        assert_eq!(point(json!({"description": "x", "region": "410105", "cell": "d9"})), ["cell_invalid"]);
        assert_eq!(point(json!({"description": "x", "lat": 34.7})), ["wrong_type"]);
        assert_eq!(point(json!("x")), ["wrong_type"]);
    }

    #[test]
    fn a_region_is_a_code() {
        let judged = |value: Value| rules(|at, value| region(at, value).into_iter().collect(), &value);
        assert!(judged(json!("410105")).is_empty());
        assert_eq!(judged(json!("金水区")), ["region_missing"]);
        assert_eq!(judged(json!(410_105)), ["wrong_type"]);
    }
}
