//! The bodies: a file per event and shape.

/// Every fixture but the wrapped and the sample, by its name. `minimal_` is the oldest form of the flat shape; `nested_`, `typed_`
/// and `short_` are three generations of SmartLead's API reference; `alert_` are alerts about an account.
pub(super) const FIXTURES: &[(&str, &str)] = &[
    ("email_sent", include_str!("../../../fixtures/smartlead/email_sent.json")),
    ("first_email_sent", include_str!("../../../fixtures/smartlead/first_email_sent.json")),
    ("email_open", include_str!("../../../fixtures/smartlead/email_open.json")),
    ("email_link_click", include_str!("../../../fixtures/smartlead/email_link_click.json")),
    ("email_reply", include_str!("../../../fixtures/smartlead/email_reply.json")),
    ("email_bounce", include_str!("../../../fixtures/smartlead/email_bounce.json")),
    ("lead_unsubscribed", include_str!("../../../fixtures/smartlead/lead_unsubscribed.json")),
    ("lead_category_updated", include_str!("../../../fixtures/smartlead/lead_category_updated.json")),
    ("campaign_status_changed", include_str!("../../../fixtures/smartlead/campaign_status_changed.json")),
    ("untracked_replies", include_str!("../../../fixtures/smartlead/untracked_replies.json")),
    ("manual_step_reached", include_str!("../../../fixtures/smartlead/manual_step_reached.json")),
    ("unknown_event", include_str!("../../../fixtures/smartlead/unknown_event.json")),
    ("minimal_sent", include_str!("../../../fixtures/smartlead/minimal_sent.json")),
    ("minimal_open", include_str!("../../../fixtures/smartlead/minimal_open.json")),
    ("minimal_click", include_str!("../../../fixtures/smartlead/minimal_click.json")),
    ("minimal_reply", include_str!("../../../fixtures/smartlead/minimal_reply.json")),
    ("minimal_unsubscribed", include_str!("../../../fixtures/smartlead/minimal_unsubscribed.json")),
    ("minimal_category", include_str!("../../../fixtures/smartlead/minimal_category.json")),
    ("nested_sent", include_str!("../../../fixtures/smartlead/nested_sent.json")),
    ("nested_opened", include_str!("../../../fixtures/smartlead/nested_opened.json")),
    ("nested_clicked", include_str!("../../../fixtures/smartlead/nested_clicked.json")),
    ("nested_replied", include_str!("../../../fixtures/smartlead/nested_replied.json")),
    ("nested_bounced", include_str!("../../../fixtures/smartlead/nested_bounced.json")),
    ("nested_unsubscribed", include_str!("../../../fixtures/smartlead/nested_unsubscribed.json")),
    ("typed_opened", include_str!("../../../fixtures/smartlead/typed_opened.json")),
    ("typed_replied", include_str!("../../../fixtures/smartlead/typed_replied.json")),
    ("short_opened", include_str!("../../../fixtures/smartlead/short_opened.json")),
    ("short_replied", include_str!("../../../fixtures/smartlead/short_replied.json")),
    ("alert_mailbox", include_str!("../../../fixtures/smartlead/alert_mailbox.json")),
    ("alert_linkedin", include_str!("../../../fixtures/smartlead/alert_linkedin.json")),
    ("alert_bounces", include_str!("../../../fixtures/smartlead/alert_bounces.json")),
    ("alert_dotted", include_str!("../../../fixtures/smartlead/alert_dotted.json")),
];

/// A reply as a relay of the n8n family posts it on.
pub(super) const RELAYED: &str = include_str!("../../../fixtures/smartlead/relayed_reply.json");

/// What a webhook that is being saved may be sent.
pub(super) const SAMPLE: &str = include_str!("../../../fixtures/smartlead/sample_sent.json");
