//! Contacts: one record per contact that is not hidden.

use std::collections::BTreeSet;

use hookline_model::{
    event::{BounceType, Change, Event, Facts, SetChange},
    id::EventId,
    interest::Interest,
    key::{ContactKey, ExternalId},
    kind::Kind,
    time::Millis,
};
use serde_json::{Value, json};

use super::{
    entries::{
        CONTACT_COUNTS, Entry, account, bounce_type, counts, first, is_deleted, last, single_value, single_values,
        stated_interest, time,
    },
    groups::Person,
};

/// The record of every contact that is not hidden, in the order of `people`.
pub(super) fn contacts(people: &[Person]) -> Vec<Value> {
    people.iter().filter(|person| !is_hidden(&person.entries)).map(contact).collect()
}

/// Every contact that is marked for erasure, in the order of `people`.
pub(super) fn erasures(people: &[Person]) -> Vec<Value> {
    let mut erasures = Vec::new();
    for person in people {
        if let Some(since) = marked_for_erasure(&person.entries) {
            erasures.push(json!({ "contact_id": person.id, "since": since.to_string() }));
        }
    }
    erasures
}

fn contact(person: &Person) -> Value {
    let entries = &person.entries;
    let (first_name, last_name) = names(entries);
    let opt_out = deciding_opt_out(entries);
    let (status, deciding) = status(entries);
    let blocked = single_value(entries, |entry| block_mark(entry.event));
    json!({
        "id": person.id,
        "email": person.email(),
        "first_name": first_name,
        "last_name": last_name,
        "company_name": text(entries, |facts| &facts.company_name),
        "phone": text(entries, |facts| &facts.phone),
        "linkedin_url": text(entries, |facts| &facts.linkedin_url),
        "website_url": text(entries, |facts| &facts.website_url),
        "score": single_value(entries, |entry| entry.event.facts.score.clone()),
        "category": text(entries, |facts| &facts.category),
        "custom_fields": single_values(entries, |event| Some(&event.facts.custom_fields)),
        "interest": interest(entries).map(|(interest, _)| interest.name()),
        "tags": set(entries, |facts| facts.tags.as_ref()),
        "lists": set(entries, |facts| facts.lists.as_ref()),
        "counts": counts(&CONTACT_COUNTS, entries),
        "external": external(person),
        "unsubscribed_at": time(opt_out.map(|entry| entry.event.occurred_at)),
        "bounced_at": time(first(entries, is_real_bounce)),
        "blocked": opt_out.is_some() || blocked.unwrap_or(false),
        "last_activity_at": time(last(entries, |event| event.kind.is_activity())),
        "created_at": time(first(entries, |_| true)),
        "updated_at": time(last(entries, |_| true)),
        "status": status,
        "status_reason": deciding.map(|entry| reason(entry.event)),
    })
}

fn reason(event: &Event) -> String {
    format!("{} of {} from {}", event.kind.name(), event.occurred_at, event.platform.name())
}

/// A single value among the facts that is text.
fn text(entries: &[Entry], fact: impl Fn(&Facts) -> &Option<Change<String>>) -> Option<String> {
    single_value(entries, |entry| fact(&entry.event.facts).clone())
}

/// Given and family name.
fn names(entries: &[Entry]) -> (Option<String>, Option<String>) {
    let first_name = text(entries, |facts| &facts.first_name);
    let last_name = text(entries, |facts| &facts.last_name);
    if first_name.is_some() || last_name.is_some() {
        return (first_name, last_name);
    }
    let Some(full_name) = text(entries, |facts| &facts.full_name) else { return (None, None) };
    let full_name = full_name.trim();
    let (given, rest) = full_name.split_once(char::is_whitespace).unwrap_or((full_name, ""));
    let or_none = |part: &str| if part.is_empty() { None } else { Some(part.to_owned()) };
    (or_none(given), or_none(rest.trim()))
}

/// The interest, and the entry that set it.
fn interest<'a>(entries: &[Entry<'a>]) -> Option<(Interest, Entry<'a>)> {
    single_value(entries, |entry| match stated_interest(entry.event) {
        Some(Change::Set(interest)) => Some(Change::Set((interest, *entry))),
        Some(Change::Clear) => Some(Change::Clear),
        None => None,
    })
}

