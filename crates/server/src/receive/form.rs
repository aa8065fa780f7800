//! Deliveries that come as a form: relays that do no JSON write `application/x-www-form-urlencoded`.

use serde_json::{Map, Value};

/// Fields that hold a whole delivery as JSON, by which relays call it.
const WHOLE: [&str; 4] = ["payload", "body", "data", "json"];

/// A form as the JSON that parsers read: what one of these fields holds, if that is an object or an array; else an object of its
/// fields, each a text. Of a field that is there twice the last counts. What is JSON already stays so: curl calls everything a form
/// unless it is told otherwise.
pub(super) fn as_json(form: &[u8]) -> Vec<u8> {
    if form.trim_ascii_start().starts_with(b"{") || form.trim_ascii_start().starts_with(b"[") {
        return form.to_vec();
    }
    let fields: Map<String, Value> =
        form_urlencoded::parse(form).map(|(name, text)| (name.into_owned(), Value::String(text.into_owned()))).collect();
    let whole = WHOLE.into_iter().filter_map(|name| fields.get(name)?.as_str()).find(|text| is_whole(text));
    match whole {
        Some(text) => text.as_bytes().to_vec(),
        None => Value::Object(fields).to_string().into_bytes(),
    }
}

/// Whether a text is meant to be a delivery.
fn is_whole(text: &str) -> bool {
    // By its first character: one that is broken behind it goes to quarantine as what it was meant to be.
    text.trim_start().starts_with(['{', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_an_object_of_texts_or_what_one_field_holds() {
        for (form, expected) in [
            (
                "event_type=EMAIL_OPEN&to_email=a%2Bb%40k.example&note=two+words",
                r#"{"event_type":"EMAIL_OPEN","note":"two words","to_email":"a+b@k.example"}"#,
            ),
            ("payload=%7B%22a%22%3A1%7D&token=x", r#"{"a":1}"#),
            ("data=+%5B%7B%22a%22%3A1%7D%5D", r#" [{"a":1}]"#),
            ("payload=%7B%22a", r#"{"a"#),
            ("payload=hello&a=1&a=2", r#"{"a":"2","payload":"hello"}"#),
            ("", "{}"),
            (r#" {"a":"b&c=%2B"}"#, r#" {"a":"b&c=%2B"}"#),
            (r#"[{"a":1}]"#, r#"[{"a":1}]"#),
            ("a=%ff", "{\"a\":\"\u{fffd}\"}"),
        ] {
            let read: Result<Value, _> = serde_json::from_slice(&as_json(form.as_bytes()));
            match serde_json::from_str::<Value>(expected) {
                Ok(expected) => assert_eq!(read.ok(), Some(expected), "{form}"),
                Err(_) => assert_eq!(as_json(form.as_bytes()), expected.as_bytes(), "{form}"),
            }
        }
    }
}
