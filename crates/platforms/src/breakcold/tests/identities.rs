//! What is the same event, and what is another.

use hookline_model::identity::Claim;
use serde_json::{Value, json};

use super::{CAMPAIGN, FIXTURES, LEAD_ID, RECEIVED, changed, classic, event, fixture, parse_bytes, parsed};

/// Whether the claim holds for ever, for a while, or there is none.
fn claim(body: &Value) -> &'static str {
    match parsed(body).claim {
        Some(Claim::Forever(_)) => "forever",
        Some(Claim::Window(_)) => "window",
        None => "none",
    }
}

/// Whether two bodies are one event.
fn same(one: &Value, other: &Value) -> bool {
    let (one, other) = (parsed(one), parsed(other));
    match (one.claim, other.claim) {
        (Some(one), Some(other)) => one.hash() == other.hash(),
        _ => one.event.id == other.event.id,
    }
}

/// A body with a field around its content set.
fn around(name: &str, key: &str, value: Value) -> Value {
    let mut body = fixture(name);
    body[key] = value;
    body
}

#[test]
fn the_same_delivery_is_the_same_event_in_any_order_of_keys() {
    for name in FIXTURES {
        let body = fixture(name);
        let fields = body.as_object().expect("an object").iter().rev();
        let reversed: Vec<String> = fields.map(|(key, value)| format!("{}:{value}", Value::from(key.as_str()))).collect();
        let reversed = format!("{{{}}}", reversed.join(","));
        assert_eq!(parse_bytes(reversed.as_bytes()), parse_bytes(body.to_string().as_bytes()), "{name}");
    }
}

#[test]
fn every_fixture_is_an_event_of_its_own() {
    // Those of the new generation have one event id.
    let mut ids: Vec<_> = FIXTURES.iter().map(|name| event(&around(name, "eventId", json!(null))).id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), FIXTURES.len());
}

#[test]
fn claims_hold_as_long_as_the_identity_does() {
    for name in FIXTURES.iter().take(34) {
        let expected = if matches!(*name, "campaign.email.sent" | "campaign.email.reply") { "forever" } else { "none" };
        assert_eq!(claim(&fixture(name)), expected, "{name}");
    }
    for name in FIXTURES.iter().skip(34) {
        assert_eq!(claim(&fixture(name)), "forever", "{name}");
        assert_eq!(claim(&around(name, "eventId", json!(null))), "none", "{name}");
    }
    assert_eq!(claim(&changed("lead.update", &json!({"updated_at": null}))), "window");
    assert_eq!(claim(&changed("campaign.email.open", &json!({"opened_at": null}))), "window");
}

#[test]
fn two_webhooks_that_report_one_thing_differ_in_their_secret_only() {
    for name in FIXTURES.iter().take(34) {
        let one = parsed(&fixture(name));
        let other = parsed(&around(name, "secret", json!("wk_00000000000000")));
        assert_eq!((one.event, one.claim), (other.event, other.claim), "{name}");
    }
}

#[test]
fn an_event_id_is_the_identity_whatever_else_a_retry_says() {
    let original = fixture("record.updated");
    let mut retry = changed("record.updated", &json!({"name": "Other", "fields": {"email": "other@x.example"}}));
    retry["timestamp"] = json!("2026-06-11T08:21:31.115Z");
    assert!(same(&original, &retry));
    assert!(!same(&original, &around("record.updated", "eventId", json!("evt_x2"))));
    assert!(!same(&original, &around("record.updated", "workspaceId", json!("ws_other"))));
}

#[test]
fn bursts_of_changes_are_events_of_their_own() {
    let one = around("record.updated", "eventId", json!("evt_1"));
    assert!(!same(&one, &around("record.updated", "eventId", json!("evt_2"))));
}

#[test]
fn two_different_changes_in_one_millisecond_are_two_events() {
    for name in ["lead.update", "lead.status.update", "lead.list.update", "lead.tags.update", "lead.track", "list.update"] {
        assert!(!same(&fixture(name), &changed(name, &json!({"city": "Delft"}))), "{name}");
    }
    let without_id = |name: &str| around(name, "eventId", json!(null));
    let mut other = changed("record.updated", &json!({"name": "Other"}));
    other["eventId"] = json!(null);
    assert!(!same(&without_id("record.updated"), &other));
}

#[test]
fn a_creation_and_a_deletion_happen_once_at_their_time() {
    for name in ["lead.create", "lead.delete", "lead.note.create", "lead.task.delete", "campaign.create", "tag.delete"] {
        assert!(same(&fixture(name), &changed(name, &json!({"city": "Delft"}))), "{name}: a variant");
        let key = if name.ends_with("create") { "created_at" } else { "is_deleted_at" };
        let later = changed(name, &json!({key: "2026-06-16T00:00:00.000Z"}));
        assert!(!same(&fixture(name), &later), "{name} at another time");
        assert!(!same(&fixture(name), &changed(name, &json!({"id": "b1f4c6d2-7e80-4a95-93cb-2d5f60e8a714"}))), "{name}");
    }
}

