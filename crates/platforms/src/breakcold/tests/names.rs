//! What each event is.

use std::collections::BTreeMap;

use hookline_model::kind::Kind;
use serde_json::json;

use super::{CAMPAIGN, FIXTURES, LEAD_ID, RECEIVED, classic, contact_id, event, extra, fixture, new, refusal};
use crate::{Delivery, Parser, Settings, breakcold::Breakcold};

/// The kind that the fixture of this name is read as.
fn kind(name: &str) -> Kind {
    event(&fixture(name)).kind
}

#[test]
fn all_48_names_have_a_kind_and_a_fixture() {
    let names: Vec<&str> = Breakcold.names().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, FIXTURES);
    for (name, expected) in Breakcold.names() {
        assert_eq!(kind(name), expected, "{name}");
    }
}

#[test]
fn lead_create() {
    assert_eq!(kind("lead.create"), Kind::ContactCreated);
}

#[test]
fn lead_update() {
    assert_eq!(kind("lead.update"), Kind::ContactUpdated);
}

#[test]
fn lead_delete() {
    assert_eq!(kind("lead.delete"), Kind::ContactDeleted);
}

#[test]
fn lead_status_update() {
    assert_eq!(kind("lead.status.update"), Kind::ContactStatusUpdated);
}

#[test]
fn lead_list_update() {
    assert_eq!(kind("lead.list.update"), Kind::ContactListsUpdated);
}

#[test]
fn lead_tags_update() {
    assert_eq!(kind("lead.tags.update"), Kind::ContactTagsUpdated);
}

#[test]
fn lead_track() {
    assert_eq!(kind("lead.track"), Kind::ContactTracked);
}

#[test]
fn lead_task_create() {
    assert_eq!(kind("lead.task.create"), Kind::TaskCreated);
}

#[test]
fn lead_task_update() {
    assert_eq!(kind("lead.task.update"), Kind::TaskUpdated);
}

#[test]
fn lead_task_delete() {
    assert_eq!(kind("lead.task.delete"), Kind::TaskDeleted);
}

#[test]
fn lead_note_create() {
    assert_eq!(kind("lead.note.create"), Kind::NoteCreated);
}

#[test]
fn lead_note_update() {
    assert_eq!(kind("lead.note.update"), Kind::NoteUpdated);
}

#[test]
fn lead_note_delete() {
    assert_eq!(kind("lead.note.delete"), Kind::NoteDeleted);
}

#[test]
fn lead_linkedin_new() {
    assert_eq!(kind("lead.linkedin.new"), Kind::MessageLinkedin);
}

#[test]
fn lead_twitter_new() {
    assert_eq!(kind("lead.twitter.new"), Kind::MessageTwitter);
}

#[test]
fn lead_email_new() {
    assert_eq!(kind("lead.email.new"), Kind::MessageEmail);
}

#[test]
fn campaign_create() {
    assert_eq!(kind("campaign.create"), Kind::CampaignCreated);
}

#[test]
fn campaign_update() {
    assert_eq!(kind("campaign.update"), Kind::CampaignUpdated);
}

#[test]
fn campaign_delete() {
    assert_eq!(kind("campaign.delete"), Kind::CampaignDeleted);
}

#[test]
fn campaign_email_sent() {
    assert_eq!(kind("campaign.email.sent"), Kind::EmailSent);
}

#[test]
fn campaign_email_reply() {
    assert_eq!(kind("campaign.email.reply"), Kind::EmailReplied);
}

#[test]
fn campaign_email_open() {
    assert_eq!(kind("campaign.email.open"), Kind::EmailOpened);
}

#[test]
fn campaign_email_click() {
    assert_eq!(kind("campaign.email.click"), Kind::EmailClicked);
}

#[test]
fn campaign_email_bounce() {
    assert_eq!(kind("campaign.email.bounce"), Kind::EmailBounced);
}

#[test]
fn campaign_email_unsubscribe() {
    assert_eq!(kind("campaign.email.unsubscribe"), Kind::ContactUnsubscribed);
}

#[test]
fn list_create() {
    assert_eq!(kind("list.create"), Kind::ListCreated);
}

#[test]
fn list_update() {
    assert_eq!(kind("list.update"), Kind::ListUpdated);
}

#[test]
fn list_delete() {
    assert_eq!(kind("list.delete"), Kind::ListDeleted);
}

#[test]
fn status_create() {
    assert_eq!(kind("status.create"), Kind::StatusCreated);
}

#[test]
fn status_update() {
    assert_eq!(kind("status.update"), Kind::StatusUpdated);
}

