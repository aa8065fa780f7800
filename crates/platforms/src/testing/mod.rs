//! What the tests of every platform share: readings of a body, what an event says, bodies that nobody thought of, and what holds
//! of whatever is made of them.

mod holds;
mod samples;

use serde_json::Value;

use hookline_model::{
    event::{Event, MessageFacts},
    key::EmailAddress,
};

pub(crate) use holds::Holds;
pub(crate) use samples::Samples;

/// How a platform's tests read: `parse_bytes`, `parse`, `parsed`, `event` and `refusal`, with its parser and time of receipt.
macro_rules! readers {
    ($parser:expr, $received_at:expr) => {
        /// Reads bytes.
        fn parse_bytes(body: &[u8]) -> Result<$crate::Parsed, $crate::ParseError> {
            $crate::Parser::parse(&$parser, &$crate::Delivery::new(body, $received_at))
        }

        /// Reads JSON.
        fn parse(body: &serde_json::Value) -> Result<$crate::Parsed, $crate::ParseError> {
            parse_bytes(body.to_string().as_bytes())
        }

        /// Reads JSON that is sound.
        fn parsed(body: &serde_json::Value) -> $crate::Parsed {
            parse(body).unwrap_or_else(|error| panic!("{error}: {body}"))
        }

        /// The event of JSON that is sound.
        fn event(body: &serde_json::Value) -> hookline_model::event::Event {
            parsed(body).event
        }

        /// The text of the error that a body gives.
        fn refusal(body: &serde_json::Value) -> String {
            parse(body).expect_err("an error").to_string()
        }
    };
}
pub(crate) use readers;

/// What holds of every body, for a platform: its `SAMPLES`, and its `check` of one body.
macro_rules! properties {
    () => {
        proptest::proptest! {
            #[test]
            fn arbitrary_bytes_are_answered(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
                check(&body);
            }

            #[test]
            fn arbitrary_json_is_answered(value in SAMPLES.json()) {
                check(value.to_string().as_bytes());
            }

            #[test]
            fn mutated_fixtures_are_answered(body in SAMPLES.mutated()) {
                check(body.to_string().as_bytes());
            }

            #[test]
            fn cut_fixtures_are_answered(body in SAMPLES.cut()) {
                check(&body);
            }
        }
    };
}
pub(crate) use properties;

/// A body with some fields at its top set, or removed where the value is null.
pub(crate) fn with(mut body: Value, fields: &Value) -> Value {
    set(&mut body, fields);
    body
}

/// Sets some fields of an object, or removes them where the value is null.
pub(crate) fn set(object: &mut Value, fields: &Value) {
    let object = object.as_object_mut().expect("an object is changed");
    for (key, value) in fields.as_object().expect("the changes are an object") {
        if value.is_null() {
            object.remove(key);
        } else {
            object.insert(key.clone(), value.clone());
        }
    }
}

/// The address of an event's contact.
pub(crate) fn contact_email(event: &Event) -> Option<&str> {
    event.contact.as_ref().and_then(|contact| contact.email.as_ref()).map(EmailAddress::as_str)
}

/// The external id of an event's contact.
pub(crate) fn contact_id(event: &Event) -> Option<&str> {
    event.contact.as_ref().and_then(|contact| contact.external.as_ref()).map(|external| external.id.as_str())
}

/// What an event tells of the message that came in.
pub(crate) fn inbound(event: &Event) -> &MessageFacts {
    event.inbound.as_deref().expect("a message that came in")
}

/// What an event tells of the message that was sent.
pub(crate) fn outbound(event: &Event) -> &MessageFacts {
    event.outbound.as_deref().expect("a message that was sent")
}

/// A text that may be there.
pub(crate) fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}
