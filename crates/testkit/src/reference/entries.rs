//! Log entries in the order of their stamps, and the few questions that every record asks of them.

use std::collections::{BTreeMap, BTreeSet};

use hookline_model::{
    event::{BounceType, Change, Event},
    interest::Interest,
    kind::Kind,
    time::Millis,
};
use serde_json::{Map, Value, json};

/// One event as the log holds it.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    /// What it says.
    pub(super) event: &'a Event,
    /// Its content digest.
    pub(super) digest: u64,
    /// Whether it is the variant of its event that counts.
    pub(super) canonical: bool,
}

impl Entry<'_> {
    /// What orders entries for single values.
    pub(super) fn stamp(&self) -> (Millis, u8, [u8; 10], u64) {
        (self.event.occurred_at, self.event.kind.rank(), self.event.id.hash_part(), self.digest)
    }
}

/// The distinct entries among `events`, in the order of their stamps: whatever replays them in this order and lets each overwrite
/// what came before ends with the greatest stamp.
pub(super) fn entries(events: &[Event]) -> Vec<Entry<'_>> {
    let mut distinct: Vec<Entry> = Vec::new();
    for event in events {
        let entry = Entry { event, digest: event.content_digest(), canonical: false };
        match distinct.iter_mut().find(|known| known.event.id == event.id && known.digest == entry.digest) {
            // The digest leaves out a time that is only the time of receipt: of such repetitions the first stands for all.
            Some(known) if event.occurred_at < known.event.occurred_at => *known = entry,
            Some(_) => {}
            None => distinct.push(entry),
        }
    }
    let mut answer = distinct.clone();
    for entry in &mut answer {
        let variants = distinct.iter().filter(|other| other.event.id == entry.event.id);
        let smallest = variants.map(|variant| (variant.event.occurred_at, variant.digest)).min();
        entry.canonical = smallest == Some((entry.event.occurred_at, entry.digest));
    }
    // Entries of equal stamps say the same; the id only makes the order total.
    answer.sort_by_key(|entry| (entry.stamp(), entry.event.id));
    answer
}

/// A single value: what the last of `in_stamp_order` that sets or clears it leaves.
pub(super) fn single_value<E, T>(in_stamp_order: &[E], change: impl Fn(&E) -> Option<Change<T>>) -> Option<T> {
    let mut value = None;
    for entry in in_stamp_order {
        match change(entry) {
            Some(Change::Set(new)) => value = Some(new),
            Some(Change::Clear) => value = None,
            None => {}
        }
    }
    value
}

/// Per name a single value, without the names that are empty.
pub(super) fn single_values(
    in_stamp_order: &[Entry],
    changes: impl Fn(&Event) -> Option<&BTreeMap<String, Change<Value>>>,
) -> BTreeMap<String, Value> {
    let names: BTreeSet<&String> =
        in_stamp_order.iter().filter_map(|entry| changes(entry.event)).flat_map(BTreeMap::keys).collect();
    let mut values = BTreeMap::new();
    for name in names {
        if let Some(value) = single_value(in_stamp_order, |entry| changes(entry.event)?.get(name).cloned()) {
            values.insert(name.clone(), value);
        }
    }
    values
}

/// A fact that an event can state but not clear, as a change.
pub(super) fn stated<T: Clone>(fact: Option<&T>) -> Option<Change<T>> {
    fact.cloned().map(Change::Set)
}

/// The interest that an event states.
pub(super) fn stated_interest(event: &Event) -> Option<Change<Interest>> {
    match &event.facts.interest {
        Some(change) => Some(change.clone()),
        None => Interest::of_kind(event.kind).map(Change::Set),
    }
}

/// The severity of a bounce; only asked of bounces.
pub(super) fn bounce_type(event: &Event) -> BounceType {
    match &event.facts.bounce {
        Some(bounce) => bounce.bounce_type,
        None => BounceType::Unknown,
    }
}

/// What contacts count.
pub(super) const CONTACT_COUNTS: [&str; 5] = ["sent", "opened", "clicked", "replied", "bounced"];

/// What campaigns and enrollments count.
pub(super) const CAMPAIGN_COUNTS: [&str; 8] =
    ["sent", "opened", "clicked", "replied", "bounced", "unsubscribed", "interested", "meeting_booked"];

/// Whether an event counts under `name`.
pub(super) fn counts_under(name: &str, event: &Event) -> bool {
    match name {
        "sent" => event.kind == Kind::EmailSent,
        "opened" => event.kind == Kind::EmailOpened,
        "clicked" => event.kind == Kind::EmailClicked,
        "replied" => event.kind == Kind::EmailReplied,
        "bounced" => event.kind == Kind::EmailBounced,
        "unsubscribed" => event.kind == Kind::ContactUnsubscribed,
        "interested" => stated_interest(event) == Some(Change::Set(Interest::Interested)),
        "meeting_booked" => stated_interest(event) == Some(Change::Set(Interest::MeetingBooked)),
        _ => unreachable!("no count is called {name}"),
    }
}

/// The `counts` of a record: per name the canonical entries that count under it.
pub(super) fn counts(names: &[&str], entries: &[Entry]) -> Value {
    let mut counts = Map::new();
    for name in names {
        let count = entries.iter().filter(|entry| entry.canonical && counts_under(name, entry.event)).count();
        counts.insert((*name).to_owned(), json!(count));
    }
    Value::Object(counts)
}

/// The smallest `occurred_at` of the entries that `which` picks.
pub(super) fn first(entries: &[Entry], which: impl Fn(&Event) -> bool) -> Option<Millis> {
    entries.iter().filter(|entry| which(entry.event)).map(|entry| entry.event.occurred_at).min()
}

/// The greatest `occurred_at` of the entries that `which` picks.
pub(super) fn last(entries: &[Entry], which: impl Fn(&Event) -> bool) -> Option<Millis> {
    entries.iter().filter(|entry| which(entry.event)).map(|entry| entry.event.occurred_at).max()
}

/// Whether something is deleted: an entry of one of these kinds deletes it, and nothing of any other kind came after the last of
/// them.
pub(super) fn is_deleted(entries: &[Entry], deleting: &[Kind]) -> bool {
    let deleted: Option<Millis> = last(entries, |event| deleting.contains(&event.kind));
    let otherwise: Option<Millis> = last(entries, |event| !deleting.contains(&event.kind));
    match (deleted, otherwise) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(deleted), Some(otherwise)) => otherwise <= deleted,
    }
}

/// A time as the dump shows it.
pub(super) fn time(at: Option<Millis>) -> Value {
    json!(at.map(|at| at.to_string()))
}

/// An account as the dump shows it.
pub(super) fn account(account: &str) -> Value {
    if account.is_empty() { Value::Null } else { json!(account) }
}
