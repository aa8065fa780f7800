//! Records that became one.

use std::collections::BTreeSet;

use hookline_model::{event::LinkFact, key::ContactKey};

use crate::{
    hubspot::who::{external, id_of},
    json::{Fields, Node, Number, id_of_text},
};

/// The most records that one event merges: as many as a contact keeps ids.
const MERGED_MAX: usize = 1_000;

/// The record that is left: a new one, else the one that won.
pub(super) fn result(body: Fields<'_>) -> Option<String> {
    id_of(body, &["newObjectId", "primaryObjectId", "objectId"])
}

/// The records that went into it, without it.
pub(super) fn merged(body: Fields<'_>) -> BTreeSet<String> {
    let mut ids = ids(body.elements("mergedObjectIds"));
    ids.extend(id_of(body, &["primaryObjectId"]));
    result(body).map(|result| ids.remove(&result));
    ids
}

/// The ids in an array.
pub(super) fn ids(values: &[Node<'_>]) -> BTreeSet<String> {
    let id = |value: &Node<'_>| match value {
        Node::Text(text) => id_of_text(text),
        Node::Number(number @ Number::Unsigned(_)) => Some(number.text()),
        _ => None,
    };
    values.iter().filter_map(id).filter(|id| id != "0").take(MERGED_MAX).collect()
}

/// That the contact `result` is the same person as each of the others.
pub(super) fn links(account: Option<&str>, result: &str, others: BTreeSet<String>) -> Vec<LinkFact> {
    let key = |id: String| ContactKey::External(external(account, id));
    let link = |other| LinkFact { a: key(result.to_owned()), b: key(other), linked: true };
    others.into_iter().filter(|other| other != result).map(link).collect()
}
