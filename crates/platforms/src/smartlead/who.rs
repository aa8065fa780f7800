//! Who an event is about, in which campaign, and which mailbox of ours took part.
//!
//! `from_email` is our mailbox on every event, a reply included, and so it is never read as a person (live captures).

use std::borrow::Cow;

use hookline_model::{
    event::{CampaignRef, ContactRef},
    key::{AddressError, CampaignKey, EmailAddress, ExternalId},
    kind::Kind,
    platform::Platform,
};

use crate::{
    ParseError,
    json::{Fields, Mailbox, mailbox},
};

/// An id of SmartLead's. Its ids are unique across its clients, so no account is part of them.
pub(super) fn external(id: String) -> ExternalId {
    ExternalId { platform: Platform::Smartlead, account: String::new(), id }
}

/// The contact: the lead, also when a colleague answers for it; of an untracked reply its writer. `ours` is our mailbox, which is
/// nobody's contact.
///
/// # Errors
/// [`ParseError::NamesNothing`] if an event about a person names none.
pub(super) fn contact(kind: Kind, body: Fields<'_>, ours: Option<&EmailAddress>) -> Result<Option<ContactRef>, ParseError> {
    let mut refused = None;
    let email = candidates(kind, body).find_map(|(key, text)| match mailbox::address(&text) {
        Ok(address) if is_own(key, &address, ours) => None,
        Ok(address) => Some(address),
        Err(error) => {
            refused.get_or_insert((key, error));
            None
        }
    });
    // `sl_email_lead_map_id` names the lead in one campaign, not the lead. An untracked reply has no lead.
    let id = match kind {
        Kind::EmailReplyUntracked => None,
        _ => body.id("sl_email_lead_id").or_else(|| body.id("lead_id")),
    };
    if email.is_some() || id.is_some() {
        return Ok(Some(ContactRef { email, external: id.map(external) }));
    }
    if matches!(kind, Kind::CampaignStatusChanged | Kind::Other) { Ok(None) } else { Err(nobody(kind, refused.as_ref())) }
}

/// Texts that may be the contact's address, the best first, with the field each stands in.
fn candidates<'a>(kind: Kind, body: Fields<'a>) -> impl Iterator<Item = (&'static str, Cow<'a, str>)> {
    // On replies the lead that was mailed goes before any other; elsewhere the two are the same (SmartLead webhook guide).
    let keys: &[&'static str] = match kind {
        Kind::EmailReplyUntracked => &["sender_detail"],
        Kind::EmailReplied => {
            &["leadCorrespondence.targetLeadEmail", "sl_lead_email", "lead_email", "to_email", "to", "lead_data.email"]
        }
        _ => &["lead_email", "sl_lead_email", "to_email", "to", "lead_data.email"],
    };
    let text = move |key: &'static str| match key {
        "leadCorrespondence.targetLeadEmail" => correspondence(body).said_of(&["targetLeadEmail", "target_lead_email"]),
        "lead_data.email" => body.object("lead_data").said("email"),
        key => body.said(key),
    };
    keys.iter().filter_map(move |key| Some((*key, text(key)?)))
}

/// Whether an address under `to_email` is our own mailbox: production bodies of replies have had it there.
fn is_own(key: &str, address: &EmailAddress, ours: Option<&EmailAddress>) -> bool {
    matches!(key, "to_email" | "to") && ours == Some(address)
}

/// Why an event names nobody.
fn nobody(kind: Kind, refused: Option<&(&'static str, AddressError)>) -> ParseError {
    let expected = match kind {
        Kind::EmailReplyUntracked => "an address in sender_detail",
        _ => "an address in lead_email or to_email, or a lead id",
    };
    let found = refused.map(|(key, error)| format!("; {key}: {error}")).unwrap_or_default();
    ParseError::NamesNothing(format!("{kind} names nobody: expected {expected}{found}"))
}

/// Who answered whom; relays spell the key their way.
pub(super) fn correspondence(body: Fields<'_>) -> Fields<'_> {
    let found = body.map_at("leadCorrespondence").or_else(|| body.map_at("lead_correspondence"));
    found.map_or_else(Fields::none, Fields::new)
}

/// The address of whoever wrote the reply, if it is stated.
pub(super) fn writer(body: Fields<'_>) -> Option<EmailAddress> {
    correspondence(body).address_of(&["replyReceivedFrom", "reply_received_from"])
}

/// The mailbox that wrote an untracked reply.
pub(super) fn sender(body: Fields<'_>) -> Option<Mailbox> {
    body.text("sender_detail").and_then(|text| mailbox::parse(&text).ok())
}

/// Our mailbox.
pub(super) fn sending_account(kind: Kind, body: Fields<'_>) -> Option<EmailAddress> {
    match kind {
        // May name several recipients (SmartLead's help pages).
        Kind::EmailReplyUntracked => mailbox::first(&body.texts("recipient_detail").join(",")).map(|mailbox| mailbox.address),
        _ => own_mailbox(body),
    }
}

/// Our mailbox as every event but an untracked reply has it.
fn own_mailbox(body: Fields<'_>) -> Option<EmailAddress> {
    body.address_of(&["from_email", "from"])
}

/// The campaign. Its status is only mentioned here, unless the event is about it.
///
/// # Errors
/// [`ParseError::NamesNothing`] if an event about a campaign names none.
pub(super) fn campaign(kind: Kind, body: Fields<'_>) -> Result<Option<CampaignRef>, ParseError> {
    let Some(id) = body.id("campaign_id") else {
        return match kind {
            Kind::CampaignStatusChanged => {
                Err(ParseError::NamesNothing(format!("{kind} names no campaign: expected an id in campaign_id")))
            }
            _ => Ok(None),
        };
    };
    let status_mentioned = match kind {
        Kind::CampaignStatusChanged => None,
        _ => body.text("campaign_status").map(|status| status.to_lowercase()),
    };
    Ok(Some(CampaignRef { key: CampaignKey::External(external(id)), name: body.text("campaign_name"), status_mentioned }))
}
