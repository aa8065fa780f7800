//! The lead's own fields and the agency's custom variables.

use serde_json::{Map, Value, json};

use hookline_model::event::{Change, Event};

use super::{LEAD, changed, contact_email, event, fixture};

fn set(text: &str) -> Option<Change<String>> {
    Some(Change::Set(text.to_owned()))
}

/// The custom fields of the open, which has none, with these fields.
fn custom(fields: &Value) -> Value {
    json!(event(&changed("email_opened", fields)).facts.custom_fields)
}

#[test]
fn fields_in_camel_case_are_read() {
    let facts = event(&fixture("lead_not_interested")).facts;
    assert_eq!((facts.first_name, facts.last_name, facts.company_name), (set("Lia"), set("Moura"), set("Novares")));
}

#[test]
fn fields_in_snake_case_are_read() {
    let snake = json!({
        "firstName": null, "lastName": null, "companyName": null,
        "first_name": "Lia", "last_name": "Moura", "company_name": "Novares",
    });
    assert_eq!(event(&changed("lead_not_interested", &snake)).facts, event(&fixture("lead_not_interested")).facts);
    let both = event(&changed("lead_not_interested", &json!({"first_name": "L."}))).facts;
    assert_eq!(both, event(&fixture("lead_not_interested")).facts);
}

#[test]
fn names_are_folded_and_numbers_are_texts() {
    let facts =
        event(&changed("lead_not_interested", &json!({"firstName": " Lia\n Maria ", "phone": 351_210_000_000_u64}))).facts;
    assert_eq!((facts.first_name, facts.phone), (set("Lia Maria"), set("351210000000")));
}

#[test]
fn empty_fields_say_nothing() {
    for nothing in [json!(""), json!(" "), json!("null"), json!([]), json!({}), json!(null)] {
        let mut body = fixture("lead_not_interested");
        ["firstName", "phone", "website", "personalization"].iter().for_each(|key| body[key] = nothing.clone());
        let facts = event(&body).facts;
        assert_eq!((facts.first_name, facts.phone, facts.website_url), (None, None, None), "{nothing}");
        assert!(facts.custom_fields.is_empty(), "{nothing}");
    }
}

#[test]
fn a_profile_is_found_under_its_many_names() {
    let url = "https://linkedin.example/in/lia";
    for key in [
        "linkedin",
        "linkedIn",
        "LinkedIn",
        "linkedin_url",
        "linkedInUrl",
        "LinkedIn URL",
        "linkedin-profile",
        "personLinkedinUrl",
    ] {
        let facts = event(&changed("lead_not_interested", &json!({key: url}))).facts;
        assert_eq!(facts.linkedin_url, set(url), "{key}");
        assert!(!facts.custom_fields.contains_key(key), "{key}");
    }
    let two = json!({"linkedin_url": "https://b.example", "linkedin": url, "LinkedIn": " "});
    assert_eq!(event(&changed("lead_not_interested", &two)).facts.linkedin_url, set(url));
    let company = event(&changed("lead_not_interested", &json!({"companyLinkedin": url}))).facts;
    assert_eq!((company.linkedin_url, company.custom_fields.contains_key("companyLinkedin")), (None, true));
}

#[test]
fn custom_variables_have_any_name_and_scalar() {
    let fields = json!({"School": "Porto", "minutes due": 12.5, "Größe": true, "jobTitle": "CEO", "学校": "0"});
    assert_eq!(
        custom(&fields),
        json!({
            "School": {"set": "Porto"}, "minutes due": {"set": 12.5}, "Größe": {"set": true}, "jobTitle": {"set": "CEO"},
            "学校": {"set": "0"},
        })
    );
}

#[test]
fn objects_and_arrays_are_no_custom_fields() {
    assert_eq!(custom(&json!({"a": {"b": 1}, "c": [1], "d": []})), json!({}));
}

#[test]
fn the_envelope_is_no_custom_field() {
    for (name, _) in super::FIXTURES {
        let fields = event(&fixture(name)).facts.custom_fields;
        for key in fields.keys() {
            let own = ["jobTitle", "personalization", "Trucks on the road", "Region"];
            assert!(own.contains(&key.as_str()), "{name}: {key}");
        }
    }
    let odd =
        json!({"step": "first", "variant": "x", "timestamp": "soon", "is_first": "maybe", "email_id": "none", "workspace": [1]});
    assert_eq!(custom(&odd), json!({}));
}

