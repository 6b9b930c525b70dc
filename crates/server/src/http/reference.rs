//! docs/API.md: the reference for people, made of the same document as `/openapi.json`. Only `cargo xtask gen` writes it.

use std::{collections::BTreeMap, fmt::Write as _};

use haoban_wire::ProblemCode;
use serde_json::Value;

const PREFACE: &str = include_str!("reference.md");
const METHODS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

fn reference() -> String {
    let document = serde_json::to_value(super::document()).expect("a document");
    let mut rooms: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let operation = &methods[method];
            if operation.is_object() {
                let room = operation["tags"][0].as_str().unwrap_or("other");
                rooms.entry(room).or_default().push(row(method, path, operation));
            }
        }
    }
    let mut text = PREFACE.to_owned();
    for (room, rows) in rooms {
        let _ = write!(text, "\n## {room}\n\n| route | signed in | what | takes | answers |\n|---|---|---|---|---|\n");
        text.extend(rows);
    }
    text.push_str("\n## Problem codes\n\n| code | status | meaning |\n|---|---|---|\n");
    for code in ProblemCode::ALL {
        let _ = writeln!(text, "| `{}` | {} | {} |", code.as_str(), code.status(), code.meaning().trim());
    }
    text
}

fn row(method: &str, path: &str, operation: &Value) -> String {
    let words = operation["summary"].as_str().or(operation["description"].as_str()).unwrap_or("");
    let first = words.lines().next().unwrap_or("").trim().trim_end_matches('.').replace('|', "\\|");
    let who = operation["security"][0].as_object().and_then(|by| by.keys().next().cloned()).unwrap_or_default();
    let mut takes: Vec<String> =
        operation["parameters"].as_array().into_iter().flatten().filter_map(parameter).collect();
    takes.extend(shape(&operation["requestBody"]["content"]));
    format!(
        "| `{} {path}` | {who} | {first} | {} | {} |\n",
        method.to_uppercase(),
        takes.join(", "),
        answers(operation)
    )
}

/// What is not already in the path.
fn parameter(parameter: &Value) -> Option<String> {
    let name = parameter["name"].as_str()?;
    match parameter["in"].as_str()? {
        "path" => None,
        "header" => Some(format!("header `{name}`")),
        _ if parameter["required"] == true => Some(format!("`?{name}`")),
        _ => Some(format!("`?{name}` (optional)")),
    }
}

fn answers(operation: &Value) -> String {
    let mut answers: Vec<String> = Vec::new();
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        let shape = shape(&answer["content"]).filter(|shape| shape != "`Problem`");
        answers.push(shape.map_or_else(|| status.clone(), |shape| format!("{status} {shape}")));
    }
    answers.join(", ")
}

/// The name of a body's shape in `/openapi.json`, or its media type.
fn shape(content: &Value) -> Option<String> {
    let (kind, body) = content.as_object()?.iter().next()?;
    let schema = &body["schema"];
    let name = |schema: &Value| Some(schema["$ref"].as_str()?.rsplit('/').next()?.to_owned());
    Some(match (name(schema), name(&schema["items"])) {
        (Some(one), _) => format!("`{one}`"),
        (None, Some(many)) => format!("list of `{many}`"),
        (None, None) => kind.clone(),
    })
}

#[test]
fn every_route_says_what_it_does_and_whom_it_serves() {
    let document = serde_json::to_value(super::document()).expect("a document");
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in METHODS {
            let operation = &methods[method];
            if operation.is_object() {
                assert!(operation["tags"][0].is_string(), "{method} {path} has no room");
                let words = operation["summary"].as_str().or(operation["description"].as_str());
                assert!(words.is_some_and(|words| words.len() > 8), "{method} {path} has no words");
            }
        }
    }
}

#[test]
fn the_reference_names_every_route_and_code() {
    let text = reference();
    let document = serde_json::to_value(super::document()).expect("a document");
    for path in document["paths"].as_object().expect("paths").keys() {
        assert!(text.contains(&format!(" {path}` |")), "{path}");
    }
    for code in ProblemCode::ALL {
        assert!(text.contains(&format!("| `{}` | {} | ", code.as_str(), code.status())), "{code:?}");
    }
}

/// Run by `cargo xtask gen`.
#[test]
#[ignore = "writes docs/API.md; run by cargo xtask gen"]
fn export_api_reference() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/API.md");
    std::fs::write(path, reference()).expect("docs/API.md");
}
