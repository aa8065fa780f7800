//! The lead's own fields, which Instantly merges flat into the body, among its own (captures).

use std::collections::BTreeMap;

use serde_json::Value;

use hookline_model::{
    event::{Change, Facts},
    kind::Kind,
};

use crate::instantly::{
    label, message,
    names::{EVENT_TYPE, Name},
    who::{self, Addresses},
};
use crate::json::{Entry, Fields, Keys, Object, by_name, is_present, is_scalar};

/// The most custom fields taken from one event.
const CUSTOM_FIELDS_MAX: usize = 200;

/// The longest name of a custom field, in bytes.
const CUSTOM_FIELD_NAME_BYTES_MAX: usize = 200;

/// Where relays put the lead's variables in an object of their own (public relay code).
const OBJECTS: [&str; 3] = ["lead_data", "payload", "custom_variables"];

/// The names of a field: camel case as Instantly sends it (captures), snake case as relays do.
const FIRST_NAME: [&str; 2] = ["firstName", "first_name"];
const LAST_NAME: [&str; 2] = ["lastName", "last_name"];
const COMPANY_NAME: [&str; 2] = ["companyName", "company_name"];
const PHONE: [&str; 1] = ["phone"];
const WEBSITE: [&str; 1] = ["website"];

/// What agencies call the variable with a person's profile, in lower case without white space, hyphens and underscores.
const LINKEDIN: [&str; 5] = ["linkedin", "linkedinurl", "linkedinprofile", "linkedinprofileurl", "personlinkedinurl"];

/// The envelope's own fields and those of the messages, which are never the lead's, whatever their type; and the names of fields
/// that have a place of their own on a contact.
static NOT_CUSTOM: Keys<30> = Keys::new([
    EVENT_TYPE,
    "timestamp",
    "timestamp_created",
    "workspace",
    "organization_id",
    "campaign_id",
    "campaign_name",
    "unibox_url",
    "lead_email",
    "email",
    "email_account",
    "is_first",
    "step",
    "variant",
    "email_id",
    "email_subject",
    "email_text",
    "email_html",
    "reply_subject",
    "reply_text",
    "reply_html",
    "reply_text_snippet",
    FIRST_NAME[0],
    FIRST_NAME[1],
    LAST_NAME[0],
    LAST_NAME[1],
    COMPANY_NAME[0],
    COMPANY_NAME[1],
    PHONE[0],
    WEBSITE[0],
]);

/// Sets the lead's fields.
pub(super) fn apply(name: &Name, body: Fields<'_>, addresses: &Addresses, facts: &mut Facts) {
    let places = places(body);
    let fields = || places.iter().flatten().map(|place| Fields::new(*place));
    let first = |keys: &[&str]| fields().find_map(|place| place.text_of(keys)).map(Change::Set);
    let first_name = |keys: &[&str]| fields().find_map(|place| place.name_of(keys)).map(Change::Set);
    facts.first_name = first_name(&FIRST_NAME);
    facts.last_name = first_name(&LAST_NAME);
    facts.company_name = first_name(&COMPANY_NAME);
    facts.phone = first(&PHONE);
    facts.website_url = first(&WEBSITE);
    facts.linkedin_url = places.iter().flatten().find_map(|place| linkedin(*place)).map(Change::Set);
    facts.custom_fields = custom_fields(name, body, addresses);
}

/// Where the lead's fields stand, the best first. A `lead` is the lead's whole record, so only what we know is read from it.
fn places<'a>(body: Fields<'a>) -> [Option<Object<'a>>; 6] {
    let outer = body.map().filter(|_| body.is_nested());
    let [data, payload, variables] = OBJECTS.map(|key| body.map_at(key));
    [body.innermost(), outer, data, payload, variables, body.map_at("lead")]
}

/// The profile, whatever its variable is called; of several the first in the order of [`LINKEDIN`], then of their names.
fn linkedin(place: Object<'_>) -> Option<String> {
    let named = place.iter().filter_map(|(key, value)| Some((linkedin_rank(key)?, key, value)));
    let mut sound: Vec<_> = named.filter_map(|(rank, key, value)| Some((rank, key, value.as_str()?))).collect();
    sound.retain(|(_, _, text)| !matches!(text.trim(), "" | "null"));
    sound.into_iter().min().map(|(_, _, text)| text.trim().to_owned())
}

