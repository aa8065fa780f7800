//! The status, the lists and the tags of a lead. They are names, or objects with an id and perhaps a name (Breakcold's developer
//! pages); a webhook that shows them has not been published.

use std::collections::BTreeSet;

use hookline_model::{
    event::{Change, Facts, SetChange},
    interest::Interest,
    kind::Kind,
};

use crate::json::{Fields, Node, cut, fold, id_of_text, is_present, is_uuid};

/// The most elements of one set that are taken from one event.
const ELEMENTS_MAX: usize = 200;

/// The longest name, in characters.
const NAME_CHARS_MAX: usize = 200;

/// A status, list or tag as a lead has it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Member {
    /// Its name.
    Name(String),
    /// Its id, where no name is stated.
    Id(String),
}

/// Sets the status, the lists and the tags, as far as the lead's object shows them. They are shown whole, so an empty list says
/// that there are none.
pub(super) fn apply(kind: Kind, lead: Fields<'_>, facts: &mut Facts) {
    facts.lists = snapshot(lead, "lists");
    facts.tags = snapshot(lead, "tags");
    let Some(value) = lead.value("status").or_else(|| lead.value("status_name")) else { return };
    let status = members(value).into_iter().find_map(|member| match member {
        Member::Name(name) => Some(name),
        Member::Id(_) => None,
    });
    let is_change = kind == Kind::ContactStatusUpdated;
    if is_change {
        // A snapshot repeats a status at every change of the lead: only that somebody set it says what the contact wants.
        facts.interest = status.as_deref().and_then(interest).map(Change::Set);
    }
    let is_emptied = is_change && value.as_array().is_some_and(<[_]>::is_empty);
    facts.category = status.map(Change::Set).or_else(|| is_emptied.then_some(Change::Clear));
}

/// The ids of the statuses of a lead, where no name is stated.
pub(super) fn status_ids(lead: Fields<'_>) -> Vec<String> {
    let members = lead.value("status").map(members).unwrap_or_default();
    let id = |member| match member {
        Member::Id(id) => Some(id),
        Member::Name(_) => None,
    };
    members.into_iter().filter_map(id).collect()
}

/// The interest that a status is, if it is called exactly so: any other name is the workspace's own word.
fn interest(status: &str) -> Option<Interest> {
    let name = fold(&status.replace(['-', '_'], " ")).to_lowercase().replace(' ', "_");
    Interest::ALL.into_iter().find(|interest| interest.name() == name)
}

/// All elements of a set, by their names, else their ids. None if it is not shown as a list.
fn snapshot(lead: Fields<'_>, key: &str) -> Option<SetChange> {
    let value = lead.find(key, |value| value.is_array().then_some(value))?;
    let elements: BTreeSet<String> = members(value)
        .into_iter()
        .map(|member| match member {
            Member::Name(text) | Member::Id(text) => text,
        })
        .collect();
    // A list of what cannot be read does not say that there is nothing.
    let is_unread = elements.is_empty() && value.as_array().is_some_and(|values| values.iter().copied().any(is_present));
    (!is_unread).then(|| SetChange { snapshot: Some(elements), ..SetChange::default() })
}

/// The elements of a list, or the one that stands in its place.
fn members(value: Node<'_>) -> Vec<Member> {
    match value {
        Node::Array(values) => values.iter().copied().filter_map(member).take(ELEMENTS_MAX).collect(),
        one => member(one).into_iter().collect(),
    }
}

fn member(value: Node<'_>) -> Option<Member> {
    match value {
        Node::Text(text) if !is_present(value) || is_uuid(text.trim()) => id_of_text(text).map(Member::Id),
        Node::Text(text) => Some(Member::Name(cut(&fold(text), NAME_CHARS_MAX))),
        Node::Object(object) => {
            let fields = Fields::new(object);
            let name = fields.name_of(&["name", "label", "title"]).map(|name| Member::Name(cut(&name, NAME_CHARS_MAX)));
            name.or_else(|| fields.id("id").map(Member::Id))
        }
        _ => None,
    }
}
