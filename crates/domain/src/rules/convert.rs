//! JSON in, CEL inside, JSON out.

use std::{collections::HashMap, sync::Arc};

use cel::{
    Value as Cel,
    common::{types::CelNull, value::Val},
    objects::{Key, Map},
};
use serde_json::Value as Json;

/// A JSON value as CEL sees it.
pub(crate) fn to_cel(json: &Json) -> Box<dyn Val> {
    match json_to_cel(json).try_into() {
        Ok(value) => value,
        Err(_) => Box::new(CelNull),
    }
}

fn json_to_cel(json: &Json) -> Cel {
    match json {
        Json::Null => Cel::Null,
        Json::Bool(value) => Cel::Bool(*value),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Cel::Int(integer),
            (None, Some(float)) => Cel::Float(float),
            (None, None) => Cel::Null,
        },
        Json::String(text) => Cel::String(Arc::new(text.clone())),
        Json::Array(list) => Cel::List(Arc::new(list.iter().map(json_to_cel).collect())),
        Json::Object(object) => {
            let map: HashMap<Key, Cel> =
                object.iter().map(|(key, value)| (Key::String(Arc::new(key.clone())), json_to_cel(value))).collect();
            Cel::Map(Map { map: Arc::new(map) })
        }
    }
}

/// A CEL value as JSON; `None` for null and for what JSON cannot say.
pub(crate) fn to_json(value: &Cel) -> Option<Json> {
    match value {
        Cel::Bool(value) => Some(Json::Bool(*value)),
        Cel::Int(value) => Some(Json::from(*value)),
        Cel::UInt(value) => Some(Json::from(*value)),
        Cel::Float(value) => serde_json::Number::from_f64(*value).map(Json::Number),
        Cel::String(text) => Some(Json::String(text.to_string())),
        Cel::List(list) => Some(Json::Array(list.iter().map(|v| to_json(v).unwrap_or(Json::Null)).collect())),
        Cel::Map(map) => {
            let entries = map.map.iter().filter_map(|(key, value)| match key {
                Key::String(key) => Some((key.to_string(), to_json(value).unwrap_or(Json::Null))),
                _ => None,
            });
            Some(Json::Object(entries.collect()))
        }
        _ => None,
    }
}
