//! What makes two deliveries of HubSpot's the same event.
//!
//! A retry repeats an event in another batch, with another `attemptNumber`, and an app that subscribes by both names gets one event
//! twice. HubSpot's `eventId` is not unique (HubSpot's guide), so it identifies only together with the record, the change and the
//! time. A workflow's body has no id at all: a repetition of the same fields within the claim's window is the same event.

use hookline_model::{
    event::{ContactRef, Event},
    identity::Identity,
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource},
};

use crate::{
    hubspot::{
        association::Association,
        merge,
        names::{KEYS, Name, Verb},
        property::{Property, text, unkept},
        redact::SECRET_FIELDS,
        who::id_of,
    },
    identified::Identified,
    json::{Fields, object_hash_without},
};

/// Fields of an app's event that differ between two deliveries of it, or say what its name says.
const OF_DELIVERY: [&str; 2] = ["attemptNumber", "subscriptionId"];

/// Identifies an app's event, which may name a property. `replied_at` is the time of the reply that it tells of.
pub(super) fn app_event(
    event: &Event,
    name: &Name,
    body: Fields<'_>,
    property: Option<&Property<'_>>,
    replied_at: Option<Millis>,
) -> Identified {
    if let Some(at) = replied_at.filter(|_| event.kind == Kind::EmailReplied) {
        return reply(event, at);
    }
    let identity = Identity::new(Platform::Hubspot, account(event), event.kind)
        .part("object", &*name.object)
        .part("verb", name.verb.word())
        .maybe("event", body.id("eventId"));
    let identity = match name.verb {
        Verb::Merge => {
            merge::merged(body).iter().fold(identity.maybe("id", merge::result(body)), |identity, id| identity.part("merged", id))
        }
        Verb::AssociationChange => {
            let Association { from, to, removed } = Association::read(body);
            identity
                .maybe("id", id_of(body, &["objectId"]))
                .maybe("from_object", from.object.as_deref())
                .maybe("from", from.id)
                .maybe("to_object", to.object.as_deref())
                .maybe("to", to.id)
                .maybe("type", body.id_of(&["associationType", "associationTypeId"]).map(|text| text.to_lowercase()))
                .maybe("primary", body.flag("isPrimaryAssociation").map(|flag| [u8::from(flag)]))
                .part("removed", [u8::from(removed)])
        }
        Verb::Other => identity.part("name", &name.text).part("body", body_hash(body)),
        _ => {
            let value = property.and_then(|property| property.value).map(text);
            identity
                .maybe("id", id_of(body, &["objectId"]))
                .maybe("address", event.contact.as_ref().filter(|it| it.external.is_none()).map(contact))
                .maybe("property", property.map(|property| &property.name))
                .maybe("value", value)
                .maybe("message", body.id("messageId"))
        }
    };
    Identified { digest: identity.digest(), lasting: false }
}

/// Identifies what a workflow posted. `said` is the hash of its fields, which tells apart what has no time.
pub(super) fn workflow(event: &Event, object: Option<(&str, &str)>, word: Option<&str>, said: [u8; 32]) -> Identified {
    let stated = event.time_source == TimeSource::Stated;
    if stated && event.kind == Kind::EmailReplied {
        return reply(event, event.occurred_at);
    }
    let identity = Identity::new(Platform::Hubspot, account(event), event.kind)
        .maybe("contact", event.contact.as_ref().map(contact))
        .maybe("object", object.map(|(object, _)| object))
        .maybe("id", object.map(|(_, id)| id))
        .maybe("word", word.filter(|_| event.kind == Kind::Other));
    let identity = if stated { identity } else { identity.part("body", said) };
    Identified { digest: identity.digest(), lasting: false }
}

/// Identifies a reply for ever by whose it is and when it came, whoever tells of it: a property that changed, or a workflow.
fn reply(event: &Event, at: Millis) -> Identified {
    let identity = Identity::new(Platform::Hubspot, account(event), Kind::EmailReplied)
        .maybe("contact", event.contact.as_ref().map(contact))
        .part("at", at.0.to_string());
    Identified { digest: identity.digest(), lasting: true }
}

/// Whose event it is: by the id if there is one, since an event that changed a property names no address.
fn contact(contact: &ContactRef) -> String {
    let external = contact.external.as_ref().map(ToString::to_string);
    external.unwrap_or_else(|| contact.key().map(|key| key.to_string()).unwrap_or_default())
}

/// A hash of an app's event without what a delivery adds to it, and without a value that is not kept.
fn body_hash(body: Fields<'_>) -> [u8; 32] {
    let left_out: Vec<&str> = OF_DELIVERY.into_iter().chain(KEYS).chain(SECRET_FIELDS).chain(unkept(body)).collect();
    body.map().map_or([0; 32], |object| object_hash_without(object, &left_out))
}

fn account(event: &Event) -> &str {
    event.account.as_deref().unwrap_or_default()
}
