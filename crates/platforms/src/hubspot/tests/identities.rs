//! What is the same event, and what is another.

use serde_json::{Value, json};

use hookline_model::{event::Event, identity::Claim, time::TimeSource};

use super::{
    event, fixtures,
    fixtures::{app, association, change, generic, merge, message},
    parse_bytes, parsed, with,
};
use crate::Parser;

/// Whether both are one event that says the same.
fn equal(one: &Value, other: &Value) -> bool {
    let (one, other): (Event, Event) = (event(one), event(other));
    one.id == other.id && one.content_digest() == other.content_digest()
}

fn differ(one: &Value, other: &Value) -> bool {
    event(one).id != event(other).id
}

#[test]
fn a_retry_in_another_batch_is_the_same_event() {
    for (name, body) in fixtures::all() {
        if body.get("subscriptionType").is_none() {
            continue;
        }
        let again = with(body.clone(), &json!({"attemptNumber": 7}));
        assert_eq!(parsed(&again), parsed(&body), "{name}");
        let batch = json!([app("deal.creation", &json!({})), again]).to_string();
        let events = super::Hubspot.split(batch.as_bytes()).expect("a batch").expect("two");
        assert_eq!(parse_bytes(events[1]), Ok(parsed(&body)), "{name}");
    }
}

#[test]
fn another_subscription_of_the_same_app_is_the_same_event() {
    for (name, body) in fixtures::all() {
        if body.get("subscriptionType").is_some() {
            assert!(equal(&body, &with(body.clone(), &json!({"subscriptionId": 9}))), "{name}");
        }
    }
}

#[test]
fn both_names_of_an_event_are_one_event() {
    let property = json!({"propertyName": "city", "propertyValue": "Bergen"});
    for (verb, fields) in [
        ("creation", json!({})),
        ("deletion", json!({})),
        ("restore", json!({})),
        ("propertyChange", property),
        ("propertyChange", json!({"propertyName": "hs_email_optout", "propertyValue": "true"})),
        ("merge", json!({"primaryObjectId": 5, "mergedObjectIds": [6, 7]})),
    ] {
        let both = (app(&format!("contact.{verb}"), &fields), generic(verb, "0-1", &fields));
        assert!(equal(&both.0, &both.1), "{verb}");
    }
    assert!(!differ(&app("deal.creation", &json!({})), &generic("creation", "0-3", &json!({}))));
    let fields = json!({
        "subscriptionType": "object.associationChange", "fromObjectTypeId": "0-1", "toObjectTypeId": "0-2", "objectTypeId": "0-1",
    });
    assert!(!differ(&association(), &with(association(), &fields)));
}

#[test]
fn an_event_is_account_record_change_and_time() {
    let body = change("city", &json!("Bergen"));
    for fields in [
        json!({"portalId": 5}),
        json!({"objectId": 5}),
        json!({"subscriptionType": "deal.propertyChange"}),
        json!({"propertyName": "town"}),
        json!({"propertyValue": "Oslo"}),
        json!({"propertyValue": ""}),
        json!({"occurredAt": super::AT + 1}),
        json!({"eventId": 5}),
    ] {
        assert!(differ(&body, &with(body.clone(), &fields)), "{fields}");
    }
    assert!(differ(&app("contact.creation", &json!({})), &app("contact.restore", &json!({}))));
}

#[test]
fn the_id_of_an_event_alone_identifies_nothing() {
    let (one, other) = (app("contact.creation", &json!({})), app("contact.creation", &json!({"objectId": 5})));
    assert!(differ(&one, &other));
    assert_eq!(parsed(&one).claim, None);
}

#[test]
fn two_changes_at_one_millisecond_are_two_events() {
    let (one, other) = (change("city", &json!("Bergen")), with(change("city", &json!("Oslo")), &json!({"eventId": 9})));
    let (one, other) = (event(&one), event(&other));
    assert_eq!(one.occurred_at, other.occurred_at);
    assert_ne!(one.id, other.id);
    // Which of them counts follows from their ids, so from neither the order of arrival nor that of `eventId`.
    assert_ne!(one.id.hash_part(), other.id.hash_part());
}

