//! The three shapes of what a workflow posts: a contact's record, the record of something else, and fields that somebody picked.

use std::{borrow::Cow, collections::BTreeMap};

use hookline_model::{
    event::{ContactRef, LinkFact},
    key::EmailAddress,
};

use crate::{
    hubspot::{
        merge,
        object::{self, CONTACT},
        property::{EMAIL, MARK, VALUE, unkept},
        redact::SECRET_FIELDS,
        who::{self, ACCOUNT_KEYS, external, id_of},
    },
    json::{Arena, Fields, Node, Object, is_present, mailbox, object_hash_without},
};

/// Where somebody may have put the name of the event.
pub(super) const EVENT: &str = "event";

/// Where a contact's id stands in its record, the best first.
const CONTACT_IDS: [&str; 2] = ["canonical-vid", "vid"];

/// Where an id stands among picked fields, the best first.
const PICKED_IDS: [&str; 4] = ["hs_object_id", "objectId", "vid", "contact_id"];

/// Where an address stands among picked fields, the best first.
const PICKED_ADDRESSES: [&str; 3] = [EMAIL, "contact_email", "contact.email"];

/// Properties that only a deal or a ticket has: the id beside them is no contact's.
const OF_OTHERS: [(&str, &str); 5] = [
    ("dealname", "deal"),
    ("dealstage", "deal"),
    ("hs_pipeline_stage", "ticket"),
    ("hs_ticket_priority", "ticket"),
    ("hs_ticket_category", "ticket"),
];

/// Properties that change with every look at a record.
const VOLATILE: [&str; 2] = ["lastmodifieddate", "hs_lastmodifieddate"];

/// What a workflow posted, of whichever shape.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// The contact.
    pub(super) contact: Option<ContactRef>,
    /// The record that is no contact: its sort and its id.
    pub(super) other: Option<(Cow<'static, str>, String)>,
    /// Its properties by name, also those that are empty.
    pub(super) properties: BTreeMap<&'a str, Node<'a>>,
    /// Which other ids are the same contact.
    pub(super) links: Vec<LinkFact>,
    /// A hash of all it says that does not change by itself.
    pub(super) said: [u8; 32],
}

impl<'a> Record<'a> {
    /// Reads a body.
    pub(super) fn read(arena: &'a Arena, body: Fields<'a>, account: Option<&str>) -> Record<'a> {
        let Some(properties) = body.map_at("properties") else { return Record::picked(body, account) };
        let properties: BTreeMap<&str, Node<'_>> = properties.iter().map(|(name, value)| (name, plain(value))).collect();
        let stated = |key, object: &'static str| Some((Cow::Borrowed(object), id_of(body, &[key])?));
        let of_type = || {
            let object = object::word(body.word("objectTypeId")?);
            Some((object, id_of(body, &["objectId"])?)).filter(|(object, _)| object != CONTACT)
        };
        let other = stated("dealId", "deal").or_else(|| stated("companyId", "company")).or_else(of_type);
        let said = hash(arena, &properties);
        if other.is_some() {
            return Record { contact: None, other, properties, links: Vec::new(), said };
        }
        let id = id_of(body, &CONTACT_IDS).or_else(|| id_of(body, &["objectId"]));
        let links = id.as_deref().map(|id| same(body, account, id)).unwrap_or_default();
        let address = properties.get(EMAIL).and_then(|value| address(*value)).or_else(|| primary(body));
        let contact = who::contact(address, id.map(|id| external(account, id)));
        Record { contact, other: None, properties, links, said }
    }

    /// Reads fields that somebody picked: properties, and texts that never change.
    fn picked(body: Fields<'a>, account: Option<&str>) -> Record<'a> {
        let id = id_of(body, &PICKED_IDS);
        let inside = || body.object(CONTACT).find(EMAIL, address);
        let email = PICKED_ADDRESSES.iter().find_map(|key| body.find(key, address)).or_else(inside);
        let left_out: Vec<&str> = VOLATILE.into_iter().chain(SECRET_FIELDS).chain([EVENT]).chain(unkept(body)).collect();
        let said = body.map().map_or([0; 32], |fields| object_hash_without(fields, &left_out));
        let fields = || body.map().into_iter().flat_map(Object::iter);
        let taken = |name: &str| {
            let lists = [
                &PICKED_IDS[..],
                &PICKED_ADDRESSES,
                &ACCOUNT_KEYS,
                &SECRET_FIELDS,
                &[EVENT, CONTACT, "objectTypeId", VALUE, MARK],
            ];
            lists.iter().any(|list| list.contains(&name))
        };
        let properties = fields().filter(|(name, _)| !taken(name)).collect();
        let is_picked = |name: &str| body.map().is_some_and(|fields| fields.contains_key(name));
        let of_others = || OF_OTHERS.iter().find(|(name, _)| is_picked(name)).map(|(_, object)| Cow::Borrowed(*object));
        let object = body.word("objectTypeId").map(object::word).or_else(of_others).filter(|object| object != CONTACT);
        match (object, &id) {
            (Some(object), Some(other)) => {
                // An address beside a deal's fields is that of a contact whose id is not there.
                let (contact, other) = (who::contact(email, None), Some((object, other.clone())));
                Record { contact, other, properties, links: Vec::new(), said }
            }
            _ => {
                let contact = who::contact(email, id.map(|id| external(account, id)));
                Record { contact, other: None, properties, links: Vec::new(), said }
            }
        }
    }
}

/// A property's value, whether it stands alone or has its history beside it.
fn plain(value: Node<'_>) -> Node<'_> {
    value.as_object().map_or(value, |property| property.get("value").unwrap_or(Node::Null))
}

/// A hash of what properties say.
fn hash<'a>(arena: &'a Arena, properties: &BTreeMap<&'a str, Node<'a>>) -> [u8; 32] {
    let said = properties.iter().filter(|(_, value)| is_present(**value)).map(|(name, value)| (*name, *value));
    object_hash_without(arena.object(said.collect()), &VOLATILE)
}

/// The ids that a contact had before it was merged.
fn same(body: Fields<'_>, account: Option<&str>, id: &str) -> Vec<LinkFact> {
    let mut others = merge::ids(body.elements("merged-vids"));
    others.extend(id_of(body, &["vid"]));
    merge::links(account, id, others)
}

/// The address that is marked as the contact's own.
fn primary(body: Fields<'_>) -> Option<EmailAddress> {
    let profiles = body.elements("identity-profiles").iter().filter_map(|profile| profile.as_object());
    let identities =
        profiles.flat_map(|profile| Fields::new(profile).elements("identities")).filter_map(|identity| identity.as_object());
    let mut addresses = identities.map(Fields::new).filter(|identity| identity.word("type") == Some("EMAIL"));
    addresses.find_map(|identity| identity.flag("is-primary").filter(|primary| *primary).and_then(|_| identity.address("value")))
}

/// An address, if it is one.
fn address(value: Node<'_>) -> Option<EmailAddress> {
    mailbox::address(value.as_str()?).ok()
}
