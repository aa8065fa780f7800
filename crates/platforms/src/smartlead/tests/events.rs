//! One test per event: what a fixture says, as literals.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use hookline_model::{
    event::{Bounce, BounceType, Change, ContactRef, Event, MessageFacts},
    interest::Interest,
    key::{CampaignKey, EmailAddress, EmailKey},
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource},
};

use super::{
    LEAD, MAILBOX, RECEIVED, REPLY_ID, SENT_ID, STATS_ID, contact_email, event, external, fixture, lead_id, sent_key, some,
};

/// 2026-03-04T09:15:22.400Z, when the email was sent.
const SENT_AT: Millis = Millis(1_772_615_722_400);

/// 2026-03-04T13:40:09Z, when the reply came.
const REPLIED_AT: Millis = Millis(1_772_631_609_000);

fn extra(event: &Event) -> Value {
    json!(event.facts.extra)
}

/// The email as its own event tells of it.
fn sent_email() -> MessageFacts {
    MessageFacts {
        key: sent_key(),
        message_id: some(SENT_ID),
        from: some(MAILBOX),
        to: some(LEAD),
        subject: some("Berth planning"),
        body_text: some("Hi Mara, how do you plan berths?"),
        body_html: some("<p>Hi Mara, how do you plan berths?</p>"),
        sequence_number: Some(1),
        at: Some(SENT_AT),
        ..MessageFacts::default()
    }
}

/// Checks the contact, campaign and account that most fixtures share.
fn assert_belongs(event: &Event) {
    assert_eq!(event.platform, Platform::Smartlead);
    assert_eq!(event.account.as_deref(), Some("9377"));
    let email = EmailAddress::parse(LEAD).expect("an address");
    assert_eq!(event.contact, Some(ContactRef { email: Some(email), external: Some(external("5020117346")) }));
    let campaign = event.campaign.as_ref().expect("a campaign");
    assert_eq!(campaign.key, CampaignKey::External(external("3158824")));
    assert_eq!(campaign.name.as_deref(), Some("Nordic ports Q1"));
    assert_eq!(campaign.status_mentioned.as_deref(), Some("active"));
}

fn assert_at(event: &Event, text: &str) {
    assert_eq!((event.occurred_at.to_string().as_str(), event.time_source), (text, TimeSource::Stated));
}

#[test]
fn a_send_tells_all_of_its_email() {
    let event = event(&fixture("email_sent"));
    assert_eq!(event.kind, Kind::EmailSent);
    assert_belongs(&event);
    assert_at(&event, "2026-03-04T09:15:22.400Z");
    assert_eq!(event.sending_account.as_deref(), Some(MAILBOX));
    assert_eq!(event.outbound.as_deref(), Some(&sent_email()));
    assert_eq!(event.inbound, None);
    assert_eq!(event.facts.full_name, Some(Change::Set("Mara Lind".to_owned())));
    let app_url = "https://app.smartlead.ai/app/master-inbox?leadMap=4611930275";
    assert_eq!(extra(&event), json!({"stats_id": STATS_ID, "lead_map_id": "4611930275", "app_url": app_url}));
}

#[test]
fn an_open_fills_in_the_send() {
    let event = event(&fixture("email_open"));
    assert_eq!(event.kind, Kind::EmailOpened);
    assert_belongs(&event);
    assert_at(&event, "2026-03-04T10:02:41.118Z");
    assert_eq!(event.outbound.as_deref(), Some(&sent_email()));
    assert_eq!(event.inbound, None);
}

#[test]
fn a_click_names_its_links() {
    let event = event(&fixture("email_link_click"));
    assert_eq!(event.kind, Kind::EmailClicked);
    assert_eq!(event.account, None);
    assert_at(&event, "2026-03-04T10:03:05.000Z");
    assert_eq!(event.outbound.as_deref(), Some(&sent_email()));
    let links = ["https://lumenroute.example/price?ref=1", "https://lumenroute.example/tour"];
    assert_eq!(event.facts.clicked_links, BTreeSet::from(links.map(str::to_owned)));
}

