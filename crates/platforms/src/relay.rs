//! What relays wrap around an event: a workflow tool shows a request as `{"headers": {..}, "body": {..}}`, and hands on arrays.
//!
//! For platforms that send one object per event. A wrapping is an object, alone or as the only element of an array, under one of
//! a platform's wrappers; at most [`WRAPPINGS_MAX`] are taken off, and secrets are looked for exactly as deep.

use serde::de::IgnoredAny;

use crate::{
    ParseError,
    json::{Arena, LookedFor, Node, Object, Secrets, elements},
};

/// How many wrappings are taken off.
const WRAPPINGS_MAX: usize = 4;

/// The most events in one body.
const EVENTS_MAX: usize = 500;

/// The event's own object. `wrapper` says under which key it stands, if an object is only a wrapping.
///
/// # Errors
/// If the body is not JSON, or not one object with or without wrappings.
pub(crate) fn open<'t>(
    arena: &'t Arena,
    body: &'t [u8],
    wrapper: impl Fn(Object<'t>) -> Option<&'static str>,
) -> Result<Object<'t>, ParseError> {
    let value = arena.read(body).map_err(|error| ParseError::NotJson(error.to_string()))?;
    let mut object = only_object(value)?;
    for _ in 0..WRAPPINGS_MAX {
        let Some(inner) = wrapper(object).and_then(|key| object.get(key)) else { break };
        object = only_object(inner)?;
    }
    Ok(object)
}

