//! When an event happened.

use serde_json::{Value, json};

use hookline_model::time::TimeSource;

use super::{RECEIVED, at, changed, event, fixtures, inbound, outbound};

/// The times of an event, with fields removed one after the other; the last is the time of receipt.
fn falls_back(name: &str, places: &[(&str, &str)]) {
    let mut body = fixtures::fixture(name);
    for (path, _) in places {
        let (object, key) = path.rsplit_once('/').expect("a path");
        body.pointer_mut(object).expect("an object")[key] = json!(null);
    }
    let bare = event(&body);
    assert_eq!((bare.occurred_at, bare.time_source), (RECEIVED, TimeSource::Received), "{name} without a time");
    for (path, time) in places.iter().rev() {
        body = super::with(body, &json!({(*path): time}));
        let event = event(&body);
        assert_eq!((Some(event.occurred_at), event.time_source), (at(time), TimeSource::Stated), "{name} {path}");
    }
}

const A: &str = "2026-04-11T01:00:00.000000Z";
const B: &str = "2026-04-12T02:00:00.000000Z";
const C: &str = "2026-04-13T03:00:00.000000Z";

#[test]
fn a_send_has_the_time_it_was_sent_at() {
    for name in ["EMAIL_SENT", "LEAD_FIRST_CONTACTED"] {
        falls_back(name, &[("/data/scheduled_email/sent_at", A), ("/data/campaign_event/created_at", B)]);
    }
}

#[test]
fn a_message_has_the_time_it_was_received_at() {
    for name in ["LEAD_REPLIED", "EMAIL_BOUNCED"] {
        let places = [("/data/reply/date_received", A), ("/data/reply/created_at", B), ("/data/campaign_event/created_at", C)];
        falls_back(name, &places);
    }
    for name in ["MANUAL_EMAIL_SENT", "UNTRACKED_REPLY_RECEIVED"] {
        falls_back(name, &[("/data/reply/date_received", A), ("/data/reply/created_at", B)]);
    }
}

#[test]
fn an_interest_has_the_time_it_was_marked_at() {
    let places = [("/data/campaign_event/created_at", A), ("/data/reply/updated_at", B), ("/data/reply/date_received", C)];
    falls_back("LEAD_INTERESTED", &places);
}

#[test]
fn an_open_and_an_opt_out_never_have_the_time_of_the_send() {
    for name in ["EMAIL_OPENED", "LEAD_UNSUBSCRIBED", "EMAIL_SEND_FAILED"] {
        falls_back(name, &[("/data/campaign_event/created_at", A)]);
        let event = event(&changed(name, &json!({"/data/campaign_event/created_at": null})));
        assert_eq!(outbound(&event).at, at("2026-04-14T07:31:09.482Z"), "{name}: the email keeps its own");
    }
}

#[test]
fn an_event_of_a_mailbox_has_the_time_of_its_change() {
    falls_back("EMAIL_ACCOUNT_DISCONNECTED", &[("/data/sender_email/updated_at", A)]);
}

#[test]
fn a_tag_and_an_unknown_event_have_a_time_only_if_they_state_one() {
    for name in ["TAG_ATTACHED", "SOMETHING_NEW"] {
        falls_back(name, &[("/event/created_at", A), ("/created_at", B)]);
    }
}

#[test]
fn a_flat_body_may_state_its_time() {
    for key in ["timestamp", "occurred_at", "created_at"] {
        let flat = json!({"type": "EMAIL_OPENED", "lead_email": "a@x.example", key: A});
        assert_eq!(Some(event(&flat).occurred_at), at(A), "{key}");
        let nested = json!({"event": {"type": "EMAIL_OPENED"}, "data": {"lead": {"email": "a@x.example"}}, key: A});
        assert_eq!(event(&nested).time_source, TimeSource::Received, "{key}");
    }
}

#[test]
fn local_times_are_never_read() {
    let local = "2026-04-01T23:59:59.000000Z";
    let changes = json!({"/data/scheduled_email/scheduled_date_est": local, "/data/scheduled_email/scheduled_date_local": local,
        "/data/campaign_event/created_at_local": local, "/data/campaign_event/local_timezone": "Asia/Tokyo"});
    for name in ["EMAIL_SENT", "EMAIL_OPENED", "LEAD_REPLIED"] {
        assert_eq!(event(&changed(name, &changes)), super::event_of(name), "{name}");
    }
    let alone = json!({"/data/campaign_event": {"id": 1, "created_at_local": local}});
    assert_eq!(event(&changed("EMAIL_OPENED", &alone)).time_source, TimeSource::Received);
}

#[test]
fn six_decimals_are_cut_and_not_rounded() {
    let sent = |text: &str| event(&changed("EMAIL_SENT", &json!({"/data/scheduled_email/sent_at": text}))).occurred_at;
    assert_eq!(Some(sent("2026-04-14T07:31:09.999999Z")), at("2026-04-14T07:31:09.999Z"));
}

#[test]
fn a_time_that_is_not_believed_gives_way_to_the_next() {
    for odd in [json!("9999-01-01T00:00:00.000000Z"), json!("1970-01-01T00:00:00Z"), json!("soon"), json!({}), json!(-5)] {
        let event = event(&changed("LEAD_REPLIED", &json!({"/data/reply/date_received": odd})));
        assert_eq!(Some(event.occurred_at), at("2026-04-15T10:03:09Z"), "{odd}");
        assert_eq!(inbound(&event).at, at("2026-04-15T10:03:09Z"), "{odd}");
    }
}

#[test]
fn a_time_may_be_an_epoch_number() {
    for epoch in [json!(1_776_150_000), json!("1776150000"), json!(1_776_150_000_000_u64)] {
        let body: Value = changed("EMAIL_SENT", &json!({"/data/scheduled_email/sent_at": epoch}));
        assert_eq!(event(&body).occurred_at.0, 1_776_150_000_000, "{epoch}");
    }
}
