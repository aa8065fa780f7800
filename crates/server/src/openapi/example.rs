//! Examples, made from schemas: of each field its own example, else what its type suggests. So an example cannot be of another
//! shape than what it is an example of.

use serde_json::{Map, Value, json};

/// An example of `schema`, whose references lead into `components`. Schemas here do not contain themselves.
pub(super) fn of(schema: &Value, components: &Map<String, Value>) -> Value {
    if let Some(example) = schema["examples"].get(0).or_else(|| schema.get("const")).or_else(|| schema["enum"].get(0)) {
        return example.clone();
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return components.get(name).map_or(Value::Null, |schema| of(schema, components));
    }
    if let Some(first) = schema["anyOf"].get(0) {
        return of(first, components);
    }
    // A type beside null comes first.
    match schema["type"].as_str().or_else(|| schema["type"].get(0)?.as_str()) {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            properties.map(|(name, property)| (name.clone(), of(property, components))).collect::<Map<_, _>>().into()
        }
        Some("array") => json!([of(&schema["items"], components)]),
        Some("string") => json!("text"),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        Some("boolean") => json!(false),
        _ => Value::Null,
    }
}