/// An object, or the one in an array of one.
fn only_object(value: Node<'_>) -> Result<Object<'_>, ParseError> {
    match value {
        Node::Object(object) => Ok(object),
        Node::Array([Node::Object(object)]) => Ok(*object),
        Node::Array([other]) => Err(refused(kind_of(*other))),
        Node::Array(elements) => Err(refused(&format!("an array of {}", elements.len()))),
        other => Err(refused(kind_of(other))),
    }
}

/// What a value is that is no object.
fn kind_of(value: Node<'_>) -> &'static str {
    match value {
        Node::Object(_) => "an object",
        Node::Array(_) => "an array in an array",
        Node::Text(_) => "a text",
        Node::Number(_) => "a number",
        Node::Bool(_) => "a truth value",
        Node::Null => "null",
    }
}

fn refused(found: &str) -> ParseError {
    ParseError::Shape(format!("expected one JSON object, found {found}"))
}

/// The events of a body that is an array of several. An array of one is read like what is in it.
///
/// # Errors
/// If it has too many elements.
pub(crate) fn split(body: &[u8]) -> Result<Option<Vec<&[u8]>>, ParseError> {
    match elements(body, EVENTS_MAX) {
        None => Ok(None),
        Some(Ok(events)) if events.len() > 1 => Ok(Some(events)),
        // What is not JSON is refused where it is read.
        Some(Err(_)) if serde_json::from_slice::<IgnoredAny>(body).is_err() => Ok(None),
        Some(Err(error)) => Err(ParseError::Shape(error)),
        Some(Ok(_)) => Ok(None),
    }
}

/// Secrets under the `fields` of every object down the wrappings, and in what a workflow tool shows beside it.
pub(crate) const fn secrets(fields: &'static [&'static str], wrappers: &'static [&'static str]) -> Secrets {
    Secrets::new(LookedFor { fields, wrappers, wrappings_max: WRAPPINGS_MAX })
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*};
    use serde_json::{Value, json};

    use super::*;
    use crate::json::Blanks;

    static SECRETS: Secrets = secrets(&["secret"], &["body"]);

    fn body_wrapper(object: Object<'_>) -> Option<&'static str> {
        (object.contains_key("body") && !object.contains_key("type")).then_some("body")
    }

    fn opened(body: &Value) -> Result<Value, String> {
        let body = body.to_string();
        let arena = Arena::new(body.as_bytes());
        let opened = open(&arena, body.as_bytes(), body_wrapper);
        opened.map(|object| Node::Object(object).to_value()).map_err(|error| error.to_string())
    }

    /// An event in so many wrappings, each in an array as well.
    fn wrapped(times: usize, secret: &str) -> Value {
        (0..times).fold(json!({"type": "x", "secret": secret}), |inner, _| json!([{"headers": {}, "body": inner}]))
    }

    #[test]
    fn wrappings_are_taken_off() {
        for times in 0..=WRAPPINGS_MAX {
            assert_eq!(opened(&wrapped(times, "s")), Ok(wrapped(0, "s")), "{times}");
        }
        assert_ne!(opened(&wrapped(WRAPPINGS_MAX + 1, "s")), Ok(wrapped(0, "s")));
    }

    #[test]
    fn what_is_not_one_object_is_refused() {
        let cases = [
            (json!([]), "expected one JSON object, found an array of 0"),
            (json!([{}, {}]), "expected one JSON object, found an array of 2"),
            (json!([[{}]]), "expected one JSON object, found an array in an array"),
            (json!([7]), "expected one JSON object, found a number"),
            (json!("x"), "expected one JSON object, found a text"),
            (json!(true), "expected one JSON object, found a truth value"),
            (json!(null), "expected one JSON object, found null"),
            (json!({"body": 1}), "expected one JSON object, found a number"),
        ];
        for (body, expected) in cases {
            assert_eq!(opened(&body), Err(expected.to_owned()), "{body}");
        }
    }

    #[test]
    fn only_an_array_of_several_is_several_events() {
        assert_eq!(split(b"[{\"a\":1}, 2]"), Ok(Some(vec![&b"{\"a\":1}"[..], b"2"])));
        for body in [&b"{}"[..], b"[{}]", b"[]", b"", b"x", b"[1,"] {
            assert_eq!(split(body), Ok(None), "{body:?}");
        }
        let many = format!("[{}1]", "1,".repeat(EVENTS_MAX));
        assert_eq!(split(many.as_bytes()), Err(ParseError::Shape("expected at most 500 events, found 501".to_owned())));
    }

    fn redacted(body: &str) -> String {
        let mut bytes = body.as_bytes().to_vec();
        SECRETS.blank(&mut bytes);
        String::from_utf8(bytes).expect("UTF-8 stays UTF-8")
    }

    #[test]
    fn secrets_are_blanked_in_place() {
        let cases = [
            (r#"{"secret":"abc","a":1}"#, r#"{"secret":"***","a":1}"#),
            (r#"{"secret":"a","secret":"é"}"#, r#"{"secret":"*","secret":"**"}"#),
            (r#"{"s\u0065cret":"a\"b"}"#, r#"{"s\u0065cret":"****"}"#),
            (r#"[{"secret":"abc"},7,{"secret":"d"}]"#, r#"[{"secret":"***"},7,{"secret":"*"}]"#),
            (r#"{"headers":{},"body":{"secret":"abc"}}"#, r#"{"headers":{},"body":{"secret":"***"}}"#),
            (r#"[{"headers":{"X-Token":"ab","host":"h"}}]"#, r#"[{"headers":{"X-Token":"**","host":"h"}}]"#),
            (
                r#"{"headers":{"authorization":"a","Authorization":"b"}}"#,
                r#"{"headers":{"authorization":"*","Authorization":"*"}}"#,
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(redacted(body), expected);
        }
    }

    #[test]
    fn all_else_stays_as_it_is() {
        for body in [
            "",
            "secret=abc",
            r#"{"secret":"abc""#,
            r#"{"secret":5,"SECRET":"abc","secret_2":"abc"}"#,
            r#"{"lead":{"variables":{"secret":"abc"}}}"#,
            r#"{"headers":"authorization"}"#,
            r#"{"headers":{"authorization":5}}"#,
            "null",
        ] {
            assert_eq!(redacted(body), body);
        }
    }

    #[test]
    fn a_secret_is_found_as_deep_as_an_event_is() {
        for times in 0..=WRAPPINGS_MAX {
            let body = wrapped(times, "hidden").to_string();
            assert!(!redacted(&body).contains("hidden"), "{times}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(body in collection::vec(any::<u8>(), 0..200)) {
            let _ = (open(&Arena::new(&body), &body, body_wrapper), split(&body));
            let mut blanked = body.clone();
            SECRETS.blank(&mut blanked);
            prop_assert_eq!(blanked.len(), body.len());
        }
    }
}
