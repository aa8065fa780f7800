//! Who an activity is about, in which campaign, from which mailbox, of which team.

use hookline_model::{
    event::{CampaignRef, ContactRef},
    key::{AddressError, CampaignKey, EmailAddress, ExternalId},
    kind::Kind,
    platform::Platform,
};

use crate::{
    ParseError,
    json::{Fields, mailbox::address as mailbox_address},
    lemlist::names::{About, Name},
};

/// An id of Lemlist's. They are long and random, so no team is part of them.
pub(super) fn external(id: String) -> ExternalId {
    ExternalId { platform: Platform::Lemlist, account: String::new(), id }
}

/// The contact. Beside its address it has the lead's id, which is of one campaign, else the contact's.
pub(super) fn contact(name: &Name, body: Fields<'_>) -> Option<ContactRef> {
    if name.about == About::Nobody {
        return None;
    }
    let (email, external) = (lead_address(name.kind, body).ok(), lead_id(body).or_else(|| contact_id(body)).map(external));
    (email.is_some() || external.is_some()).then_some(ContactRef { email, external })
}

/// Why an activity names nobody: what was found where the address was expected.
pub(super) fn nobody(name: &Name, body: Fields<'_>) -> ParseError {
    let refused = lead_address(name.kind, body).err().flatten();
    let found = refused.map(|(key, error)| format!("; {key}: {error}")).unwrap_or_default();
    let expected = "expected an address in leadEmail or email, or an id in leadId or contactId";
    ParseError::NamesNothing(format!("{} names nobody: {expected}{found}", name.text.chars().take(64).collect::<String>()))
}

/// The lead's address, which may be missing or no address at all; else what was found in its place, if anything.
///
/// Never the address an answer came from, and none of the sender's.
fn lead_address(kind: Kind, body: Fields<'_>) -> Result<EmailAddress, Option<(&'static str, AddressError)>> {
    let variables = body.object("lead").object("variables");
    let recipient = || match body.elements("to").first().and_then(|first| first.as_object()) {
        Some(first) if kind == Kind::EmailSent => Fields::new(first).said("address"),
        _ => None,
    };
    let texts = [
        ("leadEmail", body.said("leadEmail")),
        ("email", body.said("email")),
        ("lead.variables.email", variables.said("email")),
        ("to", recipient()),
    ];
    let mut refused = None;
    for (key, text) in texts.into_iter().filter_map(|(key, text)| Some((key, text?))) {
        match mailbox_address(&text) {
            Ok(address) => return Ok(address),
            Err(error) => refused = refused.or(Some((key, error))),
        }
    }
    Err(refused)
}

/// The lead: a contact in one campaign.
fn lead_id(body: Fields<'_>) -> Option<String> {
    body.id("leadId").or_else(|| body.object("metaData").id("leadId")).or_else(|| body.object("lead").id("_id"))
}

/// The person across campaigns.
pub(super) fn contact_id(body: Fields<'_>) -> Option<String> {
    body.id("contactId").or_else(|| body.object("lead").id("contactId"))
}

/// The sending mailbox. The login of its user is none.
pub(super) fn mailbox(body: Fields<'_>) -> Option<EmailAddress> {
    body.address_of(&["sendUserEmail", "sendUserMailboxProviderId"])
}

/// The team.
pub(super) fn account(body: Fields<'_>) -> Option<String> {
    body.id("teamId").or_else(|| body.object("metaData").id("teamId"))
}

/// The campaign: by its id, else by its name within the team. Mail written by hand in the inbox has none.
pub(super) fn campaign(body: Fields<'_>, account: Option<&str>) -> Option<CampaignRef> {
    let title = body.name("campaignName");
    if let Some(id) = body.id("campaignId").or_else(|| body.object("metaData").id("campaignId")) {
        // Older activities have the campaign's name under `name`.
        let name = title.or_else(|| body.name("name"));
        return Some(CampaignRef { key: CampaignKey::External(external(id)), name, status_mentioned: None });
    }
    let title = title?;
    let id = ExternalId { platform: Platform::Lemlist, account: account.unwrap_or_default().to_owned(), id: title.clone() };
    Some(CampaignRef { key: CampaignKey::Named(id), name: Some(title), status_mentioned: None })
}