#[test]
fn a_reply_tells_of_both_messages() {
    let event = event(&fixture("email_reply"));
    assert_eq!(event.kind, Kind::EmailReplied);
    assert_belongs(&event);
    assert_at(&event, "2026-03-04T13:40:09.000Z");
    assert_eq!(event.sending_account.as_deref(), Some(MAILBOX));
    // The subject is the reply's to tell.
    assert_eq!(event.outbound.as_deref(), Some(&MessageFacts { subject: None, ..sent_email() }));
    let inbound = event.inbound.as_deref().expect("a message");
    assert_eq!(inbound.key, Some(EmailKey::Inbound(REPLY_ID.to_owned())));
    assert_eq!(inbound.message_id.as_deref(), Some(REPLY_ID));
    assert_eq!((inbound.from.as_deref(), inbound.to.as_deref()), (Some(LEAD), Some(MAILBOX)));
    assert_eq!(inbound.subject.as_deref(), Some("Berth planning"));
    assert_eq!(inbound.body_text.as_deref(), Some("Thursday at ten?\n"));
    assert!(inbound.body_html.as_deref().is_some_and(|html| html.starts_with("<div dir=\"ltr\">Thursday at ten?</div>\r\n")));
    assert_eq!((inbound.at, inbound.sequence_number), (Some(REPLIED_AT), None));
    let extra = &event.facts.extra;
    assert_eq!(extra.get("reply_source"), Some(&json!("CAMPAIGN")));
    assert_eq!(extra.get("cc_emails"), Some(&json!(["ops@fjordpack.example"])));
    assert_eq!(extra.get("replied_company_domain"), Some(&json!("SameCompany")));
    assert_eq!(extra.get("reply_category"), None);
}

#[test]
fn a_bounce_has_its_own_time_and_the_sends() {
    let event = event(&fixture("email_bounce"));
    assert_eq!(event.kind, Kind::EmailBounced);
    assert_belongs(&event);
    assert_at(&event, "2026-03-04T09:15:31.000Z");
    assert_eq!(event.outbound.as_deref(), Some(&sent_email()));
    assert_eq!(event.inbound, None);
    let reason = some("Delivery failed: 550 5.1.1 User unknown");
    assert_eq!(event.facts.bounce, Some(Bounce { bounce_type: BounceType::Hard, reason }));
    assert_eq!(event.facts.extra.get("bounce_message_id"), Some(&json!("69a7f0c2.1a@mx.fjordpack.example")));
}

#[test]
fn an_unsubscribe_needs_no_lead_id() {
    let event = event(&fixture("lead_unsubscribed"));
    assert_eq!(event.kind, Kind::ContactUnsubscribed);
    assert_at(&event, "2026-03-05T07:21:50.940Z");
    assert_eq!((contact_email(&event), lead_id(&event)), (Some(LEAD), None));
    assert_eq!((event.account.as_ref(), event.sending_account.as_ref()), (None, None));
    assert_eq!((event.outbound.as_ref(), event.inbound.as_ref()), (None, None));
    assert_eq!(event.campaign.as_ref().and_then(|campaign| campaign.status_mentioned.as_deref()), Some("completed"));
    assert_eq!(event.facts.full_name, Some(Change::Set("Mara Lind".to_owned())));
    assert_eq!(extra(&event), json!({}));
}

#[test]
fn a_category_sets_interest_and_brings_the_leads_data() {
    let event = event(&fixture("lead_category_updated"));
    assert_eq!(event.kind, Kind::ContactCategoryUpdated);
    assert_belongs(&event);
    assert_at(&event, "2026-03-04T13:42:18.377Z");
    assert_eq!((event.outbound.as_ref(), event.inbound.as_ref()), (None, None));
    let set = |text: &str| Some(Change::Set(text.to_owned()));
    let facts = &event.facts;
    assert_eq!(
        (facts.category.clone(), facts.interest.clone()),
        (set("Information Request"), Some(Change::Set(Interest::Interested)))
    );
    assert_eq!((facts.first_name.clone(), facts.last_name.clone()), (set("Mara"), set("Lind")));
    assert_eq!((facts.company_name.clone(), facts.phone.clone()), (set("Fjordpack AS"), set("+47 55 00 01 02")));
    assert_eq!(facts.website_url, set("https://fjordpack.example"));
    assert_eq!(facts.linkedin_url, set("https://linkedin.example/in/mara-lind"));
    assert_eq!(facts.full_name, set("Mara Lind"));
    let fields = [("berths", json!("14")), ("score", json!(7)), ("vip", json!(true))];
    assert_eq!(facts.custom_fields, BTreeMap::from(fields.map(|(name, value)| (name.to_owned(), Change::Set(value)))));
    let expected = json!({"category_id": "5", "current_sequence": 1, "location": "Bergen", "sentiment_type": "positive"});
    assert_eq!(extra(&event), expected);
}

