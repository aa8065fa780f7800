//! `data` of an event: the facts it states, by our names, whichever platform stated them.
//!
//! A pure function of the event. A message event always has the fields of a message, null when unknown; every other fact is
//! there only if it was stated, and null if it was explicitly cleared.

mod schema;

use serde::Serialize;
use serde_json::{Map, Value, json};

use hookline_model::{
    event::{AliasFact, BounceType, Change, Event, Facts, LinkFact, MessageFacts, SetChange},
    id::{EmailId, WorkspaceId},
    kind::Kind,
    time::Millis,
};

pub(super) use schema::BounceTypeName;
pub use schema::EventData;

/// The facts of `event`, which is one of `workspace`.
#[must_use]
pub fn render(event: &Event, workspace: WorkspaceId) -> Map<String, Value> {
    let mut data = Map::new();
    messages(&mut data, event, workspace);
    bounce_and_clicks(&mut data, event);
    person(&mut data, &event.facts);
    state(&mut data, event);
    if let Some(external) = event.contact.as_ref().and_then(|contact| contact.external.as_ref()) {
        data.insert("external_contact_id".to_owned(), json!(external.id));
    }
    // Last, and never in the place of one of ours: a platform must not be able to rename our facts.
    for (name, value) in event.facts.extra.iter() {
        data.entry(name.to_owned()).or_insert_with(|| value.clone());
    }
    data
}

/// Whether an event of this kind is about a message, also if it tells nothing of it.
fn is_about_a_message(kind: Kind) -> bool {
    use Kind::{
        EmailAutoReplied, EmailBounced, EmailClicked, EmailFailed, EmailOpened, EmailReplied, EmailReplyUntracked, EmailSent,
    };
    let outbound = matches!(kind, EmailSent | EmailOpened | EmailClicked | EmailBounced | EmailFailed);
    outbound || matches!(kind, EmailReplied | EmailAutoReplied | EmailReplyUntracked)
}

/// The message the event is about: the one that came in, which then answers the one that was sent; else the one that was sent.
fn messages(data: &mut Map<String, Value>, event: &Event, workspace: WorkspaceId) {
    match (&event.inbound, &event.outbound) {
        (Some(inbound), outbound) => {
            message(data, inbound, "received_at");
            if data["sequence_number"].is_null() {
                data.insert("sequence_number".to_owned(), json!(event.sequence_number()));
            }
            let answered = outbound.as_ref().map(|outbound| in_reply_to(outbound, workspace));
            data.insert("in_reply_to".to_owned(), json!(answered));
        }
        (None, Some(outbound)) => {
            message(data, outbound, "sent_at");
            openings(data, outbound);
        }
        (None, None) if is_about_a_message(event.kind) => message(data, &MessageFacts::default(), "sent_at"),
        (None, None) => {}
    }
}

/// The fields that every message has.
fn message(data: &mut Map<String, Value>, facts: &MessageFacts, at_name: &str) {
    data.insert("subject".to_owned(), json!(facts.subject));
    data.insert("body_text".to_owned(), json!(facts.body_text));
    data.insert("body_html".to_owned(), json!(facts.body_html));
    data.insert("message_id".to_owned(), json!(facts.message_id));
    data.insert("from".to_owned(), json!(facts.from));
    data.insert("to".to_owned(), json!(facts.to));
    data.insert("sequence_number".to_owned(), json!(facts.sequence_number));
    data.insert(at_name.to_owned(), time(facts.at));
}

/// The message that was answered.
fn in_reply_to(outbound: &MessageFacts, workspace: WorkspaceId) -> Map<String, Value> {
    let mut answered = Map::new();
    message(&mut answered, outbound, "sent_at");
    openings(&mut answered, outbound);
    answered.insert("email_id".to_owned(), json!(outbound.key.as_ref().map(|key| EmailId::derive(workspace, key))));
    answered
}

/// What the platform counts of the message's openings.
fn openings(data: &mut Map<String, Value>, facts: &MessageFacts) {
    if let Some(total) = facts.opened_total {
        data.insert("opened_count".to_owned(), json!(total));
    }
    for (name, at) in [("first_opened_at", facts.first_opened_at), ("last_opened_at", facts.last_opened_at)] {
        if at.is_some() {
            data.insert(name.to_owned(), time(at));
        }
    }
}

