//! Whom an app's event is about, and what becomes of people.

use serde_json::{Value, json};

use hookline_model::{event::LinkFact, kind::Kind};

use super::{
    CONTACT, PORTAL, event, event_with, external, extra,
    fixtures::{app, association, change, generic, merge},
    id, key, refusal, with,
};
use crate::Settings;

const NEW: &str = "70999000001";

fn link(a: &str, b: &str) -> LinkFact {
    LinkFact { a: key(a), b: key(b), linked: true }
}

#[test]
fn a_contact_is_known_by_account_and_id() {
    let event = event(&app("contact.creation", &json!({})));
    assert_eq!(event.account.as_deref(), Some(PORTAL));
    assert_eq!(event.contact.and_then(|contact| contact.external), Some(external(CONTACT)));
}

#[test]
fn the_account_of_the_source_stands_in_where_none_is_stated() {
    let settings = Settings { account: Some(PORTAL.to_owned()), ..Settings::default() };
    let without = app("contact.creation", &json!({"portalId": "-"}));
    assert_eq!(event_with(&without, &settings), event(&app("contact.creation", &json!({}))));
    assert_eq!(event(&without).account, None);
    let other = event_with(&app("contact.creation", &json!({"portalId": 77})), &settings);
    assert_eq!(other.account.as_deref(), Some("77"));
}

#[test]
fn ids_are_texts_of_any_width() {
    for (value, expected) in [
        (json!(9_007_199_254_740_993_u64), "9007199254740993"),
        (json!(u64::MAX), "18446744073709551615"),
        (json!("70311904822"), CONTACT),
        (json!(70_311_904_822.0), CONTACT),
        (json!(5_000_000_000_i64), "5000000000"),
    ] {
        assert_eq!(id(&event(&app("contact.creation", &json!({"objectId": value})))), Some(expected));
    }
}

#[test]
fn an_event_of_a_contact_must_name_one() {
    for value in [json!("-"), json!(null), json!(0), json!("null"), json!(1.5), json!([1])] {
        for name in ["contact.creation", "contact.deletion", "contact.restore", "contact.privacyDeletion", "deal.creation"] {
            let text = refusal(&app(name, &json!({"objectId": value})));
            assert_eq!(text, format!("{} names nothing: expected an id in objectId", name.to_lowercase()), "{value}");
        }
    }
    let text = refusal(&app("contact.merge", &json!({"objectId": "-"})));
    assert_eq!(text, "contact.merge names nothing: expected an id in newObjectId, primaryObjectId, objectId");
    let text = refusal(&app("contact.associationChange", &json!({"objectId": "-"})));
    assert!(text.ends_with("expected an id in fromObjectId, toObjectId, objectId"), "{text}");
}

#[test]
fn a_changed_address_names_somebody_without_an_id() {
    let body = with(change("email", &json!("jo@tidewater.example")), &json!({"objectId": "-"}));
    assert_eq!((super::email(&event(&body)), id(&event(&body))), (Some("jo@tidewater.example"), None));
}

#[test]
fn a_deletion_can_be_taken_back() {
    let deleted = event(&app("contact.deletion", &json!({})));
    assert_eq!((deleted.kind, deleted.facts.erase, id(&deleted)), (Kind::ContactDeleted, false, Some(CONTACT)));
    let restored = event(&generic("restore", "0-1", &json!({"occurredAt": super::AT + 1})));
    assert_eq!((restored.kind, id(&restored)), (Kind::ContactUpdated, Some(CONTACT)));
    assert!(restored.occurred_at > deleted.occurred_at);
}

#[test]
fn a_privacy_deletion_asks_to_forget() {
    let event = event(&app("contact.privacyDeletion", &json!({})));
    assert_eq!((event.kind, event.facts.erase, id(&event)), (Kind::ContactDeleted, true, Some(CONTACT)));
    // A thread is nobody.
    assert!(!super::event(&app("conversation.privacyDeletion", &json!({}))).facts.erase);
}

