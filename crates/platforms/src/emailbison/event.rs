//! Puts an event together.

use uuid::Uuid;

use hookline_model::{event::Event, id::EventId, kind::Kind, platform::Platform, time::effective};

use crate::{
    Delivery, ParseError, Parsed,
    emailbison::{
        envelope::Opened,
        facts,
        identify::identify,
        message::{self, Ids, Setting},
        names::{Name, Sort},
        parts::Parts,
        sample, when, who,
    },
    json::Fields,
};

/// Reads an event.
///
/// # Errors
/// [`ParseError::Shape`] if a body has no name of an event, [`ParseError::NamesNothing`] if it names no one and nothing.
pub(super) fn read(opened: Opened<'_>, delivery: &Delivery<'_>) -> Result<Parsed, ParseError> {
    let parts = Parts::of(opened.object);
    let received_at = delivery.received_at;
    let name = name(opened, parts, delivery)?;
    let sort = name.sort;
    let account = parts.account(delivery.settings);
    let ids = Ids::read(parts);
    let person = who::person(&name, parts, account.as_deref(), &ids)?;
    let campaign = who::campaign(sort, parts, account.as_deref());
    let mailbox = who::sending_account(sort, parts);
    who::require_thing(&name, parts, mailbox.as_ref())?;
    let stated = when::stated(sort, parts, received_at);
    let (occurred_at, time_source) = effective(stated, received_at);
    let setting =
        Setting { account: account.as_deref(), contact: person.contact.as_ref(), mailbox: mailbox.as_ref(), stated, received_at };
    let outbound = message::outbound(&name, parts, &ids, setting);
    let inbound = message::inbound(&name, parts, &ids, setting);
    let facts = facts::facts(&name, parts, account.as_deref(), &person);
    let mut event = Event {
        id: EventId(Uuid::nil()),
        kind: name.kind,
        platform: Platform::Emailbison,
        account,
        occurred_at,
        time_source,
        contact: person.contact,
        campaign,
        sending_account: mailbox.map(|address| address.as_str().to_owned()),
        outbound,
        inbound,
        facts,
    };
    let identified = identify(&event, &name, parts, &ids);
    identified.name(&mut event, true);
    Ok(Parsed { event, claim: identified.claim(time_source) })
}

/// What the event is: by its name, but for what the reply itself says of it, and for a sample.
fn name(opened: Opened<'_>, parts: Parts<'_>, delivery: &Delivery<'_>) -> Result<Name, ParseError> {
    let name = Name::of(Fields::new(opened.object), delivery.settings).ok_or_else(|| {
        ParseError::Shape("no event name: expected text under event.type, or under event, event_type or type".to_owned())
    })?;
    if sample::is_sample(parts, opened.is_answer) {
        return Ok(name.played());
    }
    let is_automatic = name.sort == Sort::Reply && parts.reply.flag("automated_reply") == Some(true);
    Ok(if is_automatic { Name { kind: Kind::EmailAutoReplied, ..name } } else { name })
}
