//! One test per event: what a fixture says, as literals.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use hookline_model::{
    event::{Bounce, BounceType, Change, ContactRef, Event, Facts, MessageFacts},
    interest::Interest,
    key::{EmailAddress, EmailKey},
    kind::Kind,
    platform::Platform,
    time::TimeSource,
};

use super::{
    LEAD, LIA, MAILBOX, REPLY_ID, SENT_ID, WORKSPACE, campaign_key, contact_email, event, fixture, inbound, outbound, some,
    step_key,
};

const APP_URL: &str = "https://app.instantly.ai/app/unibox?thread_search=thread:mV4-tQ8bHs2Kz_1xRe\
                       &selected_wks=6a1f2c9e-0b7d-4e35-8c14-2f9d7a60b3e8";

fn extra(event: &Event) -> Value {
    json!(event.facts.extra)
}

fn set(text: &str) -> Option<Change<String>> {
    Some(Change::Set(text.to_owned()))
}

/// Checks the workspace and campaign that most fixtures share, the lead, the time and its source.
fn assert_belongs(event: &Event, kind: Kind, lead: &str, at: &str) {
    assert_eq!((event.platform, event.kind), (Platform::Instantly, kind));
    assert_eq!(event.account.as_deref(), Some(WORKSPACE));
    let email = EmailAddress::parse(lead).expect("an address");
    assert_eq!(event.contact, Some(ContactRef { email: Some(email), external: None }));
    let campaign = event.campaign.as_ref().expect("a campaign");
    assert_eq!((&campaign.key, campaign.name.as_deref()), (&campaign_key(), Some("Iberia logistics Q1")));
    assert_eq!((event.occurred_at.to_string().as_str(), event.time_source), (at, TimeSource::Stated));
}

#[test]
fn a_send_tells_all_of_its_email() {
    let event = event(&fixture("email_sent"));
    assert_belongs(&event, Kind::EmailSent, LEAD, "2026-03-03T08:20:14.902Z");
    assert_eq!(event.sending_account.as_deref(), Some(MAILBOX));
    let expected = MessageFacts {
        key: step_key(LEAD),
        from: some(MAILBOX),
        to: some(LEAD),
        subject: some("empty return trips"),
        body_text: some("Hola Inés, how many of your trucks come back empty?"),
        body_html: some("<div>Hola Inés, how many of your trucks come back empty?</div>"),
        sequence_number: Some(1),
        at: Some(event.occurred_at),
        ..MessageFacts::default()
    };
    assert_eq!(event.outbound.as_deref(), Some(&expected));
    assert_eq!(event.inbound, None);
    let facts = &event.facts;
    assert_eq!((facts.first_name.clone(), facts.last_name.clone()), (set("Inés"), set("Vidal")));
    assert_eq!((facts.company_name.clone(), facts.phone.clone(), facts.website_url.clone()), (set("Corvalia SL"), None, None));
    let custom = [("jobTitle", json!("Head of Fleet")), ("Trucks on the road", json!(48))];
    assert_eq!(facts.custom_fields, BTreeMap::from(custom.map(|(name, value)| (name.to_owned(), Change::Set(value)))));
    assert_eq!(extra(&event), json!({"variant": 2, "is_first": true, "platform_email_id": SENT_ID}));
}

#[test]
fn an_early_send_has_neither_text_nor_id() {
    let event = event(&fixture("email_sent_early"));
    assert_eq!((event.kind, event.outbound_key()), (Kind::EmailSent, step_key(LEAD).as_ref()));
    assert_eq!(outbound(&event).body_text.as_deref(), Some("Hola Inés,\n\nhow many & why?"));
    assert_eq!(extra(&event), json!({"variant": 1, "is_first": true}));
}

#[test]
fn an_open_belongs_to_its_step() {
    let event = event(&fixture("email_opened"));
    assert_belongs(&event, Kind::EmailOpened, LEAD, "2026-03-03T09:41:52.330Z");
    let expected = MessageFacts {
        key: step_key(LEAD),
        from: some(MAILBOX),
        to: some(LEAD),
        sequence_number: Some(1),
        ..MessageFacts::default()
    };
    assert_eq!(event.outbound.as_deref(), Some(&expected));
    assert_eq!(extra(&event), json!({"variant": 2, "is_first": true}));
}

