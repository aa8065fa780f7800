//! The lead's own fields.

use serde_json::json;

use hookline_model::event::Change;

use super::{event, fixtures, with};

fn set(text: &str) -> Option<Change<String>> {
    Some(Change::Set(text.to_owned()))
}

#[test]
fn the_record_of_the_lead_is_read() {
    for fixture in [fixtures::reply(), fixtures::interested(), fixtures::sent(), fixtures::custom_label()] {
        let facts = event(&fixture).facts;
        assert_eq!((facts.first_name, facts.last_name), (set("Marek"), set("Dvořák")));
        assert_eq!((facts.company_name, facts.website_url), (set("Sklárna s.r.o."), set("sklarna.example")));
        assert_eq!((facts.linkedin_url, facts.phone), (set("https://linkedin.example/in/marek-dvorak"), None));
    }
    let phone = event(&with(fixtures::reply(), &json!({"phone_number": 420_555})));
    assert_eq!(phone.facts.phone, set("420555"));
}

#[test]
fn variables_have_any_name_and_scalar() {
    let fields = json!({"Počet pecí": 4, "vip": true, "obj": {"a": 1}, "arr": [1], "empty": "", "none": "null"});
    let custom = event(&with(fixtures::reply(), &fields)).facts.custom_fields;
    let expected = json!({"Počet pecí": 4, "vip": true, "job_title": "Owner", "Furnaces": "4"});
    let expected =
        expected.as_object().expect("an object").iter().map(|(name, value)| (name.clone(), Change::Set(value.clone())));
    assert_eq!(custom, expected.collect());
}

#[test]
fn plusvibes_own_fields_are_no_variables() {
    for (name, fixture) in fixtures::all() {
        let custom = event(&fixture).facts.custom_fields;
        assert!(custom.keys().all(|key| ["Furnaces", "job_title"].contains(&key.as_str())), "{name}: {custom:?}");
    }
    assert!(event(&with(fixtures::bounce(), &json!({"new_field": 1}))).facts.custom_fields.is_empty());
}

#[test]
fn custom_fields_are_bounded() {
    let mut body = fixtures::reply();
    (0..400).for_each(|number| body[format!("field {number:03}")] = json!("x"));
    body["x".repeat(201)] = json!("x");
    let custom = event(&body).facts.custom_fields;
    assert_eq!((custom.len(), custom.contains_key(&"x".repeat(201))), (200, false));
}
