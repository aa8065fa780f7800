//! Puts an event together.

use uuid::Uuid;

use hookline_model::{event::Event, id::EventId, kind::Kind, platform::Platform, time::effective};

use crate::{
    Delivery, Parsed,
    breakcold::{
        envelope::Body,
        facts::facts,
        identify::identify,
        message::{self, Ids, Setting},
        names::{Name, Topic},
        when, who,
    },
};

/// Reads an event of this name. One in which nothing is found is an event all the same: nobody knows what most payloads hold.
pub(super) fn read(name: &Name<'_>, body: &Body<'_>, delivery: &Delivery<'_>) -> Parsed {
    let is_of_a_person = name.topic != Topic::Record || who::is_person(body);
    let kind = if is_of_a_person { name.kind } else { Kind::Other };
    let stated = when::stated(name, body, delivery.received_at);
    let (occurred_at, time_source) = effective(stated, delivery.received_at);
    let ids = Ids::read(name, body);
    let contact = who::contact(name, body);
    let mailbox = who::sending_account(name, body);
    let setting = Setting { contact: contact.as_ref(), mailbox: mailbox.as_ref(), stated };
    let (outbound, inbound) = (message::outbound(name, body, &ids, setting), message::inbound(name, body, &ids, setting));
    let facts = facts(name, body, kind, contact.is_some());
    // Made where it stays, since it is large.
    let mut parsed = Parsed {
        event: Event {
            id: EventId(Uuid::nil()),
            kind,
            platform: Platform::Breakcold,
            account: body.account.clone(),
            occurred_at,
            time_source,
            contact,
            campaign: who::campaign(name, body),
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
    parsed
}
