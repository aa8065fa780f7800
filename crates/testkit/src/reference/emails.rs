//! Emails: one record per message, sent or received.

use std::collections::BTreeSet;

use hookline_model::{
    event::{Change, Event, MessageFacts},
    id::{EmailId, WorkspaceId},
    key::EmailKey,
    kind::Kind,
    time::Millis,
};
use serde_json::{Value, json};

use super::{
    entries::{Entry, bounce_type, first, single_value, stated, time},
    groups::{Campaign, Person, whom},
};

/// An entry that tells of a message, with the part that does.
struct Telling<'a> {
    entry: Entry<'a>,
    facts: &'a MessageFacts,
}

/// The record of every message, sorted by id.
pub(super) fn emails(workspace: WorkspaceId, entries: &[Entry], people: &[Person], campaigns: &[Campaign]) -> Vec<Value> {
    let told = entries.iter().flat_map(|entry| [entry.event.outbound_key(), entry.event.inbound_key()]);
    let keys: BTreeSet<&EmailKey> = told.flatten().collect();
    let mut keys: Vec<(EmailId, &EmailKey)> = keys.into_iter().map(|key| (EmailId::derive(workspace, key), key)).collect();
    keys.sort();
    keys.into_iter().map(|(id, key)| email(id, key, &tellings(entries, key), people, campaigns)).collect()
}

/// The entries that tell of the message, in the order of their stamps.
fn tellings<'a>(entries: &[Entry<'a>], key: &EmailKey) -> Vec<Telling<'a>> {
    let mut tellings = Vec::new();
    for entry in entries {
        let mut parts = [&entry.event.outbound, &entry.event.inbound].into_iter().flatten();
        if let Some(facts) = parts.find(|facts| facts.key.as_ref() == Some(key)) {
            tellings.push(Telling { entry: *entry, facts });
        }
    }
    tellings
}

/// A single value of the message's facts.
fn fact<T: Clone>(tellings: &[Telling], fact: impl Fn(&MessageFacts) -> &Option<T>) -> Option<T> {
    single_value(tellings, |telling| stated(fact(telling.facts).as_ref()))
}

fn email(id: EmailId, key: &EmailKey, tellings: &[Telling], people: &[Person], campaigns: &[Campaign]) -> Value {
    let entries: Vec<Entry> = tellings.iter().map(|telling| telling.entry).collect();
    let inbound = key.is_inbound();

    let (contact_id, contact_email) = whom(&entries, people);
    let campaign_key = single_value(&entries, |entry| stated(entry.event.campaign_key()));
    let campaign = campaign_key.as_ref().and_then(|key| campaigns.iter().find(|campaign| campaign.keys.contains(key)));

    let sent_at = tellings.iter().filter_map(time_sent).min();
    let received_at = tellings.iter().map(|telling| telling.facts.at.unwrap_or(telling.entry.event.occurred_at)).min();

    // What happens to a message that we sent. Of one that came in, none of it is said.
    let about_sent: &[Telling] = if inbound { &[] } else { tellings };
    let sent_entries: Vec<Entry> = about_sent.iter().map(|telling| telling.entry).collect();
    let canonical = |kind: Kind| sent_entries.iter().filter(|entry| entry.canonical && entry.event.kind == kind).count() as u64;
    let opened_total = about_sent.iter().filter_map(|telling| telling.facts.opened_total).max().unwrap_or(0);
    let openings = openings(about_sent);
    let bounces: Vec<Entry> = sent_entries.iter().filter(|entry| entry.event.kind == Kind::EmailBounced).copied().collect();
    let bounce_reason = single_value(&bounces, |entry| stated(entry.event.facts.bounce.as_ref()?.reason.as_ref()));

    json!({
        "id": id,
        "direction": if inbound { "inbound" } else { "outbound" },
        "platform": entries.last().map(|entry| entry.event.platform.name()),
        "contact_id": contact_id,
        "contact_email": contact_email,
        "campaign_id": campaign.map(|campaign| campaign.id),
        "platform_campaign_id": campaign_key.as_ref().and_then(|key| key.platform_campaign_id()),
        "sending_account": single_value(&entries, |entry| stated(entry.event.sending_account.as_ref())),
        "from": fact(tellings, |facts| &facts.from),
        "to": fact(tellings, |facts| &facts.to),
        "subject": fact(tellings, |facts| &facts.subject),
        "body_text": fact(tellings, |facts| &facts.body_text),
        "body_html": fact(tellings, |facts| &facts.body_html),
        "message_id": fact(tellings, |facts| &facts.message_id),
        "sequence_number": fact(tellings, |facts| &facts.sequence_number),
        "sent_at": time(if inbound { None } else { sent_at }),
        "received_at": time(if inbound { received_at } else { None }),
        "opened_count": canonical(Kind::EmailOpened).max(opened_total),
        "first_opened_at": time(openings.first().copied()),
        "last_opened_at": time(openings.last().copied()),
        "clicked_count": canonical(Kind::EmailClicked),
        "links": links(&sent_entries),
        "replied_at": time(first(&sent_entries, |event| event.kind == Kind::EmailReplied)),
        "bounced_at": time(first(&sent_entries, |event| event.kind == Kind::EmailBounced)),
        "bounce_type": single_value(&bounces, |entry| Some(Change::Set(bounce_type(entry.event)))),
        "bounce_reason": bounce_reason,
        "status": if inbound { "received" } else { status(&sent_entries, !openings.is_empty() || opened_total > 0) },
    })
}

/// When the message was sent, as far as this entry says.
fn time_sent(telling: &Telling) -> Option<Millis> {
    let event: &Event = telling.entry.event;
    match telling.facts.at {
        Some(at) => Some(at),
        None if event.kind == Kind::EmailSent => Some(event.occurred_at),
        None => None,
    }
}

/// Every time at which the message was opened, as far as anything says.
fn openings(tellings: &[Telling]) -> BTreeSet<Millis> {
    let mut openings = BTreeSet::new();
    for telling in tellings {
        if telling.entry.event.kind == Kind::EmailOpened {
            openings.insert(telling.entry.event.occurred_at);
        }
        openings.extend(telling.facts.first_opened_at);
        openings.extend(telling.facts.last_opened_at);
    }
    openings
}

/// The links that were clicked.
fn links(entries: &[Entry]) -> BTreeSet<String> {
    let clicks = entries.iter().filter(|entry| entry.event.kind == Kind::EmailClicked);
    clicks.flat_map(|entry| entry.event.facts.clicked_links.iter().cloned()).collect()
}

/// The status of a sent message.
fn status(entries: &[Entry], opened: bool) -> &'static str {
    let has = |kind: Kind| entries.iter().any(|entry| entry.event.kind == kind);
    if has(Kind::EmailFailed) {
        "failed"
    } else if has(Kind::EmailBounced) {
        "bounced"
    } else if has(Kind::EmailReplied) {
        "replied"
    } else if has(Kind::EmailClicked) {
        "clicked"
    } else if opened {
        "opened"
    } else {
        "sent"
    }
}
