//! The shapes a body comes in.

use serde_json::{Value, json};

use hookline_model::{
    event::{Bounce, BounceType, Change},
    kind::Kind,
    time::TimeSource,
};

use super::{
    CAMPAIGN, FIXTURES, LEAD, LIA, REPLY_ID, campaign_key, changed, contact_email, event, fixture, inbound, parse, parse_bytes,
    parsed, refusal, with,
};
use crate::{ParseError, Parser, instantly::Instantly};

/// The nested form of a flat fixture.
fn nested(name: &str) -> Value {
    let mut data = fixture(name);
    let name = data.as_object_mut().and_then(|object| object.remove("event_type")).expect("a name");
    json!({"event_type": name, "data": data})
}

#[test]
fn what_is_not_json_is_refused() {
    for body in [
        &b""[..],
        b"nothing",
        b"{\"a\":",
        b"{} {}",
        b"\xff\xfe",
        b"{\"event_type\":\"email_sent\xff\"}",
        b"event_type=email_sent",
    ] {
        assert!(matches!(parse_bytes(body), Err(ParseError::NotJson(_))), "{body:?}");
    }
}

#[test]
fn what_is_not_one_object_is_refused() {
    let cases = [
        (json!([]), "expected one JSON object, found an array of 0"),
        (json!([7]), "expected one JSON object, found a number"),
        (json!("email_sent"), "expected one JSON object, found a text"),
        (json!(true), "expected one JSON object, found a truth value"),
        (json!(null), "expected one JSON object, found null"),
    ];
    for (body, expected) in cases {
        assert_eq!(refusal(&body), expected, "{body}");
    }
}

#[test]
fn an_array_of_several_is_split() {
    let (one, other) = (fixture("email_sent").to_string(), fixture("reply_received").to_string());
    let body = format!("[{one} , {other},7]");
    let split = Instantly.split(body.as_bytes()).expect("sound").expect("several");
    assert_eq!(split, [one.as_bytes(), other.as_bytes(), b"7"]);
    assert_eq!(parse_bytes(split[0]), parse(&fixture("email_sent")));
    assert_eq!(refusal(&json!([fixture("email_sent"), 7])), "expected one JSON object, found an array of 2");
    assert_eq!(Instantly.split(one.as_bytes()), Ok(None));
    let many = format!("[{}{other}]", format!("{one},").repeat(500));
    assert!(matches!(Instantly.split(many.as_bytes()), Err(ParseError::Shape(_))));
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("[", "]"), ("{\"body\":", "}"), ("{\"data\":", "}")] {
        let deep = format!("{{\"event_type\":\"email_sent\",\"a\":{}1{}}}", open.repeat(10_000), close.repeat(10_000));
        assert!(matches!(parse_bytes(deep.as_bytes()), Err(ParseError::NotJson(_))));
    }
}

#[test]
fn an_array_of_one_is_tolerated() {
    for (name, _) in FIXTURES {
        assert_eq!(parsed(&json!([fixture(name)])), parsed(&fixture(name)), "{name}");
    }
}

#[test]
fn the_view_of_a_workflow_is_unwrapped() {
    assert_eq!(parsed(&fixture("relay_n8n")), parsed(&fixture("reply_received")));
    for (name, _) in FIXTURES {
        let body = json!({"headers": {}, "params": {}, "query": {}, "body": fixture(name)});
        assert_eq!(parsed(&body).event.id, parsed(&fixture(name)).event.id, "{name}");
    }
}

#[test]
fn a_body_under_a_relays_own_name_is_unwrapped() {
    let body = json!({"event": "webhook", "type": "http", "body": fixture("reply_received")});
    assert_eq!(parsed(&body), parsed(&fixture("reply_received")));
}

#[test]
fn an_object_of_the_delivery_log_is_unwrapped() {
    assert_eq!(parsed(&fixture("delivery_log")), parsed(&fixture("reply_received")));
}

