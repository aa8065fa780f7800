//! Puts an event together.

use uuid::Uuid;

use hookline_model::{
    event::{ContactRef, Event},
    id::EventId,
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource, effective},
};

use crate::{
    Delivery, ParseError, Parsed,
    json::Fields,
    plusvibe::{
        facts, identify,
        message::{self, Ids, Setting},
        names::{About, Name},
        who,
    },
};

/// Reads an event of this name.
///
/// # Errors
/// [`ParseError::NamesNothing`] if an event about a lead, a message or a mailbox names none.
pub(super) fn read(name: &Name, body: Fields<'_>, delivery: &Delivery<'_>) -> Result<Parsed, ParseError> {
    let kind = name.kind;
    let received_at = delivery.received_at;
    let account = who::account(body, delivery.settings);
    let ids = Ids::read(kind, body);
    let contact = contact(name, body, &ids)?;
    let campaign = match kind {
        Kind::WebhookTest => None,
        _ => who::campaign(body, account.as_deref()),
    };
    let mailbox = who::mailbox(kind, body);
    if kind == Kind::AccountError && mailbox.is_none() && account.is_none() {
        let expected = "expected an address in email_account_name, sender_email or email, or a workspace";
        return Err(ParseError::NamesNothing(format!("{kind} names no mailbox: {expected}")));
    }
    // A sample's time is made up; the same one later is another sample.
    let stated = if kind == Kind::WebhookTest { None } else { stated(body, received_at) };
    let (occurred_at, time_source) = effective(stated, received_at);
    let setting = Setting { contact: contact.as_ref(), campaign: campaign.as_ref(), mailbox: mailbox.as_ref(), stated };
    let (outbound, inbound) = (message::outbound(kind, body, &ids, setting), message::inbound(kind, body, &ids, setting));
    let facts = facts::facts(name, body, contact.is_some());
    let mut event = Event {
        id: EventId(Uuid::nil()),
        kind,
        platform: Platform::Plusvibe,
        account,
        occurred_at,
        time_source,
        contact,
        campaign,
        sending_account: mailbox.map(|address| address.as_str().to_owned()),
        outbound,
        inbound,
        facts,
    };
    let identified = identify::identify(&event, name, body, &ids);
    identified.name(&mut event, true);
    let claim = identify::claim(&event, name, &identified);
    Ok(Parsed { event, claim })
}

/// The contact, who must be named where the event says nothing without.
fn contact(name: &Name, body: Fields<'_>, ids: &Ids) -> Result<Option<ContactRef>, ParseError> {
    let contact = who::contact(name, body);
    let named = match name.about {
        About::Lead => contact.is_some(),
        About::Message => contact.is_some() || ids.best().is_some(),
        About::AnyLead | About::Nobody => true,
    };
    if named { Ok(contact) } else { Err(who::nobody(name, body)) }
}

/// The time stated for the event, if it is believable.
///
/// A bounce has a `date`. Else the record is the lead's, so that `created_at` may be when it was imported, and the later of its two
/// times counts. Relays have others.
fn stated(body: Fields<'_>, received_at: Millis) -> Option<Millis> {
    let believed = |key| match effective(body.time(key), received_at) {
        (at, TimeSource::Stated) => Some(at),
        (_, TimeSource::Received) => None,
    };
    let of_record = || believed("modified_at").max(believed("created_at"));
    believed("date").or_else(of_record).or_else(|| believed("replied_at")).or_else(|| believed("timestamp"))
}
