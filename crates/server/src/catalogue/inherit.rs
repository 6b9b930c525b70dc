//! What definitions need not repeat: an item's guide inherits what its department, its type of item or the city
//! always says, a material may be taken from the pack's shelf, a field may be bound to an element of the
//! dictionary.
//!
//! All of it is put together here, key by key and before anything is typed, so that the rest of the
//! platform and the device see whole definitions. A key written in the item always wins, whole.

use haoban_domain::pack::Element;
use serde_json::{Map, Value};

use super::Finding;

/// defaults.yaml, as far as it is needed to fill other files.
#[derive(Debug, Default)]
pub struct Inherited {
    defaults: Value,
    elements: Map<String, Value>,
}

/// Keys of an element that a bound field takes over; the others (register, purpose, sensitivity) are the
/// dictionary's own.
const FIELD_KEYS: [&str; 16] = [
    "kind",
    "label",
    "plain",
    "hint",
    "sample",
    "prefill",
    "checks",
    "max_length",
    "decimals",
    "unit",
    "min",
    "max",
    "allow",
    "options",
    "from",
    "allow_other",
];

impl Inherited {
    /// From the two root files, either of which may be absent.
    #[must_use]
    pub fn new(defaults: Option<Value>, dictionary: Option<Value>) -> Self {
        let elements = match dictionary {
            Some(Value::Array(list)) => list
                .into_iter()
                .filter_map(|element| Some((element.get("id")?.as_str()?.to_owned(), element)))
                .collect(),
            _ => Map::new(),
        };
        Self { defaults: defaults.unwrap_or_default(), elements }
    }

    /// Fills an item.yaml: first from the department, then from the type of item, then from the city.
    pub fn item(&self, item: &mut Value) {
        let Some(guide) = item.get_mut("guide").and_then(Value::as_object_mut) else { return };
        let word = |key: &str| guide.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (department, item_type) = (word("department"), word("item_type"));
        let sources = [
            &self.defaults["departments"][department.as_str()],
            &self.defaults["types"][item_type.as_str()],
            &self.defaults["guide"],
        ];
        for source in sources.into_iter().filter_map(Value::as_object) {
            for (key, value) in source {
                guide.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        served(guide);
    }

    /// Fills a materials.yaml: `use: <id>` takes a material from the shelf, and what the city says of every
    /// material stands behind.
    pub fn materials(&self, file: &str, materials: &mut Value) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, entry) in materials.as_array_mut().into_iter().flatten().enumerate() {
            let Some(map) = entry.as_object_mut() else { continue };
            if let Some(name) = map.remove("use") {
                let name = name.as_str().unwrap_or_default().to_owned();
                match self.defaults["materials"][name.as_str()].as_object() {
                    Some(shelf) => {
                        map.entry("id").or_insert_with(|| name.clone().into());
                        fill(map, shelf.iter());
                    }
                    None => findings.push(unknown(file, format!("{at}.use"), "material in defaults.yaml", &name)),
                }
            }
            fill(map, self.defaults["material"].as_object().into_iter().flatten());
        }
        findings
    }

    /// Fills a workflow.yaml: texts that every officer needs stand behind the item's own.
    pub fn workflow(&self, workflow: &mut Value) {
        let Some(map) = workflow.as_object_mut() else { return };
        for key in ["correction_texts", "refusal_reasons", "opinions"] {
            let Some(shared) = self.defaults["workflow"][key].as_array() else { continue };
            if let Value::Array(own) = map.entry(key).or_insert_with(|| Value::Array(Vec::new())) {
                let taken: Vec<Value> = own.iter().map(|text| text["id"].clone()).collect();
                own.extend(shared.iter().filter(|text| text["id"].is_null() || !taken.contains(&text["id"])).cloned());
            }
        }
    }

    /// Fills a form.yaml: `element: <id>` takes kind, label and so on from the dictionary.
    pub fn form(&self, file: &str, form: &mut Value) -> Vec<Finding> {
        self.pages(file, "pages", form)
    }

    /// Fills a joint/<code>.yaml: its guide like an item's, its questions like a form's.
    pub fn joint(&self, file: &str, joint: &mut Value) -> Vec<Finding> {
        self.item(joint);
        self.pages(file, "situation", joint)
    }

    fn pages(&self, file: &str, key: &str, form: &mut Value) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, page) in form[key].as_array_mut().into_iter().flatten().enumerate() {
            self.fields(file, &format!("{key}.{at}"), page, &mut findings);
        }
        findings
    }

    fn fields(&self, file: &str, path: &str, holder: &mut Value, findings: &mut Vec<Finding>) {
        for (at, field) in holder.get_mut("fields").and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
            let path = format!("{path}.fields.{at}");
            if let Some(name) = field.get("element").and_then(Value::as_str).map(str::to_owned) {
                match (self.elements.get(&name).and_then(Value::as_object), field.as_object_mut()) {
                    (Some(element), Some(map)) => {
                        fill(map, element.iter().filter(|(key, _)| FIELD_KEYS.contains(&key.as_str())));
                    }
                    _ => findings.push(unknown(file, format!("{path}.element"), "element in dictionary.yaml", &name)),
                }
            }
            self.fields(file, &path, field, findings);
        }
    }
}

