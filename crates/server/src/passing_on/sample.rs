//! Events that never happened, to try a subscription out with.

use std::{collections::BTreeSet, sync::Arc};

use hookline_model::{
    entry::Origin,
    event::{Bounce, BounceType, CampaignRef, Change, ContactRef, Event, Facts, MessageFacts},
    id::{EventId, WorkspaceId},
    identity::Identity,
    interest::Interest,
    key::{CampaignKey, EmailAddress, EmailKey, ExternalId},
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource},
};
use hookline_store::{Duplicates, StoredEvent, deliveries::Snapshot};
use serde_json::json;

/// People and companies of nobody's: `.example` is reserved.
const LEAD: &str = "t.weber@kranwerk.example";
const MAILBOX: &str = "nora@try-brightpath.example";

/// A sample of a kind, as if it had come just now; its origin is `test`, and it has no records.
pub(crate) fn sample(kind: Kind, workspace: WorkspaceId, now: Millis) -> Snapshot {
    let identity = Identity::new(Platform::Smartlead, "", kind).part("sample", now.to_string());
    let (of, is_email) = (|prefix: &str| kind.name().starts_with(prefix), kind.name().starts_with("email."));
    let is_about_nobody =
        ["account.", "list.", "status.", "tag.", "webhook."].into_iter().any(of) || kind == Kind::CampaignStatusChanged;
    let is_reply = matches!(kind, Kind::EmailReplied | Kind::EmailAutoReplied | Kind::EmailReplyUntracked);
    let event = Event {
        id: EventId::derive(now, &identity.digest()),
        kind,
        platform: if kind.is_of_the_house() { Platform::Hookline } else { Platform::Smartlead },
        account: None,
        occurred_at: now,
        time_source: TimeSource::Stated,
        contact: (!is_about_nobody)
            .then(|| ContactRef { email: EmailAddress::parse(LEAD).ok(), external: Some(external("4170220119")) }),
        campaign: ["email.", "contact.", "campaign."].into_iter().any(of).then(|| CampaignRef {
            key: CampaignKey::External(external("2900417")),
            name: Some("DACH cranes".to_owned()),
            status_mentioned: None,
        }),
        sending_account: (is_email || of("account.")).then(|| MAILBOX.to_owned()),
        outbound: (is_email || kind == Kind::ContactUnsubscribed).then(|| Box::new(sent(now))),
        inbound: is_reply.then(|| Box::new(received(now))),
        facts: facts(kind),
    };
    let event = StoredEvent {
        event: Arc::new(event),
        workspace,
        origin: Origin::Test,
        received_at: now,
        duplicates: Duplicates::default(),
        contact_id: None,
        contact_email: (!is_about_nobody).then(|| LEAD.to_owned()),
        campaign_id: None,
        raw: None,
    };
    Snapshot { event, contact: None, campaign: None, email: None }
}

fn external(id: &str) -> ExternalId {
    ExternalId { platform: Platform::Smartlead, account: String::new(), id: id.to_owned() }
}

fn sent(at: Millis) -> MessageFacts {
    MessageFacts {
        key: Some(EmailKey::Sent(external("0c1d7a52-6b1e-4f0a-9a1e-52f9be0a7711"))),
        message_id: Some("0c1d7a52-6b1e-4f0a-9a1e-52f9be0a7711@try-brightpath.example".to_owned()),
        from: Some(MAILBOX.to_owned()),
        to: Some(LEAD.to_owned()),
        subject: Some("Crane downtime".to_owned()),
        body_text: Some("Hi Tobias, this is a test.".to_owned()),
        sequence_number: Some(1),
        at: Some(at),
        ..MessageFacts::default()
    }
}

fn received(at: Millis) -> MessageFacts {
    let id = "CAD-x7f@mail.kranwerk.example";
    MessageFacts {
        key: Some(EmailKey::Inbound(id.to_owned())),
        message_id: Some(id.to_owned()),
        from: Some(LEAD.to_owned()),
        to: Some(MAILBOX.to_owned()),
        subject: Some("Re: Crane downtime".to_owned()),
        body_text: Some("Gerne, Dienstag?".to_owned()),
        at: Some(at),
        ..MessageFacts::default()
    }
}

fn facts(kind: Kind) -> Facts {
    let named = Facts { full_name: Some(Change::Set("Tobias Weber".to_owned())), ..Facts::default() };
    let mut facts = if kind.is_of_the_house() { Facts::default() } else { named };
    match kind {
        Kind::EmailBounced => {
            facts.bounce = Some(Bounce { bounce_type: BounceType::Hard, reason: Some("550 5.1.1 no such user".to_owned()) });
        }
        Kind::EmailClicked => facts.clicked_links = BTreeSet::from(["https://brightpath.example/demo".to_owned()]),
        // A status that is an interest as well: some dialects have words for no other.
        Kind::ContactCategoryUpdated | Kind::ContactStatusUpdated => {
            facts.category = Some(Change::Set("Interested".to_owned()));
            facts.interest = Some(Change::Set(Interest::Interested));
        }
        Kind::WebhookWarning => {
            let warning = json!({
                "webhook_id": "0190a6f0-0000-7000-8000-000000000001", "webhook_name": "Replies to the CRM", "host": "crm.example.com",
                "percent": 80, "failed_in_row": 4, "limit": 5, "status": "active", "last_status": 503, "last_error": null,
            });
            facts.extra = serde_json::from_value(warning).unwrap_or_default();
        }
        Kind::CampaignStatusChanged => facts.campaign_status = Some("COMPLETED".to_owned()),
        _ => {}
    }
    facts
}