#[test]
fn variables_under_payload_are_no_wrapper() {
    let event = event(&changed("lead_not_interested", &json!({"payload": {"event_type": "email_sent", "Region": "Minho"}})));
    assert_eq!(event.kind, Kind::ContactNotInterested);
    assert_eq!(event.facts.custom_fields.get("Region"), Some(&Change::Set(json!("Minho"))));
}

#[test]
fn the_nested_form_is_the_same_event() {
    for name in ["email_sent", "reply_received", "link_clicked", "lead_interested", "custom_label", "campaign_completed"] {
        assert_eq!(parsed(&nested(name)), parsed(&fixture(name)), "{name}");
    }
}

#[test]
fn the_nested_form_may_have_its_time_beside_or_inside() {
    let event = event(&fixture("nested_bounced"));
    assert_eq!((event.kind, contact_email(&event)), (Kind::EmailBounced, Some("gone@corvalia.example")));
    assert_eq!(event.campaign_key(), Some(&campaign_key()));
    assert_eq!((event.occurred_at.to_string().as_str(), event.time_source), ("2026-03-03T08:21:03.118Z", TimeSource::Stated));
    let reason = Some("452 4.2.2 mailbox full".to_owned());
    assert_eq!(event.facts.bounce, Some(Bounce { bounce_type: BounceType::Soft, reason }));
    assert_eq!(event.facts.custom_fields.keys().collect::<Vec<_>>(), ["Region"]);
    assert_eq!(parsed(&nested("email_bounced")).event.occurred_at, event.occurred_at);
}

#[test]
fn nested_fields_go_before_those_at_the_top() {
    let mut body = nested("reply_received");
    body["lead_email"] = json!("other@corvalia.example");
    body["campaign_id"] = json!("00000000-0000-4000-8000-000000000001");
    assert_eq!(parsed(&body), parsed(&fixture("reply_received")));
    let mut split = nested("reply_received");
    split["lead_email"] = json!(LEAD);
    let data = split["data"].as_object_mut().expect("an object");
    data.remove("lead_email");
    data.remove("email");
    assert_eq!(contact_email(&event(&split)), Some(LEAD));
}

#[test]
fn a_name_inside_of_data_is_found() {
    assert_eq!(parsed(&json!({"data": fixture("reply_received")})), parsed(&fixture("reply_received")));
    let relayed = json!({"event": "webhook", "data": fixture("reply_received")});
    assert_eq!(parsed(&relayed), parsed(&fixture("reply_received")));
    let variable = with(nested("reply_received"), &json!({"event_type": null, "event": "reply_received"}));
    let mut variable = variable;
    variable["data"]["type"] = json!("B2B");
    assert_eq!(event(&variable).kind, Kind::EmailReplied);
}

#[test]
fn data_beside_equal_flat_fields_is_the_same_event() {
    // The form with both, for readers of either.
    for name in ["email_sent", "reply_received", "lead_interested"] {
        let both = with(fixture(name), &json!({"data": fixture(name)}));
        assert_eq!(parsed(&both), parsed(&fixture(name)), "{name}");
    }
}

#[test]
fn data_that_is_no_object_is_a_custom_variable() {
    for (value, kept) in [(json!("gold"), true), (json!(7), true), (json!([1]), false), (json!(null), false)] {
        let mut body = fixture("email_opened");
        body["data"] = value.clone();
        let event = event(&body);
        assert_eq!((event.kind, contact_email(&event)), (Kind::EmailOpened, Some(LEAD)), "{value}");
        assert_eq!(event.facts.custom_fields.contains_key("data"), kept, "{value}");
    }
}

#[test]
fn scalars_as_texts_make_the_same_event() {
    for (name, _) in FIXTURES {
        let mut body = fixture(name);
        let Some(object) = body.as_object_mut() else { continue };
        for (key, value) in object.iter_mut() {
            if key.as_str() != "Trucks on the road" && (value.is_number() || value.is_boolean()) {
                *value = json!(value.to_string());
            } else if value.is_null() {
                *value = json!("null");
            }
        }
        if !matches!(name, "unknown_event") {
            assert_eq!(parsed(&body).event, parsed(&fixture(name)).event, "{name}");
        }
    }
}

