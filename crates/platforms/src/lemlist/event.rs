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
    lemlist::{
        facts, identify,
        message::{self, Setting},
        names::{About, Name},
        who,
    },
};

/// Reads an activity of this name.
///
/// # Errors
/// [`ParseError::NamesNothing`] if one about a lead, a message, a campaign or a mailbox names none.
pub(super) fn read(name: &Name, body: Fields<'_>, delivery: &Delivery<'_>) -> Result<Parsed, ParseError> {
    let kind = name.kind;
    let received_at = delivery.received_at;
    let account = who::account(body).or_else(|| delivery.settings.account.clone());
    let contact = contact(name, body)?;
    let campaign = match kind {
        Kind::WebhookTest => None,
        _ => who::campaign(body, account.as_deref()),
    };
    let mailbox = who::mailbox(body);
    let expected = match kind {
        Kind::CampaignCompleted if campaign.is_none() && contact.is_none() => "no campaign: expected an id in campaignId",
        Kind::AccountError if mailbox.is_none() && account.is_none() && campaign.is_none() => {
            "no mailbox: expected an address in sendUserEmail or sendUserMailboxProviderId, or a team in teamId"
        }
        _ => "",
    };
    if !expected.is_empty() {
        return Err(ParseError::NamesNothing(format!("{kind} names {expected}")));
    }
    // A trial's time is made up; the same one later is another trial.
    let stated = if kind == Kind::WebhookTest { None } else { stated(body, received_at) };
    let (occurred_at, time_source) = effective(stated, received_at);
    let setting =
        Setting { contact: contact.as_ref(), campaign: campaign.as_ref(), mailbox: mailbox.as_ref(), stated, received_at };
    let (outbound, inbound) = (message::outbound(kind, body, setting), message::inbound(kind, body, setting));
    let facts = facts::facts(name, body, contact.is_some());
    let mut event = Event {
        id: EventId(Uuid::nil()),
        kind,
        platform: Platform::Lemlist,
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
    let identified = identify::identify(&event, name, body);
    // A time that tells nothing of the activity tells nothing of its message either.
    identified.name(&mut event, !identified.lasting);
    let claim = identify::claim(&event, &identified);
    Ok(Parsed { event, claim })
}

/// The contact, who must be named where the activity says nothing without.
fn contact(name: &Name, body: Fields<'_>) -> Result<Option<ContactRef>, ParseError> {
    let contact = who::contact(name, body);
    let named = match name.about {
        About::Lead => contact.is_some(),
        About::Message => contact.is_some() || message::message_id(name.kind, body).is_some(),
        About::AnyLead | About::Nobody => true,
    };
    if named { Ok(contact) } else { Err(who::nobody(name, body)) }
}

/// The time stated for the activity, if it is believable. When the message was sent that it refers to is another.
fn stated(body: Fields<'_>, received_at: Millis) -> Option<Millis> {
    match effective(body.time("createdAt"), received_at) {
        (at, TimeSource::Stated) => Some(at),
        (_, TimeSource::Received) => None,
    }
}
