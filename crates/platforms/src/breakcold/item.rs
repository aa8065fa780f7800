//! Definitions of lists, statuses and tags, notes, tasks, and messages of other channels. Of the classic ones no payload is
//! published, so they are read by what is there.

use std::collections::BTreeMap;

use serde_json::Value;

use hookline_model::{
    event::Change,
    item::{ITEM_FIELDS_MAX, ItemFact, ItemSort},
    kind::Kind,
};

use crate::{
    breakcold::{
        envelope::Body,
        names::{Name, Topic},
        plain, who,
    },
    html,
    json::{Fields, Keys, Node, Object, cut, is_scalar},
    time_text,
};

/// The longest text of an item, in characters; a longer one is cut.
const TEXT_CHARS_MAX: usize = 10_000;

/// The longest other field, in characters.
const FIELD_CHARS_MAX: usize = 500;

/// What an event says of an item, if it names one.
pub(super) fn item(name: &Name<'_>, body: &Body<'_>) -> Option<Box<ItemFact>> {
    let (Topic::Item(sort) | Topic::Definition(sort)) = name.topic else { return None };
    let id = id(sort, body)?;
    let mut fields = Collected::default();
    for place in places(sort, body).into_iter().flatten() {
        match sort {
            ItemSort::List | ItemSort::Status | ItemSort::Tag => definition(place, &mut fields),
            ItemSort::Note => note(place, &mut fields),
            ItemSort::Task => task(name, place, &mut fields),
            ItemSort::Message => message(name, body, place, &mut fields),
            // Ours: no name of Breakcold's is of it.
            ItemSort::Block => {}
        }
    }
    Some(Box::new(ItemFact { sort, id: who::external(body, id), fields: fields.0 }))
}

/// The id of an item: by the name of its sort, in its object, or the content's own if that is the item.
fn id(sort: ItemSort, body: &Body<'_>) -> Option<String> {
    let content = body.content();
    let (object, keys) = match sort {
        ItemSort::List => ("list", ["id_list", "list_id"]),
        ItemSort::Status => ("status", ["id_status", "status_id"]),
        ItemSort::Tag => ("tag", ["id_tag", "tag_id"]),
        ItemSort::Note => ("note", ["id_note", "note_id"]),
        ItemSort::Task => ("task", ["id_task", "task_id"]),
        ItemSort::Message => ("message", ["id_message", "message_id"]),
        ItemSort::Block => return None,
    };
    let stated = content.id_of(&keys).or_else(|| content.object(object).id("id"));
    stated.or_else(|| content.id("id").filter(|_| !body.is_lead()))
}

/// Where the fields of an item stand, the best first.
fn places<'t>(sort: ItemSort, body: &Body<'t>) -> [Option<Fields<'t>>; 2] {
    let content = body.content();
    let object = match sort {
        ItemSort::List => content.object("list"),
        ItemSort::Status => content.object("status"),
        ItemSort::Tag => content.object("tag"),
        ItemSort::Note => content.object("note"),
        ItemSort::Task => content.object("task"),
        ItemSort::Message => content.object("message"),
        ItemSort::Block => return [None, None],
    };
    // A lead's fields are not the item's.
    [Some(object), (!body.is_lead()).then_some(content)]
}

/// Fields of a definition that are shown under names of ours.
static SHOWN: Keys<6> = Keys::new(["name", "label", "title", "color", "colour", "hex"]);

/// A list, status or tag: all that is said of it, since nobody has said what that is.
fn definition(place: Fields<'_>, fields: &mut Collected) {
    fields.put("name", place.name_of(&["name", "label", "title"]), FIELD_CHARS_MAX);
    fields.put("color", place.text_of(&["color", "colour", "hex"]), FIELD_CHARS_MAX);
    let is_own = |key: &str| {
        let is_id = key == "id" || key.starts_with("id_") || key.ends_with("_id");
        let is_stamp = key.ends_with("_at") || key.starts_with("is_deleted");
        !is_id && !is_stamp && !SHOWN.has(key)
    };
    // Sorted by name, so that the same fields are taken in whatever order they stand.
    let own = place.map().map(Object::sorted).unwrap_or_default();
    for (key, value) in own.iter().filter(|(key, value)| is_scalar(*value) && is_own(key)) {
        fields.put(key, plain::single(*value).map(Node::to_value), FIELD_CHARS_MAX);
    }
}