#[test]
fn a_deletion_and_its_privacy_deletion_are_two_events() {
    let (soft, privacy) = (app("contact.deletion", &json!({})), app("contact.privacyDeletion", &json!({})));
    assert!(differ(&soft, &privacy));
    assert_eq!(event(&soft).contact, event(&privacy).contact);
}

#[test]
fn a_reply_is_known_by_whose_it_is_and_when_it_came() {
    let body = change("hs_sales_email_last_replied", &json!("1774431200000"));
    let hash = |fields: &Value| match parsed(&with(body.clone(), fields)).claim {
        Some(Claim::Forever(hash)) => hash,
        claim => panic!("{claim:?}"),
    };
    let one = hash(&json!({}));
    for fields in [
        json!({"occurredAt": super::AT + 60_000}),
        json!({"occurredAt": "-"}),
        json!({"eventId": 5}),
        json!({"subscriptionType": "object.propertyChange", "objectTypeId": "0-1"}),
    ] {
        assert_eq!(hash(&fields), one, "{fields}");
    }
    for fields in [json!({"propertyValue": "1774431200001"}), json!({"objectId": 5}), json!({"portalId": 5})] {
        assert_ne!(hash(&fields), one, "{fields}");
    }
}

#[test]
fn a_merge_is_told_apart_by_all_its_records() {
    assert!(differ(&merge(), &with(merge(), &json!({"newObjectId": 5}))));
    assert!(differ(&merge(), &with(merge(), &json!({"primaryObjectId": 5}))));
    assert!(differ(&merge(), &with(merge(), &json!({"mergedObjectIds": [5]}))));
    assert!(equal(&merge(), &with(merge(), &json!({"mergedObjectIds": ["70311904902", 70_311_904_901_u64]}))));
}

#[test]
fn an_association_is_told_apart_by_both_sides() {
    for fields in [
        json!({"fromObjectId": 5}),
        json!({"toObjectId": 5}),
        json!({"associationRemoved": true}),
        json!({"associationType": "CONTACT_TO_DEAL"}),
        json!({"isPrimaryAssociation": false}),
        json!({"fromObjectId": 9_921_300, "toObjectId": super::CONTACT}),
    ] {
        assert!(differ(&association(), &with(association(), &fields)), "{fields}");
    }
    assert!(differ(&message(), &with(message(), &json!({"messageId": "x"}))));
}

#[test]
fn an_unknown_event_is_told_apart_by_all_it_says() {
    let body = app("contact.enrichment", &json!({"score": 5}));
    assert!(differ(&body, &with(body.clone(), &json!({"score": 6}))));
    assert!(differ(&body, &with(body.clone(), &json!({"subscriptionType": "contact.enriched"}))));
    assert!(equal(&body, &with(body.clone(), &json!({"attemptNumber": 2, "subscriptionId": 8}))));
}

#[test]
fn without_a_time_a_repetition_is_the_same_for_a_while() {
    for (name, body) in fixtures::all() {
        if body.get("subscriptionType").is_none() {
            continue;
        }
        let timeless = parsed(&with(body, &json!({"occurredAt": "-"})));
        assert_eq!(timeless.event.time_source, TimeSource::Received);
        assert!(matches!((name, timeless.claim), ("reply", Some(Claim::Forever(_))) | (_, Some(Claim::Window(_)))), "{name}");
    }
}

#[test]
fn what_was_blanked_reads_as_the_same_event() {
    for (name, body) in fixtures::all() {
        for fields in [json!({}), json!({"isSensitive": true}), json!({"isSensitive": 1, "propertyValue": 123_456})] {
            let body = with(body.clone(), &fields).to_string().into_bytes();
            let mut stored = body.clone();
            super::Hubspot.redact(&mut stored);
            assert_eq!(parse_bytes(&stored), parse_bytes(&body), "{name} {fields}");
        }
    }
}

#[test]
fn the_order_of_keys_does_not_matter() {
    for (name, body) in fixtures::all() {
        let object = body.as_object().expect("an object");
        let mut fields: Vec<String> = object.iter().map(|(key, value)| format!("{}:{value}", json!(key))).collect();
        fields.reverse();
        assert_eq!(parse_bytes(format!("{{{}}}", fields.join(",")).as_bytes()), Ok(parsed(&body)), "{name}");
    }
}