/// The dictionary as the rest of the platform reads it.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn elements(dictionary: &Value) -> Result<Vec<Element>, String> {
    serde_json::from_value(dictionary.clone()).map_err(|error| error.to_string())
}

/// 服务对象 follow from who may sign in for it, as long as nothing finer is written.
fn served(guide: &mut Map<String, Value>) {
    if guide.contains_key("served") {
        return;
    }
    let of = |kind: &Value| match kind.as_str() {
        Some("legal_entity") => Value::from("enterprise"),
        _ => kind.clone(),
    };
    let Some(audience) = guide.get("audience").and_then(Value::as_array) else { return };
    let served = audience.iter().map(of).collect();
    guide.insert("served".to_owned(), Value::Array(served));
}

fn fill<'a>(map: &mut Map<String, Value>, from: impl Iterator<Item = (&'a String, &'a Value)>) {
    for (key, value) in from {
        map.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

fn unknown(file: &str, path: String, what: &str, name: &str) -> Finding {
    Finding::at(file, path, "reference", format!("there is no {what} `{name}`"), "correct the name or add it")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inherited() -> Inherited {
        let defaults = json!({
            "guide": { "rights": "city", "complaint_phone": "0371-12345" },
            "types": { "licensing": { "rights": "licensing", "system": "licensing" } },
            "departments": { "market": { "rights": "market", "consult_phone": "0371-1" } },
            "materials": { "id-card": { "name": "ID", "glyph": "身", "copies": 2 } },
            "material": { "copies": 1, "size": "A4" },
            "workflow": { "opinions": [{ "zh": "好" }], "correction_texts": [{ "id": "blurred", "words": "shared" }] },
        });
        let dictionary = json!([{ "id": "contact.phone", "kind": "phone", "label": "Phone", "purpose": "to call" }]);
        Inherited::new(Some(defaults), Some(dictionary))
    }

    #[test]
    fn the_item_wins_then_the_department_then_the_type_then_the_city() {
        let mut item = json!({ "guide": { "department": "market", "consult_phone": "own" } });
        inherited().item(&mut item);
        assert_eq!(item["guide"]["consult_phone"], "own");
        assert_eq!(item["guide"]["rights"], "market");
        assert_eq!(item["guide"]["complaint_phone"], "0371-12345");
        let mut licence = json!({ "guide": { "department": "market", "item_type": "licensing" } });
        inherited().item(&mut licence);
        assert_eq!((&licence["guide"]["rights"], &licence["guide"]["system"]), (&json!("market"), &json!("licensing")));
    }

    #[test]
    fn those_served_follow_from_the_audience_unless_they_are_named() {
        let mut item = json!({ "guide": { "department": "market", "audience": ["natural_person", "legal_entity"] } });
        inherited().item(&mut item);
        assert_eq!(item["guide"]["served"], json!(["natural_person", "enterprise"]));
        let mut named = json!({ "guide": { "audience": ["legal_entity"], "served": ["institution"] } });
        inherited().item(&mut named);
        assert_eq!(named["guide"]["served"], json!(["institution"]));
    }

    #[test]
    fn a_material_comes_from_the_shelf_with_its_own_words_on_top() {
        let mut materials = json!([{ "use": "id-card", "glyph": "证", "size": "A3" }, { "use": "nothing" }]);
        let findings = inherited().materials("m", &mut materials);
        assert_eq!(materials[0], json!({ "id": "id-card", "name": "ID", "glyph": "证", "copies": 2, "size": "A3" }));
        assert_eq!(materials[1], json!({ "copies": 1, "size": "A4" }), "what the city says of every material");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].path, "1.use");
    }

    #[test]
    fn a_bound_field_takes_the_elements_keys_and_keeps_the_binding() {
        let mut form = json!({ "pages": [{ "fields": [
            { "id": "phone", "element": "contact.phone", "label": "Call me" },
            { "id": "list", "fields": [{ "id": "x", "element": "no.such" }] },
        ] }] });
        let findings = inherited().form("f", &mut form);
        let field = &form["pages"][0]["fields"][0];
        assert_eq!((&field["kind"], &field["label"]), (&json!("phone"), &json!("Call me")));
        assert!(field.get("purpose").is_none());
        assert_eq!(findings[0].path, "pages.0.fields.1.fields.0.element");
    }

    #[test]
    fn shared_texts_stand_behind_the_items_own_and_never_twice() {
        let mut workflow = json!({ "correction_texts": [{ "id": "blurred", "words": "own" }] });
        inherited().workflow(&mut workflow);
        assert_eq!(workflow["correction_texts"], json!([{ "id": "blurred", "words": "own" }]));
        assert_eq!(workflow["opinions"], json!([{ "zh": "好" }]));
    }
}
