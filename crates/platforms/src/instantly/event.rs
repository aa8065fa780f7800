//! Puts an event together.

use uuid::Uuid;

use hookline_model::{
    event::Event,
    id::EventId,
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource, effective},
};

use crate::{
    Delivery, ParseError, Parsed,
    instantly::{
        facts,
        identify::identify,
        message::{self, Ids, Setting},
        names::Name,
        who::{self, Addresses},
    },
    json::Fields,
    time_text,
};

/// Reads an event of this name.
///
/// # Errors
/// [`ParseError::NamesNothing`] if an event about a lead, a campaign or a mailbox names none.
pub(super) fn read(name: &Name, body: Fields<'_>, addresses: &Addresses, delivery: &Delivery<'_>) -> Result<Parsed, ParseError> {
    let kind = name.kind;
    let received_at = delivery.received_at;
    let account = who::account(body).or_else(|| delivery.settings.account.clone());
    let contact = who::contact(name, body, addresses)?;
    let campaign = match kind {
        Kind::WebhookTest => None,
        _ => who::campaign(name, body, account.as_deref())?,
    };
    let mailbox = who::sending_account(kind, body, addresses);
    if kind == Kind::AccountError && mailbox.is_none() && account.is_none() && campaign.is_none() {
        let expected = "expected an address in email_account, eaccount or email, or a workspace";
        return Err(ParseError::NamesNothing(format!("{kind} names no mailbox: {expected}")));
    }
    // A trial's time is made up; the same one later is another trial.
    let stated = if kind == Kind::WebhookTest { None } else { stated(body, received_at) };
    let (occurred_at, time_source) = effective(stated, received_at);
    let ids = Ids::read(kind, body);
    let setting = Setting { contact: contact.as_ref(), campaign: campaign.as_ref(), mailbox: mailbox.as_ref(), stated };
    let (outbound, inbound) = (message::outbound(kind, body, &ids, setting), message::inbound(kind, body, &ids, setting));
    let facts = facts::facts(name, body, addresses, contact.is_some());
    // Made where it stays, since it is large.
    let mut parsed = Parsed {
        event: Event {
            id: EventId(Uuid::nil()),
            kind,
            platform: Platform::Instantly,
            account,
            occurred_at,
            time_source,
            contact,
            campaign,
            sending_account: mailbox.map(|address| address.as_str().to_owned()),
            outbound,
            inbound,
            facts,
        },
        claim: None,
    };
    let event = &mut parsed.event;
    let identified = identify(event, name, body, &ids);
    identified.name(event, true);
    parsed.claim = identified.claim(time_source);
    Ok(parsed)
}

/// The time stated for the event, if it is believable.
///
/// It is when the event happened, not when it was delivered (captures). The nested form has it inside or beside `data`, Instantly's
/// own sample reader also looks under `timestamp_created`. The time inside of `email_id` is the message's, not the event's.
fn stated(body: Fields<'_>, received_at: Millis) -> Option<Millis> {
    let believed = |key| {
        body.find(key, |value| {
            let time = time_text::from_node(value);
            matches!(effective(time, received_at), (_, TimeSource::Stated)).then_some(time).flatten()
        })
    };
    believed("timestamp").or_else(|| believed("timestamp_created"))
}
