//! What an event says of its lead, and beside.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use hookline_model::event::{Bounce, BounceType, Change, Facts};

use super::{changed, event, event_of, extra, some};

fn set(text: &str) -> Option<Change<String>> {
    Some(Change::Set(text.to_owned()))
}

/// The facts of an open with some fields changed.
fn facts(changes: &Value) -> Facts {
    event(&changed("EMAIL_OPENED", changes)).facts
}

/// The custom fields of a lead with these variables.
fn custom(variables: &Value) -> Value {
    let fields = facts(&json!({"/data/lead/custom_variables": variables, "/data/lead/title": null})).custom_fields;
    let plain: BTreeMap<String, Value> = fields
        .into_iter()
        .map(|(name, change)| match change {
            Change::Set(value) => (name, value),
            Change::Clear => panic!("nothing is cleared"),
        })
        .collect();
    json!(plain)
}

#[test]
fn the_leads_names_are_read() {
    let facts = event_of("EMAIL_SENT").facts;
    assert_eq!((facts.first_name, facts.last_name, facts.company_name), (set("Rafael"), set("Ortega"), set("Mina Verde SA")));
    assert_eq!(facts.custom_fields.get("title"), Some(&Change::Set(json!("Head of extraction"))));
}

#[test]
fn empty_fields_say_nothing() {
    for empty in [json!(null), json!(""), json!(" "), json!("null"), json!("-"), json!({}), json!([1])] {
        let changes = json!({"/data/lead/first_name": empty, "/data/lead/company": empty, "/data/lead/title": empty});
        let facts = facts(&changes);
        assert_eq!((facts.first_name, facts.company_name, facts.custom_fields.get("title")), (None, None, None), "{empty}");
    }
}

#[test]
fn custom_variables_are_a_list_whose_names_repeat_and_hold_spaces() {
    let variables = json!([{"name": "pit  count ", "value": "3"}, {"name": "pit count", "value": "4"}, {"name": "pit count", "value": "-"},
        {"name": "n", "value": 5}, {"name": "yes", "value": true}]);
    assert_eq!(custom(&variables), json!({"pit count": "4", "n": 5, "yes": true}));
}

#[test]
fn custom_variables_that_say_nothing_are_left_out() {
    let variables = json!([{"name": "a", "value": "-"}, {"name": "b", "value": null}, {"name": "c", "value": ""}, {"name": "", "value": "x"},
        {"name": "d", "value": {"x": 1}}, {"name": "e", "value": [1]}, {"value": "x"}, {"name": "f"}, 5, null, "g"]);
    assert_eq!(custom(&variables), json!({}));
    for odd in [json!(null), json!({}), json!("x"), json!(5)] {
        assert_eq!(custom(&odd), json!({}), "{odd}");
    }
}

#[test]
fn variables_with_a_place_of_their_own_are_put_there() {
    let variables = json!([{"name": "Linked-In URL", "value": " https://l.example/in/r "}, {"name": "phone_number", "value": 34_600},
        {"name": "Website", "value": "minaverde.example"}, {"name": "website notes", "value": "old"}]);
    let facts = facts(&json!({"/data/lead/custom_variables": variables}));
    assert_eq!(facts.linkedin_url, set("https://l.example/in/r"));
    assert_eq!((facts.phone, facts.website_url), (set("34600"), set("minaverde.example")));
    assert_eq!(facts.custom_fields.keys().collect::<Vec<_>>(), ["title", "website notes"]);
}

#[test]
fn custom_fields_are_bounded() {
    let many: Vec<Value> = (0..500).map(|number| json!({"name": format!("v{number:04}"), "value": "x"})).collect();
    assert_eq!(custom(&json!(many)).as_object().map(serde_json::Map::len), Some(200));
    let long = json!([{"name": "n".repeat(201), "value": "x"}, {"name": "n".repeat(200), "value": "x"}]);
    assert_eq!(custom(&long), json!({"n".repeat(200): "x"}));
}

#[test]
fn an_event_about_nobody_has_no_lead_fields() {
    let lead = json!({"id": 5, "email": "a@x.example", "first_name": "A"});
    let event = event(&changed("EMAIL_ACCOUNT_REMOVED", &json!({"/data/lead": lead})));
    assert_eq!((event.contact, event.facts.first_name), (None, None));
}