#[test]
fn a_campaign_status_is_authoritative_and_timeless() {
    let event = event(&fixture("campaign_status_changed"));
    assert_eq!(event.kind, Kind::CampaignStatusChanged);
    assert_eq!((event.occurred_at, event.time_source), (RECEIVED, TimeSource::Received));
    assert_eq!(event.contact, None);
    assert_eq!(event.facts.campaign_status.as_deref(), Some("active"));
    assert_eq!(event.campaign.as_ref().and_then(|campaign| campaign.status_mentioned.as_ref()), None);
    assert_eq!(event.facts.extra.get("previous_status"), Some(&json!("drafted")));
}

#[test]
fn an_untracked_reply_belongs_to_its_writer() {
    let event = event(&fixture("untracked_replies"));
    assert_eq!(event.kind, Kind::EmailReplyUntracked);
    assert_at(&event, "2026-03-06T05:24:33.353Z");
    assert_eq!((contact_email(&event), lead_id(&event)), (Some("per.dahl@fjordpack.example"), None));
    assert_eq!((event.campaign.as_ref(), event.outbound.as_ref()), (None, None));
    assert_eq!(event.sending_account.as_deref(), Some(MAILBOX));
    assert_eq!(event.facts.full_name, Some(Change::Set("Dahl, Per".to_owned())));
    let expected = MessageFacts {
        key: Some(EmailKey::Inbound("CAKp2@mail.fjordpack.example".to_owned())),
        message_id: some("CAKp2@mail.fjordpack.example"),
        from: some("per.dahl@fjordpack.example"),
        to: some(MAILBOX),
        subject: some("Berths"),
        body_text: some("Passing this on to harbour ops.\n"),
        at: Some(event.occurred_at),
        ..MessageFacts::default()
    };
    assert_eq!(event.inbound.as_deref(), Some(&expected));
    assert_eq!(extra(&event), json!({"has_attachment": false}));
}

#[test]
fn a_manual_step_names_its_step() {
    let event = event(&fixture("manual_step_reached"));
    assert_eq!(event.kind, Kind::CampaignStepReached);
    assert_belongs(&event);
    assert_eq!((event.occurred_at, event.time_source), (RECEIVED, TimeSource::Received));
    assert_eq!((event.outbound.as_ref(), event.inbound.as_ref()), (None, None));
    assert_eq!(event.facts.full_name, Some(Change::Set("Mara Lind".to_owned())));
    assert_eq!(event.facts.extra.get("step"), Some(&json!(3)));
    assert_eq!(event.facts.extra.get("sent_message_ids"), Some(&json!([SENT_ID])));
}

#[test]
fn an_unknown_event_is_kept_by_its_name() {
    let event = event(&fixture("unknown_event"));
    assert_eq!(event.kind, Kind::Other);
    assert_at(&event, "2026-03-07T08:00:00.000Z");
    assert_eq!(contact_email(&event), Some(LEAD));
    assert_eq!(extra(&event), json!({"event_name": "LEAD_WAVED"}));
}

#[test]
fn the_oldest_form_of_a_send_is_read() {
    let event = event(&fixture("minimal_sent"));
    assert_eq!(event.kind, Kind::EmailSent);
    assert_at(&event, "2026-03-04T09:15:22.000Z");
    assert_eq!((contact_email(&event), lead_id(&event)), (Some(LEAD), None));
    let expected = MessageFacts {
        from: some(MAILBOX),
        to: some(LEAD),
        subject: some("Berth planning"),
        body_html: some("<p>Hi Mara</p>"),
        sequence_number: Some(1),
        at: Some(event.occurred_at),
        ..MessageFacts::default()
    };
    assert_eq!(event.outbound.as_deref(), Some(&expected));
}
