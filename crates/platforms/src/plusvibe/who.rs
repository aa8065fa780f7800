//! Who an event is about, in which campaign, from which mailbox, in which workspace.

use hookline_model::{
    event::{CampaignRef, ContactRef},
    key::{AddressError, CampaignKey, EmailAddress, ExternalId},
    kind::Kind,
    platform::Platform,
};

use crate::{
    ParseError, Settings,
    json::{Fields, mailbox::address as mailbox_address},
    plusvibe::names::{About, Name},
};

/// An id of PlusVibe's. They are object ids of one database, so no workspace is part of them.
pub(super) fn external(id: String) -> ExternalId {
    ExternalId { platform: Platform::Plusvibe, account: String::new(), id }
}

/// The contact.
pub(super) fn contact(name: &Name, body: Fields<'_>) -> Option<ContactRef> {
    if name.about == About::Nobody {
        return None;
    }
    let (email, external) = (lead_address(name.kind, body).ok(), body.id("lead_id").map(external));
    (email.is_some() || external.is_some()).then_some(ContactRef { email, external })
}

/// Why an event names nobody: what was found where the address was expected.
pub(super) fn nobody(name: &Name, body: Fields<'_>) -> ParseError {
    let refused = lead_address(name.kind, body).err().flatten();
    let found = refused.map(|(key, error)| format!("; {key}: {error}")).unwrap_or_default();
    let (shown, keys) = (name.text.chars().take(64).collect::<String>(), address_keys(name.kind).join(", "));
    ParseError::NamesNothing(format!("{shown} names nobody: expected an address in {keys}, or an id in lead_id{found}"))
}

/// Where the lead's address stands, the best first. Who wrote an answer is the lead; who wrote a send is not.
fn address_keys(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::EmailSent => &["lead_email", "email", "to_email"],
        Kind::EmailBounced => &["lead_email", "email"],
        Kind::Other => &["email", "lead_email"],
        _ => &["email", "lead_email", "from_email", "recipient_email"],
    }
}

/// The lead's address; else what was found in its place, if anything.
pub(super) fn lead_address(kind: Kind, body: Fields<'_>) -> Result<EmailAddress, Option<(&'static str, AddressError)>> {
    let mut refused = None;
    for (key, text) in address_keys(kind).iter().filter_map(|key| Some((*key, body.said(key)?))) {
        match mailbox_address(&text) {
            Ok(address) => return Ok(address),
            Err(error) => refused = refused.or(Some((key, error))),
        }
    }
    Err(refused)
}

/// The sending mailbox. `actual_replied_from` is whose, nobody knows.
pub(super) fn mailbox(kind: Kind, body: Fields<'_>) -> Option<EmailAddress> {
    let by_kind = match kind {
        Kind::EmailSent => body.address("from_email"),
        Kind::AccountError => body.address("email"),
        _ => None,
    };
    body.address_of(&["email_account_name", "sender_email"]).or(by_kind)
}

/// The workspace: its id; else what the source is set to; else its name.
pub(super) fn account(body: Fields<'_>, settings: &Settings) -> Option<String> {
    body.id("workspace_id").or_else(|| settings.account.clone()).or_else(|| body.name("workspace_name"))
}

/// The campaign: by its id, which has two names, else by its name within the workspace.
pub(super) fn campaign(body: Fields<'_>, account: Option<&str>) -> Option<CampaignRef> {
    let title = body.name_of(&["campaign_name", "camp_name"]);
    let key = match body.id_of(&["campaign_id", "camp_id"]) {
        Some(id) => CampaignKey::External(external(id)),
        None => {
            let account = account.unwrap_or_default().to_owned();
            CampaignKey::Named(ExternalId { platform: Platform::Plusvibe, account, id: title.clone()? })
        }
    };
    // A bounce may be the one too many.
    let status_mentioned = body.flag("is_camp_paused").filter(|paused| *paused).map(|_| "paused".to_owned());
    Some(CampaignRef { key, name: title, status_mentioned })
}
