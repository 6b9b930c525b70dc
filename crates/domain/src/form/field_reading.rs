//! Reading a field: its common keys beside the settings of its kind, and no others. serde cannot refuse
//! unknown keys of a flattened enum, so the keys are parted by hand.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::{Map, Value};

use super::{Field, FieldKind};

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut map = Map::deserialize(deserializer)?;
        let id: String = required(&mut map, "id", "?").map_err(D::Error::custom)?;
        Self::from_map(id, map).map_err(D::Error::custom)
    }
}

impl Field {
    fn from_map(id: String, mut map: Map<String, Value>) -> Result<Self, String> {
        Ok(Self {
            element: optional(&mut map, "element", &id)?.unwrap_or_default(),
            label: required(&mut map, "label", &id)?,
            why: optional(&mut map, "why", &id)?.unwrap_or_default(),
            hint: optional(&mut map, "hint", &id)?.unwrap_or_default(),
            plain: optional(&mut map, "plain", &id)?.unwrap_or_default(),
            sample: optional(&mut map, "sample", &id)?.unwrap_or_default(),
            show: optional(&mut map, "show", &id)?.unwrap_or_default(),
            required: optional(&mut map, "required", &id)?.unwrap_or_default(),
            prefill: optional(&mut map, "prefill", &id)?.unwrap_or_default(),
            checks: optional(&mut map, "checks", &id)?.unwrap_or_default(),
            kind: kind(map, &id)?,
            id,
        })
    }
}

/// What is left belongs to the kind.
fn kind(map: Map<String, Value>, id: &str) -> Result<FieldKind, String> {
    let keys: Vec<String> = map.keys().filter(|key| *key != "kind").cloned().collect();
    let kind: FieldKind =
        serde_json::from_value(Value::Object(map)).map_err(|error| format!("field `{id}`: {error}"))?;
    // Kinds without settings do not look at the keys beside them.
    let written = serde_json::to_value(&kind).unwrap_or_default();
    let settings = written.as_object().map_or(0, |settings| settings.len().saturating_sub(1));
    match keys.first() {
        Some(key) if settings == 0 && !has_optional_settings(&kind) => {
            Err(format!("field `{id}`: unknown key `{key}`"))
        }
        _ => Ok(kind),
    }
}

/// Kinds whose settings may all be left out, so that writing them shows none.
fn has_optional_settings(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Number { .. } | FieldKind::Money { .. })
}

fn required<T: DeserializeOwned>(map: &mut Map<String, Value>, key: &str, id: &str) -> Result<T, String> {
    optional(map, key, id)?.ok_or_else(|| format!("field `{id}`: `{key}` is missing"))
}

fn optional<T: DeserializeOwned>(map: &mut Map<String, Value>, key: &str, id: &str) -> Result<Option<T>, String> {
    let Some(value) = map.remove(key) else { return Ok(None) };
    serde_json::from_value(value).map(Some).map_err(|error| format!("field `{id}`, `{key}`: {error}"))
}
