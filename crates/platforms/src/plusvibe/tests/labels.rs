//! Labels, which arrive as the event's name.

use serde_json::{Value, json};

use hookline_model::{
    event::{Change, Event},
    interest::Interest,
    kind::Kind,
};

use super::{event, fixtures, parse, with};

/// A lead marked as this.
fn marked(label: &str) -> Event {
    event(&with(fixtures::custom_label(), &json!({"webhook_event": format!("LEAD_MARKED_AS_{label}")})))
}

#[test]
fn labels_of_plusvibes_own_are_interests() {
    let cases = [
        ("INTERESTED", Kind::ContactInterested, Interest::Interested),
        ("NOT_INTERESTED", Kind::ContactNotInterested, Interest::NotInterested),
        ("MEETING_BOOKED", Kind::ContactMeetingBooked, Interest::MeetingBooked),
        ("MEETING_COMPLETED", Kind::ContactMeetingCompleted, Interest::MeetingCompleted),
        ("CLOSED", Kind::ContactClosed, Interest::Closed),
        ("WRONG_PERSON", Kind::ContactWrongPerson, Interest::WrongPerson),
        ("OUT_OF_OFFICE", Kind::ContactOutOfOffice, Interest::OutOfOffice),
    ];
    for (label, kind, interest) in cases {
        let event = marked(label);
        assert_eq!((event.kind, event.facts.interest), (kind, Some(Change::Set(interest))), "{label}");
        assert_eq!(event.facts.category, Some(Change::Set(label.to_owned())), "{label}");
    }
}

#[test]
fn any_other_label_is_kept_in_its_own_words() {
    for label in ["AUTOMATIC_REPLY", "QC_INTERESTED", "QC_CRM_ONLY", "HOT LEAD"] {
        let event = marked(label);
        assert_eq!((event.kind, event.facts.interest), (Kind::ContactCategoryUpdated, None), "{label}");
        assert_eq!(event.facts.category, Some(Change::Set(label.to_owned())), "{label}");
    }
    assert_eq!(marked("hot  lead").facts.category, Some(Change::Set("HOT LEAD".to_owned())));
    let long = marked(&"X".repeat(500)).facts.category;
    assert_eq!(long, Some(Change::Set("X".repeat(200))));
}

#[test]
fn a_label_of_an_agencys_own_that_is_an_interest_sets_it() {
    for (label, interest) in [("NO_SHOW", Interest::NoShow), ("Neutral", Interest::Neutral), ("NO-SHOW", Interest::NoShow)] {
        let event = marked(label);
        assert_eq!((event.kind, event.facts.interest), (Kind::ContactCategoryUpdated, Some(Change::Set(interest))), "{label}");
    }
}

#[test]
fn a_label_that_says_no_is_an_opt_out() {
    for label in ["UNSUBSCRIBED", "DO_NOT_CONTACT"] {
        let event = marked(label);
        assert_eq!((event.kind, event.facts.interest), (Kind::ContactUnsubscribed, None), "{label}");
        assert_eq!(event.facts.category, Some(Change::Set(label.to_owned())), "{label}");
    }
}

#[test]
fn a_label_without_text_is_an_unknown_name() {
    assert_eq!(marked("").kind, Kind::Other);
    assert_eq!(marked("  ").kind, Kind::Other);
}

#[test]
fn a_label_event_repeats_the_reply_and_brings_none() {
    let event = event(&with(fixtures::interested(), &json!({"text_body": "Ano.", "last_email_id": fixtures::REPLY_ID})));
    assert_eq!((event.kind, &event.inbound, &event.outbound), (Kind::ContactInterested, &None, &None));
    let extra = json!(event.facts.extra);
    assert_eq!(extra["reply_snippet"], json!("Ano, ve čtvrtek."));
    assert_eq!(extra["reply_subject"], json!("Re: Furnace linings"));
    assert_eq!(extra["replied_from"], json!("x@y.example"));
    assert_eq!(event.sending_account.as_deref(), Some(fixtures::MAILBOX));
}

#[test]
fn the_label_of_a_reply_is_shown_and_changes_nothing() {
    let event = event(&fixtures::reply());
    assert_eq!((&event.facts.category, &event.facts.interest), (&None, &None));
    let extra = json!(event.facts.extra);
    assert_eq!((&extra["label"], &extra["sentiment"]), (&json!("INTERESTED"), &json!("POSITIVE")));
}

#[test]
fn a_label_of_nobody_names_nothing() {
    let body = json!({"webhook_event": "LEAD_MARKED_AS_QC", "campaign_id": "c", "email": "Marek"});
    let expected = "LEAD_MARKED_AS_QC names nobody: expected an address in email, lead_email, from_email, recipient_email, or an id in \
                    lead_id; email: \"Marek\" is not an e-mail address";
    assert_eq!(parse(&body).map_err(|error| error.to_string()), Err(expected.to_owned()));
    let by_id: Value = json!({"webhook_event": "LEAD_MARKED_AS_QC", "lead_id": fixtures::LEAD_ID});
    assert!(event(&by_id).contact.is_some());
}
