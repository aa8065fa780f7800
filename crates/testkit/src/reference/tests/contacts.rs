//! The fields of contacts.

use std::collections::{BTreeMap, BTreeSet};

use hookline_model::{
    event::{BounceType, Change, Event, SetChange},
    interest::Interest,
    key::CampaignKey,
    kind::Kind,
    platform::Platform,
};
use serde_json::{Value, json};

use super::{JANE, about, at, bare, bounce, contact, dump, external, hubspot, jane, smartlead, stating, text, with, within};

#[test]
fn a_lone_event_gives_every_field() {
    let contact = contact(&[jane(1, Kind::EmailSent, 10)]);
    assert_eq!(
        contact,
        json!({
            "id": "16dfeda2-c7e1-55bf-a403-3dda66b322d6", "email": "jane@x.example",
            "first_name": null, "last_name": null, "company_name": null, "phone": null, "linkedin_url": null,
            "website_url": null, "score": null, "category": null, "custom_fields": {}, "interest": null,
            "tags": [], "lists": [], "external": [],
            "counts": { "sent": 1, "opened": 0, "clicked": 0, "replied": 0, "bounced": 0 },
            "unsubscribed_at": null, "bounced_at": null, "blocked": false,
            "last_activity_at": "2026-02-11T08:00:10.000Z",
            "created_at": "2026-02-11T08:00:10.000Z", "updated_at": "2026-02-11T08:00:10.000Z",
            "status": "contacted", "status_reason": "email.sent of 2026-02-11T08:00:10.000Z from smartlead",
        })
    );
}

#[test]
fn a_full_name_is_split_only_where_both_parts_are_empty() {
    let named = |full: &str| stating(&jane(1, Kind::ContactUpdated, 10), |facts| facts.full_name = text(full));
    let cases = [
        ("Jane Doe", json!(["Jane", "Doe"])),
        ("Jane  van\tDoe ", json!(["Jane", "van\tDoe"])),
        ("Jane", json!(["Jane", null])),
        ("Jane ", json!(["Jane", null])),
    ];
    for (full, expected) in cases {
        let contact = contact(&[named(full)]);
        assert_eq!(json!([contact["first_name"], contact["last_name"]]), expected, "{full:?}");
    }
    let family = stating(&jane(2, Kind::ContactUpdated, 5), |facts| facts.last_name = text("Roe"));
    let contact = contact(&[named("Jane Doe"), family]);
    assert_eq!(json!([contact["first_name"], contact["last_name"]]), json!([null, "Roe"]));
}

#[test]
fn each_custom_field_is_a_single_value_and_a_cleared_one_is_left_out() {
    let fields = |n, seconds, fields: [(&str, Change<Value>); 2]| {
        let fields: BTreeMap<_, _> = fields.into_iter().map(|(name, change)| (name.to_owned(), change)).collect();
        stating(&jane(n, Kind::ContactUpdated, seconds), |facts| facts.custom_fields = fields)
    };
    let early = fields(1, 10, [("tier", Change::Set(json!(1))), ("city", Change::Set(json!("Bonn")))]);
    let late = fields(2, 20, [("tier", Change::Set(json!(2.5))), ("city", Change::Clear)]);
    assert_eq!(contact(&[late, early])["custom_fields"], json!({ "tier": 2.5 }));
}

#[test]
fn interest_comes_from_facts_before_the_kind_and_can_be_cleared() {
    let by_kind = jane(1, Kind::ContactInterested, 10);
    assert_eq!(contact(std::slice::from_ref(&by_kind))["interest"], json!("interested"));
    let booked = Some(Change::Set(Interest::MeetingBooked));
    let by_facts = stating(&jane(2, Kind::ContactInterested, 20), |facts| facts.interest = booked);
    assert_eq!(contact(&[by_facts.clone(), by_kind])["interest"], json!("meeting_booked"));
    let cleared = stating(&jane(3, Kind::ContactNeutral, 30), |facts| facts.interest = Some(Change::Clear));
    assert_eq!(contact(&[cleared, by_facts])["interest"], json!(null));
}

/// An event about Jane's tags; each text holds one tag per letter.
fn tags(n: u8, seconds: i64, add: &str, remove: &str, snapshot: Option<&str>) -> Event {
    let set = |letters: &str| -> BTreeSet<String> { letters.chars().map(String::from).collect() };
    let change = SetChange { add: set(add), remove: set(remove), snapshot: snapshot.map(set) };
    stating(&jane(n, Kind::ContactTagsUpdated, seconds), |facts| facts.tags = Some(change))
}

