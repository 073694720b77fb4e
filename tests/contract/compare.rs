//! When two answers agree.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::consul::Answer;

/// Headers whose values must agree.
const EXACT: [&str; 5] = [
    "content-type",
    "allow",
    "x-consul-knownleader",
    "x-consul-effective-consistency",
    "x-content-type-options",
];
/// Headers that must be there in both or in neither.
const PRESENT: [&str; 2] = ["x-consul-index", "x-consul-lastcontact"];
/// Fields whose values are the state store's own affair.
const VOLATILE: [&str; 3] = ["CreateIndex", "ModifyIndex", "LTime"];
/// Tags of a server that tell how its datacenter was set up: alone, or one of several.
const BOOTSTRAP: [&str; 2] = ["bootstrap", "expect"];

/// Status, headers and body agree.
#[track_caller]
pub fn same(what: &str, real: &Answer, sim: &Answer) {
    assert_eq!(sim.status, real.status, "status of {what}: '{}' for '{}'", sim.body, real.body);
    same_headers(what, real, sim);
    match (body(real), body(sim)) {
        (Some(real), Some(sim)) => assert_eq!(sim, real, "body of {what}"),
        _ => assert_eq!(sim.body, real.body, "body of {what}"),
    }
}

/// Status and headers agree, and the bodies have the same fields with the same types.
#[track_caller]
pub fn same_shape(what: &str, real: &Answer, sim: &Answer) {
    assert_eq!(sim.status, real.status, "status of {what}: '{}' for '{}'", sim.body, real.body);
    same_headers(what, real, sim);
    assert_eq!(shape(&sim.json()), shape(&real.json()), "shape of {what}");
}

/// The headers that clients read agree.
#[track_caller]
pub fn same_headers(what: &str, real: &Answer, sim: &Answer) {
    for name in EXACT {
        assert_eq!(sim.header(name), real.header(name), "header {name} of {what}");
    }
    for name in PRESENT {
        let there = |answer: &Answer| answer.header(name).is_some();
        assert_eq!(there(sim), there(real), "presence of header {name} of {what}");
    }
}

/// A JSON value without what differs by nature; an index that is there counts as 1.
pub fn settle(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                if let ("What", Some(text)) = (name.as_str(), field.as_str()) {
                    // Reasons name indexes.
                    *field =
                        text.replace(|c: char| c.is_ascii_digit(), "#").replace("##", "#").into();
                } else if VOLATILE.contains(&name.as_str()) {
                    *field = Value::from(u8::from(field.as_u64() > Some(0)));
                } else {
                    settle(field);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(settle),
        _ => {}
    }
}

/// The types found at each path of a JSON value. Elements of a list share a path.
pub fn shape(value: &Value) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut found = BTreeMap::new();
    collect(value, "$", &mut found);
    found
}

fn body(answer: &Answer) -> Option<Value> {
    let mut value = serde_json::from_str(&answer.body).ok()?;
    settle(&mut value);
    Some(value)
}

fn collect(value: &Value, path: &str, found: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    found.entry(path.to_owned()).or_default().insert(kind);
    match value {
        Value::Object(fields) => {
            for (name, field) in
                fields.iter().filter(|(name, _)| !BOOTSTRAP.contains(&name.as_str()))
            {
                collect(field, &format!("{path}.{name}"), found);
            }
        }
        Value::Array(items) => {
            for item in items {
                collect(item, &format!("{path}[]"), found);
            }
        }
        _ => {}
    }
}