#[test]
fn a_click_has_no_link() {
    let event = event(&fixture("link_clicked"));
    assert_belongs(&event, Kind::EmailClicked, LEAD, "2026-03-03T09:42:20.007Z");
    assert_eq!(event.outbound_key(), step_key(LEAD).as_ref());
    assert!(event.facts.clicked_links.is_empty());
    assert_eq!(extra(&event), json!({"variant": 2}));
}

#[test]
fn a_reply_tells_of_both_messages() {
    let event = event(&fixture("reply_received"));
    assert_belongs(&event, Kind::EmailReplied, LEAD, "2026-03-03T11:05:39.614Z");
    assert_eq!(event.sending_account.as_deref(), Some(MAILBOX));
    assert_eq!((event.outbound_key(), event.sequence_number()), (step_key(LEAD).as_ref(), Some(1)));
    // Nothing of the sent message but whose step it was.
    assert_eq!((outbound(&event).subject.as_ref(), outbound(&event).at), (None, None));
    let reply = inbound(&event);
    assert_eq!(reply.key, Some(EmailKey::Inbound(format!("instantly:{REPLY_ID}"))));
    assert_eq!((reply.message_id.as_ref(), reply.sequence_number), (None, None));
    assert_eq!((reply.from.as_deref(), reply.to.as_deref()), (Some(LEAD), Some(MAILBOX)));
    assert_eq!(reply.subject.as_deref(), Some("Re: empty return trips"));
    assert!(reply.body_text.as_deref().is_some_and(|text| text.starts_with("Tuesday works.\n\nOn Tue") && text.ends_with('\n')));
    assert!(reply.body_html.as_deref().is_some_and(|html| html.starts_with("<div dir=\"ltr\">Tuesday works.</div>")));
    assert_eq!(reply.at, Some(event.occurred_at));
    let expected = json!({
        "app_url": APP_URL,
        "thread_key": "mV4-tQ8bHs2Kz_1xRe",
        "variant": 2,
        "is_first": true,
        "platform_email_id": REPLY_ID,
        "reply_snippet": "Tuesday works.",
    });
    assert_eq!(extra(&event), expected);
}

#[test]
fn an_early_reply_goes_by_its_identity() {
    let event = event(&fixture("reply_received_early"));
    assert_eq!(event.inbound_key(), Some(&EmailKey::InboundEvent(hex::encode(event.id.0.as_bytes()))));
    assert_eq!(inbound(&event).body_text.as_deref(), Some("No gracias.\nInés"));
    assert_eq!(event.facts.extra.get("thread_key"), None);
}

#[test]
fn an_automatic_reply_is_no_reply() {
    let event = event(&fixture("auto_reply_received"));
    assert_belongs(&event, Kind::EmailAutoReplied, "rui@portel.example", "2026-03-03T08:20:19.450Z");
    assert_eq!(inbound(&event).subject.as_deref(), Some("Automatic reply: empty return trips"));
    assert_eq!(inbound(&event).body_text.as_deref(), Some("I am back on 9 March"));
    assert_eq!(event.outbound_key(), step_key("rui@portel.example").as_ref());
    assert_eq!((event.facts.interest, event.facts.category), (None, None));
}

#[test]
fn a_flat_bounce_is_hard() {
    let event = event(&fixture("email_bounced"));
    assert_belongs(&event, Kind::EmailBounced, "gone@corvalia.example", "2026-03-03T08:21:03.118Z");
    assert_eq!(event.facts.bounce, Some(Bounce { bounce_type: BounceType::Hard, reason: None }));
    assert_eq!(event.outbound_key(), step_key("gone@corvalia.example").as_ref());
}

#[test]
fn an_unsubscribe_says_only_who() {
    let event = event(&fixture("lead_unsubscribed"));
    assert_belongs(&event, Kind::ContactUnsubscribed, "rui@portel.example", "2026-03-04T06:58:11.200Z");
    assert_eq!((event.sending_account.as_ref(), event.outbound.as_ref(), event.inbound.as_ref()), (None, None, None));
    assert_eq!(event.facts, Facts::default());
}

