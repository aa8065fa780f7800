//! The flat shape: all fields at the top, the name in `event_type` (live captures; SmartLead webhook guide).
//!
//! Its oldest form, without `event_timestamp` and ids (SmartLead's API reference), is the same with less in it.

use uuid::Uuid;

use hookline_model::{
    event::Event,
    id::EventId,
    key::EmailKey,
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource, effective},
};

use crate::{
    ParseError, Parsed,
    smartlead::{facts, fields::Fields, identify::identify, message, message::Ids, when, who},
};

/// Reads an event named `name`, which is of this kind.
///
/// # Errors
/// [`ParseError::NamesNothing`] if an event about a person or a campaign names none.
pub(super) fn read(name: &str, kind: Kind, body: Fields<'_>, received_at: Millis) -> Result<Parsed, ParseError> {
    let ids = Ids::read(kind, body);
    let contact = who::contact(kind, body)?;
    let campaign = who::campaign(kind, body)?;
    let (occurred_at, time_source) = effective(when::stated(kind, body, received_at), received_at);
    let inbound = message::inbound(kind, body, &ids, contact.as_ref(), received_at);
    let mut event = Event {
        id: EventId(Uuid::nil()),
        kind,
        platform: Platform::Smartlead,
        account: body.id("client_id"),
        occurred_at,
        time_source,
        contact,
        campaign,
        sending_account: who::sending_account(kind, body).map(|address| address.to_string()),
        outbound: message::outbound(kind, body, &ids, received_at),
        inbound,
        facts: facts::facts(kind, name, body, &ids),
    };
    let identified = identify(&event, name, body, &ids);
    event.id = EventId::derive(occurred_at, &identified.digest);
    // With its time, if it has one of its own: the same words twice are two messages.
    let by_identity = match time_source {
        TimeSource::Stated => hex::encode(event.id.0.as_bytes()),
        TimeSource::Received => hex::encode(event.id.hash_part()),
    };
    if let Some(inbound) = &mut event.inbound {
        inbound.key.get_or_insert(EmailKey::InboundEvent(by_identity));
    }
    Ok(Parsed { event, claim: identified.claim(time_source) })
}