/// A set of names. Replayed in the order of stamps: a snapshot replaces the whole set, then the same entry's removals and at last
/// its additions apply, since within one entry adding wins over removing and both over the snapshot.
fn set(entries: &[Entry], change: impl Fn(&Facts) -> Option<&SetChange>) -> BTreeSet<String> {
    let mut set = BTreeSet::new();
    for change in entries.iter().filter_map(|entry| change(&entry.event.facts)) {
        if let Some(snapshot) = &change.snapshot {
            set = snapshot.clone();
        }
        for element in &change.remove {
            set.remove(element);
        }
        set.extend(change.add.iter().cloned());
    }
    set
}

/// Every external id that is a key of the contact or is named in the contact of one of its entries.
fn external(person: &Person) -> Vec<Value> {
    let mut ids: BTreeSet<&ExternalId> = BTreeSet::new();
    for key in &person.keys {
        if let ContactKey::External(id) = key {
            ids.insert(id);
        }
    }
    for entry in &person.entries {
        ids.extend(entry.event.contact.iter().filter_map(|contact| contact.external.as_ref()));
    }
    let mut ids: Vec<&ExternalId> = ids.into_iter().collect();
    ids.sort_by_key(|id| (id.platform, &id.account, &id.id));
    ids.into_iter()
        .map(|id| json!({ "platform": id.platform.name(), "account": account(&id.account), "id": id.id, "fields": {} }))
        .collect()
}

/// The opt-out that no entry lifts with the smallest (`occurred_at`, event id).
fn deciding_opt_out<'a>(entries: &[Entry<'a>]) -> Option<Entry<'a>> {
    let lifted: BTreeSet<EventId> = entries.iter().flat_map(|entry| entry.event.facts.lifts.iter().copied()).collect();
    let opt_outs = entries.iter().filter(|entry| entry.event.kind == Kind::ContactUnsubscribed);
    let standing = opt_outs.filter(|entry| !lifted.contains(&entry.event.id));
    // The digest only makes the choice between variants of one event at one time definite.
    standing.min_by_key(|entry| (entry.event.occurred_at, entry.event.id, entry.digest)).copied()
}

/// Whether the event makes its contact bounced.
fn is_real_bounce(event: &Event) -> bool {
    event.kind == Kind::EmailBounced && bounce_type(event) != BounceType::Soft
}

/// What the event says of being blocked.
fn block_mark(event: &Event) -> Option<Change<bool>> {
    match (event.facts.blocked, event.kind) {
        (Some(blocked), _) => Some(Change::Set(blocked)),
        (None, Kind::ContactBlocked) => Some(Change::Set(true)),
        (None, Kind::ContactUnblocked) => Some(Change::Set(false)),
        (None, Kind::EmailBounced) if bounce_type(event) == BounceType::Hard => Some(Change::Set(true)),
        (None, _) => None,
    }
}

/// The status, and the entry that decides it.
fn status<'a>(entries: &[Entry<'a>]) -> (&'static str, Option<Entry<'a>>) {
    // Entries come in the order of their stamps: the first found has the smallest, the last found the greatest.
    let last_of = |kinds: &[Kind]| entries.iter().rfind(|entry| kinds.contains(&entry.event.kind)).copied();

    if let Some(opt_out) = deciding_opt_out(entries) {
        return ("unsubscribed", Some(opt_out));
    }
    if let Some(bounce) = entries.iter().find(|entry| is_real_bounce(entry.event)) {
        return ("bounced", Some(*bounce));
    }
    if let Some((interest, entry)) = interest(entries) {
        return (interest.name(), Some(entry));
    }
    if let Some(reply) = last_of(&[Kind::EmailReplied, Kind::EmailReplyUntracked]) {
        return ("replied", Some(reply));
    }
    if let Some(click) = last_of(&[Kind::EmailClicked]) {
        return ("clicked", Some(click));
    }
    if let Some(opening) = last_of(&[Kind::EmailOpened]) {
        return ("opened", Some(opening));
    }
    if let Some(sent) = last_of(&[Kind::EmailSent]) {
        return ("contacted", Some(sent));
    }
    ("new", None)
}

/// Whether the contact is hidden: for good, or since nothing of another kind came after its last deletion.
fn is_hidden(entries: &[Entry]) -> bool {
    marked_for_erasure(entries).is_some() || is_deleted(entries, &[Kind::ContactDeleted])
}

/// The first time at which somebody asked that the contact be forgotten.
fn marked_for_erasure(entries: &[Entry]) -> Option<Millis> {
    first(entries, |event| event.facts.erase)
}
