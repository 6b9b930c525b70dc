//! What a receipt signs: one canonical text for a JSON value, and digests over it.
//!
//! Canonical means: object keys in Unicode code point order, no spaces, strings escaped in the
//! shortest way JSON allows, integers as they are. Answers hold no fractions, so numbers have one form.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::form::Answers;

/// The canonical text of a JSON value.
#[must_use]
pub fn canonical_json(value: &Value) -> String {
    let mut out = String::new();
    write_value(value, &mut out);
    out
}

/// SHA-256 (hex) of the canonical JSON of answers.
#[must_use]
pub fn answers_digest(answers: &Answers) -> String {
    let object = Value::Object(answers.iter().map(|(key, value)| (key.clone(), value.clone())).collect());
    digest(canonical_json(&object).as_bytes())
}

/// SHA-256 (hex) of bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for (position, key) in keys.into_iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_scalar(&Value::String(key.clone()), out);
                out.push(':');
                write_value(&map[key], out);
            }
            out.push('}');
        }
        Value::Array(list) => {
            out.push('[');
            for (position, entry) in list.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_value(entry, out);
            }
            out.push(']');
        }
        scalar => write_scalar(scalar, out),
    }
}

fn write_scalar(value: &Value, out: &mut String) {
    // `Display` of serde_json is the compact form.
    out.push_str(&value.to_string());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_at_every_depth_and_nothing_else_moves() {
        let value = json!({"b": [3, 1, {"z": null, "a": true}], "a": "引\"号\n", "B": 1});
        assert_eq!(canonical_json(&value), r#"{"B":1,"a":"引\"号\n","b":[3,1,{"a":true,"z":null}]}"#);
    }

    #[test]
    fn the_digest_does_not_depend_on_the_order_of_arrival() {
        let one: Answers = serde_json::from_str(r#"{"x":1,"y":{"p":1,"q":2}}"#).unwrap();
        let two: Answers = serde_json::from_str(r#"{"y":{"q":2,"p":1},"x":1}"#).unwrap();
        assert_eq!(answers_digest(&one), answers_digest(&two));
        assert_eq!(answers_digest(&Answers::new()), digest(b"{}"));
        let three: Answers = serde_json::from_str(r#"{"y":{"q":2,"p":1},"x":2}"#).unwrap();
        assert_ne!(answers_digest(&one), answers_digest(&three));
    }
}