#[test]
fn for_each_element_of_a_set_the_last_word_decides() {
    let cases = [
        (vec![tags(1, 10, "ba", "", None)], json!(["a", "b"])),
        (vec![tags(1, 10, "ab", "", None), tags(2, 20, "", "a", None)], json!(["b"])),
        (vec![tags(1, 20, "a", "", None), tags(2, 10, "", "a", None)], json!(["a"])),
        (vec![tags(1, 10, "a", "", None), tags(2, 20, "", "", Some("bc"))], json!(["b", "c"])),
        (vec![tags(1, 10, "", "", Some("bc")), tags(2, 20, "a", "b", None)], json!(["a", "c"])),
        (vec![tags(1, 10, "", "", Some("a")), tags(2, 20, "", "", Some("b"))], json!(["b"])),
        // A snapshot overrules words that are older than it, also on elements that an older snapshot does not hold.
        (vec![tags(1, 10, "", "", Some("a")), tags(2, 20, "c", "a", None), tags(3, 30, "", "", Some("a"))], json!(["a"])),
        // Within one entry adding wins over removing, and both over the snapshot.
        (vec![tags(1, 10, "ab", "acd", Some("ce"))], json!(["a", "b", "e"])),
    ];
    for (events, expected) in cases {
        assert_eq!(contact(&events)["tags"], expected, "{events:?}");
    }
}

#[test]
fn external_ids_are_the_keys_and_those_named() {
    // The stand-in has moved on to Joe and is still shown with Jane, who was named with it.
    let events = [
        about(Some(JANE), Some(smartlead("7")), 1, Kind::EmailSent, 10),
        about(Some("joe@x.example"), Some(smartlead("7")), 2, Kind::EmailSent, 20),
        about(Some(JANE), Some(hubspot("5")), 3, Kind::ContactUpdated, 30),
        about(Some(JANE), Some(external(Platform::Lemlist, "team", "9")), 4, Kind::EmailSent, 40),
    ];
    assert_eq!(
        dump(&events)["contacts"][0]["external"],
        json!([
            { "platform": "smartlead", "account": null, "id": "7", "fields": {} },
            { "platform": "lemlist", "account": "team", "id": "9", "fields": {} },
            { "platform": "hubspot", "account": null, "id": "5", "fields": {} },
        ])
    );
}

#[test]
fn an_opt_out_holds_until_it_is_lifted_by_name() {
    let first = jane(1, Kind::ContactUnsubscribed, 10);
    let second = jane(2, Kind::ContactUnsubscribed, 20);
    let lifting = |n, opt_out: &Event| stating(&jane(n, Kind::ContactResubscribed, 5), |facts| facts.lifts = [opt_out.id].into());
    let shown = |events: &[Event]| {
        let contact = contact(events);
        json!([contact["unsubscribed_at"], contact["blocked"], contact["status"]])
    };
    let both = [second.clone(), first.clone()];
    assert_eq!(shown(&both), json!(["2026-02-11T08:00:10.000Z", true, "unsubscribed"]));
    let one = [second.clone(), first.clone(), lifting(3, &first)];
    assert_eq!(shown(&one), json!(["2026-02-11T08:00:20.000Z", true, "unsubscribed"]));
    let none = [second.clone(), first.clone(), lifting(3, &first), lifting(4, &second)];
    assert_eq!(shown(&none), json!([null, false, "new"]));
}

#[test]
fn a_lift_of_somebody_else_lifts_nothing() {
    let opt_out = jane(1, Kind::ContactUnsubscribed, 10);
    let lift = about(Some("joe@x.example"), None, 2, Kind::ContactResubscribed, 20);
    let lift = stating(&lift, |facts| facts.lifts = [opt_out.id].into());
    assert_eq!(dump(&[opt_out, lift])["contacts"][0]["status"], json!("unsubscribed"));
}

#[test]
fn bounced_unless_soft_and_blocked_only_if_hard() {
    let event = jane(1, Kind::EmailBounced, 10);
    let at_10 = "2026-02-11T08:00:10.000Z";
    let cases = [
        (bounce(&event, BounceType::Hard, None), json!([at_10, true, "bounced"])),
        (bounce(&event, BounceType::Unknown, None), json!([at_10, false, "bounced"])),
        (event.clone(), json!([at_10, false, "bounced"])),
        (bounce(&event, BounceType::Soft, None), json!([null, false, "new"])),
    ];
    for (event, expected) in cases {
        let contact = contact(std::slice::from_ref(&event));
        assert_eq!(json!([contact["bounced_at"], contact["blocked"], contact["status"]]), expected, "{event:?}");
    }
}

#[test]
fn the_last_block_mark_decides_unless_unsubscribed() {
    let hard = bounce(&jane(1, Kind::EmailBounced, 10), BounceType::Hard, None);
    let unblocked = jane(2, Kind::ContactUnblocked, 20);
    let blocked = jane(3, Kind::ContactBlocked, 30);
    let overruled = stating(&jane(4, Kind::ContactBlocked, 40), |facts| facts.blocked = Some(false));
    let opt_out = jane(5, Kind::ContactUnsubscribed, 5);
    let mut events = Vec::new();
    for (event, expected) in [(hard, true), (unblocked, false), (blocked, true), (overruled, false), (opt_out, true)] {
        events.push(event);
        assert_eq!(contact(&events)["blocked"], json!(expected), "{events:?}");
    }
}