#[test]
fn a_variable_named_like_a_field_of_the_envelope_does_no_harm() {
    let odd =
        json!({"step": "first", "variant": {}, "timestamp": "2nd", "email_account": "none", "campaign": "Spring", "website": 5});
    let event = event(&changed("email_opened", &odd));
    assert_eq!((contact_email(&event), event.outbound_key(), event.sequence_number()), (Some(LEAD), None, None));
    assert_eq!((event.sending_account.as_ref(), event.facts.website_url.clone()), (None, set("5")));
    assert_eq!(event.facts.custom_fields.get("campaign"), Some(&Change::Set(json!("Spring"))));
}

#[test]
fn fields_of_other_events_are_custom_variables() {
    let fields = json!({"reason": "price", "bounce_type": "b", "open_count": 3, "link_url": "x", "error_type": "e"});
    let kept = |event: &Event| event.facts.custom_fields.keys().cloned().collect::<Vec<_>>().join(" ");
    let status = event(&changed("lead_interested", &fields));
    assert_eq!(kept(&status), "bounce_type error_type link_url open_count reason");
    assert_eq!(kept(&event(&changed("email_bounced", &fields))), "error_type link_url open_count");
    assert_eq!(kept(&event(&changed("email_opened", &fields))), "bounce_type error_type link_url reason");
    assert_eq!(kept(&event(&changed("link_clicked", &fields))), "bounce_type error_type open_count reason");
}

#[test]
fn variables_in_an_object_of_their_own_are_merged() {
    for key in ["lead_data", "payload", "custom_variables"] {
        let variables = json!({"firstName": "Lia", "Region": "Minho", "lead_email": "x@x.example", "list": [1]});
        let event = event(&changed("lead_unsubscribed", &json!({key: variables})));
        assert_eq!(event.facts.first_name, set("Lia"), "{key}");
        assert_eq!(json!(event.facts.custom_fields), json!({"Region": {"set": "Minho"}}), "{key}");
        assert_eq!(contact_email(&event), Some("rui@portel.example"), "{key}");
    }
    let both = json!({"Region": "flat", "payload": {"Region": "payload"}, "lead_data": {"Region": "data", "Size": 1}});
    assert_eq!(custom(&both), json!({"Region": {"set": "flat"}, "Size": {"set": 1}}));
    let ordered = json!({"custom_variables": {"Region": "c"}, "lead_data": {"Region": "data"}, "payload": {"Region": "p"}});
    assert_eq!(custom(&ordered), json!({"Region": {"set": "data"}}));
}

#[test]
fn a_leads_record_gives_only_what_is_known() {
    let lead = json!({"email": LEAD, "first_name": "Inés", "status": 1, "timestamp_created": "2026-01-01T00:00:00Z"});
    let event = event(&changed("link_clicked", &json!({"lead": lead})));
    assert_eq!((event.facts.first_name, event.facts.custom_fields.len()), (set("Inés"), 0));
}

#[test]
fn custom_fields_are_bounded() {
    let mut fields: Map<String, Value> = (0..300).map(|n| (format!("field {n:03}"), json!(n))).collect();
    fields.insert("a".repeat(201), json!("too long a name"));
    fields.insert("b".repeat(200), json!("long enough"));
    fields.insert(" ".to_owned(), json!("no name"));
    let taken = event(&changed("email_opened", &Value::Object(fields))).facts.custom_fields;
    assert_eq!(taken.len(), 200);
    assert!(taken.contains_key(&"b".repeat(200)) && taken.contains_key("field 198") && !taken.contains_key("field 199"));
}

#[test]
fn an_event_about_nobody_has_no_lead_fields() {
    for name in ["account_error", "campaign_completed", "supersearch_enrichment_completed", "trial"] {
        let facts = event(&changed(name, &json!({"firstName": "Inés", "Region": "Galicia"}))).facts;
        assert_eq!((facts.first_name, facts.custom_fields.len()), (None, 0), "{name}");
    }
}
