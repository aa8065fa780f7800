//! Emails.

use std::slice::from_ref;

use hookline_model::{
    event::{BounceType, CampaignRef, Event},
    key::CampaignKey,
    kind::Kind,
    platform::Platform,
};
use serde_json::json;

use super::{JANE, about, at, bare, bounce, dump, email, external, jane, of_received, of_sent, smartlead, stating, with};

/// An event about Jane and the sent message, which says nothing more of it.
fn plain(n: u8, kind: Kind, seconds: i64) -> Event {
    of_sent(&jane(n, kind, seconds), |_| {})
}

#[test]
fn a_sent_message_has_every_field() {
    let key = CampaignKey::External(external(Platform::Emailbison, "eu", "41"));
    let sent = of_sent(&jane(1, Kind::EmailSent, 10), |facts| {
        facts.from = Some("us@y.example".to_owned());
        facts.to = Some("Jane <jane@x.example>".to_owned());
        facts.subject = Some("Hello".to_owned());
        facts.body_text = Some("Hello Jane".to_owned());
        facts.message_id = Some("m0@y".to_owned());
        facts.sequence_number = Some(1);
    });
    let sent = with(&sent, |event| {
        event.sending_account = Some("us@y.example".to_owned());
        event.campaign = Some(CampaignRef { key, name: None, status_mentioned: None });
    });
    let opened = of_sent(&jane(2, Kind::EmailOpened, 20), |facts| facts.subject = Some("Hello!".to_owned()));
    let email = email(&[opened, sent]);
    let campaign_id = email["campaign_id"].clone();
    assert_eq!(
        email,
        json!({
            "id": "53895f6f-7297-5230-8ef0-93b2b010c3f4", "direction": "outbound", "platform": "smartlead",
            "contact_id": "16dfeda2-c7e1-55bf-a403-3dda66b322d6", "contact_email": "jane@x.example",
            "campaign_id": campaign_id, "platform_campaign_id": "41", "sending_account": "us@y.example",
            "from": "us@y.example", "to": "Jane <jane@x.example>", "subject": "Hello!",
            "body_text": "Hello Jane", "body_html": null, "message_id": "m0@y", "sequence_number": 1,
            "sent_at": "2026-02-11T08:00:10.000Z", "received_at": null,
            "opened_count": 1, "first_opened_at": "2026-02-11T08:00:20.000Z", "last_opened_at": "2026-02-11T08:00:20.000Z",
            "clicked_count": 0, "links": [], "replied_at": null,
            "bounced_at": null, "bounce_type": null, "bounce_reason": null, "status": "opened",
        })
    );
    assert!(campaign_id.is_string());
}

#[test]
fn a_reply_tells_of_the_message_received_and_of_the_one_it_answers() {
    let reply = plain(1, Kind::EmailReplied, 30);
    let reply = of_received(&reply, |facts| {
        facts.subject = Some("Re: Hello".to_owned());
        facts.at = Some(at(25));
    });
    let dump = dump(from_ref(&reply));
    // Sorted by id: the one sent starts with 53, the one received with a4.
    let (sent, received) = (&dump["emails"][0], &dump["emails"][1]);
    assert_eq!(json!([sent["direction"], sent["status"], sent["subject"]]), json!(["outbound", "replied", null]));
    assert_eq!(json!([sent["replied_at"], sent["sent_at"]]), json!(["2026-02-11T08:00:30.000Z", null]));
    assert_eq!(received["id"], json!("a4194e30-1520-5f8b-9a63-a6b59e3084a6"));
    assert_eq!(
        json!([received["direction"], received["status"], received["subject"]]),
        json!(["inbound", "received", "Re: Hello"])
    );
    assert_eq!(json!([received["received_at"], received["sent_at"]]), json!(["2026-02-11T08:00:25.000Z", null]));
    assert_eq!(json!([received["replied_at"], received["opened_count"], received["links"]]), json!([null, 0, []]));
}

#[test]
fn a_message_without_a_key_is_no_email() {
    let keyless = of_sent(&jane(1, Kind::EmailSent, 10), |facts| facts.key = None);
    assert_eq!(dump(&[keyless])["emails"], json!([]));
}

#[test]
fn the_time_of_sending_is_stated_or_that_of_the_sent_event() {
    let stated = of_sent(&jane(2, Kind::EmailOpened, 50), |facts| facts.at = Some(at(5)));
    let cases = [
        (vec![plain(1, Kind::EmailSent, 10), plain(2, Kind::EmailSent, 8)], json!("2026-02-11T08:00:08.000Z")),
        (vec![plain(1, Kind::EmailSent, 10), stated], json!("2026-02-11T08:00:05.000Z")),
        (vec![of_sent(&jane(1, Kind::EmailSent, 10), |facts| facts.at = Some(at(12)))], json!("2026-02-11T08:00:12.000Z")),
        (vec![plain(1, Kind::EmailOpened, 10)], json!(null)),
    ];
    for (events, expected) in cases {
        assert_eq!(email(&events)["sent_at"], expected, "{events:?}");
    }
    let received = [of_received(&jane(1, Kind::EmailReplied, 10), |_| {}), of_received(&jane(2, Kind::Other, 5), |_| {})];
    assert_eq!(email(&received)["received_at"], json!("2026-02-11T08:00:05.000Z"));
}