#[test]
fn what_has_no_time_is_told_apart_by_what_it_says() {
    for name in ["lead.create", "campaign.email.open", "campaign.email.click", "lead.linkedin.new", "campaign.email.bounce"] {
        let nothing = json!({"created_at": null, "opened_at": null, "clicked_at": null, "bounced_at": null, "sent_at": null});
        let one = changed(name, &nothing);
        let mut other = one.clone();
        other["payload"]["count"] = json!(2);
        assert_eq!((claim(&one), same(&one, &one.clone()), same(&one, &other)), ("window", true, false), "{name}");
    }
}

#[test]
fn what_has_no_id_is_told_apart_by_what_it_says() {
    let body = |text: &str| {
        classic("lead.note.create", &json!({"id_lead": LEAD_ID, "content": text, "created_at": "2026-06-01T00:00:00Z"}))
    };
    assert!(same(&body("a"), &body("a")));
    assert!(!same(&body("a"), &body("b")));
}

#[test]
fn an_email_is_who_where_what_and_when() {
    for name in ["campaign.email.open", "campaign.email.click", "campaign.email.bounce", "campaign.email.unsubscribe"] {
        let other = "f1b0a6c3-2d47-4e59-8b12-90c7d3e5f684";
        for fields in [
            json!({"id": other}),
            json!({"id_campaign": other}),
            json!({"lead": {"id": LEAD_ID, "email": "other@x.example"}}),
            json!({"event_at": "2026-06-13T00:00:00Z"}),
        ] {
            assert!(!same(&fixture(name), &changed(name, &fields)), "{name} {fields}");
        }
        assert!(same(&fixture(name), &changed(name, &json!({"campaign": null, "extra": 1}))), "{name}");
    }
}

#[test]
fn a_message_id_is_the_identity_at_any_time() {
    for (name, key) in [("campaign.email.sent", "sent_at"), ("campaign.email.reply", "replied_at")] {
        for time in [json!(null), json!("2026-06-14T00:00:00Z")] {
            assert!(same(&fixture(name), &changed(name, &json!({key: time, "id": null, "id_campaign": CAMPAIGN}))), "{name}");
        }
        assert!(!same(&fixture(name), &changed(name, &json!({"message_id": "<other@x.example>"}))), "{name}");
    }
    let answer = changed("campaign.email.reply", &json!({"message_id": "<9c1f@go-yardwise.example>"}));
    assert!(!same(&fixture("campaign.email.sent"), &answer), "a send and a reply are two events");
}

#[test]
fn two_replies_to_one_email_are_two_events() {
    let reply = |text: &str| changed("campaign.email.reply", &json!({"message_id": null, "replied_at": null, "text": text}));
    assert!(!same(&reply("Yes"), &reply("No")));
    assert!(same(&reply("Yes"), &reply("Yes")));
}

#[test]
fn messages_of_one_thread_are_told_apart() {
    let message = |text: &str| changed("lead.linkedin.new", &json!({"text": text}));
    assert!(!same(&message("Hi"), &message("Still there?")));
}

#[test]
fn names_of_one_kind_are_told_apart() {
    let read = |name: &str| {
        let mut body = fixture("file.uploaded");
        body["event"] = json!(name);
        body["eventId"] = json!(null);
        body
    };
    assert!(!same(&read("file.uploaded"), &read("file.deleted")));
    assert!(!same(&read("call.unlinked"), &read("file.deleted")));
    assert!(!same(&read("deal.won"), &read("deal.lost")));
}

#[test]
fn the_workspace_tells_ids_apart_that_are_no_uuids() {
    let numbered = |space: &str| {
        let mut body = changed("tag.create", &json!({"id": 7}));
        body["id_space"] = json!(space);
        body
    };
    assert!(!same(&numbered("space-a"), &numbered("space-b")));
    assert!(same(&fixture("tag.create"), &around("tag.create", "id_space", json!(null))), "a UUID needs none");
}

#[test]
fn an_unknown_event_is_told_apart_by_all_it_says() {
    let body = |fields: Value| classic("lead.status_change", &fields);
    assert!(same(&body(json!({"a": 1, "b": 2})), &body(json!({"b": 2, "a": 1}))));
    assert!(!same(&body(json!({"a": 1})), &body(json!({"a": 2}))));
    assert_eq!(event(&body(json!({}))).occurred_at, RECEIVED);
}
