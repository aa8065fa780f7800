//! Instantly's bodies, by Instantly's own documents and captures.

use hookline_dialects::{
    Dialect, NotExpressible, Variant,
    names::{sent_as, subscribed_by},
};
use hookline_model::{event::Change, interest::Interest, kind::Kind, platform::Platform};
use serde_json::{Value, json};

use crate::{
    given::{self, ORIGINS, body, event, snapshot},
    schema::{and, check},
};

/// What the body of an event of this name must be.
fn flat(name: &str) -> Value {
    let base = json!({
        "timestamp": "z", "event_type": "string", "workspace": "uuid", "campaign_id": "string", "campaign_name": "string",
        "unibox_url": "string|null", "is_test?": "boolean",
    });
    // Custom variables stand beside the lead's fields.
    let lead = and(
        &base,
        json!({
            "lead_email": "address", "email": "address", "firstName?": "string", "lastName?": "string", "companyName?": "string",
            "phone?": "string|null", "website?": "string", "linkedIn?": "string", "fleet size": "scalar", "personalization": "scalar",
            "campaign_id?": "string", "campaign_name?": "string",
        }),
    );
    let message = and(
        &lead,
        json!({
            "email_account": "address", "is_first?": true, "step": "integer", "variant?": "integer", "campaign_id": "string",
            "campaign_name": "string",
        }),
    );
    match name {
        "email_sent" => and(
            &message,
            json!({"email_id": "uuid", "email_subject": "string", "email_text?": "string", "email_html?": "string"}),
        ),
        "email_opened" => and(&message, json!({"open_count?": "integer"})),
        "link_clicked" => and(&message, json!({"link_url?": "string"})),
        "email_bounced" => and(&message, json!({"bounce_type?": "string", "reason?": "string"})),
        "reply_received" | "auto_reply_received" => and(
            &message,
            json!({
                "email_id": "uuid", "reply_subject": "string", "reply_text?": "string", "reply_html?": "string",
                "reply_text_snippet?": "string",
            }),
        ),
        "account_error" => json!({
            "timestamp": "z", "event_type": "string", "workspace": "uuid", "unibox_url": "null", "email_account": "address",
            "is_test?": "boolean",
        }),
        "campaign_completed" => base,
        "supersearch_enrichment_completed" => json!({
            "timestamp": "z", "event_type": "string", "workspace": "uuid", "unibox_url": "null",
        }),
        "campaign_completed_for_lead_without_reply" | "lead_unsubscribed" => lead,
        // What became of a lead, by one of Instantly's names or a label's text.
        _ => and(&lead, json!({"step?": "integer", "variant?": "integer", "custom_interest_value?": "integer"})),
    }
}

#[test]
fn every_event_has_the_body_that_is_published() {
    let mut names = std::collections::BTreeSet::new();
    for (platform, kind) in ORIGINS.into_iter().flat_map(|platform| Kind::ALL.iter().map(move |kind| (platform, *kind))) {
        let mut snapshot = snapshot(event(kind, platform));
        if kind == Kind::Other {
            let stored = std::sync::Arc::make_mut(&mut snapshot.event.event);
            stored.contact = None;
            stored.facts.extra.insert("event_name", json!("supersearch_enrichment_completed"));
        }
        let case = format!("{kind} of {platform}");
        let Some(name) = sent_as(Dialect::Instantly, None, &snapshot.event.event) else {
            assert_eq!(given::tell(Dialect::Instantly, None, &snapshot), Err(NotExpressible::NoWord), "{case}");
            continue;
        };
        let flat_body = body(Dialect::Instantly, Some(Variant::Flat), &snapshot);
        check(&flat(&name), &flat_body, &case);
        assert_eq!(flat_body["event_type"], *name, "{case}");
        // The default has the same once more.
        let mut whole = body(Dialect::Instantly, None, &snapshot);
        let data = whole.as_object_mut().expect("an object").remove("data");
        assert_eq!((whole, data), (flat_body.clone(), Some(flat_body)), "{case}");
        names.insert(name.into_owned());
    }
    // All but the nine interests' own are of one kind; `campaign_completed` for a lead is tested apart.
    assert_eq!(names.len(), 19, "{names:?}");
}

#[test]
fn ids_are_instantlys_own_where_there_are_any() {
    let own = body(Dialect::Instantly, None, &snapshot(event(Kind::EmailReplied, Platform::Instantly)));
    assert_eq!(own["campaign_id"], given::campaign_key(Platform::Instantly).external().id);
    assert_eq!((&own["workspace"], &own["step"]), (&json!(given::WORKSPACE), &json!(1)));
    let foreign = snapshot(event(Kind::EmailReplied, Platform::Smartlead));
    let read = body(Dialect::Instantly, None, &foreign);
    assert_eq!(read["campaign_id"], json!(foreign.campaign.as_ref().expect("a campaign").id));
    assert_eq!(read["email_id"], json!(foreign.email.as_ref().expect("an email").id), "a reply has an id of its own");
    assert_eq!((&read["reply_text"], &read["reply_text_snippet"]), (&json!("Gerne, Dienstag?\n"), &json!("Gerne, Dienstag?")));
    assert_eq!(read["unibox_url"], Value::Null);
}