fn bounce_and_clicks(data: &mut Map<String, Value>, event: &Event) {
    let bounce = event.facts.bounce.as_ref();
    if bounce.is_some() || event.kind == Kind::EmailBounced {
        // A bounce that states no severity is of an unknown one, as in the records.
        data.insert("bounce_type".to_owned(), json!(bounce.map_or(BounceType::Unknown, |bounce| bounce.bounce_type)));
        data.insert("bounce_reason".to_owned(), json!(bounce.and_then(|bounce| bounce.reason.as_ref())));
    }
    if event.kind == Kind::EmailClicked || !event.facts.clicked_links.is_empty() {
        data.insert("links".to_owned(), json!(event.facts.clicked_links));
    }
}

/// Who the contact is.
fn person(data: &mut Map<String, Value>, facts: &Facts) {
    change(data, "first_name", facts.first_name.as_ref());
    change(data, "last_name", facts.last_name.as_ref());
    change(data, "full_name", facts.full_name.as_ref());
    change(data, "company_name", facts.company_name.as_ref());
    change(data, "phone", facts.phone.as_ref());
    change(data, "linkedin_url", facts.linkedin_url.as_ref());
    change(data, "website_url", facts.website_url.as_ref());
    change(data, "score", facts.score.as_ref());
    if !facts.custom_fields.is_empty() {
        let mut custom = Map::new();
        for (name, value) in &facts.custom_fields {
            change(&mut custom, name, Some(value));
        }
        data.insert("custom_fields".to_owned(), Value::Object(custom));
    }
}

/// What became of the contact and the campaign.
fn state(data: &mut Map<String, Value>, event: &Event) {
    let facts = &event.facts;
    change(data, "interest", event.stated_interest().as_ref());
    change(data, "category", facts.category.as_ref());
    if let Some(blocked) = facts.blocked {
        data.insert("blocked".to_owned(), json!(blocked));
    }
    if facts.erase {
        data.insert("erase".to_owned(), json!(true));
    }
    if let Some(item) = &facts.item {
        let fields: Map<String, Value> = item.fields.iter().map(|(name, change)| (name.clone(), change_of(change))).collect();
        data.insert("item".to_owned(), json!({"sort": item.sort, "external_id": item.id.id, "fields": fields}));
    }
    for (name, set) in [("tags", &facts.tags), ("lists", &facts.lists)] {
        if let Some(set) = set {
            data.insert(name.to_owned(), set_change(set));
        }
    }
    if !facts.lifts.is_empty() {
        data.insert("lifted_event_ids".to_owned(), json!(facts.lifts));
    }
    if !facts.links.is_empty() {
        let shown = |LinkFact { a, b, linked }: &LinkFact| json!({"a": a.to_string(), "b": b.to_string(), "linked": linked});
        data.insert("contact_links".to_owned(), facts.links.iter().map(shown).collect());
    }
    if !facts.aliases.is_empty() {
        let shown = |AliasFact { a, b, aliased }: &AliasFact| json!({"a": a.to_string(), "b": b.to_string(), "aliased": aliased});
        data.insert("campaign_aliases".to_owned(), facts.aliases.iter().map(shown).collect());
    }
    let mentioned = event.campaign.as_ref().and_then(|campaign| campaign.status_mentioned.as_ref());
    if let Some(status) = facts.campaign_status.as_ref().or(mentioned) {
        data.insert("campaign_status".to_owned(), json!(status));
    }
}

/// A set's change: what went in and out, and the whole set if the platform listed it.
fn set_change(set: &SetChange) -> Value {
    json!({"added": set.add, "removed": set.remove, "all": set.snapshot})
}

/// A change's new value, null if it was cleared.
fn change_of(change: &Change<Value>) -> Value {
    match change {
        Change::Set(value) => value.clone(),
        Change::Clear => Value::Null,
    }
}

fn change<T: Serialize>(data: &mut Map<String, Value>, name: &str, change: Option<&Change<T>>) {
    match change {
        Some(Change::Set(value)) => data.insert(name.to_owned(), json!(value)),
        Some(Change::Clear) => data.insert(name.to_owned(), Value::Null),
        None => None,
    };
}

fn time(at: Option<Millis>) -> Value {
    json!(at.map(|at| at.to_string()))
}

#[cfg(test)]
mod tests;