fn note(place: Fields<'_>, fields: &mut Collected) {
    fields.put("title", place.name("title"), FIELD_CHARS_MAX);
    fields.put("text", text(place, &["content_plain", "content", "text", "body", "note"]), TEXT_CHARS_MAX);
    fields.put("author", author(place), FIELD_CHARS_MAX);
}

fn task(name: &Name<'_>, place: Fields<'_>, fields: &mut Collected) {
    fields.put("title", place.name_of(&["title", "name"]), FIELD_CHARS_MAX);
    fields.put("text", text(place, &["content", "description", "text", "note", "body"]), TEXT_CHARS_MAX);
    fields.put("author", author(place), FIELD_CHARS_MAX);
    fields.put("due_at", due(place), FIELD_CHARS_MAX);
    let status = place.word("status").map(str::to_lowercase);
    let flag = || ["is_done", "done", "is_completed", "completed"].iter().find_map(|key| place.flag(key));
    let is_done = match status.as_deref() {
        _ if name.is_completion() => Some(true),
        Some("done" | "completed" | "complete") => Some(true),
        Some("todo" | "to do" | "open" | "pending") => Some(false),
        _ => flag(),
    };
    fields.put("status", is_done.map(|done| if done { "done" } else { "todo" }), FIELD_CHARS_MAX);
    // Any other word is the workspace's own.
    fields.put("platform_status", status.filter(|_| is_done.is_none()), FIELD_CHARS_MAX);
}

fn message(name: &Name<'_>, body: &Body<'_>, place: Fields<'_>, fields: &mut Collected) {
    let channel = match name.kind {
        Kind::MessageLinkedin => "linkedin",
        Kind::MessageTwitter => "twitter",
        _ => "email",
    };
    fields.put("channel", Some(channel), FIELD_CHARS_MAX);
    fields.put("direction", who::direction(body), FIELD_CHARS_MAX);
    fields.put("from", place.text_of(&["from_email", "from"]), FIELD_CHARS_MAX);
    fields.put("to", place.text_of(&["to_email", "to"]), FIELD_CHARS_MAX);
    fields.put("subject", place.text("subject"), FIELD_CHARS_MAX);
    let of_html = || html::text(place.word("html")?);
    fields.put("text", text(place, &["text", "body", "content", "message"]).or_else(of_html), TEXT_CHARS_MAX);
    fields.put("url", place.text_of(&["url", "link"]), FIELD_CHARS_MAX);
}

/// A text; no number and no id.
fn text(place: Fields<'_>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| place.word(key)).map(str::to_owned)
}

/// The author, by name.
fn author(place: Fields<'_>) -> Option<String> {
    ["author", "created_by"].iter().find_map(|key| plain::text(place.value(key)?))
}

/// When a task is due: a time in our spelling, else as it was written, such as a day.
fn due(place: Fields<'_>) -> Option<String> {
    let value = ["due_at", "due_date", "deadline"].iter().find_map(|key| place.value(key))?;
    time_text::from_node(value).map(|time| time.to_string()).or_else(|| value.as_str().map(|text| text.trim().to_owned()))
}

/// The fields of an item. What was put first stays; what is absent is left out, what is too long is cut.
#[derive(Debug, Default)]
struct Collected(BTreeMap<String, Change<Value>>);

impl Collected {
    fn put(&mut self, name: &str, value: Option<impl Into<Value>>, chars_max: usize) {
        let value = value.map(Into::into).map(|value| match value {
            // As many bytes are at most as many characters.
            Value::String(text) if text.len() > chars_max => Value::from(cut(&text, chars_max)),
            other => other,
        });
        let is_room = self.0.len() < ITEM_FIELDS_MAX && name.len() <= FIELD_CHARS_MAX;
        if let Some(value) = value.filter(|_| is_room && !self.0.contains_key(name)) {
            self.0.insert(name.to_owned(), Change::Set(value));
        }
    }
}
