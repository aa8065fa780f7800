//! Properties that changed.

use serde_json::{Value, json};

use hookline_model::{
    event::{Bounce, BounceType, Change},
    key::EmailKey,
    kind::Kind,
    platform::Platform,
    time::Millis,
};

use super::{
    CONTACT, email, event, extra, fixtures,
    fixtures::{change, generic},
    id, kind, parsed, set, with,
};

#[test]
fn known_properties_are_the_contacts_own() {
    let facts = |name: &str| event(&change(name, &json!(" A  b "))).facts;
    assert_eq!(facts("firstname").first_name, set("A b"));
    assert_eq!(facts("lastname").last_name, set("A b"));
    assert_eq!(facts("company").company_name, set("A b"));
    assert_eq!(facts("phone").phone, set("A  b"));
    assert_eq!(facts("website").website_url, set("A  b"));
    assert_eq!(facts("hs_linkedin_url").linkedin_url, set("A  b"));
    assert_eq!(facts("hs_lead_status").category, set("A b"));
    assert_eq!(facts("Firstname").first_name, set("A b"));
    for name in ["firstname", "phone", "hs_lead_status"] {
        assert!(facts(name).custom_fields.is_empty(), "{name}");
        assert_eq!(event(&change(name, &json!("x"))).kind, Kind::ContactUpdated);
    }
}

#[test]
fn an_empty_value_clears() {
    let facts = |name: &str| event(&change(name, &json!(""))).facts;
    assert_eq!(facts("firstname").first_name, Some(Change::Clear));
    assert_eq!(facts("lastname").last_name, Some(Change::Clear));
    assert_eq!(facts("company").company_name, Some(Change::Clear));
    assert_eq!(facts("phone").phone, Some(Change::Clear));
    assert_eq!(facts("website").website_url, Some(Change::Clear));
    assert_eq!(facts("hs_linkedin_url").linkedin_url, Some(Change::Clear));
    assert_eq!(facts("hs_lead_status").category, Some(Change::Clear));
    assert_eq!(facts("hubspotscore").score, Some(Change::Clear));
    assert_eq!(facts("jobtitle").custom_fields["jobtitle"], Change::Clear);
}

#[test]
fn a_value_that_is_not_there_changes_nothing() {
    for value in [json!(null), json!("null"), json!("-"), json!({"a": 1}), json!([1])] {
        let event = event(&with(change("firstname", &json!("x")), &json!({"propertyValue": value})));
        assert_eq!((event.kind, event.facts.first_name), (Kind::ContactUpdated, None), "{value}");
    }
    let nameless = event(&with(change("firstname", &json!("x")), &json!({"propertyName": "-"})));
    assert_eq!((nameless.kind, nameless.facts.first_name, id_of(&nameless.contact)), (Kind::ContactUpdated, None, true));
}

fn id_of(contact: &Option<hookline_model::event::ContactRef>) -> bool {
    contact.as_ref().is_some_and(|contact| contact.external.is_some())
}

#[test]
fn any_other_property_is_a_custom_field() {
    for (name, value) in [("jobtitle", json!("Yard head")), ("our_tier", json!("3")), ("closedate", json!(1_774_000_000_000_i64))]
    {
        let event = event(&change(name, &value));
        assert_eq!(event.facts.custom_fields[name], Change::Set(value));
        assert_eq!(extra(&event, "property_name"), Some(&json!(name)));
    }
    assert!(event(&change(&"x".repeat(201), &json!("1"))).facts.custom_fields.is_empty());
    assert_eq!(event(&change("hs_object_id", &json!(CONTACT))).facts.custom_fields.len(), 0);
}

#[test]
fn a_score_is_a_number() {
    let score = |value: Value| event(&change("hubspotscore", &value)).facts;
    assert_eq!(score(json!("42")).score, Some(Change::Set(json!(42))));
    assert_eq!(score(json!(-3.5)).score, Some(Change::Set(json!(-3.5))));
    assert_eq!(score(json!("hot")).score, None);
    assert_eq!(score(json!("hot")).custom_fields["hubspotscore"], Change::Set(json!("hot")));
}

#[test]
fn a_changed_address_names_the_pair() {
    let event = event(&change("email", &json!(" Ruben.Okafor@Tidewater.EXAMPLE ")));
    assert_eq!(
        (event.kind, email(&event), id(&event)),
        (Kind::ContactUpdated, Some("ruben.okafor@tidewater.example"), Some(CONTACT))
    );
    assert!(event.facts.custom_fields.is_empty());
    let generic = generic("propertyChange", "0-1", &json!({"propertyName": "email", "propertyValue": "a@b.example"}));
    assert_eq!(email(&super::event(&generic)), Some("a@b.example"));
}

#[test]
fn an_address_that_is_none_leaves_the_id() {
    for value in [json!(""), json!("nobody"), json!(5), json!("REDACTED")] {
        let event = event(&change("email", &value));
        assert_eq!((event.kind, email(&event), id(&event)), (Kind::ContactUpdated, None, Some(CONTACT)), "{value}");
    }
    // A company's field of that name is nobody's address.
    let company =
        super::fixtures::app("company.propertyChange", &json!({"propertyName": "email", "propertyValue": "a@b.example"}));
    assert_eq!(event(&company).contact, None);
}