#[test]
fn a_bounce_is_soft_only_if_its_codes_say_so() {
    let bounce = |text: &str| event(&changed("EMAIL_BOUNCED", &json!({"/data/reply/text_body": text}))).facts.bounce;
    let of = |bounce_type, reason: &str| Some(Bounce { bounce_type, reason: some(reason) });
    assert_eq!(bounce("451 4.7.1 Greylisted"), of(BounceType::Soft, "451 4.7.1 Greylisted"));
    assert_eq!(bounce("4.4.1 then 5.1.1"), of(BounceType::Hard, "4.4.1 then 5.1.1"));
    assert_eq!(bounce("Not delivered"), of(BounceType::Hard, "Not delivered"));
}

#[test]
fn a_bounce_has_its_reason_from_the_html_too() {
    let html = json!({"/data/reply/text_body": null, "/data/reply/html_body": "<b>4.2.2</b> Mailbox full"});
    let bounce = event(&changed("EMAIL_BOUNCED", &html)).facts.bounce.expect("a bounce");
    assert_eq!((bounce.bounce_type, bounce.reason.as_deref()), (BounceType::Soft, Some("<b>4.2.2</b> Mailbox full")));
    let nothing = json!({"/data/reply": null});
    let silent = event(&changed("EMAIL_BOUNCED", &nothing)).facts.bounce;
    assert_eq!(silent, Some(Bounce { bounce_type: BounceType::Hard, reason: None }));
}

#[test]
fn what_a_relay_found_out_of_a_bounce_wins() {
    let bounce =
        |relayed: Value| event(&changed("EMAIL_BOUNCED", &json!({"/data/bounce": relayed}))).facts.bounce.expect("a bounce");
    let soft = bounce(json!({"type": "Soft", "reason": "Mailbox\n full"}));
    assert_eq!((soft.bounce_type, soft.reason.as_deref()), (BounceType::Soft, Some("Mailbox full")));
    assert_eq!(bounce(json!({"type": "permanent"})).bounce_type, BounceType::Hard);
    assert_eq!(bounce(json!({"type": "odd"})).bounce_type, BounceType::Unknown);
    assert_eq!(bounce(json!({"reason": "x".repeat(900)})).reason.map(|reason| reason.len()), Some(500));
    assert_eq!(bounce(json!({})), bounce(json!(null)));
    let provider = event(&changed("EMAIL_BOUNCED", &json!({"/data/lead/mx_provider": "microsoft"})));
    assert_eq!(extra(&provider, "mx_provider"), json!("microsoft"));
}

#[test]
fn an_interest_of_a_reply_is_shown_and_states_none() {
    let event = event(&changed("LEAD_REPLIED", &json!({"/data/reply/interested": true})));
    assert_eq!((extra(&event, "interested"), event.stated_interest()), (json!(true), None));
}

#[test]
fn tags_of_a_campaign_are_shown() {
    let tags = json!([{"id": 1, "name": "South"}, {"id": 2}, "x", {"name": " Q2 "}]);
    let event = event(&changed("EMAIL_SENT", &json!({"/data/campaign/tags": tags})));
    assert_eq!(extra(&event, "campaign_tags"), json!(["South", "Q2"]));
}

#[test]
fn recipients_and_attachments_are_bounded_and_links_to_files_are_not_kept() {
    let many: Vec<Value> = (0..50)
        .map(|number| json!({"file_name": "f".repeat(500), "download_url": format!("https://x.example/{number}")}))
        .collect();
    let all: Vec<String> = (0..50).map(|number| format!("a{number}@x.example")).collect();
    let event = event(&changed(
        "LEAD_REPLIED",
        &json!({"/data/reply/attachments": many, "/data/reply/cc": all.join(", "), "/data/reply/bcc": all}),
    ));
    for name in ["attachments", "cc", "bcc"] {
        assert_eq!(extra(&event, name).as_array().map(Vec::len), Some(20), "{name}");
    }
    assert!(!json!(event.facts.extra).to_string().contains("https://"));
    assert_eq!(extra(&event, "attachments")[0], json!("f".repeat(200)));
}

#[test]
fn long_texts_are_not_shown() {
    let event = event(&changed(
        "EMAIL_SENT",
        &json!({"/event/workspace_name": "w".repeat(3_000), "/data/lead/status": "s".repeat(2_048)}),
    ));
    assert_eq!((extra(&event, "workspace_name"), extra(&event, "lead_status")), (json!(null), json!("s".repeat(2_048))));
}

#[test]
fn a_click_may_state_its_link() {
    let links = |link: Value| {
        event(&changed("EMAIL_OPENED", &json!({"/event/type": "EMAIL_CLICKED", "/data/link_url": link}))).facts.clicked_links
    };
    assert_eq!(links(json!("https://tallgrove.example/a")).into_iter().collect::<Vec<_>>(), ["https://tallgrove.example/a"]);
    assert!(links(json!("x".repeat(3_000))).is_empty() && links(json!(null)).is_empty());
}