#[test]
fn openings_are_counted_by_us_or_by_the_platform_whichever_saw_more() {
    let opened = [plain(1, Kind::EmailOpened, 20), plain(2, Kind::EmailOpened, 30)];
    let reporting = |total, first, last| {
        of_sent(&jane(3, Kind::EmailSent, 10), |facts| {
            facts.opened_total = total;
            facts.first_opened_at = first;
            facts.last_opened_at = last;
        })
    };
    let shown = |events: &[Event]| {
        let email = email(events);
        json!([email["opened_count"], email["first_opened_at"], email["last_opened_at"], email["status"]])
    };
    let (at_15, at_20, at_30) = ("2026-02-11T08:00:15.000Z", "2026-02-11T08:00:20.000Z", "2026-02-11T08:00:30.000Z");
    let plus = |event: Event| [opened.to_vec(), vec![event]].concat();
    assert_eq!(shown(&plus(reporting(Some(1), None, None))), json!([2, at_20, at_30, "opened"]));
    assert_eq!(shown(&plus(reporting(Some(7), None, Some(at(15))))), json!([7, at_15, at_30, "opened"]));
    assert_eq!(shown(&[reporting(Some(1), None, None)]), json!([1, null, null, "opened"]));
    assert_eq!(shown(&[reporting(None, Some(at(15)), None)]), json!([0, at_15, at_15, "opened"]));
    assert_eq!(shown(&[reporting(Some(0), None, None)]), json!([0, null, null, "sent"]));
}

#[test]
fn a_variant_counts_no_second_opening_but_gives_its_links_and_times() {
    let clicked = |event: &Event, link: &str| stating(event, |facts| facts.clicked_links = [link.to_owned()].into());
    let click = clicked(&plain(1, Kind::EmailClicked, 10), "https://b.example");
    let variant = clicked(&click, "https://a.example");
    let opening = plain(2, Kind::EmailOpened, 20);
    let again = with(&opening, |event| event.occurred_at = at(25));
    // Links of other kinds are none that were clicked.
    let sent = clicked(&plain(3, Kind::EmailSent, 5), "https://c.example");
    let email = email(&[click, variant, opening, again, sent]);
    assert_eq!(json!([email["clicked_count"], email["opened_count"]]), json!([1, 1]));
    assert_eq!(email["links"], json!(["https://a.example", "https://b.example"]));
    assert_eq!(email["last_opened_at"], json!("2026-02-11T08:00:25.000Z"));
}

#[test]
fn a_bounce_without_a_severity_is_unknown_and_states_no_reason() {
    let hard = bounce(&plain(1, Kind::EmailBounced, 10), BounceType::Hard, Some("no such user"));
    let silent = plain(2, Kind::EmailBounced, 20);
    let shown = |events: &[Event]| {
        let email = email(events);
        json!([email["bounced_at"], email["bounce_type"], email["bounce_reason"], email["status"]])
    };
    let at_10 = "2026-02-11T08:00:10.000Z";
    assert_eq!(shown(&[silent, hard.clone()]), json!([at_10, "unknown", "no such user", "bounced"]));
    let soft = bounce(&plain(2, Kind::EmailBounced, 20), BounceType::Soft, None);
    assert_eq!(shown(&[soft.clone(), hard]), json!([at_10, "soft", "no such user", "bounced"]));
    assert_eq!(shown(&[soft]), json!(["2026-02-11T08:00:20.000Z", "soft", null, "bounced"]));
}

#[test]
fn the_last_contact_key_says_who_and_its_contact_the_address() {
    let lead = |n, seconds| of_sent(&about(None, Some(smartlead("7")), n, Kind::EmailSent, seconds), |_| {});
    let shown = |events: &[Event]| {
        let email = email(events);
        json!([email["contact_id"], email["contact_email"]])
    };
    assert_eq!(shown(&[lead(1, 10)]), json!(["0de7921e-60aa-5b84-bc85-cc7b86231d21", null]));
    let named = about(Some(JANE), Some(smartlead("7")), 2, Kind::ContactUpdated, 5);
    assert_eq!(shown(&[lead(1, 10), named]), json!(["16dfeda2-c7e1-55bf-a403-3dda66b322d6", "jane@x.example"]));
    let joe = of_sent(&about(Some("joe@x.example"), None, 3, Kind::EmailOpened, 20), |_| {});
    assert_eq!(shown(&[lead(1, 10), joe]), json!(["b0e72efa-41cf-5e49-837b-9e0dd3d5d0a6", "joe@x.example"]));
    assert_eq!(shown(&[of_sent(&bare(1, Kind::EmailSent, 10), |_| {})]), json!([null, null]));
}

#[test]
fn the_status_is_the_first_that_applies() {
    let mut events = Vec::new();
    let kinds = [
        (Kind::EmailSent, "sent"),
        (Kind::EmailAutoReplied, "sent"),
        (Kind::EmailOpened, "opened"),
        (Kind::EmailClicked, "clicked"),
        (Kind::EmailReplied, "replied"),
        (Kind::EmailBounced, "bounced"),
        (Kind::EmailFailed, "failed"),
    ];
    for (n, (kind, expected)) in (1..).zip(kinds) {
        // Each is older than the one before: the order of the list decides, not that of time.
        events.push(plain(n, kind, 100 - i64::from(n)));
        assert_eq!(email(&events)["status"], json!(expected));
    }
}
