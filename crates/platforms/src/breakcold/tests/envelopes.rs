//! What is around an event, and which of the two products sent it.

use hookline_model::kind::Kind;
use serde_json::{Value, json};

use super::{
    FIXTURES, LEAD, LEAD_ID, RECEIVED, SPACE, WORKSPACE, contact_email, contact_id, event, fixture, parse_bytes, parsed, refusal,
};
use crate::{Delivery, ParseError, Parser, Settings, breakcold::Breakcold};

#[test]
fn the_classic_envelope_is_told_by_its_shape() {
    let event = event(&fixture("lead.create"));
    assert_eq!(event.account.as_deref(), Some(SPACE));
    assert_eq!((contact_email(&event), contact_id(&event)), (Some(LEAD), Some(("", LEAD_ID))));
}

#[test]
fn the_new_envelope_is_told_by_its_shape() {
    let event = event(&fixture("record.created"));
    assert_eq!(event.account.as_deref(), Some(WORKSPACE));
    assert_eq!((contact_email(&event), contact_id(&event)), (Some(LEAD), Some((WORKSPACE, "rec_p7"))));
}

#[test]
fn neither_envelope_needs_all_of_its_fields() {
    let mut classic = fixture("lead.create");
    let whole = event(&classic);
    classic.as_object_mut().expect("an object").retain(|key, _| key == "event" || key == "payload");
    assert_eq!(event(&classic), whole, "a lead has its space itself");
    let mut new = fixture("note.created");
    new.as_object_mut().expect("an object").retain(|key, _| key == "event" || key == "data");
    let read = event(&new);
    assert_eq!((read.kind, contact_id(&read), read.account.as_deref()), (Kind::NoteCreated, Some(("", "rec_p7")), None));
}

#[test]
fn of_two_contents_the_one_that_fits_the_envelope_is_read() {
    let mut classic = fixture("lead.create");
    classic["data"] = json!({"id": "other"});
    assert_eq!(contact_id(&event(&classic)), Some(("", LEAD_ID)));
    let mut new = fixture("record.created");
    new["payload"] = json!({"id": "other"});
    assert_eq!(contact_id(&event(&new)), Some((WORKSPACE, "rec_p7")));
}

#[test]
fn the_name_does_not_decide_which_product_it_was() {
    let mut body = fixture("lead.create");
    body["event"] = json!("record.created");
    let read = event(&body);
    assert_eq!((read.kind, read.account.as_deref()), (Kind::ContactCreated, Some(SPACE)));
    assert_eq!(contact_id(&read), Some(("", LEAD_ID)));
}

#[test]
fn an_event_that_says_nothing_is_kept() {
    for name in FIXTURES {
        for body in [
            json!({"id_space": SPACE, "event": name, "secret": "wh_1", "payload": {}}),
            json!({"id_space": SPACE, "event": name, "secret": "wh_1", "payload": null}),
            json!({"id_space": SPACE, "event": name}),
            json!({"workspaceId": WORKSPACE, "event": name, "data": {}}),
            json!({"eventId": "evt_9", "event": name, "data": "x"}),
        ] {
            let read = event(&body);
            assert_eq!((read.contact, read.campaign, read.facts.item), (None, None, None), "{body}");
        }
    }
}

#[test]
fn the_least_body_of_an_open_is_read() {
    let payload = json!({"id": super::EMAIL, "id_campaign": super::CAMPAIGN, "id_lead": LEAD_ID});
    let read = event(&super::classic("campaign.email.open", &payload));
    assert_eq!((read.kind, contact_id(&read)), (Kind::EmailOpened, Some(("", LEAD_ID))));
    assert_eq!(read.campaign.expect("a campaign").key.platform_campaign_id(), Some(super::CAMPAIGN));
}

#[test]
fn another_shape_says_what_was_expected() {
    let expected = "expected an object under payload, beside id_space, or under data, beside eventId and workspaceId";
    for body in [json!({"event": "lead.create"}), json!({}), json!({"event": "x", "payload": [1], "data": "x", "id_space": ""})] {
        assert_eq!(refusal(&body), expected, "{body}");
    }
    for (body, found) in [
        (json!([]), "an array of 0"),
        (json!([1, 2]), "an array of 2"),
        (json!([[{}]]), "an array of an array"),
        (json!("x"), "a text"),
        (json!(1), "a number"),
        (json!(true), "a truth value"),
        (json!(null), "null"),
        (json!({"body": [null]}), "an array of null"),
    ] {
        assert_eq!(refusal(&body), format!("expected one JSON object, found {found}"), "{body}");
    }
}

