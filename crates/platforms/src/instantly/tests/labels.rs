//! Labels: built in, of the agency's own, by text and by number.

use serde_json::{Value, json};

use hookline_model::{
    event::{Change, Event},
    interest::Interest,
    kind::Kind,
};

use super::{LIA, changed, contact_email, event, fixture, refusal};

fn category(event: &Event) -> Option<&str> {
    match &event.facts.category {
        Some(Change::Set(text)) => Some(text),
        _ => None,
    }
}

/// The event of a label without an event's name.
fn nameless(fields: &Value) -> Event {
    let bare = json!({"custom_interest_value": null, "lead_label": null});
    event(&super::with(changed("custom_label_without_name", &bare), fields))
}

#[test]
fn a_label_that_is_built_in_sets_the_interest() {
    let cases = [
        ("Interested", Some(Interest::Interested)),
        ("MEETING BOOKED", Some(Interest::MeetingBooked)),
        ("Meeting  completed", Some(Interest::MeetingCompleted)),
        ("Won", Some(Interest::Closed)),
        ("Closed", Some(Interest::Closed)),
        ("Not interested", Some(Interest::NotInterested)),
        ("Wrong Person", Some(Interest::WrongPerson)),
        ("Out-of-office", Some(Interest::OutOfOffice)),
        ("No-Show", Some(Interest::NoShow)),
        ("Neutral", Some(Interest::Neutral)),
        ("Lost", None),
        ("Very interested", None),
    ];
    for (label, interest) in cases {
        let event = event(&changed("custom_label", &json!({"event_type": label})));
        assert_eq!(event.kind, Kind::ContactCategoryUpdated, "{label}");
        assert_eq!(event.facts.interest, interest.map(Change::Set), "{label}");
        assert_eq!(category(&event).map(str::to_lowercase), Some(label.to_lowercase().replace("  ", " ")));
    }
}

#[test]
fn a_label_may_come_without_a_name() {
    let event = event(&fixture("custom_label_without_name"));
    assert_eq!((event.kind, contact_email(&event)), (Kind::ContactCategoryUpdated, Some(LIA)));
    assert_eq!((category(&event), event.facts.interest.as_ref()), (Some("Call in autumn"), None));
    assert_eq!(json!(event.facts.extra), json!({"label_value": 42}));
    assert!(event.facts.custom_fields.is_empty());
    assert_eq!(category(&nameless(&json!({"label": "Call in autumn"}))), Some("Call in autumn"));
    assert_eq!(category(&nameless(&json!({"custom_interest_value": "Call in autumn"}))), Some("Call in autumn"));
}

#[test]
fn the_number_of_a_built_in_label_is_its_interest() {
    let cases = [
        (json!(0), Some("Out of office"), Some(Interest::OutOfOffice)),
        (json!(1), Some("Interested"), Some(Interest::Interested)),
        (json!("2"), Some("Meeting booked"), Some(Interest::MeetingBooked)),
        (json!(3.0), Some("Meeting completed"), Some(Interest::MeetingCompleted)),
        (json!(4), Some("Won"), Some(Interest::Closed)),
        (json!(-1), Some("Not interested"), Some(Interest::NotInterested)),
        (json!("-2"), Some("Wrong person"), Some(Interest::WrongPerson)),
        (json!(-3), Some("Lost"), None),
        (json!(-4), Some("No show"), Some(Interest::NoShow)),
        (json!(42), None, None),
    ];
    for (value, label, interest) in cases {
        let event = nameless(&json!({"custom_interest_value": value}));
        assert_eq!((category(&event), event.facts.interest.clone()), (label, interest.map(Change::Set)), "{value}");
        assert!(event.facts.extra.contains_key("label_value"), "{value}");
    }
}

#[test]
fn a_number_beside_a_text_is_kept_and_decides_the_interest() {
    let event = event(&changed("custom_label", &json!({"event_type": "Heiß", "custom_interest_value": 1})));
    assert_eq!((category(&event), event.facts.interest.clone()), (Some("Heiß"), Some(Change::Set(Interest::Interested))));
    assert_eq!(json!(event.facts.extra), json!({"label_value": 1}));
}

#[test]
fn a_status_event_replaces_the_label() {
    // A lead has one label at a time: the old one must not stay beside the new interest.
    let event = event(&fixture("lead_interested"));
    assert_eq!(category(&event), Some("Interested"));
}

#[test]
fn a_label_beside_a_name_is_a_custom_variable() {
    let event = event(&changed("lead_not_interested", &json!({"label": "gold", "lead_label": "A", "custom_interest_value": 3})));
    assert_eq!(event.kind, Kind::ContactNotInterested);
    assert_eq!(event.facts.interest, Some(Change::Set(Interest::NotInterested)));
    assert_eq!(event.facts.custom_fields.get("label"), Some(&Change::Set(json!("gold"))));
    assert_eq!(event.facts.custom_fields.get("lead_label"), Some(&Change::Set(json!("A"))));
}

#[test]
fn a_label_goes_before_a_variable_called_type() {
    let event = nameless(&json!({"custom_interest_value": 1, "type": "B2B"}));
    assert_eq!((event.kind, category(&event)), (Kind::ContactCategoryUpdated, Some("Interested")));
    assert_eq!(event.facts.custom_fields.get("type"), Some(&Change::Set(json!("B2B"))));
    let named = nameless(&json!({"custom_interest_value": 1, "type": "lead_closed"}));
    assert_eq!(named.kind, Kind::ContactClosed);
}

#[test]
fn a_label_of_nobody_names_nothing() {
    let text = refusal(&changed("custom_label_without_name", &json!({"lead_email": null, "email": null})));
    assert!(text.starts_with("contact.category_updated names nobody: expected an address in lead_email"), "{text}");
}

#[test]
fn a_label_is_cut_and_folded() {
    let event = event(&changed("custom_label", &json!({"event_type": format!(" Hot\n lead {}", "x".repeat(300))})));
    let label = category(&event).expect("a label");
    assert!(label.starts_with("Hot lead x"), "{label}");
    assert_eq!(label.chars().count(), 200);
}