#[test]
fn the_time_of_a_last_reply_is_a_reply() {
    let parsed = parsed(&change("hs_sales_email_last_replied", &json!("1774431200000")));
    let event = &parsed.event;
    assert_eq!((event.kind, event.occurred_at, id(event)), (Kind::EmailReplied, Millis(super::AT), Some(CONTACT)));
    let inbound = event.inbound.as_deref().expect("a message");
    assert_eq!(inbound.at, Some(Millis(1_774_431_200_000)));
    assert_eq!(inbound.key, Some(EmailKey::InboundEvent(hex::encode(event.id.hash_part()))));
    assert!(event.facts.custom_fields.contains_key("hs_sales_email_last_replied"));
}

#[test]
fn a_last_reply_whose_time_cannot_be_read_is_a_reply_all_the_same() {
    for value in ["yes", "9999999999999", "0"] {
        let event = event(&change("hs_sales_email_last_replied", &json!(value)));
        let inbound = event.inbound.as_deref().expect("a message");
        assert_eq!((event.kind, inbound.at), (Kind::EmailReplied, None), "{value}");
        assert_eq!(inbound.key, Some(EmailKey::InboundEvent(hex::encode(event.id.0.as_bytes()))));
    }
}

#[test]
fn an_emptied_time_of_a_last_reply_is_no_reply() {
    for value in [json!(""), json!(null), json!("REDACTED")] {
        let event = event(&change("hs_sales_email_last_replied", &value));
        assert_eq!((event.kind, event.inbound), (Kind::ContactUpdated, None), "{value}");
    }
    let company = json!({"propertyName": "hs_sales_email_last_replied", "propertyValue": "1774431200000"});
    assert_eq!(kind(&fixtures::app("company.propertyChange", &company)), Kind::Other);
}

#[test]
fn an_opt_out_is_an_unsubscribe() {
    for value in [json!("true"), json!(" TRUE "), json!(true)] {
        let event = event(&change("hs_email_optout", &value));
        assert_eq!((event.kind, id(&event)), (Kind::ContactUnsubscribed, Some(CONTACT)), "{value}");
    }
}

#[test]
fn an_opt_out_taken_back_lifts_nothing() {
    for value in [json!("false"), json!(""), json!(false), json!("REDACTED")] {
        let event = event(&change("hs_email_optout", &value));
        assert_eq!((event.kind, event.facts.lifts.len()), (Kind::ContactUpdated, 0), "{value}");
    }
    let event = event(&change("hs_email_optout", &json!("false")));
    assert_eq!(event.facts.custom_fields["hs_email_optout"], Change::Set(json!("false")));
}

#[test]
fn a_reason_of_a_hard_bounce_is_a_bounce() {
    let event = event(&change("hs_email_hard_bounce_reason_enum", &json!("UNKNOWN_USER")));
    let expected = Bounce { bounce_type: BounceType::Hard, reason: Some("UNKNOWN_USER".to_owned()) };
    assert_eq!((event.kind, event.facts.bounce), (Kind::EmailBounced, Some(expected)));
    for value in [json!(""), json!("REDACTED"), json!(null)] {
        assert_eq!(kind(&change("hs_email_hard_bounce_reason_enum", &value)), Kind::ContactUpdated, "{value}");
    }
}

#[test]
fn a_redacted_value_is_never_kept() {
    for name in ["firstname", "jobtitle", "email", "hs_lead_status"] {
        let event = event(&change(name, &json!("REDACTED")));
        let stored = String::from_utf8(event.to_stored().expect("stored")).expect("text");
        assert!(!stored.contains("REDACTED"), "{stored}");
        assert_eq!(extra(&event, "is_sensitive"), Some(&json!(true)));
        assert_eq!(extra(&event, "property_name"), Some(&json!(name)));
    }
}

#[test]
fn a_sensitive_value_is_never_kept() {
    for mark in [json!(true), json!("true"), json!(1), json!("perhaps")] {
        for object in ["0-1", "0-3", "0-46"] {
            let fields = json!({"propertyName": "hs_note_body", "propertyValue": "hush", "isSensitive": mark});
            let event = event(&generic("propertyChange", object, &fields));
            let stored = String::from_utf8(event.to_stored().expect("stored")).expect("text");
            assert!(!stored.contains("hush"), "{mark} {stored}");
            assert_eq!(extra(&event, "is_sensitive"), Some(&json!(true)), "{mark}");
        }
    }
    for mark in [json!(false), json!("false"), json!(null), json!("")] {
        let event = event(&with(change("jobtitle", &json!("x")), &json!({"isSensitive": mark})));
        assert_eq!(event.facts.custom_fields.len(), 1, "{mark}");
    }
}

#[test]
fn what_an_event_hides_is_blanked_and_nothing_else() {
    let texts = ["NULL", "Null", " null ", "00", "+0", "-0", "0", "FALSE", " false ", "no", "true"].map(|text| json!(text));
    for mark in texts.into_iter().chain([json!(0), json!(-0.0), json!(0.0), json!(1.0), json!(2), json!([]), json!({})]) {
        let body = with(change("jobtitle", &json!("hush")), &json!({"isSensitive": mark}));
        let is_hidden = event(&body).facts.custom_fields.is_empty();
        let mut blanked = body.to_string().into_bytes();
        crate::parser(Platform::Hubspot).expect("it is read").redact(&mut blanked);
        assert_eq!(!String::from_utf8_lossy(&blanked).contains("hush"), is_hidden, "{mark}");
    }
}
