//! What must hold of a parser, whatever it is given.

use rand::{SeedableRng, rngs::ChaCha8Rng};
use serde_json::Value;

use hookline_model::{event::Event, platform::Platform, time::Millis};
use hookline_platforms::{Delivery, Parsed, Parser, Settings, redact_text::redact_text};

use crate::{
    Reached,
    node::{Node, Style, is_json},
    work::bounded,
};

/// When the deliveries were received: 2026-03-25T12:00:00Z.
const RECEIVED: Millis = Millis(1_774_440_000_000);
/// The most bytes of a body that the server lets in.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// How many events of a body are looked at.
const EVENTS_CHECKED_MAX: usize = 4;

/// Holds a parser to all of it.
pub(crate) fn check(parser: &dyn Parser, body: &[u8]) -> Result<Reached, String> {
    let mut reached = Reached::default();
    if body.len() > BODY_BYTES_MAX {
        return Ok(reached);
    }
    let (parts, used) = bounded("split", body.len(), || parser.split(body))?;
    reached.took(used);
    let parts = match parts {
        Ok(Some(parts)) => parts,
        Ok(None) => vec![body],
        Err(error) => {
            reached.add("split");
            reached.error(&error);
            Vec::new()
        }
    };
    reached.add(("parts", parts.len().min(3)));
    let most = events_max(parser.platform());
    if parts.len() > most {
        return Err(format!("{} events in one body, expected at most {most}", parts.len()));
    }
    let places = body.as_ptr_range();
    let is_inside = |part: &[u8]| part.is_empty() || (places.contains(&part.as_ptr()) && part.as_ptr_range().end <= places.end);
    if !parts.iter().all(|part| is_inside(part)) {
        return Err("an event of the body is no part of it".to_owned());
    }
    for part in parts.iter().take(EVENTS_CHECKED_MAX) {
        one(parser, part, &mut reached)?;
    }
    if parts.len() > 1 {
        redacted(parser, body)?;
    }
    Ok(reached)
}

/// The most events in one body: HubSpot sends batches itself, of the others they come from relays.
fn events_max(platform: Platform) -> usize {
    if platform == Platform::Hubspot { 1_000 } else { 500 }
}

/// Holds the reading of one event to all of it.
fn one(parser: &dyn Parser, body: &[u8], reached: &mut Reached) -> Result<(), String> {
    let read = |body: &[u8]| parser.parse(&Delivery::new(body, RECEIVED));
    let (answer, used) = bounded("parse", body.len(), || read(body))?;
    reached.took(used);
    if read(body) != answer {
        return Err(format!("read twice, it is {answer:?} and {:?}", read(body)));
    }
    let clean = redacted(parser, body)?;
    reached.add(("redacted", clean != body));
    let mut received = body.to_vec();
    let (at_once, _) = bounded("receive", body.len(), || parser.receive(&mut received, RECEIVED, &Settings::default()))?;
    if at_once != answer || received != clean {
        return Err("received, it is not read and redacted as it is one after the other".to_owned());
    }
    // What could not be read may be readable afterwards: a number that nobody can hold is blanked to one that everybody can.
    if answer.is_ok() && read(&clean) != answer {
        return Err(format!("read after redacting, {answer:?} is {:?}", read(&clean)));
    }
    match answer {
        Err(error) => reached.error(&error),
        Ok(parsed) => {
            let stored = stored(&parsed)?;
            reached.event(&parsed, &stored);
            if turned(body).is_some_and(|turned| read(&turned).as_ref() != Ok(&parsed)) {
                return Err("with its keys in another order it is another event".to_owned());
            }
        }
    }
    Ok(())
}

/// Blanks the secrets of a body, and holds that to what must hold of it.
fn redacted(parser: &dyn Parser, body: &[u8]) -> Result<Vec<u8>, String> {
    let redact = |body: &[u8]| {
        let mut bytes = body.to_vec();
        parser.redact(&mut bytes);
        bytes
    };
    let (clean, _) = bounded("redact", body.len(), || redact(body))?;
    if clean.len() != body.len() {
        return Err(format!("redacting made {} bytes of {}", clean.len(), body.len()));
    }
    if redact(&clean) != clean {
        return Err("redacting twice is not redacting once".to_owned());
    }
    if is_json(body) && !is_json(&clean) {
        return Err("redacting left no JSON".to_owned());
    }
    let mut by_letter = clean.clone();
    redact_text(&mut by_letter, parser.secret_fields());
    let mut again = by_letter.clone();
    redact_text(&mut again, parser.secret_fields());
    if by_letter.len() != body.len() || again != by_letter {
        return Err("redacting by the letter twice is not redacting once".to_owned());
    }
    Ok(clean)
}

/// The stored form of an event, which must lead back to it.
fn stored(parsed: &Parsed) -> Result<Value, String> {
    let event = &parsed.event;
    let stored = event.to_stored().map_err(|error| format!("{event:?} cannot be stored: {error}"))?;
    let read = Event::from_stored(&stored, event.id, event.occurred_at);
    let read = read.map_err(|error| format!("{event:?} cannot be read from its stored form: {error}"))?;
    if read != *event {
        return Err(format!("stored and read, {event:?} is {read:?}"));
    }
    if read.to_stored().ok().as_ref() != Some(&stored) {
        return Err(format!("stored, read and stored again, {event:?} has other bytes"));
    }
    serde_json::from_slice(&stored).map_err(|error| format!("the stored form is no JSON: {error}"))
}

/// The same body with the order of all its keys turned around.
fn turned(body: &[u8]) -> Option<Vec<u8>> {
    let mut node = Node::read(body)?;
    node.turn();
    // Nothing is drawn from it in the plain style.
    Some(node.write(Style::default(), &mut ChaCha8Rng::seed_from_u64(0)))
}
