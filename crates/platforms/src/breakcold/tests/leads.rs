//! What a lead's object says of the contact.

use hookline_model::event::Change;
use serde_json::{Map, Value, json};

use super::{LEAD_ID, changed, classic, custom_fields, event, extra, fixture, set};

#[test]
fn a_lead_says_who_the_contact_is() {
    let facts = event(&fixture("lead.create")).facts;
    assert_eq!((facts.first_name, facts.last_name, facts.full_name), (set("Piet"), set("Oost"), None));
    assert_eq!((facts.company_name, facts.phone), (set("Havenkraan BV"), set("+31 10 555 0142")));
    assert_eq!(facts.linkedin_url, set("https://www.linkedin.com/in/piet-oost"));
    assert_eq!(facts.website_url, set("https://havenkraan.example"));
}

#[test]
fn what_has_no_place_of_its_own_is_a_custom_field() {
    let expected = json!({
        "city": "Rotterdam", "company_role": "Head of Yard", "contract_value": 0, "cranes": 14, "icebreaker": "Saw the new quay.",
        "is_tracked": false, "region": "Benelux",
    });
    assert_eq!(custom_fields(&event(&fixture("lead.create"))), expected);
}

#[test]
fn what_the_rest_api_adds_is_read() {
    let more = json!({
        "timezone": "Europe/Amsterdam", "notes": "asked twice", "avatar_url": "https://x.example/a.png", "twitter_name": "pieto",
        "twitter_company_name": "kraan", "icebreaker_2": "b", "icebreaker_3": "c", "icebreaker_4": "d", "email_bounce_score": 0.2,
        "contract_value": "1200", "contract_name": "Lease", "contract_currency": "EUR", "is_contract": true, "is_company": false,
        "is_draft": false, "linkedin_company_url": "https://l.example", "facebook_username": "f", "youtube_username": "y",
        "instagram_username": "i", "telegram_username": "t", "whatsapp_username": "w", "search_query": "cranes",
    });
    let kept = custom_fields(&event(&changed("lead.create", &more)));
    for (name, value) in more.as_object().expect("fields") {
        assert_eq!(&kept[name], value, "{name}");
    }
    let read = event(&changed("lead.create", &json!({"attributes": {"fleet": "old", "cranes": 1}})));
    let kept = custom_fields(&read);
    assert_eq!((&kept["fleet"], &kept["cranes"]), (&json!("old"), &json!(14)), "custom_fields go first");
}

#[test]
fn what_is_null_or_empty_changes_nothing() {
    for nothing in [json!(null), json!(""), json!("null"), json!("  ")] {
        let fields =
            ["first_name", "last_name", "company", "phone", "linkedin_url", "website_url", "icebreaker", "custom_fields"];
        let payload: Map<String, Value> = fields.iter().map(|name| ((*name).to_owned(), nothing.clone())).collect();
        let mut payload = Value::Object(payload);
        payload["id"] = json!(LEAD_ID);
        let facts = event(&classic("lead.update", &payload)).facts;
        assert_eq!(facts, hookline_model::event::Facts::default(), "{nothing}");
    }
}

#[test]
fn fields_of_the_wrong_type_are_passed_over() {
    let wrong = json!({"first_name": {"a": 1}, "phone": ["1"], "company": {"name": "Kraan"}, "custom_fields": [1], "city": {}});
    let facts = event(&changed("lead.create", &wrong)).facts;
    assert_eq!((facts.first_name, facts.phone, facts.company_name), (None, None, set("Kraan")));
    assert!(!facts.custom_fields.contains_key("city"));
    assert_eq!(event(&changed("lead.create", &json!({"phone": 31_105_550_142_u64}))).facts.phone, set("31105550142"));
}

#[test]
fn custom_fields_are_bounded_and_the_same_in_any_order() {
    let many: Map<String, Value> = (0..500).map(|number| (format!("f{number:03}"), json!(number))).collect();
    let facts = event(&classic("lead.update", &json!({"id": LEAD_ID, "custom_fields": many}))).facts;
    assert_eq!(facts.custom_fields.len(), 200);
    assert_eq!(facts.custom_fields.get("f199"), Some(&Change::Set(json!(199))));
    let names = json!({"x".repeat(201): 1, "x".repeat(200): 1, " ": 1, "list": ["a", {"value": "b"}], "object": {"deep": {}}});
    let kept = custom_fields(&event(&classic("lead.update", &json!({"id": LEAD_ID, "custom_fields": names}))));
    assert_eq!(kept, json!({"x".repeat(200): 1, "list": ["a", "b"]}));
}

#[test]
fn the_lead_inside_of_another_payload_is_read() {
    let read = event(&fixture("campaign.email.open"));
    assert_eq!(read.facts.first_name, set("Piet"));
    let nested = json!({"lead": {"id": LEAD_ID, "company": "Inner"}, "first_name": "Outer", "company": "Outer"});
    let facts = event(&classic("lead.update", &nested)).facts;
    assert_eq!((facts.first_name, facts.company_name), (set("Outer"), set("Inner")));
}

#[test]
fn the_name_of_a_list_is_not_the_leads() {
    let read = event(&classic("lead.list.update", &json!({"id_lead": LEAD_ID, "name": "Ports"})));
    assert_eq!((read.facts.full_name, read.facts.first_name), (None, None));
}

#[test]
fn the_fields_of_a_note_are_not_the_leads() {
    let read = event(&classic("lead.note.create", &json!({"id": "n", "id_lead": LEAD_ID, "company": "x", "phone": "1"})));
    assert_eq!((read.facts.company_name, read.facts.phone), (None, None));
}

#[test]
fn a_lead_that_was_deleted_still_says_who_it_was() {
    let facts = event(&fixture("lead.delete")).facts;
    assert_eq!((facts.first_name, facts.erase), (set("Piet"), false));
}

#[test]
fn owners_are_shown_and_bounded() {
    let owners = json!([{"id": "u1", "name": "Nel"}, {"id": "u2"}, "u3", "", null, 5]);
    assert_eq!(extra(&event(&changed("lead.update", &json!({"owners": owners})))), json!({"owners": ["Nel", "u2", "u3"]}));
    let many: Vec<String> = (0..100).map(|number| format!("u{number}")).collect();
    let shown = extra(&event(&changed("lead.update", &json!({"owners": many}))));
    assert_eq!(shown["owners"].as_array().map(Vec::len), Some(20));
}