#[test]
fn an_interest_has_its_name_whatever_the_platform_calls_it() {
    let name = |interest: Option<Interest>, category: &str| {
        let mut event = event(Kind::ContactCategoryUpdated, Platform::Smartlead);
        event.facts.category = Some(Change::Set(category.to_owned()));
        event.facts.interest = interest.map(Change::Set);
        sent_as(Dialect::Instantly, None, &event).map(std::borrow::Cow::into_owned)
    };
    assert_eq!(name(Some(Interest::Interested), "Information Request").as_deref(), Some("lead_interested"));
    assert_eq!(name(Some(Interest::MeetingBooked), "Meeting Request").as_deref(), Some("lead_meeting_booked"));
    assert_eq!(name(None, "Budget next year").as_deref(), Some("Budget next year"));
    // A label cannot play an event.
    for taken in ["reply_received", " Email_Link_Clicked ", "ALL_EVENTS", "lead_interested", "", "  "] {
        assert_eq!(name(None, taken), None, "{taken:?}");
    }
}

#[test]
fn a_sequence_that_ran_out_for_one_lead_has_a_name_of_its_own() {
    let mut completed = event(Kind::CampaignCompleted, Platform::Instantly);
    completed.contact = event(Kind::EmailSent, Platform::Instantly).contact;
    let body = body(Dialect::Instantly, Some(Variant::Flat), &snapshot(completed.clone()));
    check(&flat("campaign_completed_for_lead_without_reply"), &body, "for a lead");
    assert_eq!(body["event_type"], "campaign_completed_for_lead_without_reply");
    assert_eq!(subscribed_by(Dialect::Instantly, &completed), Some("campaign_completed"));
    let mut paused = event(Kind::CampaignStatusChanged, Platform::Smartlead);
    paused.facts.campaign_status = Some("paused".to_owned());
    assert_eq!(given::tell(Dialect::Instantly, None, &snapshot(paused)), Err(NotExpressible::NoWord));
}

#[test]
fn a_custom_variable_never_takes_the_place_of_a_field() {
    let mut snapshot = snapshot(event(Kind::EmailReplied, Platform::Smartlead));
    let plain = body(Dialect::Instantly, Some(Variant::Flat), &snapshot);
    let custom = &mut snapshot.contact.as_mut().expect("a contact").custom_fields;
    for name in ["event_type", "timestamp", "lead_email", "firstName", "data", "step", " email_id ", "unibox_url", "is_test", ""]
    {
        custom.insert(name.to_owned(), json!("forged"));
    }
    custom.insert("nested".to_owned(), json!({"event_type": "forged"}));
    assert_eq!(body(Dialect::Instantly, Some(Variant::Flat), &snapshot), plain);
}

#[test]
fn a_custom_variable_does_not_stand_in_for_a_fact_that_an_event_has_not() {
    let of_all = ORIGINS.into_iter().flat_map(|platform| Kind::ALL.iter().map(move |kind| event(*kind, platform)));
    let told: Vec<_> = of_all.filter(|event| sent_as(Dialect::Instantly, None, event).is_some()).collect();
    let mut names = std::collections::BTreeSet::new();
    for event in &told {
        let mut full = event.clone();
        full.facts.extra.insert("variant".to_owned(), json!(2));
        full.facts.extra.insert("is_first".to_owned(), json!(true));
        let mut snapshot = snapshot(full);
        if let Some(contact) = &mut snapshot.contact {
            contact.linkedin_url = Some("https://linkedin.example/in/weber".to_owned());
        }
        names.extend(body(Dialect::Instantly, None, &snapshot).as_object().expect("an object").keys().cloned());
    }
    // These two are the agency's.
    for own in ["fleet size", "personalization"] {
        assert!(names.remove(own), "{own}");
    }
    for name in [
        "link_url",
        "bounce_type",
        "reason",
        "open_count",
        "reply_text",
        "email_html",
        "firstName",
        "linkedIn",
        "variant",
        "is_first",
    ] {
        assert!(names.contains(name), "{name}: {names:?}");
    }
    for event in told {
        let mut snapshot = snapshot(event);
        // All that neither the event nor its records need say.
        let facts = &mut std::sync::Arc::make_mut(&mut snapshot.event.event).facts;
        facts.clicked_links.clear();
        facts.bounce = None;
        snapshot.email = None;
        let Some(contact) = &mut snapshot.contact else { continue };
        (contact.first_name, contact.phone, contact.linkedin_url) = (None, None, None);
        let plain = body(Dialect::Instantly, None, &snapshot);
        let contact = snapshot.contact.as_mut().expect("a contact");
        contact.custom_fields.extend(names.iter().map(|name| (name.clone(), json!("forged"))));
        assert_eq!(body(Dialect::Instantly, None, &snapshot), plain, "{}", snapshot.event.event.kind);
    }
}

#[test]
fn in_other_dialects_custom_variables_are_in_a_place_of_their_own() {
    fn names(value: &Value, found: &mut std::collections::BTreeSet<String>) {
        for (name, value) in value.as_object().into_iter().flatten() {
            found.insert(name.clone());
            names(value, found);
        }
    }
    fn without_custom_fields(value: &mut Value) {
        let Some(object) = value.as_object_mut() else { return };
        object.remove("custom_fields");
        object.values_mut().for_each(without_custom_fields);
    }
    for (dialect, variant) in given::forms().into_iter().filter(|(dialect, _)| *dialect != Dialect::Instantly) {
        for kind in [Kind::EmailClicked, Kind::EmailBounced, Kind::EmailReplied, Kind::ContactCategoryUpdated] {
            let mut snapshot = snapshot(event(kind, Platform::Instantly));
            let mut plain = body(dialect, variant, &snapshot);
            let mut taken = std::collections::BTreeSet::new();
            names(&plain, &mut taken);
            let custom = &mut snapshot.contact.as_mut().expect("a contact").custom_fields;
            custom.extend(taken.into_iter().map(|name| (name, json!("forged"))));
            let mut forged = body(dialect, variant, &snapshot);
            without_custom_fields(&mut plain);
            without_custom_fields(&mut forged);
            assert_eq!(forged, plain, "{kind} in {dialect}");
        }
    }
}