#[test]
fn a_merge_joins_the_winner_and_every_loser() {
    let event = event(&merge());
    assert_eq!((event.kind, id(&event)), (Kind::ContactUpdated, Some(NEW)));
    assert_eq!(event.facts.links, [link(NEW, CONTACT), link(NEW, "70311904901"), link(NEW, "70311904902")]);
    assert_eq!(extra(&event, "merged_object_ids"), Some(&json!([CONTACT, "70311904901", "70311904902"])));
}

#[test]
fn a_merge_without_a_new_record_leaves_the_winner() {
    let event = event(&with(merge(), &json!({"newObjectId": "-"})));
    assert_eq!(id(&event), Some(CONTACT));
    assert_eq!(event.facts.links, [link(CONTACT, "70311904901"), link(CONTACT, "70311904902")]);
    let same = super::event(&with(merge(), &json!({"newObjectId": CONTACT})));
    assert_eq!(same.facts.links, event.facts.links);
}

#[test]
fn a_merge_of_any_shape_is_read() {
    for ids in [json!([]), json!("-"), json!("x"), json!([null, {}, 0, -1, 1.5])] {
        assert_eq!(event(&with(merge(), &json!({"mergedObjectIds": ids}))).facts.links, [link(NEW, CONTACT)], "{ids}");
    }
    let many: Vec<u64> = (1..=5_000).collect();
    let event = event(&with(merge(), &json!({"mergedObjectIds": many})));
    assert_eq!(event.facts.links.len(), 1_001);
    assert_eq!(extra(&event, "merged_object_ids").and_then(Value::as_array).map(Vec::len), Some(100));
}

#[test]
fn a_merge_of_deals_joins_nobody() {
    let event = event(&with(merge(), &json!({"subscriptionType": "deal.merge"})));
    assert_eq!((event.kind, event.contact.as_ref(), event.facts.links.len()), (Kind::Other, None, 0));
    assert_eq!(extra(&event, "merged_into"), Some(&json!(NEW)));
}

#[test]
fn an_association_is_the_contacts_if_a_side_is_one() {
    let event = event(&association());
    assert_eq!((event.kind, id(&event)), (Kind::Other, Some(CONTACT)));
    assert_eq!(extra(&event, "association_type"), Some(&json!("CONTACT_TO_COMPANY")));
    assert_eq!(extra(&event, "to_object_type"), Some(&json!("company")));
    assert_eq!(extra(&event, "to_object_id"), Some(&json!("9921300")));
    assert_eq!(extra(&event, "association_removed"), Some(&json!(false)));
    let fields = json!({
        "subscriptionType": "company.associationChange", "associationType": "COMPANY_TO_CONTACT",
        "fromObjectId": 9_921_300, "toObjectId": CONTACT,
    });
    assert_eq!(id(&super::event(&with(association(), &fields))), Some(CONTACT));
}

#[test]
fn an_association_in_the_generic_form_names_both_sorts() {
    let sides = |from: &str, to: &str| {
        let fields = json!({
            "subscriptionType": "object.associationChange", "associationType": "-", "fromObjectTypeId": from,
            "toObjectTypeId": to, "associationTypeId": 279, "associationCategory": "HUBSPOT_DEFINED",
        });
        event(&with(association(), &fields))
    };
    assert_eq!(id(&sides("0-1", "0-2")), Some(CONTACT));
    assert_eq!(id(&sides("0-2", "0-1")), Some("9921300"));
    assert_eq!(id(&sides("0-3", "0-2")), None);
    assert_eq!(extra(&sides("0-3", "0-2"), "association_type_id"), Some(&json!(279)));
}

#[test]
fn an_association_of_others_is_nobodys() {
    let deal =
        event(&with(association(), &json!({"subscriptionType": "deal.associationChange", "associationType": "DEAL_TO_COMPANY"})));
    assert_eq!((deal.kind, deal.contact), (Kind::Other, None));
    let unsaid = event(&with(association(), &json!({"associationType": "-"})));
    assert_eq!((unsaid.kind, unsaid.contact), (Kind::Other, None));
}