#[test]
fn a_relay_of_texts_is_read() {
    let event = event(&fixture("relay_strings"));
    let direct = parsed(&fixture("reply_received")).event;
    assert_eq!((event.id, event.outbound_key()), (direct.id, direct.outbound_key()));
    assert_eq!(inbound(&event).key, inbound(&direct).key);
    assert_eq!(event.facts.first_name, direct.facts.first_name);
    assert_eq!((event.facts.phone.as_ref(), event.facts.website_url.as_ref()), (None, None));
    assert_eq!(json!(event.facts.extra)["is_first"], json!(true));
    assert_eq!(json!(event.facts.extra)["platform_email_id"], json!(REPLY_ID));
    assert_eq!((inbound(&event).body_html.as_ref(), event.facts.extra.get("app_url")), (None, None));
}

#[test]
fn nothing_in_any_spelling_is_nothing() {
    let keys = ["campaign_name", "email_account", "unibox_url", "step", "is_first", "firstName", "reply_html"];
    let all = |value: &Value| Value::Object(keys.iter().map(|key| ((*key).to_owned(), value.clone())).collect());
    let none = parsed(&changed("reply_received", &all(&Value::Null)));
    for nothing in [json!("null"), json!(""), json!("  "), json!([]), json!({})] {
        let mut body = fixture("reply_received");
        keys.iter().for_each(|key| body[key] = nothing.clone());
        assert_eq!(parsed(&body), none, "{nothing}");
    }
}

#[test]
fn unknown_keys_and_any_order_change_no_identity() {
    let reordered = {
        let body = fixture("email_opened");
        let mut fields: Vec<_> = body.as_object().expect("an object").iter().collect();
        fields.sort_by_key(|(key, _)| (key.len(), (*key).clone()));
        let fields = fields.into_iter().map(|(key, value)| format!("{}:{value}", json!(key)));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    };
    assert_eq!(parse_bytes(reordered.as_bytes()), parse(&fixture("email_opened")));
    let more = changed("email_opened", &json!({"delivery": {"attempt": 2}, "new": [1]}));
    assert_eq!(parsed(&more), parsed(&fixture("email_opened")));
}

#[test]
fn the_last_of_duplicate_keys_wins() {
    let body = fixture("unknown_event").to_string().replacen('{', "{\"event_type\":\"email_sent\",", 1);
    assert_eq!(parse_bytes(body.as_bytes()), parse(&fixture("unknown_event")));
}

#[test]
fn the_secret_of_a_relays_header_is_blanked() {
    let (_, text) = FIXTURES.iter().find(|(name, _)| *name == "relay_n8n").expect("the relay");
    let mut body = text.as_bytes().to_vec();
    Instantly.redact(&mut body);
    let left = String::from_utf8(body.clone()).expect("UTF-8");
    assert!(!left.contains("k3-invented") && left.contains("axios/0.21.4") && left.len() == text.len());
    assert_eq!(parse_bytes(&body), parse_bytes(text.as_bytes()));
}

#[test]
fn nothing_is_blanked_in_instantlys_own_body() {
    for (name, text) in FIXTURES.iter().filter(|(name, _)| *name != "relay_n8n") {
        let mut body = text.as_bytes().to_vec();
        Instantly.redact(&mut body);
        assert_eq!(body, text.as_bytes(), "{name}");
    }
}

#[test]
fn the_wrapper_says_nothing_of_the_event() {
    let text = serde_json::to_string(&event(&fixture("relay_n8n"))).expect("events are JSON");
    for word in ["flows.brightkeel", "axios", "invented", "production"] {
        assert!(!text.contains(word), "{word}");
    }
    assert!(text.contains(CAMPAIGN) && !text.contains(LIA));
}