/// Which of the names of a profile a key is.
fn linkedin_rank(key: &str) -> Option<usize> {
    // Most keys are none by their length, or by their first letters; what becomes one of these in lower case only beyond ASCII
    // becomes none of the names.
    if key.len() < LINKEDIN[0].len() || key.as_bytes().first().is_some_and(|first| is_no_beginning(*first)) {
        return None;
    }
    let mut letters = key.chars().filter(|c| !is_left_out(*c)).map(|c| c.to_ascii_lowercase());
    if !matches!((letters.next()?, letters.next()?), ('l', 'i') | ('p', 'e')) {
        return None;
    }
    let plain = || key.chars().filter(|c| !is_left_out(*c)).flat_map(char::to_lowercase);
    LINKEDIN.iter().position(|known| plain().eq(known.chars()))
}

/// Whether no name of a profile begins with this byte, or with what may be left out before one.
fn is_no_beginning(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'l' | b'L' | b'p' | b'P' | b'-' | b'_')
}

/// White space, hyphens and underscores.
fn is_left_out(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '_')
}

/// All other fields of the lead: `jobTitle`, `personalization` and the agency's own, of any name.
///
/// In the nested form the fields beside `data` are a relay's.
fn custom_fields(name: &Name, body: Fields<'_>, addresses: &Addresses) -> BTreeMap<String, Change<Value>> {
    let objects = OBJECTS.iter().filter_map(|key| body.map_at(key)).rev();
    // The body's own are put in last and stay.
    let sound = |(name, value): &Entry<'_>| is_present(*value) && is_scalar(*value) && is_custom(name);
    let mut fields = by_name(objects.chain(body.innermost()), sound);
    if !fields.is_empty() {
        let taken = taken(name, body, addresses);
        fields.retain(|(name, _)| !taken.contains(name));
    }
    fields.into_iter().take(CUSTOM_FIELDS_MAX).map(|(name, value)| (name.to_owned(), Change::Set(value.to_value()))).collect()
}

/// Whether a field of this name can be the lead's, and is none that has a place of its own.
fn is_custom(name: &str) -> bool {
    !name.is_empty() && name.len() <= CUSTOM_FIELD_NAME_BYTES_MAX && !NOT_CUSTOM.has(name) && linkedin_rank(name).is_none()
}

/// Names that are the envelope's only because something was read there: elsewhere they are custom variables.
fn taken(name: &Name, body: Fields<'_>, addresses: &Addresses) -> Vec<&'static str> {
    let mut taken = Vec::with_capacity(16);
    taken.extend(name.key);
    if name.label.is_some() {
        taken.push(label::VALUE);
        taken.extend(label::KEYS.iter().filter(|_| name.text.is_none()));
    }
    taken.extend(match name.kind {
        Kind::EmailOpened => &["open_count"][..],
        Kind::EmailClicked => &["link_url"],
        Kind::EmailBounced => &["bounce_type", "reason"],
        Kind::EmailSent | Kind::EmailReplied | Kind::EmailAutoReplied => &["message_id"],
        _ => &[],
    });
    let is_message = matches!(name.kind, Kind::EmailSent | Kind::EmailOpened | Kind::EmailClicked | Kind::EmailBounced)
        || message::is_reply(name.kind);
    if is_message && body.text_of(&["reply_subject", "email_subject"]).is_none() {
        taken.push("subject");
    }
    let lead = addresses.lead.as_ref().ok();
    taken.extend(["lead", "contact_email"].into_iter().filter(|key| lead.is_some() && body.address(key).as_ref() == lead));
    let mailbox = who::sending_account(name.kind, body, addresses);
    taken.extend(["eaccount"].into_iter().filter(|key| mailbox.is_some() && body.address(key) == mailbox));
    taken.extend(["lead", "lead_id", "organization"].into_iter().filter(|key| body.uuid(key).is_some()));
    // The campaign's id once more, from the lead's record (captures).
    if body.uuid("campaign").is_some() || body.id("campaign_id").is_none() {
        taken.push("campaign");
    }
    taken
}
