//! Puts an app's event together.

use uuid::Uuid;

use hookline_model::{
    event::{ContactRef, Event, Facts, MessageFacts},
    id::EventId,
    key::EmailKey,
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource, effective},
};

use crate::{
    Delivery, ParseError, Parsed,
    extra::Extra,
    hubspot::{
        association::Association,
        identify, item, merge,
        names::{Name, Verb},
        property::{self, EMAIL, LAST_REPLIED, Property},
        sample,
        who::{self, external, id_of},
    },
    identified::Identified,
    json::{Fields, Node, cut, is_scalar, mailbox},
};

/// The longest name of an event that is kept, in characters.
const EVENT_NAME_CHARS_MAX: usize = 200;

/// The most ids in a list.
const IDS_MAX: usize = 100;

/// Reads an app's event, whose name was written like this.
///
/// # Errors
/// [`ParseError::NamesNothing`] if it is about a record and names none.
pub(super) fn read(written: &str, body: Fields<'_>, delivery: &Delivery<'_>) -> Result<Parsed, ParseError> {
    let name = Name::of(delivery.settings.name(written), body.word("objectTypeId"));
    let account = who::account(body).or_else(|| delivery.settings.account.clone());
    let is_test = sample::is_test_event(body);
    let named = Property::read(body);
    let property = named.as_ref().filter(|_| name.verb == Verb::PropertyChange);
    let kind = match property {
        _ if is_test => Kind::WebhookTest,
        Some(property) if name.is_contact() => property.kind(),
        _ => name.kind(),
    };
    let contact = if is_test { None } else { contact(&name, body, account.as_deref(), property) };
    if !is_test {
        names_something(&name, body, contact.is_some())?;
    }
    // A trial's time is made up; the same one later is another trial.
    let stated = body.time("occurredAt").filter(|_| !is_test);
    let (occurred_at, time_source) = effective(stated, delivery.received_at);
    let mut event = Event {
        id: EventId(Uuid::nil()),
        kind,
        platform: Platform::Hubspot,
        account,
        occurred_at,
        time_source,
        contact,
        campaign: None,
        sending_account: None,
        outbound: None,
        inbound: None,
        facts: Facts::default(),
    };
    facts(&name, written, body, property, &mut event);
    let value = property.filter(|property| property.name == LAST_REPLIED).and_then(Property::present);
    let replied_at = value.and_then(|value| property::time(value, delivery.received_at));
    let identified = identify::app_event(&event, &name, body, named.as_ref(), replied_at);
    Ok(finish(event, &identified, replied_at))
}

/// Gives an event its id, and a reply its message, which came in at `replied_at` if that is known.
pub(super) fn finish(mut event: Event, identified: &Identified, replied_at: Option<Millis>) -> Parsed {
    event.id = EventId::derive(event.occurred_at, &identified.digest);
    if matches!(event.kind, Kind::EmailReplied | Kind::EmailAutoReplied | Kind::EmailReplyUntracked) {
        // Nothing says which message it is. It is known by the event; with the time only where that tells two of them apart.
        let key = match event.time_source {
            TimeSource::Stated if !identified.lasting => hex::encode(event.id.0.as_bytes()),
            _ => hex::encode(event.id.hash_part()),
        };
        let from = event.contact.as_ref().and_then(|contact| contact.email.as_ref()).map(ToString::to_string);
        let key = Some(EmailKey::InboundEvent(key));
        event.inbound = Some(Box::new(MessageFacts { key, from, at: replied_at, ..MessageFacts::default() }));
    }
    let claim = identified.claim(event.time_source);
    Parsed { event, claim }
}

/// The contact that an event is about: the record itself, the one that is left of several, or the one that another record was put
/// together with.
fn contact(name: &Name, body: Fields<'_>, account: Option<&str>, property: Option<&Property<'_>>) -> Option<ContactRef> {
    let id = match name.verb {
        Verb::AssociationChange => Association::read(body).contact(),
        _ if !name.is_contact() => None,
        Verb::Merge => merge::result(body),
        _ => id_of(body, &["objectId"]),
    };
    let value = property.filter(|property| property.name == EMAIL && name.is_contact()).and_then(Property::present);
    let email = value.and_then(|value| mailbox::address(value.as_str()?).ok());
    who::contact(email, id.map(|id| external(account, id)))
}

