//! The flat shape: all fields at the top, the name in `event_type` (live captures; SmartLead webhook guide).
//!
//! Its oldest form, without `event_timestamp` and ids (SmartLead's API reference), is the same with less in it. The other shapes
//! that tell of people come here too, once `nested` has put them into the words of this one.

use uuid::Uuid;

use hookline_model::{
    event::Event,
    id::EventId,
    key::{ContactKey, EmailKey},
    kind::Kind,
    platform::Platform,
    time::{Millis, effective},
};

use crate::{
    ParseError, Parsed,
    json::Fields,
    smartlead::{
        facts,
        identify::identify,
        message::{self, Ids, Setting},
        shape::Shape,
        when, who,
    },
};

/// Reads an event named `name`, which is of this kind.
///
/// # Errors
/// [`ParseError::NamesNothing`] if an event about a person or a campaign names none.
pub(super) fn read(name: &str, kind: Kind, shape: Shape, body: Fields<'_>, received_at: Millis) -> Result<Parsed, ParseError> {
    let ids = Ids::read(kind, body);
    let ours = who::sending_account(kind, body);
    let contact = who::contact(kind, body, ours.as_ref())?;
    let campaign = who::campaign(kind, body)?;
    let stated = when::stated(kind, body, received_at);
    let (occurred_at, time_source) = effective(stated, received_at);
    let setting = Setting { contact: contact.as_ref(), ours: ours.as_ref(), stated, received_at };
    let outbound = message::outbound(kind, body, &ids, setting);
    let inbound = message::inbound(kind, body, &ids, setting);
    let mut event = Event {
        id: EventId(Uuid::nil()),
        kind,
        platform: Platform::Smartlead,
        account: body.id("client_id"),
        occurred_at,
        time_source,
        contact,
        campaign,
        sending_account: ours.map(|address| address.as_str().to_owned()),
        outbound,
        inbound,
        facts: facts::facts(kind, name, body, &ids),
    };
    let step = if shape == Shape::Documented { step_key(&event) } else { None };
    if let Some(outbound) = &mut event.outbound {
        outbound.key = outbound.key.take().or(step);
    }
    let identified = identify(&event, name, body, &ids);
    identified.name(&mut event, true);
    Ok(Parsed { event, claim: identified.claim(time_source) })
}

/// The name of a sent message in the shapes that never name one: the step of the campaign that it was, to the lead by its id,
/// which all of a shape's events have, where only some have the address.
fn step_key(event: &Event) -> Option<EmailKey> {
    let contact = event.contact.as_ref()?;
    let by_id = contact.external.clone().map(ContactKey::External);
    Some(EmailKey::Step {
        campaign: event.campaign_key()?.clone(),
        contact: by_id.or_else(|| contact.key())?,
        step: event.sequence_number()?,
    })
}
