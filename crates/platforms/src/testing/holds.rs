//! What holds of whatever a parser answers.

use hookline_model::{event::Event, item::ITEM_FIELDS_MAX, time::Millis};
use serde_json::Value;

use crate::{Delivery, ParseError, Parsed, Parser, Settings};

/// The most custom fields of an event, the most links, and the most events of a batch.
const CUSTOM_FIELDS_MAX: usize = 200;
const LINKS_MAX: usize = 1_001;
const EVENTS_MAX: usize = 1_000;

/// The most bytes that what else an event says takes as JSON.
const EXTRA_BYTES_MAX: usize = 250_000;

/// A parser, and what its events are bounded by.
pub(crate) struct Holds {
    pub(crate) parser: &'static dyn Parser,
    pub(crate) received_at: Millis,
    /// The most that an event says beside its facts.
    pub(crate) extra_max: usize,
}

impl Holds {
    /// Reads a body, and what it holds if it is a batch, and checks what holds of every answer.
    pub(crate) fn check(&self, body: &[u8]) {
        if let Ok(Some(events)) = self.parser.split(body) {
            assert!((1..=EVENTS_MAX).contains(&events.len()));
            events.into_iter().for_each(|event| self.check_one(event));
        }
        self.check_one(body);
    }

    fn parse(&self, body: &[u8], received_at: Millis) -> Result<Parsed, ParseError> {
        self.parser.parse(&Delivery::new(body, received_at))
    }

    fn check_one(&self, body: &[u8]) {
        let parsed = self.parse(body, self.received_at);
        assert_eq!(self.parse(body, self.received_at), parsed, "a repetition is the same event and says the same");
        let mut redacted = body.to_vec();
        self.parser.redact(&mut redacted);
        let is_json = |body: &[u8]| serde_json::from_slice::<Value>(body).is_ok();
        assert_eq!((redacted.len(), is_json(&redacted)), (body.len(), is_json(body)), "only values are blanked");
        assert_eq!(self.parse(&redacted, self.received_at), parsed, "what is blanked is not read");
        let mut received = body.to_vec();
        let answer = self.parser.receive(&mut received, self.received_at, &Settings::default());
        assert_eq!((&answer, &received), (&parsed, &redacted), "received, it is read and blanked");
        let Ok(parsed) = parsed else { return };
        let event = &parsed.event;
        let stored = event.to_stored().expect("an event can be stored");
        assert_eq!(&Event::from_stored(&stored, event.id, event.occurred_at).expect("a stored event can be read"), event);
        let facts = &event.facts;
        assert!(facts.custom_fields.len() <= CUSTOM_FIELDS_MAX && facts.links.len() <= LINKS_MAX);
        assert!(facts.item.as_ref().is_none_or(|item| item.fields.len() <= ITEM_FIELDS_MAX));
        let extra_bytes = serde_json::to_string(&facts.extra).expect("texts under names").len();
        assert!(facts.extra.len() <= self.extra_max && extra_bytes <= EXTRA_BYTES_MAX, "{:?}", facts.extra);
        let later = self.parse(body, Millis(self.received_at.0 + 1_000)).expect("the same body");
        assert_eq!(later.event.id.hash_part(), event.id.hash_part(), "when it was received is no part of what happened");
        assert_eq!((later.claim, later.event.content_digest()), (parsed.claim, event.content_digest()));
    }
}
