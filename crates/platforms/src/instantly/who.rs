//! Who an event is about, in which campaign, from which mailbox, in which workspace of Instantly's.

use std::{borrow::Cow, iter};

use hookline_model::{
    event::{CampaignRef, ContactRef},
    key::{AddressError, CampaignKey, EmailAddress, ExternalId},
    kind::Kind,
    platform::Platform,
};

use crate::{
    ParseError,
    instantly::names::{About, Name},
    json::{Fields, id_of_text, is_uuid, mailbox::address as mailbox_address},
};

/// Where the lead's address stands, the best first. `lead` may also be an object.
const ADDRESS_KEYS: [&str; 4] = ["lead_email", "email", "lead", "contact_email"];

/// An id of Instantly's. They are UUIDs, so no account is part of them (Instantly's developer pages).
pub(super) fn external(id: String) -> ExternalId {
    ExternalId { platform: Platform::Instantly, account: String::new(), id }
}

/// The addresses of an event, read once.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    /// The lead's; else what was found in its place, if anything.
    pub(super) lead: Result<EmailAddress, Option<(&'static str, AddressError)>>,
    /// The sending mailbox's.
    pub(super) mailbox: Option<EmailAddress>,
}

impl Addresses {
    /// Reads them.
    pub(super) fn read(body: Fields<'_>) -> Addresses {
        let mailbox = mailbox(body);
        Addresses { lead: lead_address(body, mailbox.as_ref()), mailbox }
    }
}

/// The contact.
///
/// # Errors
/// [`ParseError::NamesNothing`] if an event about a lead names none.
pub(super) fn contact(name: &Name, body: Fields<'_>, addresses: &Addresses) -> Result<Option<ContactRef>, ParseError> {
    if name.about == About::Nobody {
        return Ok(None);
    }
    let id = lead_id(body).map(external);
    match (&addresses.lead, id) {
        (Ok(email), external) => Ok(Some(ContactRef { email: Some(email.clone()), external })),
        (Err(_), Some(external)) => Ok(Some(ContactRef { email: None, external: Some(external) })),
        (Err(_), None) if name.about == About::AnyLead => Ok(None),
        (Err(refused), None) => Err(nobody(name.kind, refused.as_ref())),
    }
}

/// The lead's address; else what was found in its place, if anything.
fn lead_address(body: Fields<'_>, own: Option<&EmailAddress>) -> Result<EmailAddress, Option<(&'static str, AddressError)>> {
    let mut refused = None;
    for (key, text) in candidates(body) {
        match mailbox_address(&text) {
            // A relay that has only one address may mean the mailbox.
            Ok(address) if key == "email" && own == Some(&address) => {}
            Ok(address) => return Ok(address),
            Err(error) => refused = refused.or(Some((key, error))),
        }
    }
    Err(refused)
}

/// Texts that may be the lead's address, with the field each stands in.
fn candidates<'a>(body: Fields<'a>) -> impl Iterator<Item = (&'static str, Cow<'a, str>)> {
    let inside = move |key: &str| body.object(key).said("email");
    let stated = move |key: &'static str| {
        let object = || inside(key).filter(|_| key == "lead").map(|text| ("lead.email", text));
        body.said(key).map(|text| (key, text)).or_else(object)
    };
    let data = iter::once_with(move || inside("lead_data").map(|text| ("lead_data.email", text)));
    ADDRESS_KEYS.into_iter().filter_map(stated).chain(data.flatten())
}

/// The lead's id. Instantly's bodies have none, relays that look the lead up do; an agency's own `lead_id` is no UUID.
pub(super) fn lead_id(body: Fields<'_>) -> Option<String> {
    let object = || body.object("lead").uuid("id");
    body.uuid("lead_id").or_else(|| body.uuid("lead")).or_else(object)
}

/// Why an event names nobody.
fn nobody(kind: Kind, refused: Option<&(&'static str, AddressError)>) -> ParseError {
    let found = refused.map(|(key, error)| format!("; {key}: {error}")).unwrap_or_default();
    ParseError::NamesNothing(format!("{kind} names nobody: expected an address in {}{found}", ADDRESS_KEYS.join(", ")))
}

/// The sending mailbox.
fn mailbox(body: Fields<'_>) -> Option<EmailAddress> {
    body.address("email_account").or_else(|| body.address("eaccount"))
}

/// The sending mailbox of an event of this kind: an account error may have it under `email`.
pub(super) fn sending_account(kind: Kind, body: Fields<'_>, addresses: &Addresses) -> Option<EmailAddress> {
    addresses.mailbox.clone().or_else(|| body.address("email").filter(|_| kind == Kind::AccountError))
}

/// The workspace of Instantly's, also under its names in the management API, else out of the link into the app.
pub(super) fn account(body: Fields<'_>) -> Option<String> {
    body.id("workspace")
        .or_else(|| body.uuid("organization_id"))
        .or_else(|| body.uuid("organization"))
        .or_else(|| parameter(&body.said("unibox_url")?, "selected_wks"))
}

/// A parameter of a URL, if it is short and needs no decoding.
pub(super) fn parameter(url: &str, name: &str) -> Option<String> {
    let query = url.split_once('?')?.1.split('#').next()?;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    id_of_text(value).filter(|id| !id.contains('%'))
}

/// The campaign: by its id, else by its name within the workspace.
///
/// # Errors
/// [`ParseError::NamesNothing`] if an event about a campaign names none.
pub(super) fn campaign(name: &Name, body: Fields<'_>, account: Option<&str>) -> Result<Option<CampaignRef>, ParseError> {
    let title = body.text("campaign_name");
    if let Some(id) = campaign_id(body) {
        let key = CampaignKey::External(external(id));
        return Ok(Some(CampaignRef { key, name: title, status_mentioned: None }));
    }
    // Under `campaign` may be a name.
    if let Some(title) = title.or_else(|| body.text("campaign")) {
        let id = ExternalId { platform: Platform::Instantly, account: account.unwrap_or_default().to_owned(), id: title.clone() };
        return Ok(Some(CampaignRef { key: CampaignKey::Named(id), name: Some(title), status_mentioned: None }));
    }
    match (name.kind, name.about) {
        (Kind::CampaignCompleted, About::AnyLead) => {
            Err(ParseError::NamesNothing(format!("{} names no campaign: expected an id in campaign_id", name.kind)))
        }
        _ => Ok(None),
    }
}

/// The campaign's id. Under `campaign` a text with white space is a name.
fn campaign_id(body: Fields<'_>) -> Option<String> {
    let second = || body.id("campaign").filter(|id| is_uuid(id) || !id.contains(char::is_whitespace));
    body.id("campaign_id").or_else(second)
}
