//! What makes two deliveries of Instantly's the same event.
//!
//! Instantly gives no id of an event, and a retry repeats its body (Instantly's log of deliveries). The id of the message that a
//! send or a reply is identifies it for ever. Anything else is who, where and what, at its time; without a believable time, a
//! repetition within the claim's window is the same event.

use hookline_model::{event::Event, identity::Identity, key::CampaignKey, kind::Kind, platform::Platform, time::TimeSource};

use crate::{
    identified::{Identified, text_hash},
    instantly::{facts, label::Label, message::Ids, names::Name},
    json::{Fields, object_hash},
};

/// Identifies an event, whose contact, campaign and messages have been read from `body` already.
pub(super) fn identify(event: &Event, name: &Name, body: Fields<'_>, ids: &Ids) -> Identified {
    let by_email_id = ids.email_id.as_ref().map(|id| ("email_id", id));
    if let Some((part, id)) = by_email_id.or_else(|| ids.message_id.as_ref().map(|id| ("message_id", id))) {
        let digest = Identity::new(Platform::Instantly, "", event.kind).part(part, id).digest();
        return Identified { digest, lasting: true };
    }
    let identity = Identity::new(Platform::Instantly, account(event), event.kind)
        .contact(event.contact.as_ref())
        .campaign(event.campaign_key());
    let step = || body.step("step").map(|step| step.to_string());
    let timeless = event.time_source == TimeSource::Received;
    let identity = match event.kind {
        Kind::EmailOpened => identity.maybe("step", step()),
        Kind::EmailClicked => identity.maybe("step", step()).maybe("link", facts::link(body)),
        // No two messages leave or come in at one millisecond; a relay may shorten one of two deliveries.
        Kind::EmailSent | Kind::EmailBounced if timeless => identity.maybe("step", step()),
        Kind::EmailReplied | Kind::EmailAutoReplied if timeless => identity.maybe("body", text_hash(event)),
        Kind::ContactCategoryUpdated => identity.maybe("label", name.label.as_ref().map(Label::identity)),
        Kind::AccountError => identity.maybe("mailbox", event.sending_account.as_deref()).maybe("error", facts::error_type(body)),
        Kind::Other | Kind::WebhookTest => identity
            .maybe("name", name.text.as_ref().map(|name| name.to_lowercase()))
            .part("body", body.map().map_or([0; 32], object_hash)),
        _ => identity,
    };
    Identified { digest: identity.digest(), lasting: false }
}

/// The workspace of Instantly's, where no id tells it: a relay may leave it out.
fn account(event: &Event) -> &str {
    match event.campaign_key() {
        Some(CampaignKey::External(_)) => "",
        _ => event.account.as_deref().unwrap_or_default(),
    }
}
