//! A person's record of the new generation: its fields are the workspace's own, by their slugs. What a slug means is known of
//! those that every workspace begins with, and a workspace may rename them.

use hookline_model::{
    event::{Change, Facts},
    key::EmailAddress,
};

use crate::{
    breakcold::{envelope::Body, lead::custom_fields, plain},
    json::{Fields, Node, fold, mailbox},
};

/// Slugs of a person's addresses; of the published samples `email`.
const EMAIL: &[&str] = &["email", "emails", "email_address", "email_addresses", "work_email"];

/// Slugs of what else has a place of its own on a contact.
const FIRST_NAME: &[&str] = &["first_name", "firstname", "firstName"];
const LAST_NAME: &[&str] = &["last_name", "lastname", "lastName"];
const NAME: &[&str] = &["name", "full_name"];
const COMPANY: &[&str] = &["company", "company_name"];
const PHONE: &[&str] = &["phone", "phone_number", "phones"];
const LINKEDIN: &[&str] = &["linkedin_url", "linkedin"];
const WEBSITE: &[&str] = &["website_url", "website"];

/// The addresses of a person, the first of which is the contact's.
pub(super) fn addresses(body: &Body<'_>) -> Vec<EmailAddress> {
    let fields = body.content().object("fields");
    let texts = EMAIL.iter().filter_map(|slug| fields.value(slug)).flat_map(plain::texts);
    let mut addresses: Vec<EmailAddress> = Vec::new();
    for address in texts.filter_map(|text| mailbox::first(&text)).map(|mailbox| mailbox.address) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

/// Sets what a person's record says of the contact.
pub(super) fn apply(body: &Body<'_>, facts: &mut Facts) {
    let record = body.content();
    let fields = record.object("fields");
    let first = |slugs: &[&str]| slugs.iter().find_map(|slug| plain::text(fields.value(slug)?));
    let name = |slugs: &[&str]| first(slugs).map(|text| Change::Set(fold(&text)));
    facts.first_name = name(FIRST_NAME);
    facts.last_name = name(LAST_NAME);
    facts.full_name = record.name("name").map(Change::Set).or_else(|| name(NAME));
    facts.company_name = name(COMPANY);
    facts.phone = first(PHONE).map(Change::Set);
    facts.linkedin_url = first(LINKEDIN).map(Change::Set);
    facts.website_url = first(WEBSITE).map(Change::Set);
    let others = fields
        .map()
        .into_iter()
        .flat_map(|object| object.sorted().into_owned())
        .filter(|(slug, value)| !has_place(slug, *value, fields));
    facts.custom_fields = custom_fields(others);
}

/// Whether a field's value is on the contact already. Addresses are if they are read: a slug of theirs may have been given to
/// something else.
fn has_place(slug: &str, value: Node<'_>, fields: Fields<'_>) -> bool {
    if EMAIL.contains(&slug) {
        return plain::texts(value).iter().all(|text| mailbox::first(text).is_some());
    }
    let places = [FIRST_NAME, LAST_NAME, NAME, COMPANY, PHONE, LINKEDIN, WEBSITE];
    let place = places.into_iter().find(|slugs| slugs.contains(&slug));
    let taken =
        place.and_then(|slugs| slugs.iter().find(|slug| fields.value(slug).is_some_and(|value| plain::text(value).is_some())));
    taken.is_some_and(|taken| *taken == slug) && value.as_array().is_none_or(|values| values.len() <= 1)
}
