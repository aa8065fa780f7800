//! Schemas in short: what a platform's documents say of a body, strictly. A field that is not named is a breach.
//!
//! `{"field": "string", "maybe?": "integer|null", "inner": {...}}`, where `?` is a field that may be left out and `*` any other.

use serde_json::{Map, Value, json};

/// Checks a body against a schema in short.
pub(crate) fn check(schema: &Value, body: &Value, case: &str) {
    validate(&json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "allOf": [long(schema)]}), body, case);
}

/// Checks a body against a JSON Schema.
pub(crate) fn validate(schema: &Value, body: &Value, case: &str) {
    let validator = jsonschema::validator_for(schema).expect("a schema");
    let faults: Vec<String> = validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{case}: {faults:#?}\n{body:#}");
}

/// Two schemas in short as one, the second going before the first.
pub(crate) fn and(first: &Value, second: Value) -> Value {
    let mut fields = first.as_object().expect("fields").clone();
    match second {
        Value::Object(more) => fields.extend(more),
        other => panic!("no fields: {other}"),
    }
    Value::Object(fields)
}

fn long(short: &Value) -> Value {
    match short {
        Value::Object(fields) => {
            let mut properties = Map::new();
            let mut required = Vec::new();
            let mut others = json!(false);
            for (name, of) in fields {
                match (name.as_str(), name.strip_suffix('?')) {
                    ("*", _) => others = long(of),
                    (_, Some(name)) => drop(properties.insert(name.to_owned(), long(of))),
                    (name, None) => {
                        properties.insert(name.to_owned(), long(of));
                        required.push(name);
                    }
                }
            }
            json!({"type": "object", "properties": properties, "required": required, "additionalProperties": others})
        }
        Value::String(types) => match types.strip_prefix('=') {
            Some(text) => json!({"const": text}),
            None => json!({"anyOf": types.split('|').map(plain).collect::<Vec<_>>()}),
        },
        other => json!({"const": other}),
    }
}

fn plain(name: &str) -> Value {
    let text = |pattern: &str| json!({"type": "string", "pattern": pattern});
    match name {
        "string" | "integer" | "number" | "boolean" | "null" => json!({"type": name}),
        "any" => json!({}),
        "scalar" => json!({"type": ["string", "number", "boolean", "null"]}),
        "strings" => json!({"type": "array", "items": {"type": "string"}}),
        "empty" => json!({"type": "array", "maxItems": 0}),
        "object" => json!({"type": "object"}),
        "digits" => text("^[0-9]+$"),
        "address" => text("^[^@\\s<>]+@[^@\\s<>]+$"),
        "angle" => text("^<[^<>\\s]+@[^<>\\s]+>$"),
        "uuid" => text("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
        "z" => text("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"),
        "second" => text("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"),
        "database" => text("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,5}[1-9])?\\+00:00$"),
        unknown => panic!("no type: {unknown}"),
    }
}