#[test]
fn status_delete() {
    assert_eq!(kind("status.delete"), Kind::StatusDeleted);
}

#[test]
fn tag_create() {
    assert_eq!(kind("tag.create"), Kind::TagCreated);
}

#[test]
fn tag_update() {
    assert_eq!(kind("tag.update"), Kind::TagUpdated);
}

#[test]
fn tag_delete() {
    assert_eq!(kind("tag.delete"), Kind::TagDeleted);
}

#[test]
fn record_created() {
    assert_eq!(kind("record.created"), Kind::ContactCreated);
}

#[test]
fn record_updated() {
    assert_eq!(kind("record.updated"), Kind::ContactUpdated);
}

#[test]
fn record_deleted() {
    assert_eq!(kind("record.deleted"), Kind::ContactDeleted);
}

#[test]
fn note_created() {
    assert_eq!(kind("note.created"), Kind::NoteCreated);
}

#[test]
fn note_updated() {
    assert_eq!(kind("note.updated"), Kind::NoteUpdated);
}

#[test]
fn note_deleted() {
    assert_eq!(kind("note.deleted"), Kind::NoteDeleted);
}

#[test]
fn task_created() {
    assert_eq!(kind("task.created"), Kind::TaskCreated);
}

#[test]
fn task_completed() {
    assert_eq!(kind("task.completed"), Kind::TaskUpdated);
}

#[test]
fn relation_added() {
    assert_eq!(kind("relation.added"), Kind::Other);
}

#[test]
fn relation_removed() {
    assert_eq!(kind("relation.removed"), Kind::Other);
}

#[test]
fn call_linked() {
    assert_eq!(kind("call.linked"), Kind::ActivityRecorded);
}

#[test]
fn call_unlinked() {
    assert_eq!(kind("call.unlinked"), Kind::ContactUpdated);
}

#[test]
fn file_uploaded() {
    assert_eq!(kind("file.uploaded"), Kind::ContactUpdated);
}

#[test]
fn file_deleted() {
    assert_eq!(kind("file.deleted"), Kind::ContactUpdated);
}

#[test]
fn a_new_name_is_other_and_keeps_its_name() {
    let of_lead = event(&classic("lead.status_change", &json!({"id_lead": LEAD_ID, "new": "x"})));
    assert_eq!((of_lead.kind, extra(&of_lead)), (Kind::Other, json!({"event_name": "lead.status_change"})));
    assert_eq!(contact_id(&of_lead), Some(("", LEAD_ID)));
    let of_nobody = event(&new("deal.won", &json!({"amount": 5})));
    assert_eq!((of_nobody.kind, of_nobody.contact.as_ref()), (Kind::Other, None));
    assert_eq!(extra(&of_nobody), json!({"event_name": "deal.won", "platform_event_id": "evt_x1"}));
}

#[test]
fn a_new_name_may_be_about_a_campaign() {
    let event = event(&classic("campaign.lead.add", &json!({"id_lead": LEAD_ID, "id_campaign": CAMPAIGN})));
    let campaign = event.campaign.expect("a campaign");
    assert_eq!(campaign.key.platform_campaign_id(), Some(CAMPAIGN));
}

#[test]
fn a_new_name_is_cut() {
    let event = event(&classic(&"x".repeat(5_000), &json!({})));
    assert_eq!(event.facts.extra["event_name"], json!("x".repeat(200)));
}

#[test]
fn a_name_is_the_same_in_any_case_and_trimmed() {
    let mut body = fixture("campaign.email.open");
    let original = event(&body);
    body["event"] = json!(" Campaign.Email.OPEN ");
    assert_eq!(event(&body), original);
}

#[test]
fn a_body_without_a_name_says_what_was_expected() {
    for name in [json!(null), json!(""), json!("null"), json!(5), json!(["lead.create"])] {
        let body = json!({"id_space": "s", "event": name, "payload": {"id": LEAD_ID}});
        assert_eq!(refusal(&body), "no event name: expected text under event", "{name}");
    }
}

#[test]
fn a_name_that_an_agency_explained_is_read_as_the_one_it_stands_for() {
    let names = BTreeMap::from([("lead.status_change".to_owned(), "lead.status.update".to_owned())]);
    let settings = Settings { account: None, names };
    let read = |name: &str| {
        let mut body = fixture("lead.status.update");
        body["event"] = json!(name);
        let body = body.to_string();
        let delivery = Delivery { body: body.as_bytes(), received_at: RECEIVED, settings: &settings };
        Breakcold.parse(&delivery).expect("an event").event
    };
    assert_eq!(read("Lead.Status_Change"), read("lead.status.update"));
}