#[test]
fn what_is_not_json_is_refused() {
    for body in [&b""[..], b"{", b"event=lead.create", b"\xff", "[".repeat(100_000).as_bytes()] {
        assert!(matches!(parse_bytes(body), Err(ParseError::NotJson(_))));
    }
}

#[test]
fn what_a_relay_wraps_around_a_body_is_taken_off() {
    for name in ["lead.create", "record.created", "campaign.email.sent"] {
        let body = fixture(name);
        let wrapped = json!({"headers": {"host": "h", "x-webhook-event": "other"}, "params": {}, "query": {}, "body": body});
        for relayed in [json!([body]), wrapped.clone(), json!([wrapped]), json!({"body": [wrapped]})] {
            assert_eq!(parsed(&relayed), parsed(&body), "{name}");
        }
    }
}

#[test]
fn wrappings_are_bounded() {
    let wrap = |times: usize| (0..times).fold(fixture("lead.create"), |body, _| json!({"body": body}));
    assert_eq!(event(&wrap(3)).kind, Kind::ContactCreated);
    assert_eq!(refusal(&wrap(4)), "expected one JSON object, found one wrapped more than 3 times");
}

#[test]
fn camel_case_is_read_as_snake_case() {
    let payload = json!({
        "id": LEAD_ID, "email": LEAD, "firstName": "Piet", "lastName": "Oost", "createdAt": "2026-06-02T07:41:05.318Z",
        "customAttributes": {"cranes": 14}, "leadScore": 7,
    });
    let camel = json!({"idSpace": SPACE, "event": "lead.create", "secret": "wh_1", "payload": payload});
    let read = event(&camel);
    assert_eq!((read.facts.first_name.clone(), read.facts.last_name.clone()), (super::set("Piet"), super::set("Oost")));
    assert_eq!(super::custom_fields(&read), json!({"cranes": 14}));
    assert_eq!(serde_json::to_value(&read.facts.score).expect("JSON"), json!({"set": 7}));
    assert_eq!((read.account.as_deref(), read.occurred_at), (Some(SPACE), event(&fixture("lead.create")).occurred_at));
    let nested = json!({"idLead": LEAD_ID, "lead": {"firstName": "Piet"}});
    assert_eq!(event(&super::classic("lead.note.create", &nested)).facts.first_name, super::set("Piet"));
}

#[test]
fn names_that_a_workspace_gave_are_not_respelt() {
    let read = event(&super::changed("lead.create", &json!({"custom_fields": {"dealSize": 5}})));
    assert_eq!(read.facts.custom_fields.keys().filter(|key| *key == "dealSize").count(), 1);
}

#[test]
fn the_account_of_the_source_stands_in_also_inside_of_keys() {
    let settings = Settings { account: Some("ws_set".to_owned()), ..Settings::default() };
    let read = |body: &Value| {
        let body = body.to_string();
        let delivery = Delivery { body: body.as_bytes(), received_at: RECEIVED, settings: &settings };
        Breakcold.parse(&delivery).expect("an event").event
    };
    let mut body = fixture("note.created");
    assert_eq!(read(&body).account.as_deref(), Some(WORKSPACE));
    body.as_object_mut().expect("an object").remove("workspaceId");
    let without = read(&body);
    assert_eq!((without.account.as_deref(), contact_id(&without)), (Some("ws_set"), Some(("ws_set", "rec_p7"))));
}

#[test]
fn the_secret_may_have_any_form_and_is_nowhere_in_the_event() {
    for secret in ["wh_4f0c27a91be63", "wk_4f0c27a91be630", "anything"] {
        let mut body = fixture("lead.update");
        body["secret"] = json!(secret);
        let parsed = parsed(&body);
        assert_eq!(parsed, super::parsed(&fixture("lead.update")), "{secret}");
        let stored = String::from_utf8(parsed.event.to_stored().expect("stored")).expect("UTF-8");
        assert!(!stored.contains(secret), "{stored}");
    }
}

#[test]
fn a_redacted_body_is_the_same_event() {
    for name in FIXTURES {
        let body = json!([{"headers": {"authorization": "x"}, "body": fixture(name)}]).to_string().into_bytes();
        let mut redacted = body.clone();
        Breakcold.redact(&mut redacted);
        assert_ne!(redacted, body, "{name}");
        assert_eq!(parse_bytes(&redacted), parse_bytes(&body), "{name}");
    }
}

#[test]
fn the_field_with_the_secret_is_named() {
    assert_eq!(Breakcold.secret_fields(), ["secret"]);
}
