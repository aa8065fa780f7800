//! The lead's own fields.

use serde_json::{Value, json};

use hookline_model::event::{Change, Facts};

use super::{event, fixtures, with};

fn facts(fields: &Value) -> Facts {
    event(&with(fixtures::email_sent(), fields)).facts
}

fn set(text: &str) -> Option<Change<String>> {
    Some(Change::Set(text.to_owned()))
}

#[test]
fn names_stand_under_the_leads_own_keys_or_its_variables() {
    let sent = facts(&json!({"leadLastName": "Reis", "lastName": "Other", "leadPhone": 351_555, "phone": "1"}));
    assert_eq!((sent.first_name, sent.last_name, sent.phone), (set("Paulo"), set("Reis"), set("351555")));
    assert_eq!((sent.company_name, sent.linkedin_url), (set("Cantaria Lda"), set("https://linkedin.example/in/paulo-reis")));
    let flat = facts(&json!({"leadFirstName": "", "firstName": " Paulo\n R. ", "leadCompanyName": null, "companyName": "C"}));
    assert_eq!((flat.first_name, flat.company_name), (set("Paulo R."), set("C")));
    assert_eq!(event(&fixtures::email_opened()).facts.first_name, set("Paulo"));
}

#[test]
fn empty_fields_say_nothing() {
    let sent = facts(&json!({}));
    assert_eq!((sent.last_name, sent.phone), (None, None));
    assert!(!sent.custom_fields.contains_key("isPremium"));
}

#[test]
fn variables_have_any_name_and_scalar() {
    let fields = json!({"Poço nº": "7", "score": 4.5, "vip": true, "jobTitle": "Diretor", "obj": {"a": 1}, "arr": [1]});
    let custom = facts(&fields).custom_fields;
    let expected = json!({"Poço nº": "7", "score": 4.5, "vip": true, "jobTitle": "Diretor", "Pedreiras activas": "3"});
    let expected =
        expected.as_object().expect("an object").iter().map(|(name, value)| (name.clone(), Change::Set(value.clone())));
    assert_eq!(custom, expected.collect());
}

#[test]
fn variables_at_the_top_go_before_those_of_the_lead() {
    let custom = facts(&json!({"A": "top", "lead": {"variables": {"A": "lead", "B": "lead", "type": "x"}}})).custom_fields;
    let found = |name: &str| custom.get(name).cloned();
    assert_eq!((found("A"), found("B")), (Some(Change::Set(json!("top"))), Some(Change::Set(json!("lead")))));
    assert_eq!(found("type"), Some(Change::Set(json!("x"))), "a variable in its own object may be called anything");
}

#[test]
fn lemlists_own_fields_are_no_variables() {
    for (name, fixture) in fixtures::all() {
        let custom = event(&fixture).facts.custom_fields;
        assert!(custom.keys().all(|key| key == "Pedreiras activas"), "{name}: {custom:?}");
    }
}

#[test]
fn a_reserved_field_of_another_type_is_ignored() {
    let plain = event(&fixtures::email_sent());
    let odd = json!({"sequenceTested": [1], "stopped": "perhaps", "bot": {"a": 1}, "isFirst": [], "emailTemplateName": {"x": 1}});
    let event = event(&with(fixtures::email_sent(), &odd));
    assert_eq!((event.id, &event.outbound, &event.facts.custom_fields), (plain.id, &plain.outbound, &plain.facts.custom_fields));
    for gone in ["variant", "stopped", "bot", "is_first", "template_name"] {
        assert_eq!(event.facts.extra.get(gone), None, "{gone}");
    }
}

#[test]
fn the_present_state_of_the_lead_says_nothing() {
    let of = |state: &str, paused: bool| {
        let mut body = fixtures::email_opened();
        body["lead"]["state"] = json!(state);
        body["lead"]["isPaused"] = json!(paused);
        super::parsed(&body)
    };
    assert_eq!(of("interested", true), of("emailsBounced", false));
}

#[test]
fn custom_fields_are_bounded() {
    let mut body = fixtures::email_sent();
    (0..400).for_each(|number| body[format!("field {number:03}")] = json!("x"));
    body["x".repeat(201)] = json!("x");
    body["y".repeat(200)] = json!("x");
    let custom = event(&body).facts.custom_fields;
    assert_eq!((custom.len(), custom.contains_key(&"x".repeat(201))), (200, false));
    assert_eq!(custom.keys().next().map(String::as_str), Some("Pedreiras activas"));
}