/// That an event names a record. One that we do not know may name what it likes.
fn names_something(name: &Name, body: Fields<'_>, has_contact: bool) -> Result<(), ParseError> {
    let expected = match name.verb {
        Verb::Other => return Ok(()),
        _ if has_contact => return Ok(()),
        Verb::Merge => &["newObjectId", "primaryObjectId", "objectId"][..],
        Verb::AssociationChange => &["fromObjectId", "toObjectId", "objectId"],
        Verb::NewMessage => &["objectId", "messageId"],
        _ => &["objectId"],
    };
    match id_of(body, expected) {
        Some(_) => Ok(()),
        None => {
            let text = format!("{} names nothing: expected an id in {}", name.text, expected.join(", "));
            Err(ParseError::NamesNothing(text))
        }
    }
}

/// What the event says beside whom it is about.
fn facts(name: &Name, written: &str, body: Fields<'_>, property: Option<&Property<'_>>, event: &mut Event) {
    let mut extra = Extra::default();
    let facts = &mut event.facts;
    if matches!(event.kind, Kind::Other | Kind::WebhookTest) {
        extra.put("event_name", Some(cut(written.trim(), EVENT_NAME_CHARS_MAX)));
    }
    if event.kind == Kind::WebhookTest {
        extra.put("sample_of", Some(name.kind()).filter(|kind| *kind != Kind::Other).map(Kind::name));
        facts.extra = extra.0;
        return;
    }
    if let Some(property) = property {
        extra.put("property_name", Some(property.name.clone()));
        extra.put("is_sensitive", Some(true).filter(|_| property.hidden));
        match property.value {
            Some(value) if name.is_contact() => property::apply(&property.name, value, true, facts),
            value => extra.put("property_value", value.filter(|value| is_scalar(*value)).map(Node::to_value)),
        }
    }
    if event.kind == Kind::EmailBounced {
        facts.bounce = Some(property::bounce(property.and_then(Property::present)));
    }
    let account = event.account.as_deref();
    match name.verb {
        Verb::Merge => merged(name, body, account, facts, &mut extra),
        Verb::Restore => extra.put("restored", Some(true)),
        Verb::PrivacyDeletion => facts.erase = name.is_contact(),
        Verb::NewMessage => {
            extra.put("message_id", body.id("messageId"));
            extra.copy("message_type", body, "messageType");
        }
        Verb::AssociationChange => {
            let association = Association::read(body);
            // What is taken apart when a note is deleted must not bring it back.
            let item = association.item().filter(|_| !association.removed && event.contact.is_some());
            facts.item = item.and_then(|side| item::fact(side.object.as_deref()?, account, side.id.clone()?, None));
            association.show(body, &mut extra);
        }
        _ => {}
    }
    if !name.is_contact() {
        extra.put("object_type", Some(name.object.clone().into_owned()));
        extra.put("object_id", id_of(body, &["objectId"]));
        let id = id_of(body, &["objectId"]).filter(|_| event.kind != Kind::Other);
        facts.item = facts.item.take().or_else(|| item::fact(&name.object, account, id?, property));
    }
    extra.copy("change_source", body, "changeSource");
    extra.copy("source_id", body, "sourceId");
    facts.extra = extra.0;
}

/// What became of records that became one.
fn merged(name: &Name, body: Fields<'_>, account: Option<&str>, facts: &mut Facts, extra: &mut Extra) {
    let others = merge::merged(body);
    let shown: Vec<String> = others.iter().take(IDS_MAX).cloned().collect();
    extra.put("merged_object_ids", Some(shown));
    let Some(result) = merge::result(body) else { return };
    if name.is_contact() {
        facts.links = merge::links(account, &result, others);
    } else {
        extra.put("merged_into", Some(result));
    }
}