#[test]
fn only_activities_move_the_last_activity() {
    let updated = jane(1, Kind::ContactUpdated, 30);
    assert_eq!(contact(std::slice::from_ref(&updated))["last_activity_at"], json!(null));
    let contact = contact(&[updated, jane(2, Kind::EmailOpened, 20), jane(3, Kind::ContactCreated, 10)]);
    assert_eq!(contact["last_activity_at"], json!("2026-02-11T08:00:20.000Z"));
    assert_eq!(contact["created_at"], json!("2026-02-11T08:00:10.000Z"));
    assert_eq!(contact["updated_at"], json!("2026-02-11T08:00:30.000Z"));
}

#[test]
fn the_status_is_the_first_that_applies_and_explains_itself() {
    // Each event outranks all above it, so after each the status is its own, or that of the entry that still decides.
    let steps = [
        (jane(1, Kind::ContactCreated, 1), "new", json!(null)),
        (jane(2, Kind::EmailSent, 90), "contacted", json!("email.sent of 2026-02-11T08:01:30.000Z from smartlead")),
        (jane(3, Kind::EmailSent, 80), "contacted", json!("email.sent of 2026-02-11T08:01:30.000Z from smartlead")),
        (jane(4, Kind::EmailOpened, 70), "opened", json!("email.opened of 2026-02-11T08:01:10.000Z from smartlead")),
        (jane(5, Kind::EmailClicked, 60), "clicked", json!("email.clicked of 2026-02-11T08:01:00.000Z from smartlead")),
        (jane(6, Kind::EmailReplied, 40), "replied", json!("email.replied of 2026-02-11T08:00:40.000Z from smartlead")),
        (
            jane(7, Kind::EmailReplyUntracked, 50),
            "replied",
            json!("email.reply_untracked of 2026-02-11T08:00:50.000Z from smartlead"),
        ),
        (jane(8, Kind::ContactNoShow, 30), "no_show", json!("contact.no_show of 2026-02-11T08:00:30.000Z from smartlead")),
        (jane(9, Kind::ContactNeutral, 35), "neutral", json!("contact.neutral of 2026-02-11T08:00:35.000Z from smartlead")),
        (jane(10, Kind::EmailBounced, 20), "bounced", json!("email.bounced of 2026-02-11T08:00:20.000Z from smartlead")),
        (jane(11, Kind::EmailBounced, 21), "bounced", json!("email.bounced of 2026-02-11T08:00:20.000Z from smartlead")),
        (
            with(&jane(12, Kind::ContactUnsubscribed, 10), |event| event.platform = Platform::Lemlist),
            "unsubscribed",
            json!("contact.unsubscribed of 2026-02-11T08:00:10.000Z from lemlist"),
        ),
        (
            jane(13, Kind::ContactUnsubscribed, 11),
            "unsubscribed",
            json!("contact.unsubscribed of 2026-02-11T08:00:10.000Z from lemlist"),
        ),
    ];
    let mut events = Vec::new();
    for (event, status, reason) in steps {
        events.push(event);
        let contact = contact(&events);
        assert_eq!((&contact["status"], &contact["status_reason"]), (&json!(status), &reason));
    }
}

#[test]
fn of_opt_outs_at_one_time_the_smallest_event_id_gives_the_reason() {
    let from = |n, platform| with(&jane(n, Kind::ContactUnsubscribed, 10), |event| event.platform = platform);
    let events = [from(2, Platform::Lemlist), from(1, Platform::Instantly), from(3, Platform::Hubspot)];
    assert_eq!(contact(&events)["status_reason"], json!("contact.unsubscribed of 2026-02-11T08:00:10.000Z from instantly"));
}

#[test]
fn a_deleted_contact_is_hidden_until_something_else_happens_later() {
    let campaign = CampaignKey::External(smartlead("41"));
    let sent = within(&jane(1, Kind::EmailSent, 10), campaign);
    let deleted = jane(2, Kind::ContactDeleted, 20);
    let hidden = dump(&[sent.clone(), deleted.clone(), bare(3, Kind::Other, 30)]);
    assert_eq!(hidden["contacts"], json!([]));
    assert_eq!(hidden["enrollments"][0]["contact_id"], json!("16dfeda2-c7e1-55bf-a403-3dda66b322d6"));
    assert_eq!(hidden["campaigns"][0]["unique"]["contacts"], json!(1));
    let at_once = jane(3, Kind::EmailOpened, 20);
    assert_eq!(dump(&[sent.clone(), deleted.clone(), at_once])["contacts"], json!([]));
    let later = with(&jane(3, Kind::EmailOpened, 20), |event| event.occurred_at = at(21));
    assert_eq!(contact(&[sent.clone(), deleted.clone(), later.clone()])["status"], json!("opened"));
    let deleted_again = jane(4, Kind::ContactDeleted, 22);
    assert_eq!(dump(&[sent, deleted, later, deleted_again])["contacts"], json!([]));
}