#[test]
fn an_account_error_is_about_a_mailbox() {
    let event = event(&fixture("account_error"));
    assert_eq!((event.kind, event.sending_account.as_deref()), (Kind::AccountError, Some(MAILBOX)));
    assert_eq!((event.contact.as_ref(), event.campaign.as_ref()), (None, None));
    assert_eq!((event.account.as_deref(), extra(&event)), (Some(WORKSPACE), json!({})));
}

#[test]
fn a_completed_campaign_names_no_lead() {
    let event = event(&fixture("campaign_completed"));
    assert_eq!((event.kind, event.contact.as_ref()), (Kind::CampaignCompleted, None));
    assert_eq!(event.campaign_key(), Some(&campaign_key()));
    assert_eq!(event.facts.campaign_status.as_deref(), Some("completed"));
}

#[test]
fn a_sequence_that_ran_out_for_a_lead_does_not_end_the_campaign() {
    let event = event(&fixture("campaign_completed_for_lead_without_reply"));
    assert_belongs(&event, Kind::CampaignCompleted, "teo@marisca.example", "2026-03-19T16:00:00.512Z");
    assert_eq!(event.facts.campaign_status, None);
    assert_eq!(event.campaign.and_then(|campaign| campaign.status_mentioned), None);
}

#[test]
fn an_interest_repeats_the_reply_and_brings_none() {
    let event = event(&fixture("lead_interested"));
    assert_belongs(&event, Kind::ContactInterested, LEAD, "2026-03-03T11:06:30.085Z");
    assert_eq!((event.inbound.as_ref(), event.sending_account.as_ref()), (None, None));
    assert_eq!((event.outbound_key(), event.sequence_number()), (step_key(LEAD).as_ref(), Some(1)));
    assert_eq!((outbound(&event).subject.as_ref(), outbound(&event).body_text.as_ref()), (None, None));
    assert_eq!(event.facts.interest, Some(Change::Set(Interest::Interested)));
    assert_eq!(event.facts.category, set("Interested"));
    assert!(event.facts.custom_fields.is_empty());
    let expected = json!({"variant": 2, "reply_snippet": "Tuesday works.", "reply_subject": "Re: empty return trips"});
    assert_eq!(extra(&event), expected);
}

#[test]
fn the_least_status_event_brings_the_leads_fields() {
    let event = event(&fixture("lead_not_interested"));
    assert_belongs(&event, Kind::ContactNotInterested, LIA, "2026-03-05T07:44:09.731Z");
    assert_eq!((event.outbound.as_ref(), event.inbound.as_ref()), (None, None));
    let facts = &event.facts;
    assert_eq!((facts.first_name.clone(), facts.last_name.clone()), (set("Lia"), set("Moura")));
    assert_eq!((facts.phone.clone(), facts.website_url.clone()), (set("+351210000000"), set("novares.example")));
    assert_eq!(facts.custom_fields.get("personalization"), Some(&Change::Set(json!("Saw your fleet day"))));
    assert_eq!((facts.interest.clone(), extra(&event)), (Some(Change::Set(Interest::NotInterested)), json!({})));
}

#[test]
fn a_custom_label_is_kept_in_its_own_words() {
    let event = event(&fixture("custom_label"));
    assert_belongs(&event, Kind::ContactCategoryUpdated, LIA, "2026-03-05T07:45:00.000Z");
    assert_eq!((event.facts.category.clone(), event.facts.interest.clone()), (set("Budget next year"), None));
    assert_eq!(extra(&event), json!({}));
}

#[test]
fn an_enrichment_is_about_nobody() {
    let event = event(&fixture("supersearch_enrichment_completed"));
    assert_eq!((event.kind, event.contact.as_ref(), event.campaign.as_ref()), (Kind::Other, None, None));
    assert_eq!(event.account.as_deref(), Some(WORKSPACE));
    assert_eq!(extra(&event), json!({"event_name": "supersearch_enrichment_completed"}));
}

#[test]
fn an_unknown_event_is_kept_by_its_name() {
    let event = event(&fixture("unknown_event"));
    assert_belongs(&event, Kind::Other, LIA, "2026-03-05T08:10:00.000Z");
    assert_eq!((event.facts.category.as_ref(), contact_email(&event)), (None, Some(LIA)));
    assert_eq!(extra(&event), json!({"event_name": "lead_skipped"}));
}
