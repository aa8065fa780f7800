//! The fixtures are of our own making: the structures of captures and of Instantly's developer pages, with invented values.

mod envelopes;
mod events;
mod identities;
mod labels;
mod leads;
mod messages;
mod names;
mod properties;
mod times;
mod trials;
mod whom;

use serde_json::Value;

use hookline_model::{
    key::{CampaignKey, ContactKey, EmailAddress, EmailKey, ExternalId},
    platform::Platform,
    time::Millis,
};

use crate::{
    instantly::Instantly,
    testing::{contact_email, contact_id as lead_id, inbound, outbound, readers, some, with},
};

/// 2026-03-25T12:00:00Z.
const RECEIVED: Millis = Millis(1_774_440_000_000);

readers!(Instantly, RECEIVED);

/// Instantly's workspace.
const WORKSPACE: &str = "6a1f2c9e-0b7d-4e35-8c14-2f9d7a60b3e8";

/// The campaign.
const CAMPAIGN: &str = "d47c0e12-93ab-4f6a-b2d8-71e5c09f4a36";

/// Our mailbox.
const MAILBOX: &str = "tom@go-brightkeel.example";

/// The lead of most fixtures.
const LEAD: &str = "ines.vidal@corvalia.example";

/// The lead of the labels.
const LIA: &str = "lia@novares.example";

/// Instantly's id of the message that was sent.
const SENT_ID: &str = "019cb2df-3f00-7b1e-9c46-5d2a8e7f1034";

/// Instantly's id of the reply.
const REPLY_ID: &str = "019cb376-a7c0-7d52-b0f3-48e19c6d2a77";

/// Every fixture, by its name.
const FIXTURES: [(&str, &str); 23] = [
    ("account_error", include_str!("../../../fixtures/instantly/account_error.json")),
    ("auto_reply_received", include_str!("../../../fixtures/instantly/auto_reply_received.json")),
    ("campaign_completed", include_str!("../../../fixtures/instantly/campaign_completed.json")),
    (
        "campaign_completed_for_lead_without_reply",
        include_str!("../../../fixtures/instantly/campaign_completed_for_lead_without_reply.json"),
    ),
    ("custom_label", include_str!("../../../fixtures/instantly/custom_label.json")),
    ("custom_label_without_name", include_str!("../../../fixtures/instantly/custom_label_without_name.json")),
    ("delivery_log", include_str!("../../../fixtures/instantly/delivery_log.json")),
    ("email_bounced", include_str!("../../../fixtures/instantly/email_bounced.json")),
    ("email_opened", include_str!("../../../fixtures/instantly/email_opened.json")),
    ("email_sent", include_str!("../../../fixtures/instantly/email_sent.json")),
    ("email_sent_early", include_str!("../../../fixtures/instantly/email_sent_early.json")),
    ("lead_interested", include_str!("../../../fixtures/instantly/lead_interested.json")),
    ("lead_not_interested", include_str!("../../../fixtures/instantly/lead_not_interested.json")),
    ("lead_unsubscribed", include_str!("../../../fixtures/instantly/lead_unsubscribed.json")),
    ("link_clicked", include_str!("../../../fixtures/instantly/link_clicked.json")),
    ("nested_bounced", include_str!("../../../fixtures/instantly/nested_bounced.json")),
    ("relay_n8n", include_str!("../../../fixtures/instantly/relay_n8n.json")),
    ("relay_strings", include_str!("../../../fixtures/instantly/relay_strings.json")),
    ("reply_received", include_str!("../../../fixtures/instantly/reply_received.json")),
    ("reply_received_early", include_str!("../../../fixtures/instantly/reply_received_early.json")),
    ("supersearch_enrichment_completed", include_str!("../../../fixtures/instantly/supersearch_enrichment_completed.json")),
    ("trial", include_str!("../../../fixtures/instantly/trial.json")),
    ("unknown_event", include_str!("../../../fixtures/instantly/unknown_event.json")),
];

/// A fixture as JSON.
fn fixture(name: &str) -> Value {
    let (_, text) = FIXTURES.iter().find(|(known, _)| *known == name).expect("a fixture of that name");
    serde_json::from_str(text).expect("fixtures are JSON")
}

/// A fixture with some fields set, or removed where the value is null.
fn changed(name: &str, fields: &Value) -> Value {
    with(fixture(name), fields)
}

/// An id of Instantly's.
fn external(id: &str) -> ExternalId {
    ExternalId { platform: Platform::Instantly, account: String::new(), id: id.to_owned() }
}

/// The key of the campaign.
fn campaign_key() -> CampaignKey {
    CampaignKey::External(external(CAMPAIGN))
}

/// The key of the first message to a lead.
fn step_key(lead: &str) -> Option<EmailKey> {
    let contact = ContactKey::Email(EmailAddress::parse(lead).expect("an address"));
    Some(EmailKey::Step { campaign: campaign_key(), contact, step: 1 })
}

#[test]
fn the_seeds_are_the_fixtures() {
    crate::tests::hold_seeds(Platform::Instantly, FIXTURES.iter().map(|(name, _)| (*name, fixture(name))));
}
